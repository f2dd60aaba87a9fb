"""Events in a table of the engine, on disk: group-bys over it go beyond memory where they must."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from segmint.behavior.purposes import KINDS, check_recipe
from segmint.data import ReadOptions
from segmint.data.engine import Connection, working_database
from segmint.data.events import ROW, Events, Wanted, open_events
from segmint.errors import ValueRuleError
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind
from segmint.types import Progress, silent
from segmint.words import Sentence, sentence

MEMORY: Final = 768 << 20
"""Bytes that the engine may take before it writes what it groups to disk."""
LARGEST: Final = 1e15
"""Sums are exact decimals with nine places, so that they are the same in any order and on any number of threads."""
_DECIMAL = "DECIMAL(27, 9)"
_PROBE: Final = 100_000
DAY_SECONDS: Final = 86_400
_SECOND = (  # begun, not the nearest: 23:59:59.7 is no midnight; a whole second may be a hair short as a float64
    f"least(floor(date * {DAY_SECONDS} + 1e-6), floor(date) * {DAY_SECONDS} + {DAY_SECONDS - 1})::BIGINT"
)


@dataclass(frozen=True, eq=False)
class Staged:
    """Events in the engine's table ``events``.

    Attributes
    ----------
    name
        The source, as people are shown it.
    connection
        The engine. The table has a column for each purpose: ``key``, ``day`` and ``second`` (whole days and
        seconds since 1970-01-01), texts, and exact decimals; ``amount`` also where it is quantity × price.
    date_format
        How the dates are written.
    n_events
        Rows that were read.
    n_without_key, n_without_date
        Rows left out.
    notices
        What the reader found out or set aside, and what is missing by column.
    """

    name: str
    connection: Connection
    date_format: str | None
    n_events: int
    n_without_key: int
    n_without_date: int
    notices: tuple[Sentence, ...]


@contextmanager
def staged(
    source: Any, recipe: Recipe, options: ReadOptions | None = None, progress: Progress = silent
) -> Iterator[Staged]:
    """Read events into a table on disk, which is gone afterwards.

    Raises
    ------
    UsageError
        If the recipe's columns can't make features.
    DataError
        As :func:`segmint.data.events.open_events`; or if an amount is beyond 10^15.
    """
    check_recipe(recipe)
    wanted = Wanted(
        recipe.columns, {purpose: KINDS[purpose] for purpose in recipe.columns if purpose != "key"},
        recipe.date_format,
    )  # fmt: skip
    with (
        tempfile.TemporaryDirectory(prefix="segmint-") as folder,
        working_database(Path(folder), memory=MEMORY) as connection,
    ):
        with open_events(source, wanted, options) as events:
            counts, missing = _fill(connection, events, progress)
            told = (*events.notices(), *_missing(missing, wanted))
            found = Staged(events.name, connection, events.date_format, *counts, told)
        progress("read_events", found.n_events, found.n_events)
        yield found


def _missing(counts: Mapping[str, int], wanted: Wanted) -> Iterator[Sentence]:
    """Count what is missing in each column, but keys and dates, whose events are left out and counted."""
    for purpose, n in counts.items():
        if n:
            yield sentence("data.notice.missing", n=n, column=wanted.columns[purpose])


def _fill(
    connection: Connection, events: Events, progress: Progress
) -> tuple[tuple[int, int, int], dict[str, int]]:
    """Fill the table; return how many rows were read and left out, and how many cells are missing by purpose."""
    n_events = n_without_key = n_without_date = 0
    missing = dict.fromkeys((name for name in events.columns if name not in ("key", "date")), 0)
    made = False
    for batch in events.batches:
        n_events += len(batch)
        kept = batch.filter(batch.column("key").is_valid())
        n_without_key += len(batch) - len(kept)
        if "date" in kept.column_names:
            dated = kept.filter(kept.column("date").is_valid())
            n_without_date += len(kept) - len(dated)
            kept = dated
        for name in missing:
            missing[name] += kept.column(name).null_count
        kept = _with_amounts(kept, events)
        connection.register("batch", kept)
        select = f"SELECT {', '.join(_selected(kept))} FROM batch"
        connection.execute(f"INSERT INTO events {select}" if made else f"CREATE TABLE events AS {select}")
        connection.unregister("batch")
        made = True
        progress("read_events", n_events, n_events + 1)
    return (n_events, n_without_key, n_without_date), missing


def _with_amounts(table: pa.Table, events: Events) -> pa.Table:
    """Refuse numbers whose sums would not be exact; an amount is quantity × price where it is not given."""
    if "price" in table.column_names:
        table = table.append_column("amount", pc.multiply(table.column("quantity"), table.column("price")))
    for name in table.column_names:
        if KINDS.get(name) is not Kind.NUMBER:
            continue
        beyond = table.filter(pc.greater_equal(pc.abs(table.column(name)), LARGEST))
        if len(beyond):
            place = events.where(beyond.column(ROW)[0].as_py(), name)
            raise ValueRuleError("behavior.too_large", where=place, purpose=name)
    return table


def _selected(table: pa.Table) -> list[str]:
    selected = []
    for name in table.column_names:
        if name == ROW:
            continue
        if name == "date":
            selected.append("floor(date)::BIGINT AS day")
            selected.append(f"{_SECOND} AS second")
        elif name in KINDS and pa.types.is_floating(table.schema.field(name).type):
            selected.append(f"{name}::{_DECIMAL} AS {name}")
        else:
            selected.append(f'"{name}"::VARCHAR AS "{name}"')
    return selected


def one_row(connection: Connection) -> bool:
    """Return whether no key has two events; where some have, the first rows nearly always show it."""
    parts = (f"(SELECT key FROM events LIMIT {_PROBE})", "events")
    lone = "SELECT count(*) = count(DISTINCT key) FROM {}"
    return all(connection.execute(lone.format(part)).fetchall()[0][0] for part in parts)
