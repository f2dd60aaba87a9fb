from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from segmint.drift.tails import chi_square_as_normal, kolmogorov_tail


@pytest.mark.parametrize("freedom", [1, 2, 5, 9, 40])
@pytest.mark.parametrize("p", [0.5, 0.1, 0.01, 1.4e-3])
def test_chi_square_as_a_normal_deviate(freedom, p):
    value = np.array([stats.chi2.isf(p, freedom)])
    found = chi_square_as_normal(value, np.array([float(freedom)]))[0]
    assert found == pytest.approx(stats.norm.isf(p), abs=0.05)


def test_without_freedom_there_is_nothing_to_judge():
    assert chi_square_as_normal(np.array([7.0]), np.array([0.0])).tolist() == [0.0]


@pytest.mark.parametrize(
    ("d", "n", "m"), [(0.1, 500, 400), (0.05, 3000, 3000), (0.2, 80, 100), (0.02, 900, 700)]
)
def test_kolmogorov_tail_is_near_the_exact_one(d, n, m):
    exact = stats.kstwo.sf(d, round(n * m / (n + m)))
    assert kolmogorov_tail(d, n, m) == pytest.approx(exact, abs=0.01)


@given(st.floats(0, 1), st.integers(1, 10**6), st.integers(1, 10**6))
def test_kolmogorov_tail_is_a_probability_that_falls(d, n, m):
    p = kolmogorov_tail(d, n, m)
    assert 0.0 <= p <= 1.0
    assert kolmogorov_tail(min(1.0, d + 0.1), n, m) <= p + 1e-12
