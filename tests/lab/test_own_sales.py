"""The case study of sales on one's own lines: nothing of the shipped table is said of them, and no advice beyond them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from segmint.lab.catalog import task
from segmint.lab.lesson import Assignment, Lesson

pytestmark = pytest.mark.slow
LAST = dt.date(2026, 6, 30)
HORIZON = 91


def lesson_of(folder: Path, returning: tuple[float, float, float], unknown: int = 0) -> Lesson:
    """Answer for 180 customers of three kinds: many orders lately; some orders long ago; one order long ago.

    Of each kind so many came back in the last days, by lot.
    """
    rng, lines = np.random.default_rng(3), ["customer_id,order_date,revenue"]
    for number in range(180):
        kind = number % 3
        orders, before, paid = ((12, 5, 90), (4, 260, 20), (1, 330, 8))[kind]
        days = [HORIZON + before + int(rng.integers(1, 25)) + 40 * order for order in range(orders)]
        days += [int(rng.integers(1, HORIZON - 1))] if rng.random() < returning[kind] else []
        lines += [
            f"c{number},{LAST - dt.timedelta(days=day)},{paid * rng.uniform(0.8, 1.2):.2f}" for day in days
        ]
    lines += [f"c0,{LAST},90.00", *[f",{LAST},5.00" for _ in range(unknown)]]
    path, answer = folder / "own.csv", task("sales").answer
    path.write_text("\n".join(lines) + "\n")
    assert answer is not None
    return answer(Assignment(workspace=folder, data=str(path)))


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return lesson_of(tmp_path_factory.mktemp("alike"), (0.3, 0.3, 0.3), unknown=100)


@pytest.fixture(scope="module")
def different(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return lesson_of(tmp_path_factory.mktemp("different"), (0.95, 0.9, 0.02))


def told(lesson: Lesson) -> str:
    return " ".join(map(str, (lesson.headline, *lesson.findings, *lesson.explanation)))


def test_segments_that_tell_nothing_are_said_to_at_the_head(alike: Lesson) -> None:
    assert "tell nothing about who comes back" in str(alike.headline)
    assert alike.figures["chance"] > 0.01
    assert {one["advice"] for one in alike.figures["segments"]} <= {"worth_more", "as_all"}
    assert "keep them" not in told(alike) and "second reason" not in told(alike)


def test_segments_that_differ_are_advised_by_their_figures(different: Lesson) -> None:
    assert "tell nothing" not in str(different.headline) and different.figures["chance"] < 0.01
    late = [one for one in different.figures["segments"] if one["advice"] == "grow"]
    assert late and all(one["medians"]["recency"] > one["medians"]["gap_mean"] for one in late)
    assert "longer than their usual gap" in told(different)
    assert "is over" not in told(different)


def test_nothing_of_the_shipped_table_is_said_of_ones_own(alike: Lesson) -> None:
    for words in (
        "wholesale",
        "Christmas",
        "Online Retail",
        "articles",
        "December",
        "A quarter of the lines",
    ):
        assert words not in told(alike)


def test_what_is_counted_is_said(alike: Lesson, different: Lesson) -> None:
    n = alike.figures["n_events"]
    assert f"{100 * 100 / n:.0f} % of the lines have no customer" in told(alike)
    assert "2026-04-01 to 2026-06-30" in told(different)
