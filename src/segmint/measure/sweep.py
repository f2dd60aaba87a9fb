"""All labelings of a sweep measured together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE
from segmint.measure.density import dbcv_score
from segmint.measure.refinement import numbered
from segmint.measure.sampling import drawn_by_any, estimate, stratified
from segmint.measure.score import Score
from segmint.measure.separation import calinski_harabasz, davies_bouldin
from segmint.measure.silhouette import cores, silhouettes_of
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

PAIRS_BUDGET = 2_500_000_000
"""Pairs of rows up to which silhouettes are exact: 50,000 rows."""

_SMALL = 512
"""Up to this size threads only wait for Python's lock."""


@dataclass(frozen=True, eq=False)
class LabelingScores:
    """What labels alone can tell.

    Attributes
    ----------
    scores
        ``silhouette``, ``calinski_harabasz``, ``davies_bouldin`` and ``dbcv``.
    cluster_silhouettes
        Mean silhouette of each cluster, shape (n_clusters,); empty with fewer than two clusters.
    """

    scores: Mapping[str, Score]
    cluster_silhouettes: FloatVector


def measure_sweep(
    geometry: Geometry,
    labelings: Sequence[IntVector],
    *,
    seed: int,
    pairs_budget: int = PAIRS_BUDGET,
    jobs: int | None = None,
) -> tuple[LabelingScores, ...]:
    """Measure all labelings of one matrix; each pair's distance is computed once for all of them.

    Noise rows are left out: not scored, and nobody's neighbors (DBCV counts them against a labeling).
    Above the budget silhouettes are scored on rows drawn from each cluster, each against *all* rows:
    the mean is unbiased, its standard error is given, and n_scored says how many rows it rests on. The
    number of labelings does not enter the budget, and no n × n array is made.

    Parameters
    ----------
    geometry
        The rows.
    labelings
        Each of shape (n_samples,), canonical: 0 … n_clusters − 1, ``labels.NOISE`` for noise.
    seed
        The root seed: which rows are drawn above the budget.
    pairs_budget
        Pairs of rows whose distances may be computed.
    jobs
        Threads to use, by default one for each core; their number changes no bit of the result.

    Returns
    -------
    tuple of LabelingScores
        One for each labeling, in order. A value is ``None`` where a measure is not defined, as with one
        cluster.

    Examples
    --------
    >>> X = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> (scores,) = measure_sweep(Geometry(X), [np.array([0, 0, 1, 1])], seed=0)
    >>> round(scores.scores["silhouette"].value, 3)
    0.9
    """
    distinct: dict[bytes, IntVector] = {}
    names = []
    for labels in labelings:
        labels = numbered(labels)
        names.append(labels.tobytes())
        distinct.setdefault(names[-1], labels)
    measured = _measure(geometry.X, list(distinct.values()), seed, pairs_budget, jobs or cores())
    found = dict(zip(distinct, measured, strict=True))
    return tuple(found[name] for name in names)


def _measure(
    X: FloatMatrix, labelings: list[IntVector], seed: int, pairs_budget: int, jobs: int
) -> list[LabelingScores]:
    silhouettes = _silhouettes(X, labelings, seed, pairs_budget, jobs)
    with ThreadPoolExecutor(jobs if len(X) > _SMALL else 1) as threads:
        others = list(threads.map(lambda labels: _others(X, labels, seed), labelings))
    return [
        LabelingScores({"silhouette": score, **other}, by_cluster)
        for (score, by_cluster), other in zip(silhouettes, others, strict=True)
    ]


def _others(X: FloatMatrix, labels: IntVector, seed: int) -> dict[str, Score]:
    n_kept = int(np.count_nonzero(labels != NOISE))
    return {
        "calinski_harabasz": _exact(calinski_harabasz(X, labels), n_kept),
        "davies_bouldin": _exact(davies_bouldin(X, labels), n_kept),
        "dbcv": dbcv_score(X, labels, seed=seed),
    }


def _exact(value: float, n_scored: int) -> Score:
    return Score(None if np.isnan(value) else value, None, n_scored)


def _silhouettes(
    X: FloatMatrix, labelings: list[IntVector], seed: int, pairs_budget: int, jobs: int
) -> list[tuple[Score, FloatVector]]:
    """Return the mean silhouette, and those of the clusters, of each labeling."""
    results = [(Score(None, None, int(np.count_nonzero(x != NOISE))), np.empty(0)) for x in labelings]
    defined = [number for number, labels in enumerate(labelings) if labels.max(initial=NOISE) > 0]
    if not defined:
        return results
    samples = _samples(labelings, defined, len(X), seed, pairs_budget)
    rows = drawn_by_any(samples, len(X))
    values = silhouettes_of(X, [labelings[number] for number in defined], rows, jobs=jobs)
    for place, number in enumerate(defined):
        drawn = samples[place]
        results[number] = estimate(labelings[number], drawn, values[place, np.searchsorted(rows, drawn)])
    return results


def _samples(
    labelings: list[IntVector], defined: list[int], n_samples: int, seed: int, pairs_budget: int
) -> list[IntVector]:
    """Return, for each labeling, the rows to score: all that have a cluster, or drawn ones."""
    if n_samples**2 <= pairs_budget:
        return [np.flatnonzero(labelings[number] != NOISE) for number in defined]
    wanted = max(2, pairs_budget // n_samples)
    ranks = generator(seed, "silhouette").permutation(n_samples)
    return [stratified(labelings[number], wanted, ranks) for number in defined]
