"""Columns: their names, how many there are, and those that tell nothing."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from bad_input_doors import SECRET, cases, groups, raised, rows, said, unseen
from bad_input_runs import HIDDEN, SCRIPT

import segmint

REFUSED = {
    "blank names": ("id,,visits", "blank_names", "number 2"),
    "repeated names": ("id,spend,spend", "repeated_names", "spend (2, 3)"),
    "names that differ in case": ("id,Straße,STRASSE", "repeated_names", "Straße (2, 3)"),
    "names that differ in composition": ("id,cafe\u0301,CAF\u00c9", "repeated_names", "café (2, 3)"),
    "hidden characters in names": ("id,a\u202eb,A\u202eB", "repeated_names", "a\\u202eb (2, 3)"),
}


@pytest.mark.parametrize("name", cases(REFUSED, "repeated names"))
def test_names_that_do_not_tell_columns_apart_are_listed(both: Any, name: str) -> None:
    head, code, listed = REFUSED[name]
    error = both.refuse(both.write(f"{head}\n{rows()}"), f"data.{code}", where="table.csv")
    assert listed in error.received


@pytest.mark.parametrize(
    ("labels", "code"), [(["a", "a"], "data.repeated_names"), ([None, "b"], "data.blank_names")]
)
def test_labels_of_a_frame_follow_the_same_rule(labels: list[Any], code: str) -> None:
    frame = pd.DataFrame([[1.5, 2.5], [2.5, 1.5], [3.5, 7.5]], columns=labels)
    assert raised(lambda: segmint.read(frame)).code == code


def test_a_hundred_thousand_columns_are_refused_after_the_header(both: Any) -> None:
    names = ",".join(f"c{number}" for number in range(100_000))
    error = both.refuse(both.write(f"{names}\n{SECRET}\n"), "data.too_many_columns", where="table.csv")
    assert "100,000 columns" in error.received and "10,000" in error.rule


@pytest.mark.parametrize("n", [1_001, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_too_many_levels_are_refused(both: Any, n: int) -> None:
    table = both.write("id,plan\n" + "".join(f"{row},{SECRET}{row}\n" for row in range(n)))
    error = both.refuse(table, "data.too_many_levels", where="table.csv", kinds={"plan": "category"})
    assert f"{n:,} levels" in error.received


def test_columns_that_tell_nothing_are_left_out_with_their_reason(both: Any) -> None:
    table = groups(
        head="id,hours,points,shop,empty,invoice_no", more=lambda row: f",{SECRET},,{7000 + 3 * row}", n=60
    )
    dataset = both.read(both.write(table))
    left_out = {f.name: f.reason.key for f in dataset.schema if f.role.value == "ignore"}
    assert left_out == {
        "shop": "data.reason.constant",
        "empty": "data.reason.all_missing",
        "invoice_no": "data.reason.identifier",
    }


def test_scripts_in_names_are_escaped_and_columns_left_out_are_told(hostile: Any) -> None:
    page = Path(hostile.shown["report"]).read_text(encoding="utf-8")
    assert html.escape(SCRIPT) in page
    assert SCRIPT not in page and len(re.findall("<script", page)) == 1
    for told in ("shop", "one value in all rows", "empty", "every value is missing"):
        assert told in page
    cards = hostile.both.command("show", hostile.shown["model"])
    assert cards.returncode == 0
    assert "<script>alert" in cards.stdout
    assert not unseen(cards.stdout)


def test_hidden_characters_of_names_are_shown_escaped_by_the_report(hostile: Any) -> None:
    assert not unseen(Path(hostile.shown["report"]).read_text(encoding="utf-8"))


def test_hidden_characters_of_names_are_shown_escaped_by_inspect(both: Any) -> None:
    table = both.write(groups(head=f"id,{HIDDEN},vi\x1b[31msits"))
    done = both.command("inspect", table)
    assert "po\\u202eints\\u200b" in done.stdout and "vi\\u001b[31msits" in done.stdout
    assert not unseen(done.stdout + done.stderr)
    assert segmint.read(table).schema.names == ("id", HIDDEN, "vi\x1b[31msits")


def test_collinear_one_hot_and_more_columns_than_rows_are_said(wide: Any) -> None:
    assert said(wide.study, "prepare.notice.collinear")["pairs"] == ["n0 ~ twice"]
    assert said(wide.study, "prepare.notice.more_features") == {"features": 12, "rows": 8}
    said(wide.study, "prepare.notice.one_hot")
