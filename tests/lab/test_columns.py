"""Which column of a case study's events is what, and options that events can't honor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segmint.data import ReadOptions
from segmint.errors import DataError, SegmintError, UsageError
from segmint.lab.catalog import task
from segmint.lab.columns import recipe_of
from segmint.lab.lesson import Assignment

ODD = pa.table({"who": ["a", "b"], "bought": ["03/04/2026", "04/05/2026"], "paid": [5.0, 6.0]})


def test_options_name_the_key_and_the_dates() -> None:
    recipe = recipe_of(ODD, "rfm", ReadOptions(key=" who", date_formats={"bought ": "%d/%m/%Y"}))
    assert dict(recipe.columns) == {"key": "who", "date": "bought", "amount": "paid"}
    assert recipe.date_format == "%d/%m/%Y"


def test_without_options_the_names_tell() -> None:
    table = pa.table({"customer_id": ["a"], "order_date": ["2026-01-01"], "sku": ["x"]})
    recipe = recipe_of(table, "rfm")
    assert dict(recipe.columns) == {"key": "customer_id", "date": "order_date", "category": "sku"}
    assert recipe.date_format is None


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a key that is not there": ({"key": "nosuch"}, "data.unknown_columns"),
    "dates that are not there": ({"key": "who", "date_formats": {"day": "%Y"}}, "data.unknown_columns"),
    "two columns of dates": (
        {"key": "who", "date_formats": {"bought": "%Y", "paid": "%Y"}},
        "lab.one_column_of_dates",
    ),
    "no key by name": ({}, "lab.no_key_by_name"),
    "no date by name": ({"key": "who"}, "lab.no_date_by_name"),
    "features": ({"key": "who", "features": ("paid",)}, "lab.not_of_events"),
    "missing values": ({"key": "who", "missing": "mean"}, "lab.not_of_events"),
    "repeated keys": ({"key": "who", "on_duplicate": "sum"}, "lab.not_of_events"),
    "kinds": ({"key": "who", "kinds": {"paid": "count"}}, "lab.not_of_events"),
}


@pytest.mark.parametrize(("given", "code"), REFUSED.values(), ids=REFUSED)
def test_what_events_can_not_honor_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(SegmintError) as refused:
        recipe_of(ODD, "rfm", ReadOptions(**given))
    assert refused.value.code == code


def test_the_options_that_are_refused_are_named_as_they_are_typed() -> None:
    with pytest.raises(UsageError) as refused:
        recipe_of(ODD, "players", ReadOptions(exclude=("paid",), on_duplicate="sum"))
    assert "--exclude, --on-duplicate" in str(refused.value.received)


@pytest.mark.parametrize(
    ("case", "head", "rows"),
    [
        ("sales", "customer_id,order_date,revenue", ("a,2026-01-01,5", "b,2026-01-03,7", "c,2026-02-01,4")),
        ("games", "player_id,game,hours", ("a,x,5", "b,y,7", "c,x,4")),
    ],
)
def test_a_table_of_one_row_each_is_sent_to_the_main_job(
    tmp_path: Path, case: str, head: str, rows: tuple[str, ...]
) -> None:
    path, answer = tmp_path / "table.csv", task(case).answer
    path.write_text("\n".join((head, *rows)) + "\n")
    assert answer is not None
    with pytest.raises(DataError) as refused:
        answer(Assignment(workspace=tmp_path, data=str(path)))
    assert refused.value.code == "lab.one_row" and refused.value.exit_code == 3
    assert "segmint run TABLE" in str(refused.value.remedy)
