"""The recipe beside a table: it comes back as it was, or is refused before anything is made of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.behavior.purposes import OF_JOURNEY, check_recipe
from segmint.behavior.recipe_file import find_recipe, read_recipe, recipe_path, schema_of_recipe, write_recipe
from segmint.errors import SourceError, UsageError
from segmint.model.recipe import Journey, Recipe
from segmint.model.schema import Role

RECIPE = Recipe(
    "rfm",
    {"key": "Größe „id“", "date": "on", "amount": "paid"},
    "%d/%m/%Y",
    {"scores": True, "currency": "£"},
)
STORED = {"version": 1, **RECIPE.to_json()}


def refused(table: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_recipe(table)
    return caught.value


# ------------------------------------------------------------------------------------------ round trip


def test_a_recipe_comes_back(tmp_path: Path) -> None:
    written = write_recipe(RECIPE, tmp_path / "rfm.csv.gz")
    assert written == tmp_path / "rfm.csv.gz.recipe.json"
    assert read_recipe(tmp_path / "rfm.csv.gz") == RECIPE
    assert [path.name for path in tmp_path.iterdir()] == ["rfm.csv.gz.recipe.json"]


_TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
_RECIPES = st.builds(
    Recipe,
    st.just("rfm"),
    st.fixed_dictionaries({"key": _TEXTS, "date": _TEXTS}, optional={"order": _TEXTS, "amount": _TEXTS}),
    st.none() | _TEXTS,
    st.fixed_dictionaries(
        {}, optional={"currency": _TEXTS, "scores": st.booleans(), "returns": st.just("net")}
    ),
)


@settings(max_examples=50)
@given(recipe=_RECIPES)
def test_any_recipe_comes_back(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe) -> None:
    table = tmp_path_factory.getbasetemp() / "any.parquet"
    write_recipe(recipe, table)
    assert read_recipe(table) == recipe


def test_tables_of_two_months_have_two_recipes(tmp_path: Path) -> None:
    names = ("rfm.2026-01.csv", "rfm.2026-02.csv", "rfm.csv", "RFM.2026.CSV.GZ", ".hidden.parquet", "plain")
    paths = {recipe_path(tmp_path / name).name for name in names}
    assert paths == {
        "rfm.2026-01.csv.recipe.json", "rfm.2026-02.csv.recipe.json", "rfm.csv.recipe.json",
        "RFM.2026.CSV.GZ.recipe.json", ".hidden.parquet.recipe.json", "plain.recipe.json",
    }  # fmt: skip


def test_tables_of_two_kinds_have_two_recipes(tmp_path: Path) -> None:
    other = Recipe("players", {"key": "id", "duration": "hours"})
    write_recipe(RECIPE, tmp_path / "a.csv")
    write_recipe(other, tmp_path / "a.parquet")
    assert (read_recipe(tmp_path / "a.csv"), read_recipe(tmp_path / "a.parquet")) == (RECIPE, other)


# ------------------------------------------------------------------------------------------ refused


def test_a_table_without_a_recipe(tmp_path: Path) -> None:
    error = refused(tmp_path / "rfm.csv")
    assert error.code == "behavior.no_recipe"
    assert "rfm.csv.recipe.json" in error.text()


@pytest.mark.parametrize("special", ["folder", "pipe"])
def test_a_folder_or_a_pipe_is_no_recipe(tmp_path: Path, special: str) -> None:
    path = tmp_path / "rfm.csv.recipe.json"
    if special == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert refused(tmp_path / "rfm.csv").code == "behavior.no_recipe"


@pytest.mark.parametrize("name", ["", ".", "/", "-", "db://x", f"{'a' * 250}.csv", "rfm.csv"])
def test_where_nobody_said_that_there_is_one_none_is_no_error(tmp_path: Path, name: str) -> None:
    assert find_recipe(name) is None
    assert find_recipe(tmp_path / name) is None
    assert find_recipe({"a": [1]}) is None


def changed(**parts: Any) -> str:
    return json.dumps(STORED | parts)


HOSTILE = {
    "nothing": "",
    "another kind": "[]",
    "an empty object": "{}",
    "half": changed()[:-20],
    "not UTF-8": b"\xff\xfe{}",
    "a NUL": changed().replace("rfm", "r\x00m"),
    "deep": "[" * 60_000,
    "deep settings": '{"version": 1, "journey": "rfm", "settings": ' + '{"a":' * 10_000,
    "a number of 5,000 digits": changed(settings={"gap_minutes": 1}).replace("1}", "1" * 5_000 + "}"),
    "a number beyond floats": changed().replace("true", "1e999"),
    "NaN": changed().replace("true", "NaN"),
    "Infinity": changed().replace("true", "Infinity"),
    "a key twice": changed().replace('"version": 1', '"version": 1, "version": 1'),
    "another version": changed(version=2),
    "no version": json.dumps(RECIPE.to_json()),
    "false for a number": changed(version=True),
    "a part too many": changed(more=1),
    "another journey": changed(journey="../other"),
    "columns that are no texts": changed(columns={"key": 3}),
    "no key": changed(columns={"date": "on"}),
    "no columns": changed(columns={}),
    "a purpose of another journey": changed(columns={"key": "id", "date": "on", "game": "g"}),
    "an unknown purpose": changed(columns={"key": "id", "date": "on", "evil": "x"}),
    "a purpose that is SQL": changed(columns={"key": "id", "date": "on", 'x"; drop table events': "x"}),
    "a list among the settings": changed(settings={"scores": [1]}),
    "a long setting": changed(settings={"currency": "£" * 41}),
    "a line break in a setting": changed(settings={"currency": "a\nb"}),
    "a gap that is a text": changed(settings={"gap_minutes": "1); drop table events"}),
    "a gap of no time": changed(settings={"gap_minutes": 0}),
    "cancelled without an order": changed(settings={"cancelled": "C"}),
    "half a surrogate pair": changed(settings={"currency": "\ud800"}),
    "beyond its size": changed(settings={f"a{'b' * n}": "x" for n in range(15)}, date_format="x" * 70_000),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_recipe_is_refused_without_its_content(tmp_path: Path, content: str | bytes) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "rfm.csv.recipe.json").write_bytes(data)
    error = refused(tmp_path / "rfm.csv")
    assert error.code == "behavior.not_a_recipe"
    assert error.where == "rfm.csv.recipe.json"
    assert "drop table" not in error.text()


# ------------------------------------------------------------------------------------------ what a recipe must say

GOOD: dict[str, dict[str, Any]] = {
    "purchases": {"journey": "rfm", "columns": {"key": "a", "date": "b"}},
    "amounts by price": {
        "journey": "rfm",
        "columns": {"key": "a", "date": "b", "quantity": "c", "price": "d"},
    },
    "hours": {"journey": "players", "columns": {"key": "a", "duration": "b"}},
    "a gap": {"journey": "players", "columns": {"key": "a", "date": "b"}, "settings": {"gap_minutes": 0.5}},
}
BAD: dict[str, dict[str, Any]] = {
    "no_key": {"journey": "rfm", "columns": {"date": "b"}},
    "no_date": {"journey": "rfm", "columns": {"key": "a"}},
    "no_play": {"journey": "players", "columns": {"key": "a", "game": "b"}},
    "two_amounts": {"journey": "rfm", "columns": dict.fromkeys(("key", "date", "amount", "price", "quantity"), "x")},
    "price_alone": {"journey": "rfm", "columns": dict.fromkeys(("key", "date", "price"), "x")},
    "cancelled_without_order": {
        "journey": "rfm", "columns": {"key": "a", "date": "b"}, "settings": {"cancelled": "C"},
    },
    "unknown_purpose": {"journey": "rfm", "columns": {"key": "a", "date": "b", "level": "c"}},
    "bad_recipe": {"journey": "rfm", "columns": {"key": "a", "date": "b"}, "settings": {"currency": "£" * 41}},
}  # fmt: skip


@pytest.mark.parametrize("parts", GOOD.values(), ids=GOOD.keys())
def test_a_recipe_that_says_enough(parts: dict[str, Any]) -> None:
    check_recipe(Recipe(**parts))


@pytest.mark.parametrize("code", BAD)
def test_a_recipe_that_makes_no_features(code: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_recipe(Recipe(**BAD[code]))
    assert caught.value.code == f"behavior.{code}"


@pytest.mark.parametrize("minutes", [0, -1, float("inf"), float("nan"), "30", True])
def test_a_gap_is_some_time_and_no_eternity(minutes: Any) -> None:
    with pytest.raises(UsageError) as caught:
        check_recipe(Recipe("players", {"key": "a", "date": "b"}, None, {"gap_minutes": minutes}))
    assert caught.value.code == "behavior.bad_gap"


@pytest.mark.parametrize("journey", OF_JOURNEY)
def test_the_schema_of_a_recipe_has_a_key_something_to_cluster_and_the_currency(journey: Journey) -> None:
    columns = {name: name for name in ("key", "date", "amount")}
    schema = schema_of_recipe(Recipe(journey, columns, None, {"currency": "£"}))
    assert schema.key is not None and schema.key.name == "key"
    assert schema.with_role(Role.CLUSTER)
    assert {one.unit for one in schema if one.name in ("monetary", "spend")} == {"£"}
