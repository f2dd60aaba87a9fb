"""Intervals of shares: the published ones, and a peer's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from segmint.intervals import difference, exact, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0, 0.1684)]
)
def test_the_exact_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    """Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 5."""
    assert exact(hits / n, n) == pytest.approx((low, high), abs=5e-5)


@given(st.floats(0.001, 0.999), st.floats(0.5, 200_000))
def test_the_exact_interval_is_that_of_beta_quantiles(p: float, n: float) -> None:
    low, high = exact(p, n)
    assert low == pytest.approx(beta.ppf(0.025, n * p, n - n * p + 1), abs=1e-9)
    assert high == pytest.approx(beta.ppf(0.975, n * p + 1, n - n * p), abs=1e-9)
    assert low <= p <= high


@given(st.integers(1, 400), st.data())
def test_exact_intervals_are_wider_than_wilson_ones_at_the_ends(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    low, high = exact(hits / n, n)
    assert 0.0 <= low <= hits / n <= high <= 1.0
    assert high - low >= 0.9 * (wilson(hits / n, n)[1] - wilson(hits / n, n)[0])
    assert (low == 0.0) == (hits == 0)
    assert (high == 1.0) == (hits == n)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-1, 1), st.integers(2, 5_000))
def test_a_difference_turned_round_has_the_interval_turned_round(
    p: float, q: float, together: float, n: int
) -> None:
    low, high = difference(p, q, together, n)
    back_low, back_high = difference(q, p, together, n)
    assert (low, high) == pytest.approx((-back_high, -back_low), abs=1e-9)
    assert low <= p - q <= high


def test_shares_that_go_together_differ_by_less() -> None:
    apart, together = difference(0.6, 0.5, 0.0, 50), difference(0.6, 0.5, 0.9, 50)
    assert apart[0] < together[0] < 0.1 < together[1] < apart[1]
