from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits, load_iris
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from segmint.geometry.geometry import Geometry
from segmint.labels import NOISE, canonical
from segmint.measure.density import dbcv
from segmint.measure.sweep import measure_sweep
from segmint.measure.table import MEASURES


def blobs(n, d=3, k=4, seed=0, noise=0.0):
    rng = np.random.default_rng(seed)
    sizes = rng.multinomial(n, np.arange(1, k + 1) / np.sum(np.arange(1, k + 1)))
    labels = np.repeat(np.arange(k), sizes)
    X = rng.normal(size=(n, d)) + 3.0 * rng.normal(size=(k, d))[labels]
    return X, canonical(np.where(rng.random(n) < noise, NOISE, labels))


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_values_are_scikit_learns_without_the_noise(noise):
    X, labels = blobs(900, noise=noise)
    kept = labels != NOISE
    (found,) = measure_sweep(Geometry(X), [labels], seed=0)
    value = {name: score.value for name, score in found.scores.items()}
    assert value["silhouette"] == pytest.approx(silhouette_score(X[kept], labels[kept]), abs=1e-9)
    assert value["calinski_harabasz"] == pytest.approx(calinski_harabasz_score(X[kept], labels[kept]))
    assert value["davies_bouldin"] == pytest.approx(davies_bouldin_score(X[kept], labels[kept]))
    assert value["dbcv"] == dbcv(X, labels)
    assert all(score.exact and score.n_scored == kept.sum() for score in found.scores.values())


def test_published_values():
    # scikit-learn's user guide gives .55 for iris with three clusters of K-Means
    X = load_iris().data
    labels = canonical(KMeans(3, n_init=10, random_state=0).fit_predict(X).astype(np.int64))
    (found,) = measure_sweep(Geometry(X), [labels], seed=0)
    assert found.scores["silhouette"].value == pytest.approx(0.5528, abs=1e-3)
    assert found.scores["calinski_harabasz"].value == pytest.approx(561.63, abs=0.2)


def test_one_pass_gives_what_single_calls_give():
    X, labels = blobs(700)
    rng = np.random.default_rng(0)
    labelings = [labels, canonical(rng.integers(-1, 5, 700)), labels, canonical(rng.integers(0, 2, 700))]
    geometry = Geometry(X)
    together = measure_sweep(geometry, labelings, seed=0)
    for one, found in zip(labelings, together, strict=True):
        (alone,) = measure_sweep(geometry, [one], seed=0)
        for name in found.scores:
            assert found.scores[name].value == pytest.approx(alone.scores[name].value, abs=1e-12)


def test_one_cluster_and_only_noise_have_no_values():
    X, _ = blobs(50)
    labelings = [np.zeros(50, dtype=np.int64), np.full(50, NOISE)]
    one, none = measure_sweep(Geometry(X), labelings, seed=0)
    assert {score.value for score in one.scores.values()} == {None}
    assert {score.value for score in none.scores.values()} == {None}
    assert one.cluster_silhouettes.size == 0
    assert one.scores["silhouette"].n_scored == 50
    assert none.scores["silhouette"].n_scored == 0


def test_nothing_to_measure():
    assert measure_sweep(Geometry(np.zeros((3, 1))), [], seed=0) == ()


def test_cluster_silhouettes_make_up_the_mean():
    X, labels = blobs(800, noise=0.1)
    (found,) = measure_sweep(Geometry(X), [labels], seed=0)
    sizes = np.bincount(labels[labels != NOISE])
    mean = np.average(found.cluster_silhouettes, weights=sizes)
    assert mean == pytest.approx(found.scores["silhouette"].value, abs=1e-12)


def test_a_sample_is_unbiased_and_its_error_is_honest():
    X, labels = blobs(1200, noise=0.05)
    geometry = Geometry(X)
    (exact,) = measure_sweep(geometry, [labels], seed=0)
    sampled = [
        measure_sweep(geometry, [labels], seed=seed, pairs_budget=1200 * 150)[0].scores["silhouette"]
        for seed in range(60)
    ]
    errors = np.array([score.value - exact.scores["silhouette"].value for score in sampled])
    given = np.array([score.standard_error for score in sampled])
    assert all(140 < score.n_scored < 260 for score in sampled)
    assert np.all(np.abs(errors) < 4 * given)
    assert abs(errors.mean()) < 4 * errors.std() / np.sqrt(60)
    assert 0.7 < errors.std() / given.mean() < 1.4


def test_a_sample_is_the_same_for_the_same_seed_and_whatever_is_measured_beside_it():
    X, labels = blobs(1200)
    other = canonical(np.random.default_rng(0).integers(0, 6, 1200))
    budget = 1200 * 100
    first = measure_sweep(Geometry(X), [labels], seed=5, pairs_budget=budget)[0]
    again = measure_sweep(Geometry(X), [other, labels], seed=5, pairs_budget=budget)[1]
    assert first.scores["silhouette"].value == pytest.approx(again.scores["silhouette"].value, abs=1e-12)
    different = measure_sweep(Geometry(X), [labels], seed=6, pairs_budget=budget)[0]
    assert first.scores["silhouette"].value != different.scores["silhouette"].value


def test_nothing_of_size_n_by_n_is_made():
    X, labels = blobs(8000, d=2)
    geometry = Geometry(X)
    measure_sweep(geometry, [labels], seed=0)
    tracemalloc.start()
    measure_sweep(geometry, [labels], seed=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8000 * 8000 * 8 / 20


def test_every_label_measure_is_in_the_table_and_within_its_range():
    X, labels = blobs(300)
    (found,) = measure_sweep(Geometry(X), [labels], seed=0)
    assert set(found.scores) == {name for name, measure in MEASURES.items() if measure.needs == "labels"}
    for name, score in found.scores.items():
        assert MEASURES[name].lowest <= score.value <= MEASURES[name].highest


@pytest.mark.slow
def test_digits_in_full_equal_scikit_learn():
    X = load_digits().data
    labelings = [
        canonical(KMeans(k, n_init=1, random_state=k).fit_predict(X).astype(np.int64)) for k in range(2, 13)
    ]
    for labels, found in zip(labelings, measure_sweep(Geometry(X), labelings, seed=0), strict=True):
        assert found.scores["silhouette"].value == pytest.approx(silhouette_score(X, labels), abs=1e-9)


@pytest.mark.reference
def test_mall_customers_have_the_published_silhouette():
    folder = Path(os.environ.get("SEGMINT_DATA", Path(__file__).parents[2] / "../shared/data"))
    path = folder / "customers" / "mall_customers.csv"
    if not path.exists():
        pytest.skip(f"{path.name} is missing: set SEGMINT_DATA to the folder of the reference data")
    X = np.loadtxt(path, delimiter=",", skiprows=1, usecols=(3, 4))
    labels = canonical(KMeans(5, n_init=50, random_state=0).fit_predict(X).astype(np.int64))
    (found,) = measure_sweep(Geometry(X), [labels], seed=0)
    assert np.bincount(labels).tolist() == [81, 39, 35, 23, 22]
    assert round(found.scores["silhouette"].value, 4) == 0.5539
