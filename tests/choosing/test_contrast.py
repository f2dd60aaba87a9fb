from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

from segmint.choosing.contrast import contrasts


def _plain(X: np.ndarray, labels: np.ndarray) -> float:
    """The definition, with SciPy's tree."""
    distances = squareform(pdist(X))
    core = np.sort(distances, axis=1)[:, min(8, len(X) // 4)]
    reach = np.maximum(distances, np.maximum.outer(core, core))
    total = 0.0
    for label in np.unique(labels):
        mine = labels == label
        between = reach[np.ix_(mine, ~mine)].min()
        inside = minimum_spanning_tree(reach[np.ix_(mine, mine)]).max() if mine.sum() > 1 else 0.0
        total += mine.mean() * (between - inside) / max(between, inside)
    return float(total)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_equals_the_definition(seed: int, n_clusters: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 3))
    labels = np.concatenate([np.arange(n_clusters), rng.integers(0, n_clusters, 60 - n_clusters)])
    assert np.isclose(contrasts(X, [labels], seed=0)[0], _plain(X, labels), atol=1e-9)


def test_the_names_of_clusters_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(50, 2)), rng.integers(0, 3, 50)
    first, second = contrasts(X, [labels, 2 - labels], seed=0)
    assert np.isclose(first, second)


def test_noise_joins_the_nearest_cluster() -> None:
    X = np.array([[0.0], [0.1], [0.2], [0.3], [9.0], [9.1], [9.2], [9.3]])
    whole, partly = np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([0, -1, 0, 0, 1, 1, 1, -1])
    first, second = contrasts(X, [whole, partly], seed=0)
    assert first == second


def test_a_border_through_a_dense_place_costs() -> None:
    X = np.concatenate([np.linspace(0, 1, 40), np.linspace(5, 6, 40)])[:, None]
    right, wrong = (X[:, 0] > 3).astype(np.int64), (X[:, 0] > 0.5).astype(np.int64)
    good, bad = contrasts(X, [right, wrong], seed=0)
    assert good > 0.9
    assert bad < 0


def test_above_the_budget_rows_are_drawn_by_the_seed() -> None:
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(1500, 2)), rng.integers(0, 2, 1500)
    assert contrasts(X, [labels], seed=3) == contrasts(X, [labels], seed=3)
