from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples as sklearn_samples

from segmint.labels import NOISE
from segmint.measure import silhouette as module
from segmint.measure.silhouette import silhouette, silhouette_rows, silhouette_samples, silhouettes_of


def naive(X, labels):
    """The definition, row by row."""
    values = np.full(len(X), np.nan)
    clusters = [c for c in np.unique(labels) if c != NOISE]
    if len(clusters) < 2:
        return values
    for i in np.flatnonzero(labels != NOISE):
        own = (labels == labels[i]) & (np.arange(len(X)) != i)
        if not own.any():
            values[i] = 0.0
            continue
        a = np.mean([np.sqrt(((X[i] - X[j]) ** 2).sum()) for j in np.flatnonzero(own)])
        b = min(
            np.mean([np.sqrt(((X[i] - X[j]) ** 2).sum()) for j in np.flatnonzero(labels == c)])
            for c in clusters
            if c != labels[i]
        )
        values[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0.0
    return values


@st.composite
def tables(draw, most=40):
    n = draw(st.integers(2, most))
    d = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    X = rng.normal(size=(n, d)) * 10.0 ** draw(st.integers(-4, 4))
    if draw(st.booleans()):
        X = np.round(X, 1)  # ties and duplicates
    labels = rng.integers(draw(st.sampled_from([NOISE, 0])), draw(st.integers(1, 6)), n)
    return X, labels


@given(tables())
def test_equals_the_definition(table):
    X, labels = table
    np.testing.assert_allclose(silhouette_samples(X, labels), naive(X, labels), atol=1e-10)


@given(tables())
@settings(max_examples=40)
def test_equals_scikit_learn_without_the_noise(table):
    X, labels = table
    kept = labels != NOISE
    n_clusters = len(np.unique(labels[kept]))
    if not 2 <= n_clusters < kept.sum():
        return
    # scikit-learn's own distances cancel for close rows; given exact ones it must agree
    expected = sklearn_samples(cdist(X[kept], X[kept]), labels[kept], metric="precomputed")
    np.testing.assert_allclose(silhouette_samples(X, labels)[kept], expected, atol=1e-9)


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_names_of_clusters_and_order_of_rows_do_not_matter(table, random):
    X, labels = table
    names = list(range(7))
    random.shuffle(names)
    renamed = np.where(labels == NOISE, NOISE, np.array(names)[labels])
    order = np.array(random.sample(range(len(X)), len(X)))
    np.testing.assert_allclose(silhouette_samples(X, renamed), silhouette_samples(X, labels), atol=1e-10)
    np.testing.assert_allclose(
        silhouette_samples(X[order], labels[order]), silhouette_samples(X, labels)[order], atol=1e-10
    )


def test_one_cluster_is_not_defined():
    X = np.arange(6.0)[:, None]
    assert np.isnan(silhouette(X, np.zeros(6, dtype=np.int64)))
    assert np.isnan(silhouette(X, np.array([0, 0, 0, NOISE, NOISE, NOISE])))
    assert np.isnan(silhouette(X, np.full(6, NOISE)))


def test_a_row_alone_in_its_cluster_scores_zero():
    values = silhouette_samples(np.array([[0.0], [1.0], [9.0]]), np.array([0, 0, 1]))
    assert values[2] == 0.0


def test_all_rows_equal_score_zero():
    assert silhouette(np.ones((6, 2)), np.array([0, 0, 0, 1, 1, 1])) == 0.0


def test_only_the_rows_asked_for_each_against_all():
    rng = np.random.default_rng(0)
    X, labels = rng.normal(size=(700, 3)), rng.integers(0, 4, 700)
    rows = np.array([5, 699, 0])
    np.testing.assert_array_equal(silhouette_rows(X, labels, rows=rows), silhouette_samples(X, labels)[rows])


def test_above_the_budget_rows_of_each_cluster_are_drawn_and_exact():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2, NOISE], [800, 180, 20, 50])
    X = rng.normal(size=(1050, 2)) + labels[:, None]
    drawn = silhouette_rows(X, labels, seed=3, rows_budget=400)
    scored = ~np.isnan(drawn)
    assert 100 < scored.sum() < 250  # 400² / 1050 rows, and thirty of the small clusters
    assert set(labels[scored]) == {0, 1, 2}
    assert (scored & (labels == 2)).sum() == 20
    np.testing.assert_array_equal(drawn[scored], silhouette_samples(X, labels)[scored])
    np.testing.assert_array_equal(drawn, silhouette_rows(X, labels, seed=3, rows_budget=400))


def test_numpy_and_the_compiled_loop_agree(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    labelings = [np.append(np.arange(k), rng.integers(-1, k, 300 - k)) for k in (2, 5, 30)]
    rows = np.arange(0, 300, 7)
    small = silhouettes_of(X, labelings, rows)
    monkeypatch.setattr(module, "_SMALL", 0)
    np.testing.assert_allclose(silhouettes_of(X, labelings, rows), small, rtol=0, atol=1e-13)


def test_the_number_of_threads_changes_no_bit():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(1500, 5))
    labelings = [np.append(np.arange(k), rng.integers(-1, k, 1500 - k)) for k in range(2, 26)]
    one, four = (silhouettes_of(X, labelings, np.arange(1500), jobs=jobs) for jobs in (1, 4))
    assert one.tobytes() == four.tobytes()


@pytest.mark.parametrize("n_labelings", [1, 9, 10, 11, 31])
def test_many_labelings_together_give_what_each_gives_alone(n_labelings):
    rng = np.random.default_rng(n_labelings)
    X = rng.normal(size=(600, 2))
    labelings = [
        np.append(np.arange(k), rng.integers(-1, k, 600 - k)) for k in rng.integers(2, 12, n_labelings)
    ]
    together = silhouettes_of(X, labelings, np.arange(600))
    for labels, values in zip(labelings, together, strict=True):
        np.testing.assert_allclose(values, silhouette_samples(X, labels), rtol=0, atol=1e-12)
