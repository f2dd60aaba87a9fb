"""The nearest center: definition, bits, ties, storage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint.errors import BundleError
from segmint.labels import NOISE
from segmint.model.assigners import restore
from segmint.model.centers import CentersAssigner
from segmint.types import FloatMatrix

FINITE = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(1, 6), st.integers(1, 5), st.integers(1, 40))
def test_one_row_a_batch_and_a_stream_get_the_same_bits(
    data: st.DataObject, n_features: int, n_clusters: int, n_rows: int
) -> None:
    centers = data.draw(arrays(np.float64, (n_clusters, n_features), elements=FINITE))
    X = data.draw(arrays(np.float64, (n_rows, n_features), elements=FINITE))
    rule = CentersAssigner(centers)
    whole = rule.place(X)
    cut = data.draw(st.integers(0, n_rows))
    for rows in [slice(0, cut), slice(cut, n_rows), *(slice(i, i + 1) for i in range(n_rows))]:
        part = rule.place(np.asfortranarray(X[rows]))
        assert np.array_equal(part.labels, whole.labels[rows])
        assert part.distance.tobytes() == whole.distance[rows].tobytes()
        assert part.confidence.tobytes() == whole.confidence[rows].tobytes()
        assert np.array_equal(part.runner_up, whole.runner_up[rows])


def test_places_by_the_definition() -> None:
    rng = np.random.default_rng(0)
    X, centers = rng.normal(size=(5_000, 3)), rng.normal(size=(7, 3))
    distances = np.sqrt(np.square(X[:, None] - centers[None]).sum(axis=2))
    placement = CentersAssigner(centers).place(X)
    ordered = np.sort(distances, axis=1)
    assert np.array_equal(placement.labels, distances.argmin(axis=1))
    assert np.array_equal(placement.runner_up, distances.argsort(axis=1)[:, 1])
    np.testing.assert_allclose(placement.distance, ordered[:, 0], rtol=1e-14)
    np.testing.assert_allclose(placement.confidence, 1 - ordered[:, 0] / ordered[:, 1], rtol=1e-12)


def test_a_tie_goes_to_the_lowest_label_without_confidence() -> None:
    placement = CentersAssigner(np.array([[0.0], [2.0], [2.0]])).place(np.array([[1.0], [2.0]]))
    assert placement.labels.tolist() == [0, 1]
    assert placement.confidence.tolist() == [0.0, 0.0]


def test_one_center_has_no_runner_up() -> None:
    placement = CentersAssigner(np.array([[0.0, 0.0]])).place(np.array([[3.0, 4.0]]))
    assert placement.distance.tolist() == [5.0]
    assert placement.confidence.tolist() == [1.0]
    assert placement.runner_up.tolist() == [NOISE]


def test_relabeling_renames() -> None:
    rng = np.random.default_rng(1)
    X, rule = rng.normal(size=(50, 2)), CentersAssigner(rng.normal(size=(4, 2)))
    order = np.array([2, 0, 3, 1])
    assert np.array_equal(order[rule.relabeled(order).place(X).labels], rule.place(X).labels)


def test_far_rows_stay_finite() -> None:
    placement = CentersAssigner(np.array([[0.0], [1.0]])).place(np.array([[1e300], [-1e300]]))
    assert np.isfinite(placement.distance).all()
    assert np.isfinite(placement.confidence).all()


def test_rows_of_another_width_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 features"):
        CentersAssigner(np.zeros((3, 2))).place(np.zeros((1, 3)))


@pytest.mark.parametrize(
    ("centers", "code"),
    [
        (np.zeros(3), "shape"),
        (np.zeros((0, 2)), "shape"),
        (np.zeros((2, 2), np.float32), "dtype"),
        (np.array([[np.nan, 0.0]]), "not_finite"),
        (np.array([[np.inf, 0.0]]), "not_finite"),
    ],
)
def test_damaged_centers_are_refused(centers: FloatMatrix, code: str) -> None:
    with pytest.raises(BundleError) as refusal:
        restore("centers", {"centers": centers}, {})
    assert refusal.value.code == f"model_assigners.{code}"


def test_missing_and_unknown_parts_and_kinds_are_refused() -> None:
    for arrays_, parameters in [({}, {}), ({"centers": np.zeros((1, 1)), "more": np.zeros(1)}, {})]:
        with pytest.raises(BundleError, match="exactly the arrays"):
            restore("centers", arrays_, parameters)
    with pytest.raises(BundleError, match="kinds are"):
        restore("oracle", {}, {})
