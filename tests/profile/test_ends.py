"""Features of events are named by what a person says of their ends."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from segmint.behavior.journeys import JOURNEYS
from segmint.model.recipe import Recipe
from segmint.model.schema import NUMERIC_KINDS, Role
from segmint.profile.ends import ends_of, topic_words, worded
from segmint.profile.names import name_segments
from segmint.profile.titles import short_names
from segmint.profile.traits import Trait

RECIPES = {
    "rfm": Recipe("rfm", {"key": "id", "date": "day"}),
    "players": Recipe("players", {"key": "id", "date": "day"}),
}
LEVELS = [
    *product(("low", "high"), ("", "very", "fairly")), ("mid", ""), ("mid", "upper"), ("mid", "lower"),
]  # fmt: skip
PLACES = [
    (name, place)
    for journey, recipe in RECIPES.items()
    for name, place in ends_of([one.name for one in JOURNEYS[recipe.journey].features], recipe).items()
]


def named(recipe: Recipe | None, *segments: tuple[float, ...]) -> tuple[str, ...]:
    columns = ["recency", "frequency"]
    rows = [[Trait(*each) for each in zip(columns, (None, None), one, strict=True)] for one in segments]
    return name_segments(rows, rows, short_names(columns), ends_of(columns, recipe))


def test_segments_of_events_are_named_as_a_person_would() -> None:
    assert named(RECIPES["rfm"], (-1.0, 2.0), (1.0, -1.0), (0.0, 0.0)) == (
        "Bought lately, many orders",
        "Not bought for long, few orders",
        "Bought a while ago, some orders",
    )
    assert named(RECIPES["players"], (-1.0, 2.0))[0].startswith("Played lately")


def test_columns_that_no_recipe_made_keep_their_names() -> None:
    assert named(None, (-1.0, 2.0), (1.0, -1.0)) == (
        "Low recency, high frequency",
        "High recency, low frequency",
    )


def test_equal_ends_differ_in_degree() -> None:
    assert named(RECIPES["rfm"], (-1.0, 2.0), (-1.0, 1.0)) == (
        "Bought lately, very many orders",
        "Bought lately, many orders",
    )
    assert "Not bought for very long, few orders" in named(RECIPES["rfm"], (1.0, -1.0), (3.0, -1.0))


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_every_degree_of_a_feature_is_said_in_words_of_its_own(name: str, place: str) -> None:
    said = [worded(name, level, degree, place) for level, degree in LEVELS]
    assert len({*said}) == len(LEVELS)
    assert not any("{" in one or "  " in one or one != one.strip() for one in said)


@pytest.mark.parametrize("journey", JOURNEYS)
def test_whatever_clusters_has_words_for_its_ends(journey: Any) -> None:
    features = [
        one for one in JOURNEYS[journey].features if one.role is Role.CLUSTER and one.kind in NUMERIC_KINDS
    ]
    assert {*ends_of([one.name for one in features], RECIPES[journey])} == {one.name for one in features}


def test_cards_of_a_recipe_are_named_by_it(cards_of: Any) -> None:
    columns = {"recency": [1.0, 2.0, 3.0] * 4 + [90.0, 91.0, 92.0] * 4}
    (first, second) = cards_of(columns, [0] * 12 + [1] * 12, recipe=RECIPES["rfm"])
    assert (first.name, second.name) == ("Bought lately", "Not bought for long")


def test_shares_of_topics_are_called_by_their_words() -> None:
    columns = ["topic_1_add_playlist", "topic_2_give_book"]
    rows = [
        [Trait(name, None, level) for name, level in zip(columns, levels, strict=True)]
        for levels in ((2.0, -2.0), (-2.0, 2.0))
    ]
    short = {**short_names(columns), **topic_words(columns)}
    assert name_segments(rows, rows, short, ends_of(columns, None, columns)) == (
        "Much on “add playlist”, little on “give book”",
        "Little on “add playlist”, much on “give book”",
    )
