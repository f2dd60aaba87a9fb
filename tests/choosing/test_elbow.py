from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.choosing.elbow import find_elbow


def test_a_sharp_bend_is_found_and_its_drops_are_shares_of_the_first_inertia() -> None:
    found = find_elbow(range(1, 8), [1000, 600, 250, 220, 200, 185, 175])
    assert found is not None
    assert found.n_clusters == 3
    assert found.distance == pytest.approx(750 / 825 - 2 / 6)
    assert found.drops[:2] == pytest.approx((0.4, 0.35))
    assert len(found.drops) == 6


def test_k_need_not_be_neighbors() -> None:
    found = find_elbow([1, 5, 20], [100, 10, 8])
    assert found is not None
    assert found.n_clusters == 5


@pytest.mark.parametrize(
    ("ks", "inertias"),
    [([], []), ([1, 2], [9, 1]), ([1, 2, 3], [9, 6, 3]), ([1, 2, 3], [5, 5, 5]), ([1, 2, 3], [9, 8, 3])],
    ids=["nothing", "two points", "a straight line", "no fall", "bent the other way"],
)
def test_no_bend_is_no_elbow(ks: list[int], inertias: list[float]) -> None:
    assert find_elbow(ks, inertias) is None


@given(st.lists(st.floats(0.01, 1e6), min_size=3, max_size=12), st.floats(1e-3, 1e3))
def test_the_unit_of_inertia_changes_nothing(steps: list[float], unit: float) -> None:
    curve = np.cumsum(np.sort(steps))[::-1]  # falling ever more slowly
    ks = range(1, len(curve) + 1)
    one, two = find_elbow(ks, curve), find_elbow(ks, curve * unit)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert one.distance == pytest.approx(two.distance, abs=1e-9)
