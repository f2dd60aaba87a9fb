"""What became of each segment: its share, and the features in which it moved or spread."""

from __future__ import annotations

import math

import numpy as np

from segmint.drift import statistics as st
from segmint.drift.causes import Split, moved_cells
from segmint.drift.effects import moves, widening
from segmint.drift.naming import Names
from segmint.drift.report import Move, SegmentChange
from segmint.drift.scoring import Scores
from segmint.model.drift_reference import DriftReference, Sums
from segmint.types import FloatMatrix

INTERVAL_90 = 1.6449


def segment_changes(
    reference: DriftReference, current: Scores, parts: Split, names: Names
) -> tuple[SegmentChange, ...]:
    """Return each segment's change, in the order of labels.

    Parameters
    ----------
    reference
        What training looked like.
    current
        The batch's scores.
    parts
        What the difference consists of.
    names
        What segments and features are called.
    """
    before, now = st.shares(reference.sums.counts), st.shares(current.sums.counts)
    every = _moves(reference, current, parts, names)
    return tuple(
        SegmentChange(
            label,
            names.segment(label),
            float(before[label]),
            float(now[label]),
            int(current.sums.counts[label]),
            tuple(sorted(own, key=lambda move: -move.part)),
        )
        for label, own in enumerate(every)
    )


def _moves(reference: DriftReference, current: Scores, parts: Split, names: Names) -> list[list[Move]]:
    """Return the moves of each segment that stand out from chance."""
    moved, wider = moves(reference.sums, current.sums), widening(reference.sums, current.sums)
    widths = st.cell_widths(reference.sums, current.sums)[:, 0]
    before, now = (_centers(reference, sums) for sums in (reference.sums, current.sums))
    old, new = names.in_units(before), names.in_units(now)
    found: list[list[Move]] = [[] for _ in range(reference.frame.n_clusters)]
    for k, f in np.argwhere(moved_cells(reference, current)):
        name, half = names.feature(f), INTERVAL_90 * math.sqrt(widths[k])
        found[k].append(
            Move(
                name,
                float(moved[k, f]),
                float(moved[k, f] - half),
                float(moved[k, f] + half),
                float(wider[k, f]),
                float(parts.behavior[k, f] / (parts.total or 1.0)),
                float(before[k, f]),
                float(now[k, f]),
                float(old[name][k]) if name in old else None,
                float(new[name][k]) if name in new else None,
            )
        )
    return found


def _centers(reference: DriftReference, sums: Sums) -> FloatMatrix:
    """Return each segment's center in prepared features: the mean of values held within three spreads."""
    z = st.means(sums.z, sums.counts)
    return np.asarray(reference.frame.centers + z * reference.frame.scales)
