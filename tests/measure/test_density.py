from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.datasets import make_moons

from segmint.labels import NOISE
from segmint.measure.density import dbcv, dbcv_score


def kruskal(reach, distance):
    """The spanning tree; of equal edges the shorter distance goes first."""
    n = len(reach)
    root = list(range(n))
    tree = []
    edges = sorted((reach[i, j], distance[i, j], i, j) for i in range(n) for j in range(i))
    for w, _, i, j in edges:
        if root[i] != root[j]:
            tree.append((i, j, w))
            root = [root[i] if r == root[j] else r for r in root]
    return tree


def naive(X, labels):
    """Moulavi et al. (2014), definitions 1 to 7, with whole matrices."""
    d = X.shape[1]
    clusters = [c for c in np.unique(labels) if c != NOISE and np.sum(labels == c) > 1]
    if len(clusters) < 2:
        return float("nan")
    core, inner, sparseness = {}, {}, {}
    for c in clusters:
        rows = X[labels == c]
        n = len(rows)
        distance = cdist(rows, rows)
        others = distance[~np.eye(n, dtype=bool)].reshape(n, n - 1)
        core[c] = np.mean(others ** (-float(d)), axis=1) ** (-1.0 / d)
        reach = np.maximum(np.maximum(core[c][:, None], core[c][None, :]), distance)
        tree = kruskal(reach, distance)
        degree = np.bincount([end for i, j, _ in tree for end in (i, j)], minlength=n)
        edges = [w for i, j, w in tree if min(degree[i], degree[j]) > 1]
        sparseness[c] = max(edges) if edges else max(w for _, _, w in tree)
        inner[c] = np.flatnonzero(degree > 1) if np.any(degree > 1) else np.arange(n)
    total = 0.0
    for c in clusters:
        separation = min(
            np.maximum(
                np.maximum(core[c][inner[c]][:, None], core[o][inner[o]][None, :]),
                cdist(X[labels == c][inner[c]], X[labels == o][inner[o]]),
            ).min()
            for o in clusters
            if o != c
        )
        validity = (separation - sparseness[c]) / max(separation, sparseness[c])
        total += np.sum(labels == c) / len(X) * validity
    return total


@given(seed=st.integers(0, 2**32), n=st.integers(4, 60), d=st.integers(1, 9), k=st.integers(1, 5))
def test_equals_the_definition(seed, n, d, k):
    rng = np.random.default_rng(seed)
    labels = rng.integers(NOISE, k, n)
    X = rng.normal(size=(n, d)) + labels[:, None] * 2.0
    assert dbcv(X, labels) == pytest.approx(naive(X, labels), rel=1e-9, abs=1e-9, nan_ok=True)


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-6, 1.0, 1e6]))
@settings(max_examples=30)
def test_names_order_and_scale_do_not_matter(seed, scale):
    rng = np.random.default_rng(seed)
    labels = np.append([0, 0, 1, 1], rng.integers(NOISE, 3, 40))
    X = rng.normal(size=(44, 3)) + labels[:, None]
    order = rng.permutation(44)
    value = dbcv(X, labels)
    assert -1 <= value <= 1
    assert dbcv(scale * X[order], labels[order]) == pytest.approx(value, abs=1e-9)
    assert dbcv(X, np.array([8, 2, 5, NOISE])[labels]) == pytest.approx(value, abs=1e-12)


def test_many_dimensions_do_not_overflow():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 30)
    X = 1e-3 * rng.normal(size=(60, 300)) + labels[:, None]
    assert 0.5 < dbcv(X, labels) <= 1


def test_noise_lowers_it_by_its_share():
    X, labels = make_moons(300, noise=0.03, random_state=0)
    noisy_X = np.vstack([X, np.random.default_rng(0).uniform(-3, 3, size=(100, 2))])
    noisy = np.append(labels, np.full(100, NOISE))
    assert dbcv(noisy_X, noisy) == pytest.approx(0.75 * dbcv(X, labels))


def test_the_moons_are_denser_than_halves_cut_by_a_line():
    X, moons = make_moons(400, noise=0.02, random_state=0)
    halves = (X[:, 0] > 0.5).astype(np.int64)
    assert dbcv(X, moons) > 0.4 > 0 > dbcv(X, halves)


def test_duplicates_have_no_distance():
    X = np.repeat([[0.0], [1.0]], 5, axis=0)
    assert dbcv(X, np.repeat([0, 1], 5)) == 1.0
    assert dbcv(np.zeros((10, 1)), np.repeat([0, 1], 5)) == 0.0


def test_above_the_budget_four_samples_give_the_value_and_its_error():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [600, 500, 100])
    X = rng.normal(size=(1200, 2)) + 12.0 * labels[:, None]
    score = dbcv_score(X, labels, seed=0, pairs_budget=600**2)
    assert not score.exact
    assert 900 < score.n_scored <= 1200
    assert score.value == pytest.approx(dbcv(X, labels), abs=0.1)
    assert score == dbcv_score(X, labels, seed=0, pairs_budget=600**2)
    assert dbcv_score(X, labels, seed=0).exact
