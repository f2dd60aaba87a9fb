"""Eight statistics of the difference between training and a batch, each on the scale of a normal deviate.

All of them compare sums of bounded scores (see ``scoring``), so that one heavy tail, or one column that is
nearly always zero, decides nothing. They are computed for one batch, or for thousands of draws at once:
axes may stand before those of the sums.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segmint.drift.tails import chi_square_as_normal
from segmint.model.drift_reference import Frame, Sums
from segmint.types import FloatVector

WEIGHTS = {
    "mix": 0.15,
    "center": 0.46,
    "center_dense": 0.05,
    "spread": 0.08,
    "shift": 0.06,
    "shape": 0.05,
    "novelty": 0.10,
    "dependence": 0.05,
}
"""Each statistic's share of the error that the user allows; the order is that of all arrays of statistics."""
STATISTICS = tuple(WEIGHTS)
FEWEST_ROWS = 5
"""A segment with fewer rows, in training or in the batch, is not compared."""
FLOOR = 9.0
"""A variance is at least that of one unseen row at the limit: 3² / n."""

Array = npt.NDArray[np.float64]


def statistics(reference: Sums, current: Sums, frame: Frame) -> Array:
    """Return the eight statistics, larger for more difference.

    With h = 1/m + 1/n, and Z̄ the mean of z in a cell of one segment and one feature:

    - *mix*: χ² of the segments' shares / h;
    - *center*: max |Δ Z̄| / (s √(1/mₖ + 1/nₖ)), of z and of precision · z: the latter tells a move of one
      feature from what its neighbors explain; *center_dense*: the root of the largest sum over features of
      squares of the first, for many small moves;
    - *spread*: *center*'s form of |z|;
    - *shift*: max over features of the Wilcoxon difference of quantile bins; *shape*: their largest χ²;
    - *novelty*: rows that lie farther out, on average or beyond the outermost 3 %; one-sided;
    - *dependence*: max |Δ mean z_f z_g|.

    Parameters
    ----------
    reference, current
        Sums of the training rows and of the batch, by the same frame.
    frame
        How rows are scored.

    Returns
    -------
    Array
        Shape (…, 8), in the order of :data:`STATISTICS`. What cannot be compared is 0.

    References
    ----------
    Wilcoxon (1945), doi:10.2307/3001968. Bickel and Doksum, Mathematical Statistics (2015), section 9.3 (χ²).
    """
    centers = center_deviates(reference, current)
    parts = (
        mix_deviate(reference, current),
        np.maximum(_largest(centers), _largest(partial_deviates(reference, current, frame))),
        np.sqrt(np.square(centers).sum(axis=-1).max(axis=-1, initial=0.0)),
        _largest(spread_deviates(reference, current)),
        np.abs(shift_deviates(reference, current)).max(axis=-1, initial=0.0),
        shape_deviates(reference, current).max(axis=-1, initial=0.0),
        novelty_deviates(reference, current).max(axis=-1),
        np.abs(dependence_deviates(reference, current, frame)).max(axis=-1, initial=0.0),
    )
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def _largest(deviates: Array) -> Array:
    return np.abs(deviates).max(axis=(-2, -1), initial=0.0)


def pooled_width(reference: Sums, current: Sums) -> Array:
    """Return h = 1/m + 1/n: the variance of a difference of means, in variances of one row."""
    return 1.0 / np.maximum(current.n_rows, 1.0) + 1.0 / np.maximum(reference.n_rows, 1.0)


def shares(counts: Array) -> Array:
    """Return counts as shares of their last axis; of nothing, zeros."""
    return counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1.0)


def _chi_square(reference: Array, current: Array, h: Array) -> Array:
    """Return the normal deviate of χ² / h of two histograms in their last axis.

    A cell's variance is at least that of five rows of training: a cluster of one outlier was made because it was
    there, and a large batch without another one is no news.
    """
    p, q = shares(reference), shares(current)
    together = reference + current
    pooled = together / np.maximum(together.sum(axis=-1, keepdims=True), 1.0)
    least = FEWEST_ROWS / np.maximum(reference.sum(axis=-1, keepdims=True), 1.0)
    terms = np.square(q - p) / np.maximum(pooled, least)
    freedom = np.count_nonzero(pooled > 0, axis=-1) - 1
    return chi_square_as_normal(terms.sum(axis=-1) / h, freedom.astype(np.float64))


def mix_deviate(reference: Sums, current: Sums) -> Array:
    """Return how unlike the segments' shares are, shape (…,); rows without a segment are one more."""
    return _chi_square(reference.counts, current.counts, pooled_width(reference, current))


def cell_widths(reference: Sums, current: Sums) -> Array:
    """Return 1/mₖ + 1/nₖ, shape (…, n_clusters, 1); infinite where either has too few rows."""
    n, m = reference.counts[..., :-1], current.counts[..., :-1]
    enough = np.minimum(n, m) >= FEWEST_ROWS
    widths = 1.0 / np.maximum(n, 1.0) + 1.0 / np.maximum(m, 1.0)
    return np.where(enough, widths, np.inf)[..., None]


def means(sums: Array, counts: Array) -> Array:
    """Return the mean of each segment's rows from sums of shape (…, n_clusters, n_features)."""
    return sums / np.maximum(counts[..., :-1], 1.0)[..., None]


def _variances(reference: Sums, mean: Array) -> Array:
    """Return E z² − mean², not below what one unseen row could add."""
    n = np.maximum(reference.counts[..., :-1], 1.0)[..., None]
    return np.maximum(means(reference.squared, reference.counts) - np.square(mean), FLOOR / n)


def _cell_deviates(reference: Sums, current: Sums, before: Array, now: Array) -> Array:
    """Return the difference of means in deviations of the difference, for sums of each segment."""
    mean = means(before, reference.counts)
    difference = means(now, current.counts) - mean
    return difference / np.sqrt(_variances(reference, mean) * cell_widths(reference, current))


def center_deviates(reference: Sums, current: Sums) -> Array:
    """Return how far each segment moved in each feature, in deviations; shape (…, n_clusters, n_features)."""
    return _cell_deviates(reference, current, reference.z, current.z)


def spread_deviates(reference: Sums, current: Sums) -> Array:
    """Return how much wider each segment became in each feature, shape (…, n_clusters, n_features)."""
    return _cell_deviates(reference, current, reference.absolute, current.absolute)


def partial_deviates(reference: Sums, current: Sums, frame: Frame) -> Array:
    """Return how far each segment moved in a feature beside what its other features explain.

    Shape (…, n_clusters, n_features).
    """
    difference = means(current.z, current.counts) - means(reference.z, reference.counts)
    moved = np.einsum("...f,fg->...g", difference, frame.precision)
    return moved / (frame.partial_deviations * np.sqrt(cell_widths(reference, current)))


def rank_scores(counts: Array) -> tuple[Array, Array, Array]:
    """Return each bin's mean rank as a share, their mean, and their variance, along the last axis."""
    p = shares(counts)
    ranks = np.cumsum(p, axis=-1) - 0.5 * p
    mean = (p * ranks).sum(axis=-1)
    return ranks, mean, (p * np.square(ranks)).sum(axis=-1) - np.square(mean)


def shift_deviates(reference: Sums, current: Sums) -> Array:
    """Return how far each feature moved up in the order of training's values, shape (…, n_features)."""
    ranks, mean, variance = rank_scores(reference.bins)
    moved = (shares(current.bins) * ranks).sum(axis=-1) - mean
    h = pooled_width(reference, current)[..., None]
    floor = 1.0 / np.maximum(reference.n_rows, 1.0)[..., None]
    return moved / np.sqrt(np.maximum(variance, floor) * h)


def shape_deviates(reference: Sums, current: Sums) -> Array:
    """Return how unlike each feature's quantile bins are filled, shape (…, n_features)."""
    return _chi_square(reference.bins, current.bins, pooled_width(reference, current)[..., None])


def novelty_deviates(reference: Sums, current: Sums) -> Array:
    """Return how much farther out rows lie: their mean distance, and the share beyond; shape (…, 2)."""
    n, m = np.maximum(reference.n_rows, 1.0)[..., None], np.maximum(current.n_rows, 1.0)[..., None]
    before, now = reference.distance / n, current.distance / m
    variance = np.stack(
        [before[..., 1] - np.square(before[..., 0]), before[..., 2] * (1.0 - before[..., 2])], axis=-1
    )
    difference = now[..., (0, 2)] - before[..., (0, 2)]
    h = pooled_width(reference, current)[..., None]
    return difference / np.sqrt(np.maximum(variance, FLOOR / n) * h)


def dependence_deviates(reference: Sums, current: Sums, frame: Frame) -> Array:
    """Return how the products of features changed within segments, shape (…, n_pairs)."""
    n, m = (np.maximum(sums.counts[..., :-1].sum(axis=-1), 1.0)[..., None] for sums in (reference, current))
    difference = current.products / m - reference.products / n
    return difference / (frame.pair_deviations * np.sqrt(1.0 / n + 1.0 / m))


def weights() -> FloatVector:
    """Return each statistic's share of the allowed error, in the order of :data:`STATISTICS`."""
    return np.array(list(WEIGHTS.values()))
