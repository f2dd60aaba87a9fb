"""The counting tree: the truth, and a price that grows with the features."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segmint.likeness.kd_nodes import grow, search


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(1, 50), st.integers(1, 4)), elements=st.integers(-3, 3).map(float)
    ),
    st.integers(1, 8),
    st.data(),
)
def test_the_answer_is_that_of_sorting(X, leaf_rows, data) -> None:
    k = data.draw(st.integers(1, len(X)))
    tree = grow(X, leaf=leaf_rows)
    query = X[data.draw(st.integers(0, len(X) - 1))] + 0.25
    squares = np.square(X - query).sum(axis=1)
    found = search(tree, query, k)
    np.testing.assert_array_equal(found.rows, np.lexsort((np.arange(len(X)), squares))[:k])
    assert 1 <= found.visited.size <= tree.n_nodes
    assert np.unique(found.visited).size == found.visited.size


def test_pruning_ends_with_many_features() -> None:
    rng = np.random.default_rng(0)
    shares = []
    for n_features in (2, 8, 32):
        X = rng.normal(size=(2000, n_features))
        tree = grow(X)
        visited = [search(tree, query, 5).visited.size for query in rng.normal(size=(20, n_features))]
        shares.append(np.mean(visited) / tree.n_nodes)
    assert shares[0] < 0.15
    assert shares[0] < shares[1] < shares[2]
    assert shares[2] > 0.9


def test_equal_rows_are_one_leaf() -> None:
    assert grow(np.ones((100, 3))).n_nodes == 1
