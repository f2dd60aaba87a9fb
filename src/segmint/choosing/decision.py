"""The verdict, the winner, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from segmint.words import Sentence


class Verdict(StrEnum):
    """Whether the data fall apart by themselves, can be cut usefully, or neither."""

    GROUPS = "groups"
    SLICES = "slices"
    NONE = "none"


@dataclass(frozen=True)
class Rival:
    """The best configuration of a family (or another close one) that did not win, and why it lost."""

    configuration: str
    family: str
    n_clusters: int | None
    reason: Sentence

    def to_json(self) -> dict[str, Any]:
        """Return the rival as plain data."""
        return {
            "configuration": self.configuration,
            "family": self.family,
            "n_clusters": self.n_clusters,
            "reason": self.reason.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Rival:
        """Read what :meth:`to_json` wrote."""
        return cls(
            stored["configuration"],
            stored["family"],
            stored["n_clusters"],
            Sentence.from_json(stored["reason"]),
        )


@dataclass(frozen=True)
class Resampling:
    """How often which configuration won when rows were drawn anew.

    Attributes
    ----------
    n_resamples
        How many were done; ``n_wanted`` how many would have been without a budget.
    wins
        Number of resamples won, by configuration id.
    jaccard
        For each finalist (by id) the mean Jaccard overlap of each cluster with its best match over the
        resamples, cluster by cluster; Hennig (2007), doi:10.1016/j.csda.2006.11.025.
    silhouettes
        For each finalist the 5 % and 95 % quantiles of its silhouette over the resamples.
    """

    n_resamples: int
    n_wanted: int
    wins: Mapping[str, int]
    jaccard: Mapping[str, tuple[float, ...]]
    silhouettes: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class NullComparison:
    """The data beside tables without structure.

    Attributes
    ----------
    kind
        ``gaussian``, ``uniform``, ``heavy-tailed``: same size and covariance as the data.
    statistic
        The name of the index that is compared.
    observed
        Its value on the data.
    values
        Its values on the structureless tables, sorted.
    p_value
        (1 + number of tables at least as extreme) / (1 + number of tables).
    """

    kind: str
    statistic: str
    observed: float
    values: tuple[float, ...]
    p_value: float


@dataclass(frozen=True)
class Elbow:
    """Where the inertia curve bends: the K whose point lies farthest below the chord from first to last.

    ``distance`` is that distance after both axes are scaled to 0 … 1; ``drops`` are the falls of
    inertia from each K to the next, as shares of the first inertia. Satopää et al. (2011), Kneedle,
    doi:10.1109/ICDCSW.2011.20.
    """

    n_clusters: int
    distance: float
    drops: tuple[float, ...]


@dataclass(frozen=True)
class Decision:
    """What is recommended, how surely, and why.

    Attributes
    ----------
    verdict
        See :class:`Verdict`.
    configuration
        Id of the winner; with the verdict ``none`` the best candidate all the same, or ``None`` where
        there is none at all.
    family, n_clusters
        Of the winner; ``n_clusters`` is 1 with the verdict ``none``, unless a person chose the configuration.
    confidence
        Share of resamples that the winner won, or a finalist with the same segments, 0 … 1; of those that it
        won itself where a person chose it; ``None`` where nothing was resampled, or the chosen one not.
    headline
        The answer in one sentence.
    reasons, doubts
        What speaks for it and against it.
    runner_up
        Id of the second, or ``None``.
    rivals
        The runner-up and each other family's best, and why it lost.
    resampling, nulls, elbow
        The evidence; empty or ``None`` where it could not be had.
    chosen_by, because
        ``product`` or ``user``; and the user's reason.
    """

    verdict: Verdict
    configuration: str | None
    family: str | None
    n_clusters: int
    confidence: float | None
    headline: Sentence
    reasons: tuple[Sentence, ...]
    doubts: tuple[Sentence, ...]
    runner_up: str | None
    rivals: tuple[Rival, ...]
    resampling: Resampling | None
    nulls: tuple[NullComparison, ...]
    elbow: Elbow | None
    chosen_by: str = "product"
    because: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the decision as plain data."""
        return {
            "verdict": self.verdict.value,
            "configuration": self.configuration,
            "family": self.family,
            "n_clusters": self.n_clusters,
            "confidence": self.confidence,
            "headline": self.headline.to_json(),
            "reasons": [reason.to_json() for reason in self.reasons],
            "doubts": [doubt.to_json() for doubt in self.doubts],
            "runner_up": self.runner_up,
            "rivals": [rival.to_json() for rival in self.rivals],
            "resampling": None if self.resampling is None else _resampling_to_json(self.resampling),
            "nulls": [_null_to_json(null) for null in self.nulls],
            "elbow": None
            if self.elbow is None
            else {
                "n_clusters": self.elbow.n_clusters,
                "distance": self.elbow.distance,
                "drops": list(self.elbow.drops),
            },
            "chosen_by": self.chosen_by,
            "because": self.because,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Decision:
        """Read what :meth:`to_json` wrote."""
        resampling, elbow = stored["resampling"], stored["elbow"]
        return cls(
            verdict=Verdict(stored["verdict"]),
            configuration=stored["configuration"],
            family=stored["family"],
            n_clusters=stored["n_clusters"],
            confidence=stored["confidence"],
            headline=Sentence.from_json(stored["headline"]),
            reasons=tuple(Sentence.from_json(item) for item in stored["reasons"]),
            doubts=tuple(Sentence.from_json(item) for item in stored["doubts"]),
            runner_up=stored["runner_up"],
            rivals=tuple(Rival.from_json(item) for item in stored["rivals"]),
            resampling=None if resampling is None else _resampling_from_json(resampling),
            nulls=tuple(_null_from_json(item) for item in stored["nulls"]),
            elbow=None
            if elbow is None
            else Elbow(elbow["n_clusters"], elbow["distance"], tuple(elbow["drops"])),
            chosen_by=stored["chosen_by"],
            because=stored["because"],
        )


def _resampling_to_json(resampling: Resampling) -> dict[str, Any]:
    return {
        "n_resamples": resampling.n_resamples,
        "n_wanted": resampling.n_wanted,
        "wins": dict(resampling.wins),
        "jaccard": {name: list(values) for name, values in resampling.jaccard.items()},
        "silhouettes": {name: list(values) for name, values in resampling.silhouettes.items()},
    }


def _resampling_from_json(stored: Mapping[str, Any]) -> Resampling:
    return Resampling(
        stored["n_resamples"],
        stored["n_wanted"],
        stored["wins"],
        {name: tuple(values) for name, values in stored["jaccard"].items()},
        {name: (values[0], values[1]) for name, values in stored["silhouettes"].items()},
    )


def _null_to_json(null: NullComparison) -> dict[str, Any]:
    return {
        "kind": null.kind,
        "statistic": null.statistic,
        "observed": null.observed,
        "values": list(null.values),
        "p_value": null.p_value,
    }


def _null_from_json(stored: Mapping[str, Any]) -> NullComparison:
    return NullComparison(
        stored["kind"], stored["statistic"], stored["observed"], tuple(stored["values"]), stored["p_value"]
    )
