"""How large a difference is, whatever the number of rows: a test alone calls any million rows changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from segmint.drift import statistics as st
from segmint.model.drift_reference import Frame, Sums
from segmint.types import BoolVector

THRESHOLDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "mix": 0.1,
        "center": 0.1,
        "center_dense": 0.05,
        "spread": 0.1,
        "shift": 0.1,
        "shape": 0.1,
        "novelty": 0.01,
        "dependence": 0.1,
    }
)
"""From here on a difference counts: Cohen's w of shares and bins, deviations of a segment, a share of its
spread, a share of all rows (novelty), a correlation."""
SMALLEST_SHARE = 0.01
"""Cohen's w takes a share as at least this: a segment of a few rows would make any change a large one."""
SLACK = 0.25
"""Chance shows about so many cells of all as moved."""


def effects(reference: Sums, current: Sums, frame: Frame) -> Mapping[str, float]:
    """Return the effect that goes with each statistic, in the terms of :data:`THRESHOLDS`.

    - *mix*, *shape*: w = √ Σ (q − p)² / p (of the feature that changed most);
    - *center*: |Δ mean| in the segment's deviations, by itself or beside the other features; *center_dense*:
      its root mean square over the features of a segment, what chance adds taken off;
    - *spread*: Δ E|z| / E|z|; *shift*: the move of the mean rank in deviations of the rank;
    - *novelty*: by how much the share of rows beyond training's outermost 3 % rose; *dependence*: Δ E z_f z_g.

    Only what stands out from chance cell by cell counts toward a largest one.

    References
    ----------
    Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), ch. 2 and 7: small effects.
    """
    return {name: float(EFFECTS[name](reference, current, frame)) for name in st.STATISTICS}


def stands_out(deviates: st.Array) -> BoolVector:
    """Return which of many deviates chance hardly reaches: |Z| > √(2 ln(2 · number / .25))."""
    return np.asarray(np.abs(deviates) > math.sqrt(2.0 * math.log(max(2.0, 2.0 * deviates.size / SLACK))))


def _largest(sizes: st.Array, deviates: st.Array) -> float:
    return float(np.where(stands_out(deviates), np.abs(sizes), 0.0).max(initial=0.0))


def _cohen(reference: st.Array, current: st.Array) -> st.Array:
    p, q = st.shares(reference), st.shares(current)
    return np.asarray(np.sqrt((np.square(q - p) / np.maximum(p, SMALLEST_SHARE)).sum(axis=-1)))


def moves(reference: Sums, current: Sums) -> st.Array:
    """Return how far each segment moved in its own deviations, shape (n_clusters, n_features); 0 for too few rows."""
    return st.center_deviates(reference, current) * _finite_roots(reference, current)


def _finite_roots(reference: Sums, current: Sums) -> st.Array:
    widths = st.cell_widths(reference, current)
    return np.asarray(np.sqrt(np.where(np.isfinite(widths), widths, 0.0)))


def _mix(reference: Sums, current: Sums, _frame: Frame) -> float:
    return float(_cohen(reference.counts, current.counts))


def _center(reference: Sums, current: Sums, frame: Frame) -> float:
    partial = st.partial_deviates(reference, current, frame)
    return max(
        _largest(moves(reference, current), st.center_deviates(reference, current)),
        _largest(partial * _finite_roots(reference, current), partial),
    )


def _center_dense(reference: Sums, current: Sums, _frame: Frame) -> float:
    squares = np.square(moves(reference, current)).mean(axis=-1)
    widths = np.square(_finite_roots(reference, current))[..., 0]
    return float(np.sqrt(np.maximum(squares - widths, 0.0)).max(initial=0.0))


def _spread(reference: Sums, current: Sums, _frame: Frame) -> float:
    return _largest(widening(reference, current), st.spread_deviates(reference, current))


def widening(reference: Sums, current: Sums) -> st.Array:
    """Return by what share each segment became wider in each feature, shape (n_clusters, n_features)."""
    before = st.means(reference.absolute, reference.counts)
    now = st.means(current.absolute, current.counts)
    enough = np.isfinite(st.cell_widths(reference, current))
    return np.where(enough & (before > 0), now / np.where(before > 0, before, 1.0) - 1.0, 0.0)


def _shift(reference: Sums, current: Sums, _frame: Frame) -> float:
    deviates = st.shift_deviates(reference, current)
    return _largest(deviates * np.sqrt(st.pooled_width(reference, current)), deviates)


def _shape(reference: Sums, current: Sums, _frame: Frame) -> float:
    return _largest(_cohen(reference.bins, current.bins), st.shape_deviates(reference, current))


def _novelty(reference: Sums, current: Sums, _frame: Frame) -> float:
    n, m = (np.maximum(sums.n_rows, 1.0) for sums in (reference, current))
    return float(current.distance[2] / m - reference.distance[2] / n)


def _dependence(reference: Sums, current: Sums, frame: Frame) -> float:
    deviates = st.dependence_deviates(reference, current, frame)
    n, m = (max(1.0, float(sums.counts[:-1].sum())) for sums in (reference, current))
    return _largest(deviates * frame.pair_deviations * math.sqrt(1.0 / n + 1.0 / m), deviates)


EFFECTS: Final[Mapping[str, Callable[[Sums, Sums, Frame], float]]] = MappingProxyType(
    {
        "mix": _mix,
        "center": _center,
        "center_dense": _center_dense,
        "spread": _spread,
        "shift": _shift,
        "shape": _shape,
        "novelty": _novelty,
        "dependence": _dependence,
    }
)
