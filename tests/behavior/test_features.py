"""Every feature is said in words and in the documentation; the schema of a recipe is that of its table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segmint.behavior.compute import behavior
from segmint.behavior.features import BehaviorFeature, purposes_of
from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.purposes import KINDS, OF_JOURNEY
from segmint.behavior.recipe_file import schema_of_recipe
from segmint.behavior.scores import score_names
from segmint.errors import UsageError
from segmint.model.recipe import Journey, Recipe
from segmint.model.schema import NUMERIC_KINDS, Kind, Role
from segmint.words.sentences import known, say

DOCS = Path(__file__).parents[2] / "docs" / "behavior.md"
WORDS = Path(__file__).parents[2] / "src" / "segmint" / "words" / "en" / "behavior.toml"
ALL: dict[str, BehaviorFeature] = {
    one.name: one
    for journey in JOURNEYS.values()
    for one in (*journey.features, *score_names(journey.features))
}
CELLS: dict[str, list[Any]] = {
    "key": ["a", "a", "b"], "date": ["2026-01-01 10:00", "2026-01-05 10:00", "2026-01-09 10:00"], "order": ["1", "2", "3"],
    "quantity": [1.0, 2.0, 3.0], "price": [1.0, 2.0, 3.0], "amount": [1.0, 2.0, 3.0], "category": ["x", "y", "x"],
    "game": ["x", "y", "x"], "level": [1.0, 2.0, 3.0], "duration": [1.0, 2.0, 3.0],
}  # fmt: skip
SHAPES: list[tuple[Journey, tuple[str, ...], dict[str, Any]]] = [
    ("rfm", ("key", "date"), {}),
    ("rfm", ("key", "date", "order", "amount", "category"), {"scores": True, "currency": "£"}),
    ("rfm", ("key", "date", "quantity"), {"buy_till_you_die": True}),
    ("rfm", ("key", "date", "order", "quantity", "price"), {"scores": True, "buy_till_you_die": True, "returns": "net"}),
    ("players", ("key", "date"), {}),
    ("players", ("key", "date"), {"times": False}),
    ("players", ("key", "duration"), {}),
    ("players", ("key", "game", "duration", "level"), {}),
    ("players", ("key", "date", "game", "duration", "level", "amount"), {"currency": "€"}),
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_feature_has_its_meaning_its_formula_and_its_source(name: str) -> None:
    for part in ("meaning", "formula", "source"):
        assert known(f"behavior.feature.{name}.{part}")
        assert say(f"behavior.feature.{name}.{part}").strip()


def test_the_words_tell_of_no_feature_that_is_not_there() -> None:
    told = re.findall(r"^\[feature\.(\w+)\]$", WORDS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(ALL)


@pytest.mark.skipif(not DOCS.exists(), reason="docs/behavior.md is not there yet")
@pytest.mark.parametrize("name", sorted(ALL))
def test_every_feature_is_in_the_documentation(name: str) -> None:
    assert f"`{name}`" in DOCS.read_text(encoding="utf-8")


def test_features_need_purposes_that_there_are_and_names_differ() -> None:
    for journey, rules in JOURNEYS.items():
        names = [one.name for one in rules.features]
        assert len({*names}) == len(names)
        for one in rules.features:
            assert {*one.needs} <= {*OF_JOURNEY[journey], "amount", "size", "time"}
    assert all({*purposes} <= {"key", *KINDS} for purposes in OF_JOURNEY.values())


@pytest.mark.parametrize(("journey", "purposes", "rules"), SHAPES, ids="-".join)
def test_the_schema_of_a_recipe_is_that_of_its_table(
    journey: Journey, purposes: tuple[str, ...], rules: dict[str, Any]
) -> None:
    recipe = Recipe(journey, {name: f"{name}_" for name in purposes}, None, rules)
    with behavior(pa.table({f"{name}_": CELLS[name] for name in purposes}), recipe) as found:
        (batch,) = found.batches
    assert found.schema == schema_of_recipe(found.recipe)
    assert tuple(batch) == found.schema.names
    assert found.schema.names[0] == "key_"
    for feature in found.schema:
        values = batch[feature.name]
        assert len(values) == 2
        assert (values.dtype != object) == (feature.kind in NUMERIC_KINDS), feature.name
        assert feature.kind is not Kind.COUNT or values.dtype.kind == "i", feature.name


@pytest.mark.parametrize(("journey", "purposes", "rules"), SHAPES, ids="-".join)
def test_what_is_absent_is_told_with_the_option_that_it_needs(
    journey: Journey, purposes: tuple[str, ...], rules: dict[str, Any]
) -> None:
    recipe = Recipe(journey, {name: f"{name}_" for name in purposes}, None, rules)
    with behavior(pa.table({f"{name}_": CELLS[name] for name in purposes}), recipe) as found:
        made = {*found.schema.names}
        told = [notice for notice in found.notices if "features" in notice.figures]
    named = {name for notice in told for name in notice.figures["features"]}
    there = purposes_of(recipe)
    lacking = {
        one.name for one in JOURNEYS[journey].features if one.option is None and not there >= {*one.needs}
    }
    assert named == lacking
    assert not named & made
    assert all(notice.figures.get("need", "--").startswith("--") for notice in told)
    assert [one.key for one in told if "need" not in one.figures] == [
        "behavior.notice.without_times" for _ in range(rules.get("times") is False)
    ]


def test_a_key_that_is_called_like_a_feature_is_refused() -> None:
    events = pa.table({"recency": ["a"], "on": ["2026-01-01"]})
    with (
        pytest.raises(UsageError) as refused,
        behavior(events, Recipe("rfm", {"key": "recency", "date": "on"})),
    ):
        pass
    assert refused.value.code == "behavior.key_is_a_feature"
    assert "--rename" in refused.value.remedy


def test_what_clusters_is_never_missing_where_its_columns_are_there() -> None:
    for journey, purposes, rules in SHAPES:
        recipe = Recipe(journey, {name: name for name in purposes}, None, rules)
        with behavior(pa.table({name: CELLS[name] for name in purposes}), recipe) as found:
            (batch,) = found.batches
        for feature in found.schema.with_role(Role.CLUSTER):
            assert not any(value != value for value in batch[feature.name].tolist()), feature.name
