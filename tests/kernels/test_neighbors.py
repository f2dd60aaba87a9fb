"""Selection and the tree's boxes."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.kernels import neighbors


def test_the_smallest_values_are_found_in_order() -> None:
    values = np.random.default_rng(0).integers(0, 50, (20, 80)).astype(float)
    smallest, places = np.empty((20, 7)), np.empty((20, 7), np.int64)
    neighbors.smallest_of_rows(values, smallest, places)
    assert np.array_equal(smallest, np.sort(values, axis=1)[:, :7])
    assert np.array_equal(places, np.argsort(values, axis=1, kind="stable")[:, :7])


@pytest.mark.parametrize("n", [1, 16, 17, 400])
def test_every_row_lies_in_one_leaf_and_in_its_box(n: int) -> None:
    X = np.random.default_rng(n).normal(size=(n, 3))
    order, first, end, left, low, high = neighbors.build_tree(X)
    assert np.array_equal(np.sort(order), np.arange(n))
    leaves = np.flatnonzero(left == 0)
    assert np.array_equal(
        np.sort(np.concatenate([np.arange(first[v], end[v]) for v in leaves])), np.arange(n)
    )
    for node in range(len(first)):
        rows = X[order[first[node] : end[node]]]
        assert np.array_equal(rows.min(axis=0), low[node])
        assert np.array_equal(rows.max(axis=0), high[node])
    assert (end[leaves] - first[leaves]).max() <= neighbors.LEAF


def test_equal_rows_make_a_tree_too() -> None:
    order, _, _, left, _, _ = neighbors.build_tree(np.zeros((100, 2)))
    assert np.array_equal(np.sort(order), np.arange(100))
    assert np.count_nonzero(left) == np.count_nonzero(left == 0) - 1
