"""Cells that are not of their column's kind: refused with their place, or set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import Cells, NumberStyle, is_text, plain_texts, typed_texts
from segmint.data.numbered_dates import written_dates
from segmint.data.quarantine import Aside
from segmint.data.rows import Rows
from segmint.errors import DataError, ValueRuleError
from segmint.model import parsing
from segmint.model.schema import NUMERIC_KINDS, Feature, Role
from segmint.types import BoolVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True)
class Column:
    """One column on its way: what it is, what stood there, and what is kept."""

    feature: Feature
    source: pa.Array
    cells: Cells


def fitting_rows(
    columns: Mapping[str, Column],
    rows: Rows,
    first_row: int,
    style: NumberStyle,
    aside: Aside | None,
    cells: Sequence[pa.Array],
) -> BoolVector:
    """Return which rows hold only cells of their columns' kinds; columns that are ignored do not count.

    Parameters
    ----------
    columns
        The columns, by name.
    rows
        Where they come from.
    first_row
        The number of their first row in the source, from 0.
    style
        How numbers are written.
    aside
        What takes the other rows; ``None`` to refuse them.
    cells
        All columns of the source that were read: what stands in a row that is set aside.

    Raises
    ------
    ValueRuleError
        If there are others and none may be set aside; with line and column of the first.
    """
    used = [column for column in columns.values() if column.feature.role is not Role.IGNORE]
    n_rows = len(next(iter(columns.values())).source)
    fits = np.ones(n_rows, dtype=bool)
    for column in used:
        unfit = column.cells.unfit
        if not unfit.any():
            continue
        if aside is None:
            raise _error(column, rows, first_row, style)
        for row in np.flatnonzero(unfit & fits).tolist():
            aside(rows.line(first_row + row), str(_reason(column, row, style)), row_text(cells, row))
        fits &= ~unfit
    return fits


def _error(column: Column, rows: Rows, first_row: int, style: NumberStyle) -> DataError:
    row = int(np.argmax(column.cells.unfit))
    where = rows.where(first_row + row, column.feature.name)
    n = int(column.cells.unfit.sum())
    if _is_infinite(column, row, style):
        return ValueRuleError("data.infinite", where=where, n=n)
    total = len(column.source) - column.source.null_count
    feature = column.feature
    written = written_dates(column.source.filter(pa.array(column.cells.unfit)), feature.kind)
    return ValueRuleError(
        "data.unfit", where=where, n=n, total=total, kind=feature.kind.value, column=feature.name,
        written=written,
    )  # fmt: skip


def _reason(column: Column, row: int, style: NumberStyle) -> Sentence:
    name = column.feature.name
    if _is_infinite(column, row, style):
        return sentence("data.aside.infinite", column=name)
    return sentence("data.aside.unfit", column=name, kind=column.feature.kind.value)


def _is_infinite(column: Column, row: int, style: NumberStyle) -> bool:
    if column.feature.kind not in NUMERIC_KINDS:
        return False
    if not is_text(column.source.type):
        return pa.types.is_floating(column.source.type)
    cell = plain_texts(column.source.slice(row, 1))
    number = parsing.number_pattern(style.decimal, grouped=style.grouped)
    patterns = (parsing.INFINITE_PATTERN, number)
    return any(bool(pc.match_substring_regex(cell, pattern)[0].as_py()) for pattern in patterns)


def row_text(columns: Iterable[pa.Array], row: int) -> str:
    """Return a row as a line of a CSV file."""
    cells = [typed_texts(column.slice(row, 1))[0].as_py() or "" for column in columns]
    quoted = [
        '"' + cell.replace('"', '""') + '"' if any(c in cell for c in ',"\n\r') else cell for cell in cells
    ]
    return ",".join(quoted)
