"""The spanning tree of mutual reachability, beside SciPy's on the whole graph."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from segmint.kernels import spanning


@pytest.mark.parametrize(("n", "d"), [(2, 1), (90, 2), (600, 4)])
def test_the_tree_is_as_short_as_can_be(n: int, d: int) -> None:
    X = np.random.default_rng(n).normal(size=(n, d))
    distances = cdist(X, X)
    core = np.sort(distances, axis=1)[:, min(4, n - 1)]
    reach = np.maximum(np.maximum(distances, core[:, None]), core[None])
    one, other, lengths = spanning.spanning_tree(np.array(X.T, order="C"), np.square(core))
    np.testing.assert_allclose(lengths, reach[one, other], rtol=1e-9)
    np.fill_diagonal(reach, 0)
    assert lengths.sum() == pytest.approx(minimum_spanning_tree(reach).sum(), rel=1e-9)
    assert np.array_equal(np.sort(np.append(other, 0)), np.arange(n))  # each row enters once, row 0 first


def test_the_hierarchy_counts_rows() -> None:
    left, right, sizes = spanning.hierarchy(np.array([0, 2, 0]), np.array([1, 3, 2]))
    assert left.tolist() == [0, 2, 4]
    assert right.tolist() == [1, 3, 5]
    assert sizes.tolist() == [2, 2, 4]


def test_two_stable_children_win_over_their_parent_and_lose_when_it_is_more_stable() -> None:
    parents = np.array([-1, 0, 0, 1, 1])
    assert spanning.most_stable(parents, np.array([9.0, 1.0, 5.0, 2.0, 2.0])).tolist() == [-1, -1, 2, 3, 4]
    assert spanning.most_stable(parents, np.array([9.0, 6.0, 5.0, 2.0, 2.0])).tolist() == [-1, 1, 2, 1, 1]
