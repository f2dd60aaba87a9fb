"""How long events last: kept by the recipe, and compared with another."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from segmint.behavior.compute import behavior
from segmint.behavior.spans import compare_spans
from segmint.model.recipe import Recipe

COLUMNS = {"key": "id", "date": "day"}
EVENTS = pa.table(
    {"id": ["a", "a", "b", "b"], "day": ["2026-01-03", "2026-01-09", "2026-01-05", "2026-02-20"]}
)


def recipe(**kept: Any) -> Recipe:
    return Recipe("rfm", COLUMNS, None, kept)


@pytest.mark.parametrize(
    ("at", "days", "after"),
    [("2026-01-10", 7, 1), ("2026-01-09", 6, 0), ("2026-02-01", 29, 23), (None, 49, 1)],
)
def test_the_recipe_keeps_how_long_the_events_that_count_last(at: str | None, days: int, after: int) -> None:
    with behavior(EVENTS, recipe(days=1_000, days_after=9), at=at) as found:
        assert dict(found.recipe.settings) == {"days": days, "days_after": after}


def test_events_without_dates_span_nothing() -> None:
    hours = pa.table({"id": ["a", "b"], "hours": [1.5, 2.0]})
    with behavior(hours, Recipe("players", {"key": "id", "duration": "hours"})) as found:
        assert "days" not in found.recipe.settings


@pytest.mark.parametrize(
    ("days", "after", "said"),
    [
        (283, 1, []), (142, 1, []), (566, 1, []), (141, 1, ["other"]), (567, 1, ["other"]), (9, 1, ["other"]),
        (283, 15, []), (283, 16, ["late"]), (9, 200, ["other", "late"]), (0, 0, ["other"]),
    ],
)  # fmt: skip
def test_what_is_said_of_a_span(days: int, after: int, said: list[str]) -> None:
    found = compare_spans(recipe(days=283, days_after=1), recipe(days=days, days_after=after))
    assert [one.key for one in found] == [f"behavior.span.{name}" for name in said]


@pytest.mark.parametrize("kept", [{}, {"days": 0}, {"days": "283"}, {"days": True}, {"days": -1}])
def test_a_recipe_that_keeps_no_days_says_nothing(kept: dict[str, Any]) -> None:
    assert list(compare_spans(recipe(**kept), recipe(days=9, days_after=1))) == []
