"""Events: rows in which keys repeat, read by purpose in batches; memory does not grow with the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import NumberStyle, is_text, plain_texts, typed_texts
from segmint.data.diff import column_diff
from segmint.data.look import look
from segmint.data.options import ReadOptions, with_clean_names
from segmint.data.parsed import Parsed, parsed_batches
from segmint.data.quarantine import Aside, quarantine
from segmint.data.rows import BATCH_ROWS, Rejects, Rows
from segmint.data.sources import open_source
from segmint.errors import SchemaError
from segmint.model.parsing import BLANKS, date_pattern
from segmint.model.schema import Feature, Kind, Role
from segmint.words import Sentence

ROW: Final = "row"
"""The column of a batch that numbers its rows in the source, from 0."""


@dataclass(frozen=True)
class Wanted:
    """What is read of events: columns by purpose, each with its kind.

    Attributes
    ----------
    columns
        Names of columns by purpose; ``key`` is among them.
    kinds
        The kind of each purpose but ``key``: numbers, dates, or texts.
    date_format
        How dates are written; ``None`` to find out.
    """

    columns: Mapping[str, str]
    kinds: Mapping[str, Kind]
    date_format: str | None = None


@dataclass(frozen=True, eq=False)
class Events:
    """An opened source of events.

    Attributes
    ----------
    name
        What people are shown.
    date_format
        How its dates are written; ``None`` for the year first, for dates with a type, and where there are none.
    batches
        Tables of one column a purpose: texts, or float64 (dates as days since 1970-01-01); null for missing;
        and :data:`ROW`.
    rows
        The opened source: its notices, and what was set aside so far.
    columns
        Names of columns by purpose.
    """

    name: str
    date_format: str | None
    batches: Iterator[pa.Table]
    rows: Rows
    columns: Mapping[str, str]

    def where(self, row: int, purpose: str) -> str:
        """Return where a cell stands, as errors show it; of a purpose without a column only its row."""
        return self.rows.where(row, self.columns.get(purpose))

    def notices(self) -> tuple[Sentence, ...]:
        """Return what was found out, and what was set aside by now."""
        return (*self.rows.notices, *self.rows.rejects.notices(self.rows.unit))


@contextmanager
def open_events(source: Any, wanted: Wanted, options: ReadOptions | None = None) -> Iterator[Events]:
    """Open events; every rule of reading is that of :func:`segmint.data.read`.

    Parameters
    ----------
    source
        Whatever :func:`segmint.data.read` takes.
    wanted
        Which column is what.
    options
        How the source is written.

    Raises
    ------
    SchemaError
        If a column is not there (the details show the nearest names), or dates may be read in two ways.
    ValueRuleError
        While the batches are taken: if a cell is not of its column's kind and rows may not be set aside.
    SourceError
        As :func:`segmint.data.read` does.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"who": ["a", "a"], "when": ["2026-01-03", "2026-01-09"]})
    >>> wanted = Wanted({"key": "who", "date": "when"}, {"date": Kind.DATE})
    >>> with open_events(table, wanted) as events:
    ...     next(events.batches).column("date").to_pylist()
    [20456.0, 20462.0]
    """
    options = with_clean_names(options or ReadOptions())
    rejects = Rejects()
    path = None if options.quarantine is None else Path(options.quarantine)
    with quarantine(path, rejects) as aside, open_source(source, options, rejects, aside) as rows:
        _require_columns(wanted.columns.values(), rows)
        date_format = wanted.date_format or _date_format(wanted, rows, options)
        _require_format(date_format, wanted, rows)
        wanted = replace(wanted, date_format=date_format)
        batches = _batches(rows, wanted, options, aside if options.lenient else None)
        yield Events(rows.name, date_format, batches, rows, wanted.columns)


def column_names(
    source: Any, options: ReadOptions | None = None, *, needed: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the names of a source's columns, cleaned and renamed as the reader does.

    Raises
    ------
    SchemaError
        If one that is needed is not there (the details show the nearest names).
    SourceError
        As :func:`segmint.data.read` does.
    """
    options = with_clean_names(options or ReadOptions())
    with quarantine(None, Rejects()) as aside, open_source(source, options, Rejects(), aside) as rows:
        _require_columns(needed, rows)
        return rows.columns


def _require_columns(names: Iterable[str], rows: Rows) -> None:
    unknown = [name for name in names if name not in rows.columns]
    if unknown:
        details = column_diff(unknown, list(rows.columns))
        raise SchemaError(
            "data.unknown_columns",
            where=rows.name,
            details=details,
            columns=unknown,
            found=list(rows.columns),
        )


def _require_format(date_format: str | None, wanted: Wanted, rows: Rows) -> None:
    if date_format is not None and ("%" not in date_format or date_pattern(date_format) is None):
        raise SchemaError("data.bad_date_format", where=rows.name, column=wanted.columns["date"])


def _date_format(wanted: Wanted, rows: Rows, options: ReadOptions) -> str | None:
    """Return how dates are written: batch after batch is looked at until it can be read in one way only."""
    name = wanted.columns.get("date")
    if name is None or not rows.textual:
        return None
    ambiguous: SchemaError | None = None
    for batch in rows.batches([rows.columns.index(name)], BATCH_ROWS):
        column = plain_texts(batch.column(0))
        try:
            seen = look(
                column, name, textual=True, style=NumberStyle(), missing=frozenset(options.missing_values),
                date_format=None,
            )  # fmt: skip
        except SchemaError as error:
            ambiguous = error
            continue
        if seen.n:
            return seen.date_format
    if ambiguous is not None:
        raise SchemaError(ambiguous.code, where=rows.name, details=ambiguous.details, **ambiguous.figures)
    return None


def _batches(rows: Rows, wanted: Wanted, options: ReadOptions, aside: Aside | None) -> Iterator[pa.Table]:
    features = tuple(
        Feature(
            name, wanted.kinds[purpose], Role.DESCRIBE, missing_values=options.missing_values,
            date_format=wanted.date_format if wanted.kinds[purpose] is Kind.DATE else None,
        )
        for purpose, name in wanted.columns.items()
        if purpose != "key"
    )  # fmt: skip
    names = [*wanted.columns.values(), *([rows.columns[0]] if rows.textual else [])]
    if options.quarantine is not None:  # it gets whole rows
        names = [*rows.columns]
    positions = tuple(dict.fromkeys(rows.columns.index(name) for name in names))
    for parsed in parsed_batches(rows, features, positions, options, aside, BATCH_ROWS):
        yield _table(parsed, wanted)


def _table(parsed: Parsed, wanted: Wanted) -> pa.Table:
    columns = {
        purpose: _key(parsed.found[name]) if purpose == "key" else parsed.values[name]
        for purpose, name in wanted.columns.items()
    }
    numbers = np.arange(parsed.first, parsed.first + len(parsed.fits))
    table = pa.table({**columns, ROW: numbers})
    return table if np.all(parsed.fits) else table.filter(pa.array(parsed.fits))


def _key(column: pa.Array) -> pa.Array:
    """Return keys as texts; null where there is none."""
    texts = typed_texts(column) if not is_text(column.type) else plain_texts(column)
    blank = pc.equal(pc.utf8_trim(texts, characters=BLANKS), "")
    return pc.if_else(pc.fill_null(blank, True), pa.scalar(None, pa.string()), texts)
