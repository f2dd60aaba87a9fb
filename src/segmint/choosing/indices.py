"""What is known of a candidate when candidates are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segmint.choosing.candidates import Candidate
from segmint.choosing.contrast import contrasts
from segmint.geometry.geometry import Geometry


@dataclass(frozen=True)
class Indices:
    """The figures of one candidate.

    Attributes
    ----------
    silhouette
        Mean silhouette of the rows with a cluster, −1 … 1; higher is better.
    contrast
        Gaps between the clusters beside the gaps inside them, −1 … 1; higher is better. See
        :func:`segmint.choosing.contrast.contrasts`.
    icl
        Of a mixture, lower is better; ``None`` for the other families.
    noise
        Share of the rows without a cluster.
    tiny
        Share of the clusters that are too small to be groups.
    """

    silhouette: float
    contrast: float
    icl: float | None
    noise: float
    tiny: float


def take_indices(geometry: Geometry, candidates: Sequence[Candidate], *, seed: int) -> tuple[Indices, ...]:
    """Return the indices of each candidate, in order; the seed is the root seed of the drawing of rows."""
    contrast = contrasts(geometry.X, [candidate.fit.labels for candidate in candidates], seed=seed)
    return tuple(_of(one, float(value)) for one, value in zip(candidates, contrast, strict=True))


def _of(candidate: Candidate, contrast: float) -> Indices:
    silhouette = candidate.trial.value("silhouette")
    return Indices(
        silhouette=-1.0 if silhouette is None else silhouette,
        contrast=contrast,
        icl=candidate.trial.value("icl"),
        noise=candidate.fit.noise_share,
        tiny=candidate.n_tiny / candidate.n_clusters,
    )
