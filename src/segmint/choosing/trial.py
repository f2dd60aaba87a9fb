"""A configuration with its outcome and its measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segmint.families.fit import Configuration, Failure, Fit, Outcome
from segmint.labels import FEWEST_TOLD
from segmint.measure.score import Score
from segmint.types import FloatVector
from segmint.words import Sentence

Center = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Trial:
    """One outcome of the sweep and what was measured on it, while the rows are at hand.

    Attributes
    ----------
    outcome
        The fit, or the failure with its reason.
    scores
        By the measure's name (see ``measure.table.MEASURES``).
    cluster_silhouettes
        Mean silhouette of each cluster, shape (n_clusters,); empty where undefined.
    """

    outcome: Outcome
    scores: Mapping[str, Score] = field(default_factory=dict)
    cluster_silhouettes: FloatVector | None = None

    @property
    def configuration(self) -> Configuration:
        """What was asked for."""
        return self.outcome.configuration

    @property
    def fit(self) -> Fit | None:
        """The fit, or ``None`` where there is none."""
        return self.outcome if isinstance(self.outcome, Fit) else None

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C came before it was finished."""
        return isinstance(self.outcome, Failure) and self.outcome.reason.key == "choosing.interrupted"

    def value(self, measure: str) -> float | None:
        """Return a measure's value, or ``None`` where it is undefined or was not computed."""
        found = self.scores.get(measure)
        return None if found is None else found.value

    def record(self) -> TrialRecord:
        """Return what a study keeps: everything but the rows' labels."""
        outcome, fit = self.outcome, self.fit
        return TrialRecord(
            configuration=outcome.configuration,
            n_clusters=outcome.n_clusters,
            noise_share=outcome.noise_share,
            scores=dict(self.scores),
            cluster_silhouettes=()
            if self.cluster_silhouettes is None
            else tuple(float(value) for value in self.cluster_silhouettes),
            cluster_sizes=() if fit is None else _sizes(fit),
            centers=None if fit is None else _centers(fit),
            agreement=None if fit is None else fit.agreement,
            fitted_on=0 if fit is None else fit.fitted_on,
            warnings=() if fit is None else fit.warnings,
            failed=outcome.reason if isinstance(outcome, Failure) else None,
            seconds=outcome.seconds,
        )


def _sizes(fit: Fit) -> tuple[int, ...]:
    from_labels = fit.labels[fit.labels >= 0]
    counts = [0] * fit.n_clusters
    for label in from_labels.tolist():
        counts[label] += 1
    return tuple(counts)


def _centers(fit: Fit) -> tuple[Center | None, ...] | None:
    """Return the centers, ``None`` for a cluster of fewer than five rows: it would be a customer's row."""
    arrays = fit.assigner.arrays()
    for name in ("centers", "means"):
        if name in arrays:
            return tuple(
                tuple(float(v) for v in row) if size >= FEWEST_TOLD else None
                for row, size in zip(arrays[name], _sizes(fit), strict=True)
            )
    return None


@dataclass(frozen=True)
class TrialRecord:
    """What a study keeps of a trial: no labels, no rows.

    ``centers`` are in prepared units, one a cluster, ``None`` for a cluster of fewer than five rows; all are
    ``None`` where the family has none.
    """

    configuration: Configuration
    n_clusters: int | None
    noise_share: float | None
    scores: Mapping[str, Score]
    cluster_silhouettes: tuple[float, ...]
    cluster_sizes: tuple[int, ...]
    centers: tuple[Center | None, ...] | None
    agreement: float | None
    fitted_on: int
    warnings: tuple[Sentence, ...]
    failed: Sentence | None
    seconds: float

    def value(self, measure: str) -> float | None:
        """Return a measure's value, or ``None`` where it is undefined or was not computed."""
        found = self.scores.get(measure)
        return None if found is None else found.value

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain data."""
        return {
            "configuration": self.configuration.to_json(),
            "n_clusters": self.n_clusters,
            "noise_share": self.noise_share,
            "scores": {name: score.to_json() for name, score in self.scores.items()},
            "cluster_silhouettes": list(self.cluster_silhouettes),
            "cluster_sizes": list(self.cluster_sizes),
            "centers": None if self.centers is None else [row and list(row) for row in self.centers],
            "agreement": self.agreement,
            "fitted_on": self.fitted_on,
            "warnings": [warning.to_json() for warning in self.warnings],
            "failed": None if self.failed is None else self.failed.to_json(),
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TrialRecord:
        """Read what :meth:`to_json` wrote."""
        centers, failed = stored["centers"], stored["failed"]
        return cls(
            configuration=Configuration.from_json(stored["configuration"]),
            n_clusters=stored["n_clusters"],
            noise_share=stored["noise_share"],
            scores={name: Score.from_json(score) for name, score in stored["scores"].items()},
            cluster_silhouettes=tuple(stored["cluster_silhouettes"]),
            cluster_sizes=tuple(stored["cluster_sizes"]),
            centers=None if centers is None else tuple(row and tuple(row) for row in centers),
            agreement=stored["agreement"],
            fitted_on=stored["fitted_on"],
            warnings=tuple(Sentence.from_json(warning) for warning in stored["warnings"]),
            failed=None if failed is None else Sentence.from_json(failed),
            seconds=stored["seconds"],
        )
