"""Events as they come: accepted exactly, repaired and counted, or refused with a place and without a value."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmint.data import ReadOptions
from segmint.data.events import ROW, Events, Wanted, column_names, open_events
from segmint.data.rows import BATCH_ROWS
from segmint.errors import DataError, SchemaError, SourceError, ValueRuleError
from segmint.model.schema import Kind

COLUMNS = {"key": "id", "date": "on", "amount": "paid", "category": "what"}
KINDS: dict[str, Kind] = {"date": Kind.DATE, "amount": Kind.NUMBER, "category": Kind.TEXT}
HEAD = "id,on,paid,what"
GOOD = ("a,2026-01-03,1.50,tea", "a,2026-01-09,2,cup", "b,2026-01-05,-3,tea")


def written(tmp_path: Path, *rows: str, head: str = HEAD, name: str = "events.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def wanted(columns: Mapping[str, str] = COLUMNS, date_format: str | None = None) -> Wanted:
    return Wanted(columns, {name: KINDS[name] for name in columns if name != "key"}, date_format)


def taken(source: Any, wants: Wanted | None = None, **options: Any) -> tuple[dict[str, list[Any]], Events]:
    with open_events(source, wants or wanted(), ReadOptions(**options)) as events:
        batches = list(events.batches)
    return {name: [v for batch in batches for v in batch.column(name).to_pylist()] for name in batches[0].schema.names if name != ROW}, events  # fmt: skip


def day(text: str) -> float:
    moment = dt.datetime.fromisoformat(text)
    return (moment - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)


def refused(
    source: Any, kind: type[DataError], code: str, wants: Wanted | None = None, **options: Any
) -> DataError:
    with pytest.raises(kind) as caught:
        taken(source, wants, **options)
    assert caught.value.code == f"data.{code}"
    return caught.value


# ------------------------------------------------------------------------------------------ accepted


def test_keys_repeat_and_what_is_missing_is_null(tmp_path: Path) -> None:
    found, events = taken(written(tmp_path, *GOOD, ",2026-01-01,1,", "  ,NA,-,NA", "c,?,null,"))
    assert found["key"] == ["a", "a", "b", None, None, "c"]
    assert found["date"] == [*map(day, ("2026-01-03", "2026-01-09", "2026-01-05", "2026-01-01")), None, None]
    assert found["amount"] == [1.5, 2.0, -3.0, 1.0, None, None]
    assert found["category"] == ["tea", "cup", "tea", None, "NA", None]  # a text may be NA
    assert events.notices() == ()


def test_columns_are_found_by_name_in_any_order_and_cleaned(tmp_path: Path) -> None:
    path = written(tmp_path, "x,tea,1,2026-01-03,a", head="more, what ,paid,on,id")
    assert taken(path)[0] == {"key": ["a"], "date": [day("2026-01-03")], "amount": [1.0], "category": ["tea"]}
    assert column_names(path) == ("more", "what", "paid", "on", "id")
    assert column_names(path, ReadOptions(rename={"id": "who"}))[-1] == "who"


def test_moments_keep_their_time_and_offsets_are_moved(tmp_path: Path) -> None:
    path = written(tmp_path, "a,2026-01-03T18:30:00,1,", "a,2026-01-03 18:30:00+02:00,1,", "a,2026-01-03,1,")
    found, _ = taken(path)
    assert found["date"] == pytest.approx(
        [day("2026-01-03T18:30"), day("2026-01-03T16:30"), day("2026-01-03")]
    )


def test_one_event_is_enough(tmp_path: Path) -> None:
    assert taken(written(tmp_path, GOOD[0]))[0]["key"] == ["a"]


@pytest.mark.parametrize("decimal", [None, ","])
def test_decimal_commas(tmp_path: Path, decimal: str | None) -> None:
    path = written(tmp_path, "a;2026-01-03;1,5;tea", "a;2026-01-04;1.234,56;tea", head="id;on;paid;what")
    assert taken(path, decimal=decimal)[0]["amount"] == [1.5, 1234.56]


def test_decimal_commas_that_may_be_thousands_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a;2026-01-03;1,500;tea", "a;2026-01-04;2,250;cup", head="id;on;paid;what")
    with pytest.raises(DataError) as caught:
        taken(path)
    assert "--decimal" in caught.value.text()
    assert taken(path, decimal=",")[0]["amount"] == [1.5, 2.25]
    assert taken(path, decimal=".")[0]["amount"] == [1500.0, 2250.0]


def test_a_typed_parquet(tmp_path: Path) -> None:
    moments = [dt.datetime(2026, 1, 3, 18, 30), None, dt.datetime(2026, 1, 9)]
    typed = pa.table(
        {
            "id": pa.array([17850.0, 17850.0, None]), "on": pa.array(moments, pa.timestamp("ns")),
            "paid": pa.array([1, None, 3], pa.int16()), "what": pa.array(["x", "y", "x"]).dictionary_encode(),
        }
    )  # fmt: skip
    pq.write_table(typed, tmp_path / "events.parquet")
    for source in (tmp_path / "events.parquet", typed, typed.to_pandas()):
        found, events = taken(source)
        assert found == {
            "key": ["17850", "17850", None], "date": [day("2026-01-03T18:30"), None, day("2026-01-09")],
            "amount": [1.0, None, 3.0], "category": ["x", "y", "x"],
        }  # fmt: skip
        assert events.date_format is None


def test_a_format_of_dates_does_not_matter_where_dates_have_a_type() -> None:
    table = pa.table({"id": ["a"], "on": [dt.date(2026, 2, 1)], "paid": [1.0], "what": ["x"]})
    assert taken(table, wanted(date_format="%d/%m/%Y"))[0]["date"] == [day("2026-02-01")]


def test_numbers_and_dates_as_texts_of_a_frame(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["a"], "on": ["01/02/2026"], "paid": ["1.5"], "what": ["x"]})
    assert taken(frame, wanted(date_format="%d/%m/%Y"))[0]["date"] == [day("2026-02-01")]
    refused(frame, ValueRuleError, "unfit")


def test_json_lines_and_gzip(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"id": "a", "on": "2026-01-03", "paid": 1.5, "what": null}\n' * 2)
    assert taken(path)[0]["amount"] == [1.5, 1.5]
    packed = tmp_path / "events.csv.gz"
    packed.write_bytes(gzip.compress("\n".join([HEAD, *GOOD, ""]).encode()))
    assert taken(packed)[0]["key"] == ["a", "a", "b"]


def test_rows_keep_their_numbers_where_some_are_set_aside(tmp_path: Path) -> None:
    path = written(tmp_path, *GOOD[:1], "a,2026-01-03,x,tea", *GOOD[:1])
    with open_events(path, wanted(), ReadOptions(lenient=True)) as events:
        numbers = [row for batch in events.batches for row in batch.column(ROW).to_pylist()]
    assert numbers == [0, 2]
    assert events.where(2, "amount") == "events.csv, line 4, column “paid”"
    assert events.where(2, "price") == "events.csv, line 4"


def test_many_batches_are_one_source(tmp_path: Path) -> None:
    n = 2 * BATCH_ROWS + 7
    path = written(tmp_path, *(f"k{row % 5},2026-01-03,{row},x" for row in range(n)))
    with open_events(path, wanted()) as events:
        batches = list(events.batches)
    assert len(batches) > 2
    assert [v for batch in batches for v in batch.column("amount").to_pylist()] == [
        float(row) for row in range(n)
    ]


# ------------------------------------------------------------------------------------------ dates


def test_days_and_months_that_may_be_swapped_are_refused_asking_for_the_format(tmp_path: Path) -> None:
    path = written(tmp_path, "a,01/02/2026,1,x", "a,03/04/2026,1,x")
    error = refused(path, SchemaError, "ambiguous_date")
    assert "--date-format" in error.text()
    assert all(form in error.text() for form in ("%d/%m/%Y", "%m/%d/%Y"))
    assert "01/02/2026" not in error.text()
    for form, first in (("%d/%m/%Y", "2026-02-01"), ("%m/%d/%Y", "2026-01-02")):
        found, events = taken(path, wanted(date_format=form))
        assert (found["date"][0], events.date_format) == (day(first), form)


@pytest.mark.parametrize(("row", "form"), [("25/04/2026", "%d/%m/%Y"), ("04/25/2026", "%m/%d/%Y")])
@pytest.mark.parametrize("first", ["01/02/2026", ""])
def test_a_later_batch_decides_how_dates_are_written(tmp_path: Path, row: str, form: str, first: str) -> None:
    path = written(tmp_path, *[f"a,{first},1,x"] * (BATCH_ROWS + 10), f"a,{row},1,x")
    found, events = taken(path)
    assert events.date_format == form
    assert found["date"][-1] == day("2026-04-25")
    expected = {"": None, "%d/%m/%Y": day("2026-02-01"), "%m/%d/%Y": day("2026-01-02")}
    assert {*found["date"][:-1]} == {expected[form if first else ""]}


def test_a_format_that_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, *GOOD)
    for form in ("dd/mm/yyyy", "%Q"):
        refused(path, SchemaError, "bad_date_format", wanted(date_format=form))


def test_a_date_that_the_calendar_lacks_is_refused_with_its_line(tmp_path: Path) -> None:
    error = refused(written(tmp_path, *GOOD, "a,2026-02-30,1,x"), ValueRuleError, "unfit")
    assert error.where == "events.csv, line 5, column “on”"
    assert "2026-02-30" not in error.text()


# ------------------------------------------------------------------------------------------ refused


def test_an_unknown_column_is_refused_with_the_nearest_names(tmp_path: Path) -> None:
    path = written(tmp_path, *GOOD)
    error = refused(
        path, SchemaError, "unknown_columns", wanted(COLUMNS | {"amount": "piad", "category": "nowhere"})
    )
    assert any(line.startswith("−") and "piad" in line for line in error.details)
    assert any("nowhere" in line for line in error.details)
    assert any(line.startswith("+") and "paid" in line for line in error.details)


@pytest.mark.parametrize("cell", ["£4711.25", "4711.25 EUR", "$4711", "4711 s3cret", "inf", "1e999", "4_711"])
def test_a_number_with_something_else_is_refused_with_line_and_column_and_not_shown(
    tmp_path: Path, cell: str
) -> None:
    path = written(tmp_path, *GOOD, f"b,2026-01-05,{cell},tea", *GOOD)
    with pytest.raises(ValueRuleError) as caught:
        taken(path)
    assert caught.value.where == "events.csv, line 5, column “paid”"
    assert cell not in caught.value.text().replace("infinite", "")
    assert "4711" not in caught.value.text()


def test_the_line_is_right_in_a_later_batch(tmp_path: Path) -> None:
    path = written(tmp_path, *[GOOD[0]] * (BATCH_ROWS + 50), "b,2026-01-05,£5,tea", GOOD[1])
    assert (
        refused(path, ValueRuleError, "unfit").where == f"events.csv, line {BATCH_ROWS + 52:,}, column “paid”"
    )


def test_a_typed_column_of_another_kind_is_refused(tmp_path: Path) -> None:
    table = pa.table({"id": ["a"], "on": [20_000], "paid": [1.0], "what": ["x"]})
    assert refused(table, ValueRuleError, "unfit").where == "frame, row 1, column “on”"
    infinite = pa.table({"id": ["a"], "on": ["2026-01-01"], "paid": [float("inf")], "what": ["x"]})
    refused(infinite, ValueRuleError, "infinite")


def test_an_empty_file_and_a_header_alone_hold_no_data(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    for source in (
        empty,
        written(tmp_path),
        pa.table({name: pa.array([], pa.string()) for name in HEAD.split(",")}),
    ):
        refused(source, SourceError, "no_data")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        taken(tmp_path)
    with pytest.raises(SourceError):
        taken(tmp_path / "nowhere.csv")


def test_a_ragged_row_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        taken(written(tmp_path, *GOOD, "b,2026-01-05"))
    assert "line 5" in caught.value.where


# ------------------------------------------------------------------------------------------ totals, lenient


def test_a_line_of_totals_is_refused_or_set_aside(tmp_path: Path) -> None:
    path = written(tmp_path, *GOOD, "Total,,0.5,")
    assert refused(path, SourceError, "totals").where == "events.csv, line 5"
    found, events = taken(path, lenient=True)
    assert found["key"] == ["a", "a", "b"]
    assert [notice.figures["n"] for notice in events.notices()] == [1]
    earlier = written(tmp_path, "Total,2026-01-03,1,", *GOOD)
    assert taken(earlier)[0]["key"] == ["Total", "a", "a", "b"]  # only the last line may be one


def test_totals_in_a_first_column_that_serves_no_purpose(tmp_path: Path) -> None:
    rows = [f"{n},{row}" for n, row in enumerate(GOOD)]
    path = written(tmp_path, *rows, "Total,,,0.5,", head=f"no,{HEAD}")
    refused(path, SourceError, "totals")


BAD = ("b,2026-01-05,£5,tea", "b,2026-01-05", "b,yesterday,5,tea", "b,2026-01-05,inf,tea")


def test_bad_rows_are_set_aside_counted_and_kept_whole(tmp_path: Path) -> None:
    path = written(tmp_path, *(f"{row},note" for row in (*GOOD, *BAD, *GOOD)), head=f"{HEAD},more")
    aside = tmp_path / "aside.csv"
    found, events = taken(path, lenient=True, quarantine=aside)
    assert found["key"] == ["a", "a", "b"] * 2
    assert found["amount"] == [1.5, 2.0, -3.0] * 2
    with aside.open(newline="") as stream:
        kept = {int(row["line"]): row["text"] for row in csv.DictReader(stream)}
    assert kept == {5 + n: f"{row},note" for n, row in enumerate(BAD)}
    (told,) = events.notices()
    assert told.figures["n"] == 4
    assert not any(value in str(told) for value in ("£5", "yesterday"))
    assert aside.stat().st_mode & 0o777 == 0o600


def test_a_refused_source_leaves_an_earlier_quarantine(tmp_path: Path) -> None:
    aside = tmp_path / "aside.csv"
    aside.write_text("earlier\n")
    refused(written(tmp_path, *BAD[2:3]), ValueRuleError, "unfit", quarantine=aside)
    assert aside.read_text() == "earlier\n"


def test_all_rows_set_aside_are_no_rows(tmp_path: Path) -> None:
    found, events = taken(written(tmp_path, BAD[0]), lenient=True)
    assert found == {"key": [], "date": [], "amount": [], "category": []}
    assert events.notices()[0].figures["n"] == 1
