"""Texts of the command line and the values that they mean."""

from __future__ import annotations

import pytest

from segmint.cli.commands import command_line
from segmint.cli.options import names, numbers_of_clusters, one_of, pairs
from segmint.cli.run import FAMILIES
from segmint.errors import UsageError
from segmint.families.table import FAMILIES as FAMILY_TABLE


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("5", (5,)), ("2..4", (2, 3, 4)), (" 4, 2 ,2..3", (2, 3, 4)), ("1..1000", tuple(range(1, 1001)))],
)
def test_numbers_of_clusters(text: str, numbers: tuple[int, ...]) -> None:
    assert numbers_of_clusters(text) == numbers


@pytest.mark.parametrize(
    "text", ["", "0", "2,,3", "-3", "5..2", "2..", "2..1001", "1.5", "1..99999999999", "1_0", "٣", "2...4"]
)
def test_numbers_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="--k"):
        numbers_of_clusters(text)


def test_names_with_commas_stand_in_quotes() -> None:
    assert names(['a, "b, c"', "a", " ,d"]) == ("a", "b, c", "d")
    assert names(None) == ()


def test_pairs_are_split_at_the_last_equals_sign() -> None:
    assert pairs("--rename", ["a=b=c", "x = y"]) == {"a=b": "c", "x": "y"}
    for text in ("hours", "=x", "x=", " = "):
        with pytest.raises(UsageError, match="LEFT=RIGHT"):
            pairs("--rename", [text])


def test_the_nearest_value_is_the_way_out() -> None:
    with pytest.raises(UsageError) as caught:
        one_of("--scale", "robst", ["standard", "robust"])
    assert caught.value.remedy == "Write --scale robust"
    assert one_of("--scale", None, ["standard"]) is None


def test_the_families_of_the_command_line_are_those_of_the_table() -> None:
    assert tuple(FAMILY_TABLE) == FAMILIES


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("/home/me/s.toml", "s.toml"),
        ("--schema=/home/me/s.toml", "--schema=s.toml"),
        ("--features=Income (k$/y),Age", "'--features=Income (k$/y),Age'"),
        ("Income (k$/y),Age", "'Income (k$/y),Age'"),
        ("select a/b from t", "'select a/b from t'"),
        ("postgresql://me:secret@host/shop", "'postgresql://me:***@host/shop'"),
        ("postgresql://:secret@host/shop", "'postgresql://:***@host/shop'"),
        ("postgresql://me:se@c/ret@host/shop", "'postgresql://me:***@host/shop'"),
        ("postgresql://h/s?user=me&password=secret&x=1", "'postgresql://h/s?user=me&password=***&x=1'"),
        ("sqlite:////home/me/shop.db", "sqlite:///shop.db"),
    ],
)
def test_the_command_that_is_kept_has_no_password_and_no_folders(word: str, shown: str) -> None:
    assert command_line(["/usr/bin/segmint", "run", word]) == f"segmint run {shown}"
