"""The options of reading are declared once and mean the same in every command."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import pytest

from segmint.cli.reading import Columns, Source
from segmint.data import ReadOptions


def options_of(help_text: str) -> set[str]:
    return set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", help_text, re.MULTILINE))


def test_every_option_of_the_reader_is_declared_once() -> None:
    declared = [field.name for group in (Columns, Source) for field in fields(group)]
    assert len(declared) == len(set(declared))
    of_a_file = {"recipe", "beside", "topics"}  # what is found in other files
    assert set(declared) == {field.name for field in fields(ReadOptions)} - of_a_file


SOURCE = {
    "--lenient", "--quarantine", "--table", "--query", "--format", "--sheet", "--delimiter", "--decimal",
    "--encoding", "--skip-rows", "--header", "--rename",
}  # fmt: skip
COLUMNS = {
    "--key", "--features", "--exclude", "--describe", "--kind", "--schema", "--date-format",
    "--missing-value", "--missing", "--on-duplicate",
}  # fmt: skip


@pytest.mark.parametrize("command", ["run", "inspect", "lab"])
def test_commands_that_make_a_schema_take_all_of_them(segmint, command) -> None:
    assert options_of(segmint(command, "--help").stdout) >= SOURCE | COLUMNS


def test_assign_takes_columns_from_its_model(segmint) -> None:
    taken = options_of(segmint("assign", "--help").stdout)
    assert taken >= SOURCE
    assert taken & COLUMNS == {"--date-format"}  # of events, which the model has no column of


def test_options_reach_the_reader(segmint, tmp_path) -> None:
    path = tmp_path / "odd.txt"
    rows = "".join(
        f"{n};{n},5;{n % 9};{'?' if n == 3 else n % 7};{1 + n % 28:02d}/01/2024\n" for n in range(60)
    )
    path.write_text(f"made by hand\nclient;spent;visits;points;joined\n{rows}", encoding="utf-16")
    done = segmint(
        "inspect", path, "--skip-rows", 1, "--delimiter", ";", "--decimal", ",", "--encoding", "utf-16",
        "--format", "csv", "--rename", "client=customer_id", "--key", "customer_id", "--missing-value", "?",
        "--missing", "mean", "--date-format", "joined=%d/%m/%Y", "--kind", "visits=category",
        "--exclude", "points", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    columns = {column["name"]: column for column in json.loads(done.stdout)["columns"]}
    assert columns["customer_id"]["role"] == "key"
    assert (columns["spent"]["kind"], columns["spent"]["missing"]) == ("number", "mean")
    assert columns["visits"]["kind"] == "category"
    assert columns["points"]["role"] == "ignore"
    assert columns["joined"]["kind"] == "date"


def test_a_first_line_of_numbers_is_names_or_a_row_as_it_is_told(segmint, tmp_path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("1,2\n" + "".join(f"{n},{n % 13}\n" for n in range(1, 7)))
    assert segmint("inspect", path).returncode == 3
    shown = {
        option: json.loads(segmint("inspect", path, option, "--json").stdout)
        for option in ("--header", "--no-header")
    }
    assert [shown[option]["n_rows"] for option in shown] == [6, 7]
    assert [column["name"] for column in shown["--header"]["columns"]] == ["1", "2"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--kind", "hours=money"),
        ("--missing", "guess"),
        ("--on-duplicate", "first"),
        ("--rename", "hours"),
        ("--date-format", "%d"),
    ],
)
def test_a_text_that_an_option_cannot_mean(segmint, table, option, value) -> None:
    done = segmint("inspect", table, option, value)
    assert done.returncode == 2
    assert option in done.stderr
    assert "Rule" in done.stderr
