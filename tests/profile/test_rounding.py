from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from segmint.profile.rounding import roundest

numbers = st.floats(-1e12, 1e12, allow_subnormal=False)


@given(numbers, numbers)
def test_a_threshold_cuts_between_its_two_values(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assume(low < high)
    assert low < roundest(low, high) <= high


def test_round_numbers_go_first() -> None:
    assert roundest(37.0, 44.0) == 40.0
    assert roundest(1234.0, 1290.0) == 1250.0
    assert roundest(4.1, 4.9) == 4.5
    assert roundest(950.0, 1100.0) == 1000.0
    assert roundest(-44.0, -37.0) == -40.0
    assert roundest(0.0, 0.3) == 0.1  # as near the middle as 0.2
