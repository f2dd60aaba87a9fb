"""New rows for a model, in chunks: memory does not grow with the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from segmint.data.cells import NumberStyle, is_text, parse_cells, plain_texts
from segmint.data.columns import raw_column
from segmint.data.diff import column_diff
from segmint.data.keys import key_texts, row_numbers
from segmint.data.options import ReadOptions, with_clean_names
from segmint.data.quarantine import Aside, quarantine
from segmint.data.rows import BATCH_ROWS, Rejects, Rows
from segmint.data.sources import open_source
from segmint.data.styles import number_style
from segmint.data.totals import says_total
from segmint.data.values import Column, fitting_rows, row_text
from segmint.errors import SchemaError, SourceError, ValueRuleError
from segmint.model.schema import Feature, Schema
from segmint.types import BoolVector, RawColumns, TextVector
from segmint.words import Sentence, say, sentence

_NONE: Final = np.array(None, dtype=object)
"""No key: an array, so that a whole column is compared with it at once."""


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows of a source, ready to be assigned.

    Attributes
    ----------
    columns
        The columns that make the clusters, in original units.
    keys
        The rows' keys, objects of shape (n_rows,).
    n_rejected
        Rows set aside since the chunk before.
    notices
        What was found out or left out; the last chunk's say how many rows were set aside, and which.
    """

    columns: RawColumns
    keys: TextVector
    n_rejected: int
    notices: tuple[Sentence, ...]


@dataclass(frozen=True)
class _Wanted:
    """What is read: the features, their places in the source, and what is to be said about it."""

    features: tuple[Feature, ...]
    key: str | None
    positions: tuple[int, ...]
    notices: tuple[Sentence, ...]


def read_chunks(
    source: Any, schema: Schema, options: ReadOptions | None = None, *, chunk_rows: int = BATCH_ROWS
) -> Iterator[Chunk]:
    """Read the columns that a model needs, by name, in the order of the rows.

    Parameters
    ----------
    source
        Whatever :func:`segmint.data.read` takes.
    schema
        The model's: kinds, date formats and missing texts are taken from it. Columns that it does not name
        are ignored and counted; those that only describe are not read.
    options
        How the source is written; names are changed by ``rename`` first, ``key`` names another key.
    chunk_rows
        About how many rows a chunk has.

    Returns
    -------
    Iterator[Chunk]
        At least one. A source that turns out bad half-way raises half-way: what is made of the chunks
        must not count before the last one has come.

    Raises
    ------
    SchemaError
        If a column that makes the clusters is missing; the details show the difference.
    ValueRuleError
        If a cell is not of its column's kind, or a key is missing, and rows may not be set aside.
    SourceError
        As :func:`segmint.data.read` does.

    Examples
    --------
    >>> from segmint.data import example_table, read
    >>> path = example_table("wholesale_customers")
    >>> chunks = list(read_chunks(path, read(path).schema, chunk_rows=200))
    >>> sum(len(chunk.keys) for chunk in chunks), list(chunks[0].columns)[:2]
    (440, ['Fresh', 'Milk'])
    """
    options = with_clean_names(options or ReadOptions())
    rejects = Rejects()
    path = None if options.quarantine is None else Path(options.quarantine)
    with quarantine(path, rejects) as aside, open_source(source, options, rejects, aside) as rows:
        wanted = _wanted(rows, schema, options)
        chunks = _chunks(rows, wanted, options, aside if options.lenient else None, chunk_rows)
        yield from _counted(chunks, rows, wanted.notices)


def _wanted(rows: Rows, schema: Schema, options: ReadOptions) -> _Wanted:
    expected = [feature.name for feature in schema.clustering]
    if missing := [name for name in expected if name not in rows.columns]:
        kinds = {feature.name: feature.kind for feature in schema.clustering}
        details = column_diff(expected, list(rows.columns), kinds)
        raise SchemaError("data.missing_columns", where=rows.name, details=details, missing=missing)
    notices = list(rows.notices)
    key = options.key or (None if schema.key is None else schema.key.name)
    if key is not None and key not in rows.columns:
        if options.key is not None:
            raise SchemaError("data.unknown_columns", where=rows.name, columns=[key])
        notices.append(sentence("data.notice.no_key", column=key))
        key = None
    unknown = [name for name in rows.columns if name not in {*schema.names, key}]
    if unknown:
        notices.append(sentence("data.notice.extra", n=len(unknown)))
    names = [*expected, *([] if key is None else [key]), *([rows.columns[0]] if rows.textual else [])]
    if options.quarantine is not None:  # it gets whole rows
        names = [*rows.columns]
    positions = tuple(dict.fromkeys(rows.columns.index(name) for name in names))
    return _Wanted(schema.clustering, key, positions, tuple(notices))


def _chunks(
    rows: Rows, wanted: _Wanted, options: ReadOptions, aside: Aside | None, chunk_rows: int
) -> Iterator[tuple[RawColumns, TextVector]]:
    """Read batch after batch, one behind: the last row of all may be a line of totals."""
    names = [rows.columns[position] for position in wanted.positions]
    first, style, held = 0, None, None
    for batch in rows.batches(wanted.positions, chunk_rows):
        if not batch.num_rows:
            continue
        found = {name: _plain(batch.column(place)) for place, name in enumerate(names)}
        style = style or _style(found, wanted, rows, options)
        if held is not None:
            yield _chunk(held, wanted, rows, style, first - len(next(iter(held.values()))), aside)
        held = found
        first += batch.num_rows
    if held is None:
        raise SourceError("data.no_data", where=rows.name)
    assert style is not None  # decided on the first batch
    begin = first - len(next(iter(held.values())))
    yield _chunk(_without_total(held, rows, first, aside), wanted, rows, style, begin, aside)


def _plain(column: pa.Array) -> pa.Array:
    return plain_texts(column) if is_text(column.type) else column


def _style(found: Mapping[str, pa.Array], wanted: _Wanted, rows: Rows, options: ReadOptions) -> NumberStyle:
    """Return how numbers are written, told from the first chunk: a stream is not read twice."""
    if not rows.textual:
        return NumberStyle()
    numeric = (found[feature.name] for feature in wanted.features if feature.numeric)
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
    text = row_text(found.values(), len(cells) - 1)
    aside(rows.line(n_rows - 1), say("data.aside.totals"), text)
    return {name: column.slice(0, len(column) - 1) for name, column in found.items()}


def _chunk(
    found: Mapping[str, pa.Array],
    wanted: _Wanted,
    rows: Rows,
    style: NumberStyle,
    first: int,
    aside: Aside | None,
) -> tuple[RawColumns, TextVector]:
    columns = {
        feature.name: Column(feature, found[feature.name], parse_cells(found[feature.name], feature, style))
        for feature in wanted.features
    }
    fits = fitting_rows(columns, rows, first, style, aside, tuple(found.values()))
    if wanted.key is None:
        keys = row_numbers(first + 1, len(fits))
    else:
        keys = key_texts(found[wanted.key])
        fits = fits & _with_keys(keys, fits, wanted.key, rows, first, aside, found)
    kept = pa.array(fits)
    raw = {name: raw_column(column.cells.values.filter(kept)) for name, column in columns.items()}
    return raw, keys[fits]


def _with_keys(
    keys: TextVector,
    fits: BoolVector,
    name: str,
    rows: Rows,
    first: int,
    aside: Aside | None,
    found: Mapping[str, pa.Array],
) -> BoolVector:
    """Return which rows have a key; refuse the others, or set them aside."""
    present = np.not_equal(keys, _NONE)
    without = np.flatnonzero(~present & fits).tolist()
    if without and aside is None:
        raise ValueRuleError("data.no_key_here", where=rows.where(first + without[0], name), n=len(without))
    for row in without:
        assert aside is not None  # refused above
        aside(rows.line(first + row), say("data.aside.no_key", column=name), row_text(found.values(), row))
    return present


def _counted(
    chunks: Iterator[tuple[RawColumns, TextVector]], rows: Rows, notices: tuple[Sentence, ...]
) -> Iterator[Chunk]:
    """Give chunks with the rows set aside since the one before; none is empty."""
    held: Chunk | None = None
    counted = 0
    for columns, keys in chunks:
        new, counted = rows.rejects.count - counted, rows.rejects.count
        if held is not None and not len(keys):
            held = replace(held, n_rejected=held.n_rejected + new)
            continue
        if held is not None and len(held.keys):
            yield held
        elif held is not None:
            new += held.n_rejected
        held = Chunk(columns, keys, new, notices)
    if held is None or not len(held.keys):
        raise SourceError("data.no_data", where=rows.name)
    yield replace(held, notices=(*notices, *rows.rejects.notices(rows.unit)))
