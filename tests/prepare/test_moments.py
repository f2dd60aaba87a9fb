from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint.prepare.moments import mean_and_deviation, quantiles


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6).map(lambda v: round(v, 6))))
def test_moments_are_those_of_numpy_where_numpy_can(x: np.ndarray) -> None:
    mean, deviation = mean_and_deviation(x)
    size = max(1e-300, float(np.abs(x).max()))
    assert abs(mean - x.mean()) <= 1e-12 * size
    assert abs(deviation - x.std()) <= 1e-7 * size


def test_moments_of_huge_and_tiny_values_stay_finite() -> None:
    assert mean_and_deviation(np.array([-1.7e308, 1.7e308])) == (0.0, 1.7e308)
    assert mean_and_deviation(np.array([0.0, 1e-323])) == (5e-324, 5e-324)
    assert quantiles(np.array([-1.7e308, 1.7e308]), (0.5,)) == (0.0,)


def test_equal_values_deviate_by_exactly_nothing() -> None:
    assert mean_and_deviation(np.full(7, 0.1)) == (0.1, 0.0)
