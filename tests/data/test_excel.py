from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SourceError, UsageError
from segmint.model.schema import Kind


def written(tmp_path: Path, *sheets: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"Sheet {number + 1}")
        for row in rows:
            sheet.append(list(row))
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


def rows(n: int = 20) -> list[list[Any]]:
    begin = dt.datetime(2024, 1, 1, 6)
    return [
        ["id", "spend", "vip", "since", "visits"],
        *([f"{k:06d}", k / 10, k % 3 == 0, begin + dt.timedelta(days=k), k % 17] for k in range(n)),
    ]


def test_a_sheet_is_read_as_what_it_shows(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, rows()))
    assert dataset.keys.tolist() == [f"{k:06d}" for k in range(20)]
    assert dataset.table.column("spend").to_pylist() == [k / 10 for k in range(20)]
    assert [feature.kind for feature in dataset.schema] == [
        Kind.TEXT,
        Kind.NUMBER,
        Kind.FLAG,
        Kind.DATE,
        Kind.COUNT,
    ]
    days = (dt.datetime(2024, 1, 1, 6) - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)
    assert dataset.table.column("since").to_pylist()[0] == pytest.approx(days)


def test_every_digit_of_a_number_is_kept(tmp_path: Path) -> None:
    values = [0.123456789012345, 0.3333333333333333, 1e-9, 123456789.123456, 5e300]
    dataset = read(written(tmp_path, [["x", "y"], *([value, n + 0.5] for n, value in enumerate(values))]))
    assert dataset.table.column("x").to_pylist() == values


def test_error_cells_are_missing_and_counted(tmp_path: Path) -> None:
    table = rows()
    table[3][1], table[7][1] = "#DIV/0!", "#N/A"
    dataset = read(written(tmp_path, table))
    assert dataset.table.column("spend").null_count == 2
    assert [n.figures["n"] for n in dataset.notices if n.key == "data.notice.excel_errors"] == [2]


def test_several_sheets_need_a_name(tmp_path: Path) -> None:
    path = written(tmp_path, rows(), [["other"], [1]])
    with pytest.raises(UsageError) as caught:
        read(path)
    assert "Sheet 2" in caught.value.text()
    assert read(path, ReadOptions(sheet="Sheet")).n_rows == 20
    with pytest.raises(UsageError):
        read(path, ReadOptions(sheet="Sheet 3"))


@pytest.mark.parametrize("titles", [[["Customers 2024"]], [["Customers 2024"], [], ["exported today"], []]])
def test_title_lines_are_refused_and_can_be_skipped(tmp_path: Path, titles: list[list[str]]) -> None:
    path = written(tmp_path, [*titles, *rows()])
    with pytest.raises(SourceError) as caught:
        read(path)
    assert f"--skip-rows {len(titles)}" in caught.value.text()
    assert read(path, ReadOptions(skip_rows=len(titles))).n_rows == 20


def test_a_line_of_totals_is_refused_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, [*rows(), ["Total", 19.0]]))
    assert (caught.value.code, caught.value.where) == ("data.totals", "a.xlsx, row 22")


def test_rows_that_are_only_formatted_are_no_rows(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, [*rows(), [None] * 5, [None] * 5]))
    assert dataset.n_rows == 20


@pytest.mark.parametrize("sheet", [[], [["id", "x"]]])
def test_an_empty_sheet_holds_no_data(tmp_path: Path, sheet: list[list[Any]]) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, sheet))
    assert caught.value.code == "data.no_data"


def test_a_damaged_workbook(tmp_path: Path) -> None:
    path = written(tmp_path, rows())
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:200] + b"\0" * 400 + whole[600:]):
        path.write_bytes(content)
        with pytest.raises(SourceError) as caught:
            read(path)
        assert caught.value.code == "data.damaged"


def test_another_archive_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.code == "data.damaged"


def test_a_bomb_is_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str]
) -> None:
    path = written(tmp_path, rows())
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/x.xml", "w", force_zip64=True) as out,
    ):
        for _ in range(300):
            out.write(b" " * (1 << 20))
    assert refused_cheaply(path) == "data.bomb"


def test_two_cells_a_world_apart_are_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str]
) -> None:
    book = openpyxl.Workbook()
    for row in rows():
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, "far")
    book.save(tmp_path / "a.xlsx")
    assert refused_cheaply(tmp_path / "a.xlsx") == "data.sparse"


def with_shared_text(tmp_path: Path, shared: str, n: int) -> Path:
    """Write a workbook in which many cells point at one text, as Excel does."""
    path = written(tmp_path, [["x", "y"], ["A", 1.5]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    row = b'<row r="%d"><c r="A%d" t="s"><v>0</v></c><c r="B%d"><v>%d.5</v></c></row>'
    cells = b"".join(row % (at, at, at, at) for at in range(2, n + 2))
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<row r="2".*</row>', cells, parts[sheet], flags=re.DOTALL)
    head = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    parts["xl/sharedStrings.xml"] = f"{head}<si><t>{shared}</t></si></sst>".encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_text_that_many_cells_share_is_read(tmp_path: Path) -> None:
    dataset = read(with_shared_text(tmp_path, "A" * 90, 300))
    assert dataset.table.column("x").to_pylist() == ["A" * 90] * 300


def test_a_long_text_in_many_cells_is_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str]
) -> None:
    assert refused_cheaply(with_shared_text(tmp_path, "A" * 32_000, 60_000)) == "data.bomb"
