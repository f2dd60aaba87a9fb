"""One contract for every index: a part of the truth, told with the metric's own distances."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segmint.errors import UsageError
from segmint.geometry.faiss_index import HNSWIndex
from segmint.geometry.indexes import INDEXES, variants_for
from segmint.geometry.kd_index import KDTreeIndex
from segmint.likeness.exact import ExactIndex
from segmint.likeness.hashed import HashedIndex
from segmint.likeness.index import Index, Points
from segmint.likeness.metrics import METRICS, Takes, pairwise
from segmint.likeness.minhash import MinHashing
from segmint.likeness.projections import SignHashing, StableHashing
from segmint.likeness.recall import recall

N = 400


def table(takes: Takes, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if takes is Takes.FLAGS:
        kinds = rng.random((8, 30)) < 0.3
        return (kinds[rng.integers(0, 8, N)] ^ (rng.random((N, 30)) < 0.03)).astype(float)
    centers = rng.normal(0, 5, (8, 6))
    rows = centers[rng.integers(0, 8, N)] + rng.normal(size=(N, 6))
    return np.abs(rows) if takes is Takes.SHARES else rows


def cases() -> list[object]:
    found = []
    for name in sorted(METRICS):
        points = Points.of(METRICS[name], table(METRICS[name].takes))
        for place, variant in enumerate(variants_for(points)):
            found.append(pytest.param(name, place, id=f"{name}-{variant.kind}-{place}"))
    return found


def index_of(name: str, place: int, X: np.ndarray) -> tuple[str, Index]:
    variant = list(variants_for(Points.of(METRICS[name], X)))[place]
    return variant.kind, variant.index


@pytest.mark.parametrize(("name", "place"), cases())
def test_contract(name: str, place: int) -> None:
    X = table(METRICS[name].takes)
    X[7] = X[3]
    before, k = X.copy(), 5
    kind, index = index_of(name, place, X)
    assert isinstance(index, Index)
    Q = X[:40]
    found = index.query(Q, k)
    np.testing.assert_array_equal(X, before)
    assert found.rows.shape == found.distances.shape == (40, k)
    there = found.rows >= 0
    assert (found.rows < N).all()
    assert np.isinf(found.distances[~there]).all()
    for row, own in zip(found.rows, there, strict=True):
        assert len(set(row[own])) == own.sum(), "no row twice"
    D = pairwise(METRICS[name], Q, X, spread=index.points.spread)
    told = np.take_along_axis(D, np.where(there, found.rows, 0), axis=1)
    np.testing.assert_allclose(found.distances[there], told[there], rtol=1e-12, atol=1e-15)
    assert (np.diff(np.where(there, found.distances, 1e300), axis=1) >= 0).all()
    truth = ExactIndex(index.points).query(Q, k)
    measured = recall(found, truth)
    assert measured == 1 if INDEXES[kind].exact else measured > 0.15
    _, again = index_of(name, place, X)
    np.testing.assert_array_equal(again.query(Q, k).rows, found.rows)
    if found.n_looked_at is not None:
        assert (found.n_looked_at >= there.sum(axis=1)).all() and (found.n_looked_at <= N).all()
    everybody = index.query(Q[:3], N)
    assert everybody.rows.shape == (3, N)


@given(
    arrays.arrays(
        np.float64, st.tuples(st.integers(2, 40), st.integers(1, 4)), elements=st.integers(-3, 3).map(float)
    ),
    st.sampled_from(sorted(METRICS)),
    st.integers(1, 60),
    st.data(),
)
def test_exact_equals_sorting_everything_whatever_the_block(X, name, block, data) -> None:
    metric = METRICS[name]
    X = np.abs(X) if metric.takes in (Takes.SHARES, Takes.FLAGS) else X
    k = data.draw(st.integers(1, len(X)))
    points = Points.of(metric, X)
    D = pairwise(metric, X, X, spread=points.spread)
    expected = np.argsort(D, axis=1, kind="stable")[:, :k]
    found = ExactIndex(points, block=block).query(X, k)
    np.testing.assert_array_equal(found.distances, np.take_along_axis(D, expected, axis=1))
    np.testing.assert_array_equal(found.rows, expected)
    assert found.rows.tobytes() == ExactIndex(points).query(X, k).rows.tobytes()


def test_exact_where_rows_lie_far_from_zero() -> None:
    rng = np.random.default_rng(0)
    X = 1e8 + rng.normal(size=(300, 3))
    points = Points.of(METRICS["euclidean"], X)
    found = ExactIndex(points).query(X, 4)
    expected = np.argsort(pairwise(METRICS["euclidean"], X, X), axis=1, kind="stable")[:, :4]
    np.testing.assert_array_equal(found.rows, expected)


def test_theory_of_signs_beside_measurement() -> None:
    angles = np.array([0.2, 0.8, 1.6])
    X = np.vstack([[1.0, 0.0], np.column_stack([np.cos(angles), np.sin(angles)])])
    hashing = SignHashing.drawn(X, n_tables=4000, n_bits=3, seed=1)
    codes = hashing.codes(X)
    distance = 1 - np.cos(angles)
    np.testing.assert_allclose(
        (codes[:, 1:] == codes[:, :1]).mean(axis=0), hashing.collision(distance) ** 3, atol=0.03
    )


def test_theory_of_steps_beside_measurement() -> None:
    X = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 1.0], [0.0, 4.0]])
    hashing = StableHashing.drawn(X, n_tables=4000, n_hashes=2, seed=1)
    codes = hashing.codes(X)
    distance = np.sqrt((X[1:] ** 2).sum(axis=1))
    np.testing.assert_allclose(
        (codes[:, 1:] == codes[:, :1]).mean(axis=0), hashing.collision(distance) ** 2, atol=0.03
    )


def test_theory_of_minhash_beside_measurement() -> None:
    X = (np.random.default_rng(3).random((12, 40)) < 0.5).astype(float)
    hashing = MinHashing.drawn(X, n_bands=3000, n_rows=1, seed=1)
    signed = hashing.signatures(X)[:, 0]
    expected = hashing.collision(pairwise(METRICS["jaccard"], X[:1], X)[0])
    np.testing.assert_allclose((signed == signed[:, :1]).mean(axis=0), expected, atol=0.04)


def test_probes_find_more_and_never_look_at_less() -> None:
    X = table(Takes.VECTORS)
    points = Points.of(METRICS["cosine"], X)
    truth = ExactIndex(points).query(X, 5)
    few, many = (
        HashedIndex(points, SignHashing.drawn(points.ready, n_tables=2, n_bits=8, n_probes=n)).query(X, 5)
        for n in (1, 9)
    )
    assert recall(many, truth) > recall(few, truth)
    assert (many.n_looked_at >= few.n_looked_at).all()


def test_empty_sets_are_alike_and_equal_rows_are_found() -> None:
    X = np.zeros((20, 4))
    X[5:, 1] = 1
    points = Points.of(METRICS["jaccard"], X)
    found = HashedIndex(points, MinHashing.drawn(points.ready, n_bands=2, n_rows=2)).query(X, 3)
    assert (found.distances == 0).all()


@pytest.mark.slow
def test_many_equal_rows_take_no_memory_beyond_a_block() -> None:
    import tracemalloc

    points = Points.of(METRICS["euclidean"], np.ones((200_000, 2)))
    index = ExactIndex(points)
    tracemalloc.start()
    found = index.query(points.ready[:300], 3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.rows == [0, 1, 2]).all()
    assert peak < 300e6


def test_without_faiss_the_error_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    points = Points.of(METRICS["euclidean"], table(Takes.VECTORS))
    with pytest.raises(UsageError, match=r"segmint\[neighbors\]"):
        HNSWIndex(points).query(points.ready[:1], 1)


def test_a_tree_serves_minkowski() -> None:
    X = table(Takes.VECTORS)
    points = Points.of(METRICS["minkowski"], X)
    np.testing.assert_array_equal(
        KDTreeIndex(points).query(X[:9], 4).rows, ExactIndex(points).query(X[:9], 4).rows
    )
