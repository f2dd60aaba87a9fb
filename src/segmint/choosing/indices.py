"""What is known of a candidate when candidates are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmint.choosing.candidates import Candidate
from segmint.geometry.geometry import Geometry

NEIGHBORS = 5


@dataclass(frozen=True)
class Indices:
    """The figures of one candidate.

    Attributes
    ----------
    silhouette
        Mean silhouette of the rows with a cluster, −1 … 1; higher is better.
    dbcv
        Density-based validity, −1 … 1; higher is better; noise lowers it.
    neighbors
        Share of the five nearest rows that have the row's own cluster, 0 … 1; noise agrees with nobody.
    bic
        Of a mixture, lower is better; ``None`` for the other families.
    noise
        Share of the rows without a cluster.
    tiny
        Share of the clusters that are too small to be groups.
    """

    silhouette: float
    dbcv: float
    neighbors: float
    bic: float | None
    noise: float
    tiny: float


def take_indices(geometry: Geometry, candidates: Sequence[Candidate]) -> tuple[Indices, ...]:
    """Return the indices of each candidate, in order."""
    nearest = geometry.neighbors(NEIGHBORS + 1)[1][:, 1:]
    return tuple(_of(candidate, nearest) for candidate in candidates)


def _of(candidate: Candidate, nearest: np.ndarray) -> Indices:  # type: ignore[type-arg]
    trial, labels = candidate.trial, candidate.fit.labels
    same = (labels[nearest] == labels[:, None]) & (labels[:, None] >= 0)
    return Indices(
        silhouette=_or(trial.value("silhouette"), -1.0),
        dbcv=_or(trial.value("dbcv"), -1.0),
        neighbors=float(same.mean()) if same.size else 1.0,
        bic=trial.value("bic"),
        noise=candidate.fit.noise_share,
        tiny=candidate.n_tiny / candidate.n_clusters,
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
