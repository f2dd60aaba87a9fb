"""Scores beside their definition in exact fractions."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.behavior.compute import behavior
from segmint.behavior.features import computable
from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.recipe_file import schema_of_recipe
from segmint.behavior.scores import score_names
from segmint.model.recipe import Recipe
from segmint.model.schema import Role

COLUMNS = {"key": "id", "date": "day", "order": "order", "amount": "paid"}
RECIPE = Recipe("rfm", COLUMNS, None, {"scores": True})
NAMES = ("r_score", "f_score", "m_score", "rfm_score")
LAST = dt.date(2026, 6, 30)


def scored(customers: list[tuple[int, int, int]], recipe: Recipe = RECIPE) -> dict[str, list[int]]:
    """Return the columns of customers of a recency, a number of orders, and cents; the first bought on the last day."""
    rows = [
        (f"{number:04d}", (LAST - dt.timedelta(days=recency)).isoformat(), f"{number}-{order}", cents / 100)
        for number, (recency, orders, cents) in enumerate(customers)
        for order in range(orders)
    ]  # fmt: skip
    events = pa.table(dict(zip(COLUMNS.values(), map(list, zip(*rows, strict=True)), strict=True)))
    with behavior(events, recipe, at=LAST.isoformat()) as found:
        (batch,) = found.batches
    return {name: values.tolist() for name, values in batch.items()}


def fifths(values: list[Fraction]) -> list[int]:
    """Return which fifth each value is in: thresholds are type-7 quantiles plus one."""
    ordered = sorted(values)
    thresholds = []
    for share in range(1, 5):
        place = Fraction(share * (len(values) - 1), 5)
        low = place.numerator // place.denominator
        high = min(low + 1, len(values) - 1)
        thresholds.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]) + 1)
    return [1 + sum(value >= threshold for threshold in thresholds) for value in values]


_CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 12), st.integers(1, 3_000)), min_size=1, max_size=40
)


@settings(max_examples=20)
@given(customers=_CUSTOMERS)
def test_scores_are_fifths_by_exact_fractions(customers: list[tuple[int, int, int]]) -> None:
    columns = scored(customers)
    assert columns["frequency"] == [orders for _, orders, _ in customers]
    recency = [6 - fifth for fifth in fifths([Fraction(value) for value in columns["recency"]])]
    frequency = fifths([Fraction(value) for value in columns["frequency"]])
    monetary = fifths([Fraction(round(value * 100), 100) for value in columns["monetary"]])
    expected = [recency, frequency, monetary]
    expected.append([100 * r + 10 * f + m for r, f, m in zip(*expected, strict=True)])
    assert [columns[name] for name in NAMES] == expected


@pytest.mark.parametrize("n", [5, 10, 15, 20, 25, 30, 35])
def test_a_whole_number_that_reaches_a_threshold_counts_in_any_number_of_customers(n: int) -> None:
    # the threshold at 20 % lies four fifths of the way from 1 to 6, plus one: 6, which must be reached
    low = (n - 1) // 5
    customers = [(0, 1, 100)] * (low + 1) + [(0, 6, 100)] * (n - low - 1)
    f_scores = scored(customers)["f_score"]
    assert f_scores == fifths([Fraction(orders) for _, orders, _ in customers])
    assert f_scores[-1] == 2


def test_equal_values_have_equal_scores_and_the_freshest_are_fives() -> None:
    columns = scored([(day, 2, 500) for day in (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)])
    assert columns["r_score"] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert set(columns["f_score"]) == {1}
    assert set(columns["m_score"]) == {1}


def test_without_amounts_there_are_two_scores_and_no_joint_one() -> None:
    columns = {name: column for name, column in COLUMNS.items() if name != "amount"}
    recipe = Recipe("rfm", columns, None, {"scores": True})
    found = scored([(0, 1, 1), (5, 2, 1)], recipe)
    assert [name for name in NAMES if name in found] == ["r_score", "f_score"]


@pytest.mark.parametrize("columns", [COLUMNS, {"key": "id", "date": "day"}])
def test_the_recipe_alone_names_the_same_scores(columns: dict[str, str]) -> None:
    recipe = Recipe("rfm", columns, None, {"scores": True})
    schema = schema_of_recipe(recipe)
    made, _ = computable(JOURNEYS["rfm"].features, recipe)
    named = [one.name for one in score_names(made)]
    assert [name for name in schema.names if name.endswith("_score")] == named
    assert all(schema.feature(name).role is Role.DESCRIBE for name in named)
    assert not any(name in schema_of_recipe(Recipe("rfm", columns)).names for name in named)


def test_of_players_no_score_is_made() -> None:
    events: dict[str, Any] = {"id": ["a", "b"], "day": ["2026-01-01", "2026-01-05"]}
    recipe = Recipe("players", {"key": "id", "date": "day"}, None, {"scores": True})
    with behavior(pa.table(events), recipe) as found:
        (batch,) = found.batches
    assert [*batch] == [*schema_of_recipe(found.recipe).names]
