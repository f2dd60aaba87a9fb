from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segmint.labels import NOISE
from segmint.measure.refinement import common_refinement, numbered


@st.composite
def sweeps(draw):
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    count = draw(st.integers(1, 25))
    return [numbered(rng.integers(-1, draw(st.integers(1, 9)), n)) for _ in range(count)]


@given(sweeps())
def test_cells_tell_apart_what_any_labeling_does_and_nothing_else(labelings):
    refinement = common_refinement(labelings)
    combinations = list(zip(*[labels.tolist() for labels in labelings], strict=True))
    cells = refinement.cells.tolist()
    assert len(set(combinations)) == len(set(cells)) == refinement.n_cells
    assert len(set(zip(combinations, cells, strict=True))) == refinement.n_cells


@given(sweeps())
def test_cells_lead_back_to_every_labeling(labelings):
    r = common_refinement(labelings)
    np.testing.assert_array_equal(np.sort(r.order), np.arange(len(r.cells)))
    np.testing.assert_array_equal(np.diff(r.starts), np.bincount(r.cells))
    for group in range(len(r.group_sizes)):
        for number in range(r.group_starts[group], r.group_starts[group + 1]):
            slots = r.slots[number, r.group_cells[group, r.cells]]
            labels = np.where(slots == r.n_clusters[number], NOISE, slots)
            np.testing.assert_array_equal(labels, labelings[number])
            np.testing.assert_array_equal(
                r.counts[number, : r.n_clusters[number] + 1],
                np.bincount(slots, minlength=r.n_clusters[number] + 1),
            )


def test_numbered_closes_gaps_and_leaves_noise():
    assert numbered(np.array([9, 4, NOISE, 9])).tolist() == [1, 0, NOISE, 1]
    assert numbered(np.array([], dtype=np.int64)).tolist() == []
