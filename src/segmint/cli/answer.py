"""The answer of a run: as text for a person, as JSON for a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from segmint.cli.output import results, steps, write_command, write_labeled
from segmint.cli.tables import segment_table
from segmint.cli.typed import command, shown_path
from segmint.words import say
from segmint.words.visible import safe

if TYPE_CHECKING:
    from segmint.choosing.study import Study
    from segmint.choosing.trial import TrialRecord
    from segmint.families.fit import Cost
    from segmint.model.cards import SegmentCard
    from segmint.model.segment_model import SegmentModel
    from segmint.workflow.deliver import Delivered


@dataclass(frozen=True)
class Spent:
    """What a run took, beside what was forecast.

    Attributes
    ----------
    seconds
        From the start to the end, without compiling.
    compiling
        Seconds of the first run on a machine, which compiles its loops.
    memory
        Bytes at the peak, or ``None`` where the system does not say.
    forecast
        What was said before the first fit.
    """

    seconds: float
    compiling: float
    memory: float | None
    forecast: Cost


def run_json(delivered: Delivered, spent: Spent) -> dict[str, Any]:
    """Return the whole answer as plain data (see ``docs/cli.md`` for its fields)."""
    study = delivered.study
    decision, model = study.decision, study.model
    return {
        "model": None if delivered.model is None else str(delivered.model.resolve()),
        "report": None if delivered.report is None else str(delivered.report.resolve()),
        "study": delivered.study_id,
        "name": study.provenance.name,
        "output": delivered.output,
        "tracking": None
        if delivered.tracked is None
        else {
            "experiment": delivered.tracked.experiment,
            "run_id": delivered.tracked.run_id,
            "version": delivered.tracked.version,
            "champion": delivered.tracked.champion,
        },
        "configurations": [_trial_json(trial) for trial in study.trials],
        "decision": {
            "configuration": decision.configuration,
            "verdict": decision.verdict.value,
            "family": decision.family,
            "n_clusters": decision.n_clusters,
            "headline": str(decision.headline),
            "reasons": [str(reason) for reason in decision.reasons],
            "doubts": [str(doubt) for doubt in decision.doubts],
            "runner_up": decision.runner_up,
            "rivals": [
                {"configuration": rival.configuration, "family": rival.family, "reason": str(rival.reason)}
                for rival in decision.rivals
            ],
            "confidence": decision.confidence,
            "chosen_by": decision.chosen_by,
            "because": decision.because,
        },
        "segments": [] if model is None else [_segment_json(model, card) for card in model.cards],
        "unassigned_share": None if model is None else unassigned_share(model),
        "notices": [str(notice) for notice in study.notices],
        "seconds": spent.seconds,
        "memory": spent.memory,
        "compiling_seconds": spent.compiling,
        "forecast": {"seconds": spent.forecast.seconds, "memory": spent.forecast.memory},
    }


def _trial_json(trial: TrialRecord) -> dict[str, Any]:
    return {
        "id": trial.configuration.id,
        "family": trial.configuration.family,
        "parameters": dict(trial.configuration.parameters),
        "n_clusters": trial.n_clusters,
        "noise_share": trial.noise_share,
        "measures": {name: score.value for name, score in trial.scores.items()},
        "standard_errors": {
            name: score.standard_error for name, score in trial.scores.items() if not score.exact
        },
        "agreement": trial.agreement,
        "fitted_on": trial.fitted_on,
        "warnings": [str(warning) for warning in trial.warnings],
        "failed": None if trial.failed is None else str(trial.failed),
        "seconds": trial.seconds,
    }


def _segment_json(model: SegmentModel, card: SegmentCard) -> dict[str, Any]:
    used = {feature.name for feature in model.schema.clustering}
    return {
        "id": card.id,
        "number": card.short,
        "name": card.name,
        "size": card.size,
        "share": card.share,
        "center": {name: value for name, value in card.center.items() if name in used},
        "describing": {name: value for name, value in card.center.items() if name not in used},
        "stability": card.stability,
        "silhouette": card.silhouette,
        "summary": str(card.summary),
    }


def unassigned_share(model: SegmentModel) -> float:
    """Return the share of training rows without a segment."""
    return float(model.reference.counts[-1] / model.reference.n_samples)


def write_answer(delivered: Delivered, spent: Spent) -> None:
    """Write the answer: the verdict first, the doubt beside it, then what to do next."""
    study = delivered.study
    console, decision = results(), study.decision
    console.print()
    console.print(f" {safe(str(decision.headline))}", style="bold", soft_wrap=False, width=80)
    console.print()
    if study.model is not None:
        segment_table(console, study.model)
        console.print()
    write_labeled(console, say("cli.for"), [str(reason) for reason in decision.reasons], style="green")
    write_labeled(console, say("cli.against"), [str(doubt) for doubt in decision.doubts], style="yellow")
    write_labeled(console, say("cli.rivals"), [str(rival.reason) for rival in decision.rivals])
    write_labeled(console, say("cli.left_out"), _left_out(study))
    write_labeled(console, say("cli.notice"), [*_other_champion(delivered), *map(str, study.notices)])
    console.print()
    _write_places(delivered, spent)


def _other_champion(delivered: Delivered) -> list[str]:
    """Say that this run's model is not the champion: what is trained again and promoted goes by that one."""
    number = None if delivered.tracked is None else delivered.tracked.other_champion
    name = delivered.study.provenance.name
    return [] if number is None else [say("cli.other_champion", name=name, n=number)]


def _left_out(study: Study) -> list[str]:
    """Name the columns that neither cluster nor describe: those that are ignored, and dates that nobody declared."""
    from segmint.model.schema import Role

    ignored = [feature.name for feature in study.schema if feature.role is Role.IGNORE]
    dates = [feature.name for feature in study.schema if feature.role is Role.DATE and not feature.given]
    named = {"ignore": ignored, "date": dates}
    return [say(f"cli.left_out_{role}", names=names) for role, names in named.items() if names]


def time_told(spent: Spent) -> str:
    """Return what a run took, beside what was forecast."""
    figures = {
        "seconds": spent.seconds,
        "forecast": spent.forecast.seconds,
        "memory": spent.forecast.memory,
    }
    told = (
        say("cli.time_alone", **figures)
        if spent.memory is None
        else say("cli.time_told", used=spent.memory, **figures)
    )
    if not spent.compiling:
        return told
    return say("cli.time_compiling", told=told, compiling=spent.compiling)


def _write_places(delivered: Delivered, spent: Spent) -> None:
    console, decision = results(), delivered.study.decision
    rows = [
        (say("cli.model"), None if delivered.model is None else shown_path(delivered.model)),
        (say("cli.report"), None if delivered.report is None else shown_path(delivered.report)),
        (say("cli.study"), delivered.study_id),
        (say("cli.mlflow"), None if delivered.tracked is None else str(delivered.tracked)),
        (say("cli.written"), delivered.output),
        (say("cli.time"), time_told(spent)),
    ]
    for label, text in rows:
        if text:
            write_labeled(console, label, [text])
    console.print()
    if delivered.model is not None:
        write_command(console, say("cli.next"), command("show", shown_path(delivered.model)))
    elif decision.configuration is not None:
        decide = command("decide", delivered.study_id, decision.configuration)
        write_command(console, say("cli.next"), f'{decide} --because "…"')
    if delivered.tracking_failed is not None:
        write_labeled(
            steps(),
            say("cli.warning"),
            [delivered.tracking_failed.text(), say("cli.track_again", study=delivered.study_id)],
            style="yellow",
        )
