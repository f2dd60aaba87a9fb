"""A study as items: what of it is shown in MLflow, and nothing of its rows."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from segmint.choosing.study import Study
from segmint.choosing.trial import Center, TrialRecord
from segmint.model.description import finite
from segmint.model.segment_model import SegmentModel
from segmint.track.items import (
    BytesArtifact,
    Content,
    Item,
    Metric,
    Outcome,
    Param,
    RunItem,
    Tag,
    TextArtifact,
)
from segmint.track.scorecard import scorecard_csv
from segmint.words.sentences import known, say

_K_NAMES: Final = ("n_clusters", "n_components")
_NAMES: Final = {
    "inertia": "Inertia",
    "silhouette": "Silhouette",
    "calinski_harabasz": "CalinskiHarabasz",
    "davies_bouldin": "DaviesBouldin",
    "dbcv": "DBCV",
    "log_likelihood": "LogLikelihood",
    "bic": "BIC",
    "aic": "AIC",
    "icl": "ICL",
}
_QUIET_PARAMETERS: Final = frozenset({"n_init", "init", "max_iter", "tol"})
_LONGEST: Final = 5000  # of a parameter or tag; MLflow takes 6,000 and 8,000 characters


def describe(
    study: Study,
    *,
    attachments: Mapping[str, Content] = MappingProxyType({}),
    study_id: str | None = None,
) -> Iterator[Item]:
    """Describe a study as a stream of items: a parent run, then a child run for every configuration.

    The parent has the decision, the cards, the scorecard and the attachments; a child has the parameters
    (``K``, ``Algorithm``, ``seed``, ``scaling`` and the configuration's own), the measures (``Inertia``,
    ``Silhouette``, …), tags, and its centers where it has them. Names of columns, means and counts are
    sent; keys and rows are not.

    Parameters
    ----------
    study
        The study, as it is kept.
    attachments
        Further files of the parent, by their path with forward slashes (``charts/elbow.png``).
    study_id
        The id under which the study is kept, by which a second sending finds the first; a hash of the
        data's fingerprint, the configurations and their results where it is ``None``.

    Yields
    ------
    Item
        See :mod:`segmint.track.items`.
    """
    key = study_id or _content_id(study)
    clock = _Clock.of(study)
    yield from _parent(study, key, clock)
    for path, held in attachments.items():
        yield BytesArtifact(path, held)
    for trial, started in zip(study.trials, clock.starts, strict=True):
        yield from _child(study, trial, key, started)


def algorithm(family: str) -> str:
    """Return the name of a family that people know: ``K-Means`` for ``kmeans``.

    Examples
    --------
    >>> algorithm("kmeans"), algorithm("my_own")
    ('K-Means', 'my_own')
    """
    return say(f"track.algorithm.{family}") if known(f"track.algorithm.{family}") else family


def metric_name(measure: str) -> str:
    """Return how a measure is called in MLflow: ``DaviesBouldin`` for ``davies_bouldin``.

    Examples
    --------
    >>> metric_name("inertia"), metric_name("my_own")
    ('Inertia', 'MyOwn')
    """
    return _NAMES.get(measure) or "".join(part.capitalize() for part in measure.split("_"))


# ------------------------------------------------------------------------------------- the parent


def _parent(study: Study, key: str, clock: _Clock) -> Iterator[Item]:
    provenance, decision = study.provenance, study.decision
    yield RunItem(key, provenance.name, None, clock.started, clock.ended)
    yield from _params(
        {
            "source": _without_credentials(provenance.source),
            "seed": provenance.seed,
            "scaling": study.preparation.scaling,
            "rows": provenance.n_rows,
            "columns": provenance.n_columns,
            "features": ", ".join(study.preparation.columns),
            "families": ", ".join(dict.fromkeys(trial.configuration.family for trial in study.trials)),
        }
    )
    yield from _metrics(
        {
            "configurations": len(study.trials),
            "failed": sum(trial.failed is not None for trial in study.trials),
            "n_clusters": decision.n_clusters,
            "confidence": decision.confidence,
            "seconds": provenance.seconds,
        }
    )
    yield from _tags(_decision_tags(study, key))
    yield TextArtifact("decision.json", as_json({**decision.to_json(), "text": _texts(study)}))
    yield TextArtifact("scorecard.json", as_json([trial.to_json() for trial in study.trials]))
    yield TextArtifact("scorecard.csv", scorecard_csv(study))
    if study.model is not None:
        yield TextArtifact("cards.json", as_json([card.to_json() for card in study.model.cards]))
        yield from _succession(study.model)


def _succession(model: SegmentModel) -> Iterator[Item]:
    """Yield how a retrained model continues the one before it: events by id, and shares; no customer."""
    lineage = model.lineage
    if lineage is None:
        return
    churn = lineage.churn
    yield from _metrics(
        {
            "ChurnToday": churn.today,
            "ChurnByTheModel": churn.model,
            "ChurnOwn": churn.own,
            "ChurnTotal": churn.total,
            "Supported": lineage.supported,
        }
    )
    yield from _tags(
        {
            "segmint.parent": lineage.parent,
            "segmint.generation": lineage.generation,
            "segmint.same_segmentation": str(lineage.same).lower(),
            "segmint.retired": ", ".join(lineage.retired),
        }
    )
    yield TextArtifact("lineage.json", as_json(lineage.to_json()))


def _decision_tags(study: Study, key: str) -> dict[str, Any]:
    decision, provenance = study.decision, study.provenance
    return {
        "segmint.study": key,
        "segmint.data": provenance.fingerprint,
        "segmint.version": provenance.versions.get("segmint"),
        "segmint.verdict": decision.verdict.value,
        "segmint.configuration": decision.configuration or "",
        "segmint.family": decision.family or "",
        "segmint.runner_up": decision.runner_up or "",
        "segmint.chosen_by": decision.chosen_by,
        "segmint.because": decision.because or "",
        "mlflow.source.name": "segmint",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": "\n\n".join([str(decision.headline), *map(str, decision.reasons)]),
    }


def _texts(study: Study) -> dict[str, Any]:
    decision = study.decision
    return {
        "headline": str(decision.headline),
        "reasons": [str(reason) for reason in decision.reasons],
        "doubts": [str(doubt) for doubt in decision.doubts],
        "rivals": {rival.configuration: str(rival.reason) for rival in decision.rivals},
    }


# --------------------------------------------------------------------------------------- a child


def _child(study: Study, trial: TrialRecord, parent: str, started: int) -> Iterator[Item]:
    configuration = trial.configuration
    ended = started + round(1000 * trial.seconds)
    outcome: Outcome = "finished" if trial.failed is None else "failed"
    yield RunItem(configuration.id, run_name(trial), parent, started, ended, outcome)
    yield from _params(
        {
            "K": _k(trial),
            "Algorithm": algorithm(configuration.family),
            "seed": configuration.seed,
            "scaling": study.preparation.scaling,
            **{name: held for name, held in configuration.parameters.items() if name not in _K_NAMES},
        }
    )
    yield from _metrics(_measured(trial))
    yield from _tags(_trial_tags(study, trial, parent))
    if trial.centers is not None:
        yield TextArtifact("centers.json", as_json(_centers(study, trial)))


def _measured(trial: TrialRecord) -> dict[str, Any]:
    scores = {metric_name(name): score.value for name, score in trial.scores.items()}
    errors = {
        f"{metric_name(name)}StandardError": score.standard_error
        for name, score in trial.scores.items()
        if not score.exact
    }
    return {
        **scores,
        **errors,
        "n_clusters": trial.n_clusters,
        "noise_share": trial.noise_share,
        "agreement": trial.agreement,
        "seconds": trial.seconds,
    }


def _trial_tags(study: Study, trial: TrialRecord, parent: str) -> dict[str, Any]:
    identity, decision = trial.configuration.id, study.decision
    return {
        "segmint.study": parent,
        "segmint.configuration": identity,
        "segmint.family": trial.configuration.family,
        "segmint.chosen": identity == decision.configuration,
        "segmint.runner_up": identity == decision.runner_up,
        "segmint.finalist": identity in study.finalists,
        "segmint.verdict": decision.verdict.value if identity == decision.configuration else "",
        "segmint.failed": "" if trial.failed is None else str(trial.failed),
        "segmint.warnings": " ".join(str(warning) for warning in trial.warnings),
        "mlflow.source.name": "segmint",
    }


def _centers(study: Study, trial: TrialRecord) -> dict[str, Any]:
    """Centers in prepared and in original units, one a cluster, with the clusters' sizes.

    A cluster of fewer than five rows has none: null.
    """
    features, centers = list(study.preparation.feature_names), trial.centers or ()
    told = [center for center in centers if center is not None]
    X = np.asarray(told, dtype=np.float64).reshape(-1, len(features))
    original = study.preparation.backward(X)
    return {
        "features": features,
        "centers": [center and list(center) for center in centers],
        "original_units": {name: _in_place(values.tolist(), centers) for name, values in original.items()},
        "sizes": list(trial.cluster_sizes),
    }


def _in_place(values: list[float], centers: Sequence[Center | None]) -> list[float | None]:
    """Return values of the told centers, with nothing at the places of the others."""
    each = iter(values)
    return [None if center is None else next(each) for center in centers]


def run_name(trial: TrialRecord) -> str:
    """Return the name of a child run: the algorithm, K and what else tells configurations apart."""
    parameters = trial.configuration.parameters
    asked = {name: value for name, value in parameters.items() if name not in _QUIET_PARAMETERS}
    parts = [
        f"K = {value}" if name in _K_NAMES else f"{name} = {_short(value)}" for name, value in asked.items()
    ]
    return say("track.run_name", algorithm=algorithm(trial.configuration.family), parameters=", ".join(parts))


def _k(trial: TrialRecord) -> Any:
    """Return the number of clusters: as asked for, else as found."""
    parameters = trial.configuration.parameters
    return next((parameters[name] for name in _K_NAMES if name in parameters), trial.n_clusters)


# ------------------------------------------------------------------------------- items from values


def _params(values: Mapping[str, Any]) -> Iterator[Param]:
    for name, value in values.items():
        if value is not None:
            yield Param(name, _text(value)[:_LONGEST])


def _tags(values: Mapping[str, Any]) -> Iterator[Tag]:
    for name, value in values.items():
        if value is not None:
            yield Tag(name, _text(value)[:_LONGEST])


def _metrics(values: Mapping[str, Any]) -> Iterator[Metric]:
    for name, value in values.items():
        if value is not None and math.isfinite(value):
            yield Metric(name, float(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def as_json(value: Any) -> str:
    """Return plain data as JSON that every reader takes: what is not a finite number becomes null.

    Examples
    --------
    >>> as_json({"a": float("nan"), "b": (1, 2.5)})
    '{\\n  "a": null,\\n  "b": [\\n    1,\\n    2.5\\n  ]\\n}\\n'
    """
    return json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _without_credentials(source: str) -> str:
    return re.sub(r"//[^@/]*@", "//", source)


def _content_id(study: Study) -> str:
    content = [study.provenance.fingerprint, *(trial.to_json() for trial in study.trials)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Clock:
    """When the study and each of its configurations began, in milliseconds since 1970."""

    started: int
    ended: int
    starts: tuple[int, ...]

    @classmethod
    def of(cls, study: Study) -> _Clock:
        ended = datetime.fromisoformat(study.provenance.created)
        started = ended - timedelta(seconds=study.provenance.seconds)
        begin = round(1000 * started.timestamp())
        starts, passed = [], 0.0
        for trial in study.trials:  # one after the other, so that lists keep the sweep's order
            starts.append(begin + round(1000 * passed))
            passed += max(trial.seconds, 0.001)
        return cls(begin, round(1000 * ended.timestamp()), tuple(starts))
