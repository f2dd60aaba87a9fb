"""Every metric of the table: its properties on drawn rows, and SciPy's values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial import distance as scipy_distance

from segmint.errors import UsageError
from segmint.likeness.metrics import METRICS, Metric, Takes, metric_named, pairwise
from segmint.likeness.spread import spread_of

SHAPES = st.tuples(st.integers(3, 8), st.integers(1, 6))


def elements(takes: Takes) -> st.SearchStrategy[float]:
    if takes is Takes.FLAGS:
        return st.sampled_from([0.0, 1.0])
    if takes is Takes.MIXED:
        return st.integers(0, 4).map(float)
    low = 0.0 if takes is Takes.SHARES else -1e6
    return st.one_of(st.floats(low, 1e6, width=32), st.sampled_from([0.0, 1.0, 2.0]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Metric, np.ndarray, np.ndarray]:
    metric = METRICS[draw(st.sampled_from(sorted(METRICS)))]
    X = draw(arrays.arrays(np.float64, SHAPES, elements=elements(metric.takes)))
    numeric = np.array(draw(st.lists(st.booleans(), min_size=X.shape[1], max_size=X.shape[1])))
    return metric, X, numeric


@given(tables())
def test_symmetry_identity_range_and_triangle(drawn) -> None:
    metric, X, numeric = drawn
    before = X.copy()
    D = pairwise(metric, X, X, spread=spread_of(X, numeric=numeric))
    np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(D, D.T)
    assert (np.diagonal(D) == 0).all()
    assert (D >= 0).all() and (metric.highest * (1 + 1e-12) >= D).all()
    if metric.triangle:
        through = (D[:, :, None] + D[None, :, :]).min(axis=1)
        assert (through * (1 + 1e-9) + 1e-7 >= D).all()


@given(tables(), st.integers(1, 50))
def test_neither_blocks_nor_company_change_a_bit(drawn, block) -> None:
    metric, X, numeric = drawn
    spread = spread_of(X, numeric=numeric)
    whole = pairwise(metric, X, X, spread=spread)
    np.testing.assert_array_equal(pairwise(metric, X, X, spread=spread, block=block), whole)
    alone = np.vstack([pairwise(metric, row[None], X, spread=spread) for row in X])
    np.testing.assert_array_equal(alone, whole)


@pytest.mark.parametrize("metric", [m for m in METRICS.values() if not m.triangle], ids=lambda m: m.name)
def test_where_the_triangle_inequality_is_denied_it_fails(metric: Metric) -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (40, 4)).astype(float) if metric.takes is Takes.FLAGS else rng.normal(size=(40, 3))
    D = pairwise(metric, X, X)
    assert ((D[:, :, None] + D[None, :, :]).min(axis=1) + 1e-9 < D).any()


SCIPY = {
    "euclidean": "euclidean", "standardised": "seuclidean", "manhattan": "cityblock", "chebyshev": "chebyshev",
    "minkowski": "minkowski", "cosine": "cosine", "correlation": "correlation", "mahalanobis": "mahalanobis",
    "jaccard": "jaccard", "dice": "dice", "hamming": "hamming", "jensen-shannon": "jensenshannon",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted({*METRICS} - {"gower"}))
@pytest.mark.parametrize("seed", range(3))
def test_values_equal_those_of_scipy(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    metric = METRICS[name]
    X, Y = rng.normal(2, 3, (30, 5)), rng.normal(0, 1, (20, 5))
    if metric.takes is Takes.SHARES:
        X, Y = np.abs(X), np.abs(Y)
    if metric.takes is Takes.FLAGS or name == "hamming":
        X, Y = (X > 1).astype(float), (Y > 0).astype(float)
        X[0], Y[0] = 1, 1
    spread = spread_of(np.vstack([X, Y]))
    ours = pairwise(metric, X, Y, spread=spread)
    if name == "hellinger":
        p, q = (Z / Z.sum(axis=1, keepdims=True) for Z in (X, Y))
        theirs = scipy_distance.cdist(np.sqrt(p / 2), np.sqrt(q / 2))
    else:
        more = {
            "standardised": {"V": np.vstack([X, Y]).var(axis=0, ddof=1)},
            "mahalanobis": {"VI": np.linalg.inv(np.cov(np.vstack([X, Y]).T))},
            "minkowski": {"p": 3},
        }.get(name, {})
        flags = metric.takes is Takes.FLAGS
        theirs = scipy_distance.cdist(
            *((Z.astype(bool) if flags else Z) for Z in (X, Y)), SCIPY[name], **more
        )
        theirs = theirs / np.sqrt(np.log(2)) if name == "jensen-shannon" else theirs  # nats → bits
        empty = np.isnan(theirs)
        assert (ours[empty] == 0).all()
        theirs = np.where(empty, 0.0, theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_gower_by_hand() -> None:
    X = np.array([[20.0, 0.0, 5.0], [40.0, 1.0, np.nan], [30.0, 1.0, 9.0]])
    spread = spread_of(X, numeric=np.array([True, False, True]))
    D = pairwise(METRICS["gower"], X, X, spread=spread)
    np.testing.assert_allclose(D[0], [0, (1 + 1) / 2, (0.5 + 1 + 1) / 3])
    nothing = pairwise(METRICS["gower"], np.full((1, 3), np.nan), X, spread=spread)
    assert (nothing == 1).all()


def test_rows_of_zeros_have_a_place() -> None:
    X = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 3.0]])
    for name in ("cosine", "correlation", "hellinger", "jensen-shannon"):
        D = pairwise(METRICS[name], X, X)
        assert D[0, 1] == 0, name
        assert D[0, 2] == pytest.approx(1), name


def test_constant_and_collinear_features_do_no_harm() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=50)
    X = np.column_stack([x, 2 * x, np.full(50, 7.0)])
    D = pairwise(METRICS["mahalanobis"], X, X)
    expected = np.abs(x[:, None] - x[None, :]) / x.std(ddof=1)
    np.testing.assert_allclose(D, expected, atol=1e-9)
    assert np.isfinite(pairwise(METRICS["standardised"], X, X)).all()


def test_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="euclidean"):
        metric_named("euclid")
    with pytest.raises(ValueError, match="at least 1"):
        spread_of(np.zeros((2, 1)), power=0.5)


def test_what_a_table_is_like_survives_the_largest_numbers() -> None:
    X = np.array([[1e300, 0.0], [1.5e308, 1.0], [-1.5e308, 2.0]])
    with np.errstate(over="raise"):
        spread = spread_of(X[:2])
    assert np.isfinite(spread.deviations).all()
    assert np.isfinite(spread.whitening).all()
    assert np.isfinite(spread_of(X).ranges).all()
