from __future__ import annotations

import numpy as np
import pytest

from segmint.drift.columns import describe_levels, describe_numbers
from segmint.errors import BundleError
from segmint.model.audit_drift import audit_drift_shapes, audit_drift_values
from segmint.model.drift_reference import (
    Ageing,
    Calibration,
    DriftReference,
    Frame,
    Profile,
    Sums,
)

K, D, P = 2, 3, 3


def reference() -> DriftReference:
    rng = np.random.default_rng(0)
    cell = rng.normal(size=(K, D))
    pairs = np.array([[0, 0, 1], [1, 2, 2]])
    return DriftReference(
        Frame(cell, cell**2 + 1, np.full((D, 9), np.inf), np.ones(K), np.ones(1), np.ones(K), np.eye(D), cell**2 + 1, pairs, np.ones(P)),
        Sums(np.array([5.0, 6, 1]), cell, cell, cell, np.ones((D, 10)), np.ones(3), np.ones(P)),
        Profile(np.ones(K), np.ones(K + 1), np.ones((K, D, 9)), np.ones(1)),
        Calibration(np.linspace(0.5, 0.005, 8), np.array([50.0, np.inf]), np.ones((2, 8, 8)), np.ones(2)),
        Ageing(np.ones(1), np.ones(1), np.ones(1), np.ones(1), np.ones(1)),
        {"spend": describe_numbers(rng.normal(size=100)), "plan": describe_levels(np.array(["a"] * 9, dtype=object))},
    )  # fmt: skip


def test_what_is_stored_comes_back_to_the_last_bit():
    one = reference()
    again = DriftReference.restore(one.arrays(), one.parameters())
    assert again.arrays().keys() == one.arrays().keys()
    for name, array in one.arrays().items():
        assert again.arrays()[name].tobytes() == array.tobytes(), name
    assert again.parameters() == one.parameters()
    assert (again.n_samples, again.columns["plan"].levels, again.columns["spend"].numeric) == (
        12,
        ("a",),
        True,
    )


def test_arrays_are_of_the_two_kinds_that_a_bundle_keeps():
    assert {str(array.dtype) for array in reference().arrays().values()} == {"float64", "int64"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("frame.scales", lambda a: a * 0),
        ("frame.scales", lambda a: a[:, :2]),
        ("frame.pairs", lambda a: a + 5),
        ("frame.pairs", lambda a: a.astype(np.float64)),
        ("sums.z", lambda a: a * np.nan),
        ("sums.z", lambda a: a.astype(np.float32)),
        ("sums.counts", lambda a: -a),
        ("calibration.thresholds", lambda a: a[:1]),
        ("calibration.sizes", lambda a: -a),
        ("profile.cells", lambda a: a[0]),
        ("ageing.usual", lambda a: a[:0]),
        ("frame.far", None),
        ("column.shares", None),
        ("column.shares", lambda a: a[:-1]),
        ("column.quantiles", lambda a: a.astype(np.int64)),
        ("column.lengths", lambda a: a + 1),
        ("column.lengths", lambda a: a - 10_000),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name, change):
    one, name = reference(), name.replace(".", "_")
    audited(one.arrays(), one.parameters())
    arrays = dict(one.arrays())
    if change is None:
        del arrays[name]
    else:
        arrays[name] = change(arrays[name])
    with pytest.raises(BundleError):
        audited(arrays, one.parameters())


def audited(arrays, parameters):
    """Look at arrays as the audit of a bundle does before anything is built."""
    found = {f"drift.{name}": array for name, array in arrays.items()}
    audit_drift_shapes(parameters, {name: array.shape for name, array in found.items()}, K, D)
    audit_drift_values(parameters, found)
