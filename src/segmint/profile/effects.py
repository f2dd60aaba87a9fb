"""By how much each column sets each segment apart: Cohen's d for numbers, Cohen's h for shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from segmint.labels import FEWEST_TOLD, NOISE
from segmint.model.cards import Effect
from segmint.prepare.moments import scaled_back, scaled_to_one
from segmint.profile.told import Told
from segmint.types import FloatVector, IntVector, RawColumn, RawColumns

MOST_LEVELS = 50
SMALLEST_SHARE = 0.01
"""A level with fewer rows says nothing of a segment, and something of the few who have it."""
LARGEST_EFFECT = 100.0  # two groups without any spread of their own would be infinitely far apart


@dataclass(frozen=True, eq=False)
class Contrast:
    """One quantity of every segment against all other rows; each of shape (n_clusters,).

    A segment, or the rest, without a value has NaN.
    """

    inside: FloatVector
    outside: FloatVector
    overall: float
    size: FloatVector


def number_contrast(x: FloatVector, labels: IntVector, n_clusters: int) -> Contrast:
    """Compare the mean of each cluster with that of all other rows, in pooled standard deviations.

    d = (mean inside − mean outside) / s, s² = (SS inside + SS outside) / (n − 2), over the present values.

    Parameters
    ----------
    x
        Values, shape (n_samples,); NaN is left out.
    labels
        Shape (n_samples,): 0 … n_clusters − 1, or noise, which only counts among the others.
    n_clusters
        The number of clusters.

    Returns
    -------
    Contrast
        Sizes are held within ±100.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2.

    Examples
    --------
    >>> contrast = number_contrast(np.array([1.0, 2.0, 5.0, 6.0]), np.array([0, 0, 1, 1]), 2)
    >>> contrast.size.round(2).tolist()
    [-5.66, 5.66]
    """
    present = ~np.isnan(x)
    y, exponent = scaled_to_one(x[present])
    overall = float(np.mean(y)) if y.size else float("nan")
    y = y - overall
    counts, sums, squares = (
        _per_cluster(labels[present], n_clusters, w) for w in (np.ones_like(y), y, y * y)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        n_out = y.size - counts
        inside, outside = sums / counts, (np.sum(y) - sums) / n_out
        spread = (squares - sums * inside) + (np.sum(y * y) - squares - n_out * outside**2)
        pooled = np.sqrt(np.maximum(spread, 0.0) / (y.size - 2))
        # differences that are rounding only are no effect, however small the deviation is
        difference = np.where(np.abs(inside - outside) < 1e-14, 0.0, inside - outside)
        size = np.where(difference == 0, 0.0, difference / pooled)
    size = np.where(np.isnan(inside) | np.isnan(outside), np.nan, size)
    return Contrast(
        _back(inside + overall, exponent),
        _back(outside + overall, exponent),
        scaled_back(overall, exponent) if y.size else float("nan"),
        np.clip(size, -LARGEST_EFFECT, LARGEST_EFFECT),
    )


def share_contrast(hits: FloatVector, labels: IntVector, n_clusters: int) -> Contrast:
    """Compare a share in each cluster with that among all other rows: h = 2 asin √p − 2 asin √q.

    Parameters
    ----------
    hits
        1 or 0 a row, shape (n_samples,); NaN is left out.
    labels, n_clusters
        As in :func:`number_contrast`.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 6.

    Examples
    --------
    >>> share_contrast(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0, 0, 1, 1]), 2).size.round(3).tolist()
    [3.142, -3.142]
    """
    present = ~np.isnan(hits)
    y = hits[present]
    counts, sums = (_per_cluster(labels[present], n_clusters, w) for w in (np.ones_like(y), y))
    with np.errstate(divide="ignore", invalid="ignore"):
        inside, outside = sums / counts, (np.sum(y) - sums) / (y.size - counts)
        size = 2 * np.arcsin(np.sqrt(inside)) - 2 * np.arcsin(np.sqrt(np.clip(outside, 0, 1)))
    return Contrast(inside, outside, float(np.mean(y)) if y.size else float("nan"), size)


def find_effects(
    told: Told, columns: RawColumns, labels: IntVector, n_clusters: int, used: frozenset[str]
) -> list[dict[str, Effect]]:
    """Return the effects of each cluster by column, the largest first.

    A column has no effect on a cluster where the cluster, or the rest, has no value. Of a flag or
    category the level counts whose share differs most, of those that a hundredth of the rows have (and
    five rows at least); of two that differ equally (the two of a flag) the one with more inside than outside.

    Parameters
    ----------
    told
        The columns to look at.
    columns
        Raw values.
    labels
        Shape (n_samples,).
    n_clusters
        The number of clusters.
    used
        The columns that made the clusters.
    """
    by_column = [
        _effects(name, None, number_contrast(columns[name], labels, n_clusters), used=name in used)
        for name in (feature.name for feature in told.numbers)
    ]
    by_column += [
        _level_effects(name, columns[name], labels, n_clusters, used=name in used)
        for name in (feature.name for feature in told.levels)
    ]
    return [_ordered([effects[cluster] for effects in by_column]) for cluster in range(n_clusters)]


def _level_effects(
    name: str, column: RawColumn, labels: IntVector, n_clusters: int, *, used: bool
) -> list[Effect | None]:
    place = {level: number for number, level in enumerate(levels_of(column))}
    codes = np.fromiter((place.get(value, -1) for value in column), dtype=np.int64, count=len(column))
    missing = np.where(codes < 0, np.nan, 0.0)
    smallest = max(FEWEST_TOLD, SMALLEST_SHARE * np.count_nonzero(codes >= 0))
    by_level = [
        _effects(name, level, share_contrast((codes == code) + missing, labels, n_clusters), used=used)
        for level, code in list(place.items())[:MOST_LEVELS]
        if np.count_nonzero(codes == code) >= (smallest if code else FEWEST_TOLD)
    ]
    return [_strongest([effects[cluster] for effects in by_level]) for cluster in range(n_clusters)]


def _ordered(effects: list[Effect | None]) -> dict[str, Effect]:
    found = [effect for effect in effects if effect is not None]
    return {effect.feature: effect for effect in sorted(found, key=lambda effect: -abs(effect.size))}


def levels_of(column: RawColumn) -> dict[str, int]:
    """Return the levels with their counts, commonest first, ties by name; missing values left out."""
    counts = Counter(value for value in column if value is not None)
    return {level: counts[level] for level in sorted(counts, key=lambda level: (-counts[level], level))}


def _effects(name: str, level: str | None, contrast: Contrast, *, used: bool) -> list[Effect | None]:
    rows = zip(contrast.inside.tolist(), contrast.outside.tolist(), contrast.size.tolist(), strict=True)
    return [
        None if np.isnan(size) else Effect(name, level, inside, outside, contrast.overall, size, used)
        for inside, outside, size in rows
    ]


def _strongest(effects: list[Effect | None]) -> Effect | None:
    found = [effect for effect in effects if effect is not None]
    return max(found, key=lambda effect: (round(abs(effect.size), 12), effect.size), default=None)


def _per_cluster(labels: IntVector, n_clusters: int, weights: FloatVector) -> FloatVector:
    sums = np.bincount(labels - NOISE, weights=weights, minlength=n_clusters - NOISE)
    return np.asarray(sums[-NOISE:], dtype=np.float64)


def _back(values: FloatVector, exponent: int) -> FloatVector:
    return np.asarray([scaled_back(value, exponent) for value in values.tolist()], dtype=np.float64)
