"""Excel sheets, read as texts: an identifier keeps its zeros, a date its day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import NumberStyle, number_values
from segmint.data.files import LocalFile
from segmint.data.names import MAX_COLUMNS, clean_names
from segmint.data.options import ReadOptions
from segmint.data.rows import Rejects, Rows
from segmint.data.workbooks import refuse_bomb
from segmint.errors import DataError, SchemaError, SourceError, UsageError
from segmint.words import Sentence, sentence

_MAX_TITLES = 20


@contextmanager
def open_excel(file: LocalFile, options: ReadOptions, rejects: Rejects) -> Iterator[Rows]:
    """Open one sheet of an Excel workbook.

    Raises
    ------
    SourceError
        If the workbook is damaged or unpacks beyond belief, or there are lines of title above the header.
    UsageError
        If there are several sheets and none is named.
    """
    refuse_bomb(file)
    table, n_errors = _sheet(file, options)
    table = table.slice(options.skip_rows)
    names = _names(table, file.name, options.skip_rows)
    columns = clean_names(names, file.name, options.rename)
    body = table.slice(1)
    notices: tuple[Sentence, ...] = ()
    if n_errors:
        notices = (sentence("data.notice.excel_errors", n=n_errors),)

    def batches(positions: Sequence[int], n_rows: int) -> Iterator[pa.RecordBatch]:
        yield from body.select(list(positions)).to_batches(max_chunksize=n_rows)

    def line(row: int) -> int:
        return row + options.skip_rows + 2

    yield Rows(file.name, columns, True, batches, line, "row", notices, rejects)


def _damaged(file: LocalFile) -> DataError:
    return SourceError("data.damaged", where=file.name, format="Excel")


def _sheet(file: LocalFile, options: ReadOptions) -> tuple[pa.Table, int]:
    try:
        workbook = fastexcel.read_excel(file.path.read_bytes())
        name = _chosen(workbook.sheet_names, file.name, options.sheet)
        batch, faults = workbook.load_sheet(name, header_row=None, dtypes="string").to_arrow_with_errors()
        numbers = workbook.load_sheet(name, header_row=None, dtypes="float").to_arrow()
    except fastexcel.FastExcelError:
        raise _damaged(file) from None
    if batch.num_columns > MAX_COLUMNS:
        raise SchemaError("data.too_many_columns", where=file.name, n=batch.num_columns, limit=MAX_COLUMNS)
    if not batch.num_rows or not batch.num_columns:
        raise SourceError("data.no_data", where=file.name)
    exact = [_exact(texts, floats) for texts, floats in zip(batch.columns, numbers.columns, strict=True)]
    return pa.table(exact, names=batch.schema.names), 0 if faults is None else len(faults.errors)


def _exact(texts: pa.Array, floats: pa.Array) -> pa.Array:
    """Write the numbers in full whose text was cut after nine decimals; a text of digits stays as it is."""
    cut = pc.not_equal(number_values(texts, NumberStyle()), floats.cast(pa.float64()))
    if not pc.any(cut).as_py():
        return texts
    full = pa.array([None if value is None else repr(value) for value in floats.to_pylist()], pa.string())
    return pc.if_else(pc.fill_null(cut, False), full, texts)


def _chosen(names: Sequence[str], file: str, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in names:
            raise UsageError("data.no_sheet", where=file, wanted=wanted, known=list(names))
        return wanted
    if len(names) != 1:
        raise UsageError("data.several_sheets", where=file, known=list(names))
    return names[0]


def _names(table: pa.Table, file: str, skipped: int) -> list[str | None]:
    if not table.num_rows:
        raise SourceError("data.no_data", where=file)
    rows = [list(row.values()) for row in table.slice(0, _MAX_TITLES).to_pylist()]
    first = sum(cell is not None for cell in rows[0])
    full = next((at for at, row in enumerate(rows) if all(cell is not None for cell in row)), 0)
    if full and first <= len(rows[0]) / 2:
        lines = f"{skipped + 1}" if full == 1 else f"{skipped + 1}–{skipped + full}"
        raise SourceError(
            "data.title_lines",
            where=f"{file}, row {skipped + 1}",
            lines=lines,
            header=skipped + full + 1,
            skip=skipped + full,
        )
    return rows[0]
