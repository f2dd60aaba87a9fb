from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from segmint.data.records import MAX_FIELD, records, split_cells

_CELL = st.text(alphabet='ab," \n;é', max_size=6)


@given(st.lists(st.lists(_CELL, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    lines = out.getvalue().removesuffix("\n").split("\n")
    found = list(records(lines, ","))
    assert [list(record.cells) for record in found] == rows
    assert sum(record.n_lines for record in found) == len(lines)


@given(st.lists(st.text(alphabet='a,"\n', max_size=8), min_size=1, max_size=8))
def test_every_line_belongs_to_exactly_one_record(texts: list[str]) -> None:
    lines = "\n".join(texts).split("\n")
    found = list(records(lines, ","))
    assert "\n".join(record.text for record in found) == "\n".join(lines)
    begin = 1
    for record in found:
        assert record.line == begin
        begin += record.n_lines


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    found = list(records(['a,"b', "c,d", "e,f"], ","))
    assert [(record.line, record.fault) for record in found] == [(1, "unclosed"), (2, None), (3, None)]
    assert found[1].cells == ("c", "d")


def test_text_after_a_closed_quote_is_a_fault() -> None:
    assert split_cells('1,"x"y,3', ",") == ((), "quote")


def test_a_quote_inside_a_cell_is_a_character() -> None:
    assert split_cells('1,5" pipe,3', ",") == (("1", '5" pipe', "3"), None)
    assert split_cells('"say ""hi""",2', ",") == (('say "hi"', "2"), None)


def test_a_long_cell_is_a_fault_quoted_or_not() -> None:
    long = "x" * (MAX_FIELD + 1)
    assert next(iter(records([f"1,{long}"], ","))).fault == "long"
    assert next(iter(records([f'1,"{long}"'], ","))).fault == "long"
    assert next(iter(records([f"1,{long[:-1]}"], ","))).fault is None


def test_an_open_quote_over_many_lines_takes_little_time() -> None:
    lines = ['1,"open', *["2,3"] * 200_000]
    found = records(lines, ",")
    assert next(found).fault == "unclosed"
    assert sum(1 for _ in found) == 200_000
