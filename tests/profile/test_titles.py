from __future__ import annotations

import pytest

from segmint.model.schema import Feature, Kind, Role
from segmint.profile.titles import readable_name, short_names, unit_of


@pytest.mark.parametrize(
    ("column", "readable"),
    [
        ("Annual Income (k$)", "annual income"),
        ("CASH_ADVANCE_TRX", "cash advance trx"),
        ("blueTotalGold", "blue total gold"),
        ("playerID", "player ID"),
        ("días-activos", "días activos"),
        ("(%)", "(%)"),
        ("a\u200bb\u202ec", "abc"),
    ],
)
def test_columns_are_written_in_plain_words(column: str, readable: str) -> None:
    assert readable_name(column) == readable


@pytest.mark.parametrize(
    "columns",
    [
        ["total_spend", "annual_spend", "spend"],
        ["a b", "a_b", "A-B"],
        ["PURCHASES_FREQUENCY", "PURCHASES_INSTALLMENTS_FREQUENCY", "ONEOFF_PURCHASES_FREQUENCY"],
        ["one two three four five", "one two three four six"],
        ["x (1)", "x (2)"],
    ],
)
def test_short_names_stay_different(columns: list[str]) -> None:
    names = short_names(columns)
    assert list(names) == columns
    assert len({name.casefold() for name in names.values()}) == len(columns)


def test_columns_that_differ_in_capitals_only_keep_their_own_names() -> None:
    assert short_names(["Age", "age", "total_spend"]) == {"Age": "Age", "age": "age", "total_spend": "spend"}


@pytest.mark.parametrize(
    ("name", "unit", "shown"),
    [
        ("Income (k$)", None, " k$"),
        ("Score (1-100)", None, " points"),
        ("Score", "of 100", " points"),
        ("Speed", "km/h", " km/h"),
        ("Speed (old)", "", ""),
        ("Age", None, ""),
    ],
)
def test_units_come_from_the_schema_or_the_brackets(name: str, unit: str | None, shown: str) -> None:
    assert unit_of(Feature(name, Kind.NUMBER, Role.CLUSTER, unit=unit)) == shown
