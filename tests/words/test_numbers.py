from __future__ import annotations

import math

import pytest

from segmint.words import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (55.26, "55.3"),
        (12000.4, "12,000"),
        (0.0423, "0.042"),
        (-3, "−3.0"),
        (0, "0"),
        (math.nan, "–"),
        (1e-7, "1.0e−07"),
    ],
)
def test_unit(value: float, text: str) -> None:
    assert numbers.unit(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5553, "0.555"), (0.0001, "< 0.001"), (-0.0001, "> −0.001"), (0.0, "0.000")]
)
def test_score_never_hides_a_small_value_behind_zero(value: float, text: str) -> None:
    assert numbers.score(value) == text


def test_shares() -> None:
    assert numbers.share(0.405) == "40.5 %"
    assert numbers.percent(0.405) == "40 %"
    assert [numbers.percent(value) for value in (0.0, 0.001, 0.006)] == ["0 %", "< 1 %", "1 %"]


@pytest.mark.parametrize(("value", "text"), [(1.94, "1.9 s"), (130, "2 min"), (7300, "2.0 h")])
def test_seconds(value: float, text: str) -> None:
    assert numbers.seconds(value) == text


def test_memory() -> None:
    assert numbers.memory(230e6) == "230 MB"
    assert numbers.memory(1.94e9) == "1.9 GB"


@pytest.mark.parametrize(("value", "text"), [(5, "five"), (12, "twelve"), (13, "13")])
def test_word(value: int, text: str) -> None:
    assert numbers.word(value) == text
