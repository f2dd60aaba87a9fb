"""Who is taken: reach, exclusion, repeated keys, ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.errors import UsageError
from segmint.likeness.audience import audience_of, best, candidates, first_rows
from segmint.likeness.reach import Reach, read_reach


@pytest.mark.parametrize(
    "text", ["", " ", "0", "0%", "0.0 %", "101%", "100.1%", "-5", "5.5", "five", "5%%", "%", "1e3", "٥%"]
)
def test_what_is_no_reach_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="reach"):
        read_reach(text)


def test_reach_is_a_share_or_a_count() -> None:
    assert read_reach("2.5 %").of(1000) == 25
    assert read_reach("100%").of(7) == 7
    assert read_reach("0.1%").of(20) == 1
    assert read_reach(" 20 ") == Reach(count=20)
    with pytest.raises(UsageError, match="candidates"):
        read_reach("20").of(19)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.data())
def test_the_best_are_what_sorting_gives(values: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, len(values)))
    scores = np.array(values, dtype=float)
    slow = sorted(range(len(values)), key=lambda row: (-values[row], row))
    found = best(scores, n)
    assert found.places.tolist() == slow[:n]
    assert found.n_tied == sum(values[row] == values[slow[n - 1]] for row in slow[n:])


def test_seeds_and_excluded_are_never_taken_and_keys_count_once() -> None:
    keys = np.array(["a", "b", "a", "c", "d", "b"], dtype=object)
    free = candidates(first_rows(keys), len(keys), ["b", "zz"])
    assert free.tolist() == [True, False, False, True, True, False]
    Z = np.array([[1.0], [2.0], [3.0], [1.0], [5.0], [6.0]])
    audience = audience_of(np.array([1.0, 9, 8, 1, 0, 9]), free, keys, Z, Reach(count=2))
    assert audience.keys.tolist() == ["a", "c"]
    assert audience.rank.tolist() == [1, 2]
    assert (audience.n_candidates, audience.n_identical, audience.n_tied) == (3, 2, 0)
