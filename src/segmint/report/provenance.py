"""How to use the answer, and where it comes from."""

from __future__ import annotations

from typing import Any

from segmint.choosing.study import Study
from segmint.report.answer import say_date
from segmint.report.columns import assigner_rule
from segmint.report.scorecard import families_swept
from segmint.words import say
from segmint.words.numbers import count, memory, seconds, share


def usage(study: Study) -> list[dict[str, str]]:
    """Return a few steps with their commands; without a model those that lead on."""
    names: tuple[str, ...] = ("assign", "show", "rename", "charts", "python", "repeat")
    if study.model is None:
        names = ("choose", "charts", "repeat")
    figures = {
        "name": study.provenance.name,
        "command": study.provenance.command,
        "source": study.provenance.source,
    }
    figures["configuration"] = study.decision.configuration or "CONFIGURATION"
    steps = []
    for name in names:
        code = say(f"report.use.{name}_code", **figures).strip()
        if code:
            steps.append({"title": say(f"report.use.{name}"), "code": code})
    return steps


def provenance(study: Study) -> list[dict[str, Any]]:
    """Return term and text of all that is needed to get the same answer again."""
    where, model = study.provenance, study.model
    found = {
        "data": say(
            "report.provenance.data_text", source=where.source, rows=where.n_rows, columns=where.n_columns
        ),
        "fingerprint": f"sha256 {where.fingerprint}",
        "study": say("report.provenance.study_text", n=len(study.trials), families=families_swept(study)),
        "resamples": _resamples(study),
        "silhouettes": _silhouettes(study),
        "rule": assigner_rule(study),
        "agreement": "" if model is None else _agreement(study),
        "seed": str(where.seed),
        "versions": " · ".join(f"{name} {version}" for name, version in where.versions.items()),
        "time": say(
            "report.provenance.time_text",
            actual=seconds(where.seconds),
            forecast=seconds(where.forecast.seconds),
            memory=memory(where.forecast.memory),
        ),
        "created": say_date(where.created),
    }
    mono = {"fingerprint"}
    return [
        {"term": say(f"report.provenance.{name}"), "text": text, "mono": name in mono}
        for name, text in found.items()
        if text
    ]


def _agreement(study: Study) -> str:
    assert study.model is not None
    manifest = study.model.manifest
    parts = [say("report.provenance.agreement_training", share=share(manifest.agreement))]
    if manifest.agreement_held_out is not None:
        parts.append(say("report.provenance.agreement_held_out", share=share(manifest.agreement_held_out)))
    return "; ".join(parts)


def _resamples(study: Study) -> str:
    resampling = study.decision.resampling
    nulls = sum(len(null.values) for null in study.decision.nulls)
    return say(
        "report.provenance.resamples_text",
        n=0 if resampling is None else resampling.n_resamples,
        tables=nulls,
    )


def _silhouettes(study: Study) -> str:
    scores = [trial.scores["silhouette"] for trial in study.trials if trial.value("silhouette") is not None]
    if not scores:
        return ""
    if all(score.exact for score in scores):
        return say("report.provenance.exact")
    sizes = sorted(score.n_scored for score in scores if not score.exact)
    return say("report.provenance.sampled", n=count(sizes[len(sizes) // 2]))
