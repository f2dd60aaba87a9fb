"""New rows for a model, in chunks: memory does not grow with the source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from segmint.data.columns import raw_column
from segmint.data.completing import Completing
from segmint.data.diff import column_diff
from segmint.data.keys import key_texts, row_numbers
from segmint.data.options import ReadOptions, with_clean_names
from segmint.data.parsed import Parsed, parsed_batches
from segmint.data.quarantine import Aside, quarantine
from segmint.data.rows import BATCH_ROWS, Rejects, Rows
from segmint.data.sources import open_source
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
        How the source is written; names are changed by ``rename`` first, ``key`` names another key. ``beside`` and
        ``topics`` give columns that it lacks.
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
        completing = Completing(options, schema, rows.columns, where=rows.name)
        wanted = _wanted(rows, completing.own(schema), options)
        completing.refuse_keyless(wanted.key)
        chunks = _chunks(rows, wanted, options, aside if options.lenient else None, chunk_rows)
        whole = ((completing(columns, keys), keys) for columns, keys in chunks)
        yield from _counted(whole, rows, wanted.notices, completing)


def _wanted(rows: Rows, schema: Schema, options: ReadOptions) -> _Wanted:
    expected = [feature.name for feature in schema.clustering]
    if missing := [name for name in expected if name not in rows.columns]:
        kinds = {feature.name: feature.kind for feature in schema.clustering}
        details = column_diff(expected, list(rows.columns), kinds)
        raise SchemaError(
            "data.missing_columns",
            where=rows.name,
            details=details,
            missing=missing,
            found=list(rows.columns),
        )
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
    for parsed in parsed_batches(rows, wanted.features, wanted.positions, options, aside, chunk_rows):
        yield _chunk(parsed, wanted, rows, aside)


def _chunk(parsed: Parsed, wanted: _Wanted, rows: Rows, aside: Aside | None) -> tuple[RawColumns, TextVector]:
    fits = parsed.fits
    if wanted.key is None:
        keys = row_numbers(parsed.first + 1, len(fits))
    else:
        keys = key_texts(parsed.found[wanted.key])
        fits = fits & _with_keys(keys, wanted.key, parsed, rows, aside)
    kept = pa.array(fits)
    raw = {name: raw_column(values.filter(kept)) for name, values in parsed.values.items()}
    return raw, keys[fits]


def _with_keys(keys: TextVector, name: str, parsed: Parsed, rows: Rows, aside: Aside | None) -> BoolVector:
    """Return which rows have a key; refuse the others, or set them aside."""
    present = np.not_equal(keys, _NONE)
    without = np.flatnonzero(~present & parsed.fits).tolist()
    if without and aside is None:
        where = rows.where(parsed.first + without[0], name)
        raise ValueRuleError("data.no_key_here", where=where, n=len(without))
    for row in without:
        assert aside is not None  # refused above
        aside(rows.line(parsed.first + row), say("data.aside.no_key", column=name), parsed.text(row))
    return present


def _counted(
    chunks: Iterator[tuple[RawColumns, TextVector]],
    rows: Rows,
    notices: tuple[Sentence, ...],
    completing: Completing,
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
    yield replace(held, notices=(*notices, *rows.rejects.notices(rows.unit), *completing.notices()))
