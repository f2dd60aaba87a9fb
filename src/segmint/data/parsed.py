"""Rows of a source on their way: batch after batch, each cell read as its column's kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from segmint.data.cells import NumberStyle, is_text, parse_cells, plain_texts
from segmint.data.options import ReadOptions
from segmint.data.quarantine import Aside
from segmint.data.rows import Rows
from segmint.data.styles import number_style
from segmint.data.totals import says_total
from segmint.data.values import Column, fitting_rows, row_text
from segmint.errors import SourceError
from segmint.model.schema import Feature
from segmint.types import BoolVector
from segmint.words import say


@dataclass(frozen=True, eq=False)
class Parsed:
    """Some rows of a source.

    Attributes
    ----------
    first
        The number of the first of them in the source, from 0.
    found
        What stood there, by the name of the column: all columns that were read.
    values
        What the features hold, as :func:`segmint.data.cells.parse_cells` reads it.
    fits
        Which rows hold only cells of their columns' kinds, shape (n_rows,).
    """

    first: int
    found: Mapping[str, pa.Array]
    values: Mapping[str, pa.Array]
    fits: BoolVector

    def text(self, row: int) -> str:
        """Return a row as a line of a CSV file."""
        return row_text(self.found.values(), row)


def parsed_batches(
    rows: Rows,
    features: Sequence[Feature],
    positions: Sequence[int],
    options: ReadOptions,
    aside: Aside | None,
    chunk_rows: int,
) -> Iterator[Parsed]:
    """Read batch after batch, one behind: the last row of all may be a line of totals.

    Parameters
    ----------
    rows
        The opened source.
    features
        What is read of it, by kind.
    positions
        The places of all columns that are read; the first column is among them where cells are texts.
    options
        How numbers are written, where that is said.
    aside
        What takes rows that do not fit; ``None`` to refuse them.
    chunk_rows
        About how many rows a batch has.

    Raises
    ------
    SourceError
        If there is no row, or the last is a line of totals.
    ValueRuleError
        If a cell is not of its column's kind.
    """
    names = [rows.columns[position] for position in positions]
    first, style, held = 0, None, None
    for batch in rows.batches(positions, chunk_rows):
        if not batch.num_rows:
            continue
        found = {name: _plain(batch.column(place)) for place, name in enumerate(names)}
        style = style or _style(found, features, rows, options)
        if held is not None:
            yield _parsed(held, features, rows, style, first - _length(held), aside)
        held = found
        first += batch.num_rows
    if held is None:
        raise SourceError("data.no_data", where=rows.name)
    assert style is not None  # decided on the first batch
    begin = first - _length(held)
    yield _parsed(_without_total(held, rows, first, aside), features, rows, style, begin, aside)


def _length(found: Mapping[str, pa.Array]) -> int:
    return len(next(iter(found.values())))


def _plain(column: pa.Array) -> pa.Array:
    return plain_texts(column) if is_text(column.type) else column


def _style(
    found: Mapping[str, pa.Array], features: Sequence[Feature], rows: Rows, options: ReadOptions
) -> NumberStyle:
    """Return how numbers are written, told from the first batch: a stream is not read twice."""
    if not rows.textual:
        return NumberStyle()
    numeric = (found[feature.name] for feature in features if feature.numeric)
    return number_style(numeric, rows.name, options.decimal)


def _without_total(
    found: dict[str, pa.Array], rows: Rows, n_rows: int, aside: Aside | None
) -> dict[str, pa.Array]:
    """Refuse a line of totals at the end, or set it aside."""
    cells = found.get(rows.columns[0])
    if not rows.textual or cells is None or not says_total(cells[-1].as_py()):
        return found
    if aside is None:
        raise SourceError("data.totals", where=rows.where(n_rows - 1))
    aside(rows.line(n_rows - 1), say("data.aside.totals"), row_text(found.values(), len(cells) - 1))
    return {name: column.slice(0, len(column) - 1) for name, column in found.items()}


def _parsed(
    found: Mapping[str, pa.Array],
    features: Sequence[Feature],
    rows: Rows,
    style: NumberStyle,
    first: int,
    aside: Aside | None,
) -> Parsed:
    columns = {
        feature.name: Column(feature, found[feature.name], parse_cells(found[feature.name], feature, style))
        for feature in features
    }
    fits = fitting_rows(columns, rows, first, style, aside, tuple(found.values()))
    return Parsed(first, found, {name: column.cells.values for name, column in columns.items()}, fits)
