"""Values: keys, words for missing, kinds that change, dates, numbers at the edge, formulas."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_input_doors import HEAD, SECRET, TABLE, cases, groups, rows, running, said
from bad_input_runs import FORMULAS

import segmint

KEYS = ("000651", "1E5", "9007199254740993", "651", "1e5", " 651")
DAYS = "id,day,spend\n" + "".join(f"{SECRET}{n},0{n % 9 + 1}/0{n % 7 + 1}/2024,{n}.5\n" for n in range(30))

REFUSED = {
    "a repeated key": (f"{SECRET}-3,1,1\n", "repeated_keys", "line 32, column “id”"),
    "a missing key": (",1,1\n", "missing_keys", "line 32, column “id”"),
    "text among numbers": (f"b,{SECRET},1\n", "unfit", "line 32, column “spend”"),
    "an infinity": ("b,-inf,1\n", "infinite", "line 32, column “spend”"),
    "1e999": ("b,1e999,1\n", "infinite", "line 32, column “spend”"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_value_that_breaks_a_rule_is_refused_with_its_place(both: Any, name: str) -> None:
    bad, code, where = REFUSED[name]
    both.refuse(both.write(TABLE + bad), f"data.{code}", where=where)


@pytest.mark.parametrize("kind", cases(["Excel", "Parquet"], "Excel"))
def test_an_infinity_of_a_typed_file_is_refused_with_its_row(both: Any, kind: str) -> None:
    table, values = both.folder / f"table.{kind.lower()}", [1.5, float("inf"), 2.5, float("nan")]
    if kind == "Parquet":
        pq.write_table(pa.table({"spend": values, "visits": [1.5, 2.5, 3.5, 9.5]}), table)
        both.refuse(table, "data.infinite", where="row 2, column “spend”", format="parquet")
        return
    table = _workbook(both.folder / "table.xlsx", "1e999")
    both.refuse(table, "data.infinite", where="row 4, column “spend”")


def _workbook(path: Path, *odd: str) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["id", "spend"])
    cells = [1.5, 2.5, *odd, *(n / 8 for n in range(30))]
    for number, cell in enumerate(cells):
        book.active.append([f"{SECRET}{number}", cell])
    book.save(path)
    return path


@pytest.mark.parametrize("rule", cases(["last", "sum", "error"], "error"))
def test_repeated_and_missing_keys_by_a_named_rule(both: Any, rule: str) -> None:
    table = both.write(f"{HEAD}{SECRET},1.5,1\nb,2.5,7\n{SECRET},10.5,5\n,4.5,4\n")
    if rule == "error":
        both.refuse(table, "data.missing_keys", where="line 5", on_duplicate=rule)
        return
    dataset = both.read(table, on_duplicate=rule)
    assert dataset.keys.tolist() == [SECRET, "b"]
    assert dataset.table.column("spend").to_pylist() == [10.5 if rule == "last" else 12.0, 2.5]
    assert said(dataset, "data.notice.without_key") == {"n": 1}
    assert said(dataset, f"data.notice.repeated_{rule}") == {"n": 1}


def test_a_sum_over_a_key_that_is_no_number_is_refused(both: Any) -> None:
    table = both.write(f"{HEAD}{SECRET},1.7e308,1\n{SECRET},1.7e308,5\nb,1.5,1\n")
    both.refuse(table, "data.infinite_sum", where="line 3", on_duplicate="sum")


def test_without_a_key_the_row_s_number_is_the_key(both: Any) -> None:
    assert both.read(both.write("spend,visits\n1.5,7\n2.5,1\n")).keys.tolist() == ["1", "2"]
    events = "id,spend\n" + "".join(f"{SECRET}{n % 4},{n}.5\n" for n in range(20))
    dataset = both.read(both.write(events))
    assert dataset.keys.tolist() == [str(n) for n in range(1, 21)]
    assert said(dataset, "data.notice.events") == {"column": "id"}


def test_keys_are_texts_to_the_last_digit(both: Any) -> None:
    table = both.write("id,spend\n" + "".join(f"{key},{n}.5\n" for n, key in enumerate(KEYS)))
    assert both.read(table).keys.tolist() == list(KEYS)


def test_words_for_missing_among_numbers_are_counted(both: Any) -> None:
    words = ("NA", "null", "-", "?", "NaN", "#DIV/0!", "#REF!")
    dataset = both.read(both.write(TABLE + "".join(f"b{n},{word},1\n" for n, word in enumerate(words))))
    figures = said(dataset, "data.notice.absent")
    assert figures == {"n": 7, "total": 7, "column": "spend", "words": sorted(words)}


def test_words_for_missing_among_texts_count_where_declared(both: Any) -> None:
    table = both.write(
        "id,plan\n" + "".join(f"{SECRET}{n},{('NA', 'big', '?', 'small')[n % 4]}\n" for n in range(40))
    )
    assert both.read(table).table.column("plan").null_count == 0
    dataset = both.read(table, missing_values=("NA", "?"))
    assert said(dataset, "data.notice.absent")["n"] == 20


def test_a_kind_that_changes_half_way_is_decided_on_the_whole_column(both: Any) -> None:
    table = both.write(HEAD + rows(20) + "".join(f"b{n},{SECRET}{n},1\n" for n in range(20)))
    dataset = both.read(table)
    assert dataset.schema.feature("spend").kind.value == "text"
    figures = said(dataset, "data.notice.mixture")
    assert (figures["n"], figures["total"], figures["line"]) == (20, 40, 22)


def test_dates_that_may_be_read_in_two_ways(both: Any) -> None:
    table = both.write(DAYS)
    error = both.refuse(table, "data.ambiguous_date", where="table.csv")
    assert "--date-format" in error.remedy
    dataset = both.read(table, date_formats={"day": "%d/%m/%Y"})
    assert dataset.table.column("day")[1].as_py() == 19_755.0  # 2 February 2024
    both.refuse(table, "data.bad_date_format", where="table.csv", date_formats={"day": "%d/%Q"})


def test_error_cells_of_excel_are_missing_and_counted(both: Any) -> None:
    dataset = both.read(_workbook(both.folder / "table.xlsx", "#DIV/0!", "#N/A"))
    assert said(dataset, "data.notice.excel_errors") == {"n": 2}
    assert said(dataset, "data.notice.missing") == {"n": 2, "column": "spend"}


def test_missing_values_are_treated_by_the_declared_policy(both: Any) -> None:
    error = both.refuse_run(
        both.write(groups() + "b,NaN,300\n"), "prepare.missing", where="table.csv", missing="error"
    )
    assert "“hours”, the first in row 31" in error.received


def test_extremes_are_scaled_safely_with_a_warning_and_missing_rows_dropped_as_asked(both: Any) -> None:
    table = both.write(groups() + "b1,1e300,-0\nb2,5e-324,0\nb3,NaN,300\n")
    study, shown = both.study(table, missing="drop")
    assert said(study, "prepare.warning.precision") == {"column": "hours", "orders": 623}
    said(study, "prepare.warning.subnormal")
    assert said(study, "prepare.notice.dropped") == {"n": 1, "total": 33, "columns": ["hours"]}
    assert all(trial["failed"] is None for trial in shown["configurations"])


def test_numbers_over_the_whole_range_are_scaled_safely(both: Any) -> None:
    cells = "".join(f"{SECRET}{n},{'-' * (n % 2)}1.7e308,{n * n % 17}\n" for n in range(30))
    study = segmint.study(segmint.read(both.write(HEAD + cells)), running((1, 2)))
    assert segmint.save_study(study, both.folder / "workspace").is_dir()


def test_formulas_are_data_and_neutral_where_they_are_exported(hostile: Any) -> None:
    assert segmint.read(hostile.table).keys.tolist()[: len(FORMULAS)] == list(FORMULAS)
    assignment, _ = hostile.both.assign(Path(hostile.shown["model"]), hostile.table)
    assert assignment.keys.tolist()[: len(FORMULAS)] == list(FORMULAS)
    for path in (hostile.rows, hostile.both.folder / "segments.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            exported = list(csv.DictReader(stream))
        assert [row["id"] for row in exported][: len(FORMULAS)] == list(FORMULAS.values())
        assert all(float(row["confidence"]) >= 0 for row in exported)
