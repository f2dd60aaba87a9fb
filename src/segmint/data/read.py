"""From a source to a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import NumberStyle, blank_or, is_text, parse_cells, plain_texts, typed_texts
from segmint.data.completing import Completing, with_topics_kept
from segmint.data.dataset import Dataset
from segmint.data.fingerprint import fingerprint
from segmint.data.infer import infer
from segmint.data.joining import one_table
from segmint.data.keys import key_texts, one_row_a_key, row_numbers
from segmint.data.mixtures import mixture_notices
from segmint.data.options import ReadOptions, with_clean_names
from segmint.data.quarantine import Aside, quarantine
from segmint.data.rows import BATCH_ROWS, Rejects, Rows
from segmint.data.sources import open_source
from segmint.data.styles import number_style
from segmint.data.totals import last_says_total
from segmint.data.values import Column, fitting_rows, row_text
from segmint.errors import SourceError
from segmint.model import parsing
from segmint.model.schema import NUMERIC_KINDS, Kind, Role, Schema
from segmint.types import TextVector
from segmint.words import Sentence, say, sentence

_FEWEST = 2


def read(source: Any, options: ReadOptions | None = None) -> Dataset:
    """Read a table of customers: find its form, decide each column's kind and role, check every value.

    Parameters
    ----------
    source
        A file (CSV, TSV, Parquet, JSON lines, Excel, each also with .gz), ``-`` for standard input, the
        address of a database (``postgresql://…``, ``sqlite:///…``, ``duckdb:///…``), or a frame of pandas,
        polars, Arrow or DuckDB.
    options
        What overrules the reader.

    Raises
    ------
    SourceError
        If the source cannot be read as what it says it is.
    SchemaError
        If columns, kinds or roles do not fit.
    ValueRuleError
        If a value is not of its column's kind; with line and column, never the value.
    UsageError
        If an option is wrong.

    Examples
    --------
    >>> from segmint.data import example_table
    >>> dataset = read(example_table("wholesale_customers"))
    >>> dataset.n_rows, [feature.name for feature in dataset.schema.describing]
    (440, ['Channel', 'Region'])
    """
    options = with_clean_names(options or ReadOptions())
    rejects = Rejects()
    quarantined = Path(options.quarantine) if options.quarantine is not None else None
    with quarantine(quarantined, rejects) as aside, open_source(source, options, rejects, aside) as rows:
        completing = Completing(options, options.schema, rows.columns, where=rows.name)
        stored = options.schema
        own = None if stored is None else completing.own(stored, text=Role.IGNORE)
        found = _dataset(rows, replace(completing.said(options), schema=own), aside)
        found = found if completing.idle else completing.whole(found, stored)
        return with_topics_kept(found, options.topics)


def _dataset(rows: Rows, options: ReadOptions, aside: Aside) -> Dataset:
    found = _columns(rows, options, aside)
    style = NumberStyle()
    if rows.textual:
        style = number_style(
            (found[name] for name in _perhaps_numbers(found, options)), rows.name, options.decimal
        )
    schema, notices = infer(found, options, textual=rows.textual, style=style, where=rows.name)
    columns = {f.name: Column(f, found[f.name], parse_cells(found[f.name], f, style)) for f in schema}
    fits = fitting_rows(columns, rows, 0, style, aside if options.lenient else None, tuple(found.values()))
    kept = pa.array(fits)
    arrays = {name: _kept(column).filter(kept) for name, column in columns.items()}
    table = pa.table(arrays)
    places = pc.indices_nonzero(kept).to_pylist() if not fits.all() else range(len(fits))
    keys = _keys(schema, columns, kept, places)
    missing = [*mixture_notices(found, schema, rows, style), *_missing_notices(columns)]
    table, keys, repaired = one_row_a_key(
        table, schema, keys, options.on_duplicate, lambda row: rows.where(places[row], _key_name(schema))
    )
    _require_rows(table, options, rows.name)
    aside_notice = rows.rejects.notices(rows.unit)
    every = (*rows.notices, *_style_notices(style, schema), *aside_notice, *notices, *missing, *repaired)
    return Dataset(table, schema, keys, fingerprint(table, schema), rows.name, every, options.recipe)


def _columns(rows: Rows, options: ReadOptions, aside: Aside) -> dict[str, pa.Array]:
    batches = list(rows.batches(range(len(rows.columns)), BATCH_ROWS))
    n_rows = sum(batch.num_rows for batch in batches)
    if not n_rows:
        raise SourceError("data.no_data", where=rows.name)
    table = one_table(batches)
    columns = {name: _one_array(table.column(position)) for position, name in enumerate(rows.columns)}
    if rows.textual and n_rows > _FEWEST and last_says_total(columns):
        if not options.lenient:
            raise SourceError("data.totals", where=rows.where(n_rows - 1))
        aside(rows.line(n_rows - 1), say("data.aside.totals"), row_text(columns.values(), n_rows - 1))
        columns = {name: column.slice(0, n_rows - 1) for name, column in columns.items()}
    return columns


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    if is_text(column.type):
        column = column.cast(pa.string())
    combined = column.combine_chunks()
    return combined.combine_chunks() if isinstance(combined, pa.ChunkedArray) else combined


def _perhaps_numbers(columns: Mapping[str, pa.Array], options: ReadOptions) -> list[str]:
    """Return the columns whose way of writing numbers counts."""
    others = {name for name, kind in options.kinds.items() if kind not in NUMERIC_KINDS} | set(
        options.exclude
    )
    others |= {options.key} if options.key else set()
    others |= {f.name for f in options.schema or () if f.kind not in NUMERIC_KINDS}
    return [name for name in columns if name not in others]


def _kept(column: Column) -> pa.Array:
    if column.feature.role is Role.KEY:
        return typed_texts(column.source)
    return column.cells.values


def _keys(schema: Schema, columns: Mapping[str, Column], kept: pa.Array, places: Any) -> TextVector:
    """Return each kept row's key; a row's number is its number in the source."""
    if schema.key is not None:
        return key_texts(columns[schema.key.name].source.filter(kept))
    numbers = row_numbers(1, len(kept))
    return numbers[list(places)] if len(places) != len(kept) else numbers


def _key_name(schema: Schema) -> str | None:
    return None if schema.key is None else schema.key.name


def _missing_notices(columns: Mapping[str, Column]) -> list[Sentence]:
    """Count what is missing, and say which words were taken for it."""
    notices = []
    for column in columns.values():
        n = column.cells.values.null_count - int(column.cells.unfit.sum())
        if not n or column.feature.role in (Role.KEY, Role.IGNORE):
            continue
        name = column.feature.name
        words = _words_for_missing(column)
        if words:
            n_words, shown = words
            notices.append(sentence("data.notice.absent", n=n_words, total=n, column=name, words=shown))
        else:
            notices.append(sentence("data.notice.missing", n=n, column=name))
    return notices


def _words_for_missing(column: Column) -> tuple[int, list[str]] | None:
    if not is_text(column.source.type) or column.feature.kind is Kind.TEXT:
        return None
    texts = pc.utf8_trim(plain_texts(column.source), characters=parsing.BLANKS)
    written = texts.filter(pc.and_(column.cells.values.is_null(), pc.invert(blank_or(texts, ()))))
    written = written.filter(pc.is_in(written, value_set=pa.array(_all_words(column), pa.string())))
    if not len(written):
        return None
    return len(written), sorted(pc.unique(written).to_pylist())


def _all_words(column: Column) -> list[str]:
    declared = set(column.feature.missing_values)
    return sorted(declared if column.feature.kind is Kind.CATEGORY else declared | parsing.ABSENT)


def _style_notices(style: NumberStyle, schema: Schema) -> list[Sentence]:
    if not any(feature.numeric for feature in schema):
        return []
    notices = []
    if style.decimal == ",":
        notices.append(sentence("data.notice.decimal"))
    return notices


def _require_rows(table: pa.Table, options: ReadOptions, where: str) -> None:
    if not table.num_rows:
        raise SourceError("data.no_data", where=where)
    if table.num_rows < _FEWEST and options.schema is None:
        raise SourceError("data.one_row", where=where)
