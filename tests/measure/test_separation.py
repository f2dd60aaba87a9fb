from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from segmint.labels import NOISE
from segmint.measure.separation import calinski_harabasz, davies_bouldin

PAIRS = [(calinski_harabasz, calinski_harabasz_score), (davies_bouldin, davies_bouldin_score)]


@given(seed=st.integers(0, 2**32), n=st.integers(12, 60), d=st.integers(1, 5), k=st.integers(2, 5))
@settings(max_examples=60)
@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_equals_scikit_learn_without_the_noise(ours, theirs, seed, n, d, k):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    labels = np.concatenate([np.arange(k), np.arange(k), rng.integers(NOISE, k, n - 2 * k)])
    kept = labels != NOISE
    assert ours(X, labels) == pytest.approx(theirs(X[kept], labels[kept]), rel=1e-9)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=30)
@pytest.mark.parametrize("measure", [calinski_harabasz, davies_bouldin])
def test_names_order_and_place_do_not_matter(measure, seed):
    rng = np.random.default_rng(seed)
    X, labels = rng.normal(size=(40, 3)), np.append([0, 1, 2], rng.integers(0, 3, 37))
    order = rng.permutation(40)
    value = measure(X, labels)
    assert measure(X[order], labels[order]) == pytest.approx(value, rel=1e-9)
    assert measure(X, np.array([7, 3, 5])[labels]) == pytest.approx(value, rel=1e-9)
    assert measure(5 * X + 1, labels) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("measure", [calinski_harabasz, davies_bouldin])
def test_one_cluster_is_not_defined(measure):
    assert np.isnan(measure(np.arange(4.0)[:, None], np.array([0, 0, NOISE, 0])))
    assert np.isnan(measure(np.arange(4.0)[:, None], np.full(4, NOISE)))


def test_clusters_of_equal_rows():
    X, labels = np.array([[0.0], [0.0], [4.0], [4.0]]), np.array([0, 0, 1, 1])
    assert calinski_harabasz(X, labels) == 1.0
    assert davies_bouldin(X, labels) == 0.0
    assert np.isnan(calinski_harabasz(X[::2], labels[::2]))  # as many clusters as rows
