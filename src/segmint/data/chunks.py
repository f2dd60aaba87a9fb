"""New rows for a model, in chunks: memory does not grow with the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from segmint.data.cells import NumberStyle, is_text, parse_cells
from segmint.data.columns import raw_column
from segmint.data.diff import column_diff
from segmint.data.keys import key_texts
from segmint.data.options import ReadOptions
from segmint.data.quarantine import Aside, quarantine
from segmint.data.rows import BATCH_ROWS, Rejects, Rows
from segmint.data.sources import open_source
from segmint.data.styles import number_style
from segmint.data.values import Column, fitting_rows
from segmint.errors import SchemaError, SourceError
from segmint.model.schema import Feature, Schema
from segmint.types import RawColumns, TextVector
from segmint.words import Sentence, sentence


@dataclass(frozen=True)
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
        What was found out or left out.
    """

    columns: RawColumns
    keys: TextVector
    n_rejected: int
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
        The model's: kinds, date formats and missing texts are taken from it.
    options
        How the source is written; names are changed by ``rename`` first.
    chunk_rows
        The most rows of a chunk.

    Raises
    ------
    SchemaError
        If a column that makes the clusters is missing; the details show the difference.
    ValueRuleError
        If a cell is not of its column's kind, and rows may not be set aside.
    """
    options = options or ReadOptions()
    rejects = Rejects()
    path = None if options.quarantine is None else Path(options.quarantine)
    with quarantine(path, rejects) as aside, open_source(source, options, rejects, aside) as rows:
        wanted, notices = _wanted(rows, schema)
        yield from _chunks(rows, wanted, options, aside, notices, chunk_rows)


def _wanted(rows: Rows, schema: Schema) -> tuple[tuple[Feature, ...], list[Sentence]]:
    """Return the features to read, and what a reader must know: columns that are not needed, a missing key."""
    needed = schema.clustering
    expected = [feature.name for feature in needed]
    if any(name not in rows.columns for name in expected):
        raise SchemaError(
            "data.missing_columns", where=rows.name, details=column_diff(expected, list(rows.columns))
        )
    notices = list(rows.notices)
    key = schema.key
    if key is not None and key.name not in rows.columns:
        notices.append(sentence("data.notice.no_key", column=key.name))
        key = None
    unknown = [name for name in rows.columns if name not in schema.names]
    if unknown:
        notices.append(sentence("data.notice.extra", n=len(unknown)))
    return (*needed, *(() if key is None else (key,))), notices


def _chunks(
    rows: Rows,
    wanted: tuple[Feature, ...],
    options: ReadOptions,
    aside: Aside,
    notices: list[Sentence],
    chunk_rows: int,
) -> Iterator[Chunk]:
    positions = [rows.columns.index(feature.name) for feature in wanted]
    first, rejected = 0, 0
    style: NumberStyle | None = None
    for batch in rows.batches(positions, chunk_rows):
        found = {feature.name: _plain(batch.column(place)) for place, feature in enumerate(wanted)}
        if style is None:
            style = _style(found, wanted, rows, options)
        chunk = _chunk(found, wanted, rows, style, first, aside if options.lenient else None)
        first += batch.num_rows
        yield Chunk(*chunk, rows.rejects.count - rejected, tuple(notices))
        rejected = rows.rejects.count
    if not first:
        raise SourceError("data.no_data", where=rows.name)


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string()) if is_text(column.type) else column


def _style(
    found: dict[str, pa.Array], wanted: tuple[Feature, ...], rows: Rows, options: ReadOptions
) -> NumberStyle:
    """Return how numbers are written, told from the first chunk: a stream is not read twice."""
    if not rows.textual:
        return NumberStyle()
    numeric = (found[feature.name] for feature in wanted if feature.numeric)
    return number_style(numeric, rows.name, options.decimal)


def _chunk(
    found: dict[str, pa.Array],
    wanted: tuple[Feature, ...],
    rows: Rows,
    style: NumberStyle,
    first: int,
    aside: Aside | None,
) -> tuple[RawColumns, TextVector]:
    columns = {f.name: Column(f, found[f.name], parse_cells(found[f.name], f, style)) for f in wanted}
    fits = fitting_rows(columns, rows, first, style, aside)
    kept = pa.array(fits)
    raw = {
        f.name: raw_column(columns[f.name].cells.values.filter(kept)) for f in wanted if f.role == "cluster"
    }
    key = next((feature for feature in wanted if feature.role == "key"), None)
    if key is not None:
        return raw, key_texts(found[key.name].filter(kept))
    numbers = np.flatnonzero(fits) + first + 1
    return raw, numbers.astype(str).astype(object)
