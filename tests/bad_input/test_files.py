"""Files: how they are written, what they lack, and what is no table at all."""

from __future__ import annotations

import codecs
import csv
import gzip
import os
from pathlib import Path
from typing import Any

import pytest
from bad_input_doors import HEAD, SECRET, TABLE, cases, rows, said

LATIN = TABLE + f"Zoë {SECRET},1,2\n"
DECIMALS = TABLE.replace(",", ";").replace(".", ",")
BOTH_SEPARATORS = "id,a;b,c\n" + "".join(f"{SECRET}{n},{n};{n * 2},x\n" for n in range(20))
THOUSANDS = "id;a\n" + "".join(f"{SECRET}{n};1,{n:03d}\n" for n in range(30))
LONG = f'"{SECRET}{"x" * (1 << 20)}",1,2\n'

READ = {
    "UTF-8 BOM": (codecs.BOM_UTF8 + TABLE.encode(), {}, "encoding", "UTF-8 with a byte-order mark"),
    "UTF-16 with BOM": (TABLE.encode("utf-16"), {}, "encoding", "UTF-16"),
    "Latin-1 that is named": (LATIN.encode("latin-1"), {"encoding": "latin-1"}, "encoding", "ISO8859-1"),
    "semicolons": (TABLE.replace(",", ";"), {}, "delimiter", "semicolon"),
    "tabs in a CSV file": (TABLE.replace(",", "\t"), {}, "delimiter", "tab"),
    "bars": (TABLE.replace(",", "|"), {}, "delimiter", "bar"),
    "a sep= line": ("sep=;\n" + TABLE.replace(",", ";"), {}, "delimiter", "semicolon"),
    "separators that are named": (BOTH_SEPARATORS, {"delimiter": ";"}, "delimiter", "semicolon"),
}  # fmt: skip


@pytest.mark.parametrize("name", cases(READ, "tabs in a CSV file", "bars"))
def test_what_is_found_out_is_shown(both: Any, name: str) -> None:
    content, options, key, found = READ[name]
    dataset = both.read(both.write(content), **options)
    assert said(dataset, f"data.notice.{key}") == {key: found}
    assert dataset.n_rows in (20, 30, 31)


def test_line_ends_of_several_kinds_are_made_one_but_those_in_quoted_cells_are_data(both: Any) -> None:
    notes = ["a\rb", "\r\n", 'say ""hi""\r', "plain"] * 5
    ends = ["\r\n", "\n", "\r"]
    lines = [f'{SECRET}{n},"{note}",{n}.5{ends[n % 3]}' for n, note in enumerate(notes)]
    dataset = both.read(both.write("id,note,x\n" + "".join(lines)), describe=("note",))
    said(dataset, "data.notice.line_ends")
    assert dataset.n_rows == 20
    expected = ["a\rb", "\r\n", 'say "hi"\r', "plain"]
    assert dataset.table.column("note").to_pylist()[:4] == expected


def test_decimal_commas_are_found_and_shown(both: Any) -> None:
    dataset = both.read(both.write(DECIMALS))
    said(dataset, "data.notice.decimal")
    assert dataset.table.column("spend").to_pylist()[:2] == [0.25, 1.75]


def test_decimals_that_are_named(both: Any) -> None:
    table = both.write(THOUSANDS)
    assert both.read(table, decimal=",").table.column("a")[2].as_py() == 1.002
    assert both.read(table, decimal=".").table.column("a")[2].as_py() == 1002


REFUSED = {
    "Latin-1 bytes": (LATIN.encode("latin-1"), "not_utf8", "table.csv"),
    "a NUL": (TABLE + f"{SECRET}\0,1,2\n", "nul", "table.csv"),
    "UTF-16 without a mark": (TABLE.encode("utf-16-le"), "nul", "table.csv"),
    "an ambiguous separator": (BOTH_SEPARATORS, "ambiguous_delimiter", "table.csv"),
    "commas of thousands or decimals": (THOUSANDS, "unsure_decimal", "table.csv"),
    "an unclosed quote": (TABLE + f'"{SECRET},1,2\n' + rows(2, key="b"), "unclosed", "line 32"),
    "text after a quote": (TABLE + f'"{SECRET}"x,1,2\n' + rows(2, key="b"), "quote", "line 32"),
    "a short row": (TABLE + f"{SECRET},1\n" + rows(2, key="b"), "ragged", "line 32"),
    "a long row": (TABLE + f"b,1,2,{SECRET}\n" + rows(2, key="b"), "ragged", "line 32"),
    "a field over 1 MiB": (TABLE + LONG + rows(2, key="b"), "long", "line 32"),
    "a line of totals": (TABLE + f"Total,{SECRET},300\n", "totals", "line 32"),
    "an empty file": ("", "no_data", "table.csv"),
    "a header only": (HEAD, "no_data", "table.csv"),
    "one row": (HEAD + rows(1), "one_row", "table.csv"),
}


@pytest.mark.parametrize("name", cases(REFUSED, "text after a quote", "a long row", "UTF-16 without a mark"))
def test_what_is_not_certain_is_refused_with_its_place(both: Any, name: str) -> None:
    content, code, where = REFUSED[name]
    both.refuse(both.write(content), f"data.{code}", where=where)


def test_invalid_bytes_are_named_by_their_offset(both: Any) -> None:
    content = LATIN.encode("latin-1")
    error = both.refuse(both.write(content), "data.not_utf8")
    assert f"byte {content.index(b'Zo') + 2:,}" in error.received


def test_title_lines_are_pointed_at_and_can_be_skipped(both: Any) -> None:
    table = both.write(f"Customers of {SECRET}\n\n{TABLE}")
    error = both.refuse(table, "data.title_lines", where="line 1")
    assert "lines 1–2" in error.received
    assert "--skip-rows 2" in error.remedy
    assert both.read(table, skip_rows=2).n_rows == 30


def test_lenient_reading_sets_bad_rows_aside_counts_them_and_keeps_them(both: Any) -> None:
    bad = f'{SECRET},1\n"{SECRET},1,2\n{SECRET}-x,many,3\n=1+{SECRET},4\n'
    table = both.write(TABLE + bad + rows(3, key="b") + "Total,1,2\n")
    aside = both.folder / "aside.csv"
    dataset = both.read(table, lenient=True, quarantine=aside)
    assert dataset.n_rows == 33
    (told,) = [n for n in dataset.notices if n.key == "data.notice.rejected_where"]
    assert told.figures["n"] == 5
    assert [place.split(" (")[0] for place in told.figures["places"]] == [
        "line 32",
        "line 33",
        "line 34",
        "…",
    ]
    assert SECRET not in str(told)
    assert aside.stat().st_mode & 0o077 == 0
    with aside.open(newline="") as stream:
        kept = {int(row["line"]): row["text"] for row in csv.DictReader(stream)}
    assert sorted(kept) == [32, 33, 34, 35, 39]
    assert kept[35] == f"'=1+{SECRET},4", "a quarantine is opened in a spreadsheet too"


def test_a_refused_source_leaves_the_rows_set_aside_before(both: Any) -> None:
    aside = both.write("line,reason,text\n7,old,old\n", "aside.csv")
    table = both.write(f"{TABLE}{SECRET},1\n{SECRET},1e999,3\n,1,2\n")
    both.refuse(table, "data.missing_keys", lenient=True, quarantine=aside)
    assert aside.read_text() == "line,reason,text\n7,old,old\n"


CONTENT = {
    "a PDF named CSV": ("table.csv", b"%PDF-1.7 " + SECRET.encode()),
    "gzip named CSV": ("table.csv", gzip.compress(TABLE.encode(), mtime=0)),
    "text named gzip": ("table.csv.gz", TABLE.encode()),
    "text named Parquet": ("table.parquet", TABLE.encode()),
    "text named Excel": ("table.xlsx", TABLE.encode()),
    "an array named JSON lines": ("table.jsonl", f'[{{"id": "{SECRET}"}}]'.encode()),
}


@pytest.mark.parametrize(
    "name", cases(CONTENT, "text named gzip", "text named Excel", "an array named JSON lines")
)
def test_content_that_is_not_what_its_name_says(both: Any, name: str) -> None:
    file, content = CONTENT[name]
    both.refuse(both.write(content, file), "data.other_content", where=file)


@pytest.mark.parametrize("kind", ["folder", "FIFO", "device"])
def test_what_is_no_file_is_refused(both: Any, kind: str) -> None:
    source = Path("/dev/zero") if kind == "device" else both.folder / "table.csv"
    if kind == "folder":
        source.mkdir()
    elif kind == "FIFO":
        os.mkfifo(source)
    error = both.refuse(source, "data.not_a_file", where=source.name)
    assert kind in error.received


def test_a_file_that_is_not_there(both: Any) -> None:
    both.refuse(both.folder / "nothing.csv", "data.no_file", where="nothing.csv")
