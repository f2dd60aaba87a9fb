"""The engine beside scikit-learn on the same rows, seeds and threads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score
from sklearn.mixture import GaussianMixture

from benchmarks.timing import Pair, interleaved
from segmint.families.gaussian_mixture import fit_mixture
from segmint.families.kmeans import fit_kmeans
from segmint.geometry.geometry import Geometry
from segmint.measure.sweep import measure_sweep
from segmint.types import FloatMatrix, IntVector

KS = range(2, 11)


def comparisons() -> Iterator[tuple[str, Pair]]:
    """Yield what was compared, and how long each side took."""
    for n, d in ((200, 2), (2_000, 2), (10_000, 8)):
        X = blobs(n, d)
        yield (
            f"K-Means, K = 2 … 10, 10 starts each, {n:,} × {d}",
            interleaved(partial(_ours, X), partial(_theirs, X)),
        )
    for n, d in ((2_000, 2), (10_000, 2)):
        X = blobs(n, d)
        labelings = [fit_kmeans(X, k, n_init=1, seed=0)[1] for k in KS]
        yield (
            f"all measures of nine labelings against nine silhouettes, {n:,} × {d}",
            interleaved(
                partial(measure_sweep, Geometry(X), labelings, seed=0),
                partial(_silhouettes, X, labelings),
                runs=3,
            ),
        )
    X = blobs(20_000, 8)
    yield (
        "Gaussian mixture, full, 8 components, 20,000 × 8",
        interleaved(
            lambda: fit_mixture(X, 8, covariance_type="full", seed=0),
            lambda: GaussianMixture(8, random_state=0).fit(X),
            runs=3,
        ),
    )


def blobs(n: int, d: int) -> FloatMatrix:
    """Return eight overlapping round groups."""
    return np.ascontiguousarray(make_blobs(n, d, centers=8, cluster_std=2.0, random_state=0)[0])


def _ours(X: FloatMatrix) -> None:
    for k in KS:
        fit_kmeans(X, k, n_init=10, seed=0)


def _theirs(X: FloatMatrix) -> None:
    for k in KS:
        KMeans(k, n_init=10, random_state=0).fit(X)


def _silhouettes(X: FloatMatrix, labelings: Sequence[IntVector]) -> None:
    for labels in labelings:
        silhouette_score(X, labels)
