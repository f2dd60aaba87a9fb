"""From events to features: the one door of this room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
import pyarrow as pa

from segmint.behavior import scores
from segmint.behavior.features import TIMES, BehaviorFeature, computable, purposes_of, schema_of
from segmint.behavior.journeys import JOURNEYS
from segmint.behavior.parts import make_sums
from segmint.behavior.spans import with_span
from segmint.behavior.staging import DAY_SECONDS, Staged, one_row, staged
from segmint.data import ReadOptions
from segmint.data.engine import Connection
from segmint.data.rows import BATCH_ROWS
from segmint.errors import DataError, UsageError
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind, Schema
from segmint.types import Progress, silent
from segmint.words import Sentence, sentence

_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST: Final = date.min.toordinal() - _EPOCH
_LAST: Final = date.max.toordinal() - _EPOCH
Columns = Mapping[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True, eq=False)
class Behavior:
    """Features of customers or players.

    Attributes
    ----------
    recipe
        How they were made, with what was found out about the dates: how they are written, whether they have times,
        how many days they last.
    at
        The day that counted as today, ``2011-12-10``; ``None`` where events have no dates.
    schema
        Kinds, roles and units of the columns.
    n_events, n_without_key, n_customers
        Rows read, those of nobody among them, and rows of the result.
    one_row
        Whether no key has two events: a table of one row a customer already.
    batches
        Columns of rows in the order of the keys.
    notices
        What was left out, counted, or can't be computed.
    """

    recipe: Recipe
    at: str | None
    schema: Schema
    n_events: int
    n_without_key: int
    n_customers: int
    one_row: bool
    batches: Iterator[Columns]
    notices: tuple[Sentence, ...]


@contextmanager
def behavior(
    source: Any,
    recipe: Recipe,
    *,
    at: str | None = None,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Iterator[Behavior]:
    """Compute the features of a recipe from events; memory does not grow with their number.

    Parameters
    ----------
    source
        Whatever :func:`segmint.read` takes; keys repeat, rows without one are left out and counted.
    recipe
        The journey, and which column is what.
    at
        The day that counts as today, ``2011-12-10``: later events are left out and counted. ``None`` for the
        day after the last event.
    options
        How the source is written.
    progress
        Steps ``read_events`` and ``features``.

    Raises
    ------
    UsageError
        If the recipe's columns can't make features, the key's column is called like one of them, or ``at`` is no
        day.
    DataError
        As :func:`segmint.read`; or if there is no event with a key by that day, no day after the last, or no event
        has a time of day where the recipe says that they have.

    Examples
    --------
    >>> import pyarrow as pa
    >>> events = pa.table({"id": ["a", "a", "b"], "day": ["2026-01-03", "2026-01-09", "2026-01-05"]})
    >>> with behavior(events, Recipe("rfm", {"key": "id", "date": "day"}), at="2026-01-10") as found:
    ...     rows = next(found.batches)
    >>> rows["id"].tolist(), rows["recency"].tolist(), rows["frequency"].tolist()
    (['a', 'b'], [1, 5], [2, 1])
    """
    day = None if at is None else day_number(at)
    with staged(source, recipe, options, progress) as events:
        recipe = replace(recipe, date_format=events.date_format)
        today = _today(events, recipe, day)
        recipe = _with_times(events, recipe)
        if "date" in recipe.columns:
            recipe = with_span(events.connection, recipe, today)
        yield _computed(events, recipe, today, progress)


def day_number(text: str) -> int:
    """Return a day as days since 1970-01-01.

    Raises
    ------
    UsageError
        If it is not written as ``2011-12-10``.
    """
    try:
        if len(text) != len("2011-12-10"):  # 20111210 is a day to Python
            raise ValueError
        return date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        raise UsageError("behavior.bad_day", text=text) from None


def _today(events: Staged, recipe: Recipe, day: int | None) -> int:
    """Return the day that counts as today; refuse events of which none counts."""
    dated = "date" in recipe.columns
    if events.n_events == events.n_without_key + events.n_without_date:
        raise DataError("behavior.no_events", where=events.name, n=events.n_events)
    if not dated:
        if day is not None:
            raise UsageError("behavior.at_without_dates")
        return 0
    first, last = events.connection.execute("SELECT min(day), max(day) FROM events").fetchall()[0]
    if day is None:
        if not _FIRST < last < _LAST:
            raise DataError("behavior.far_day", where=events.name)
        return int(last) + 1
    if day < first:
        raise DataError("behavior.all_later", where=events.name, at=_written(day))
    return day


def _with_times(events: Staged, recipe: Recipe) -> Recipe:
    """Return a recipe that says whether dates have times of day; refuse events without, where they had some."""
    if recipe.journey != "players" or "date" not in recipe.columns:
        return recipe
    some = f"SELECT coalesce(bool_or(second <> {DAY_SECONDS} * day), false) FROM events"
    timed = bool(events.connection.execute(some).fetchall()[0][0])
    known = recipe.settings.get(TIMES)
    if known is None:
        return replace(recipe, settings={**recipe.settings, TIMES: timed})
    if known and not timed:
        raise DataError("behavior.no_times", where=events.name, n=events.n_events)
    return recipe


def _computed(events: Staged, recipe: Recipe, today: int, progress: Progress) -> Behavior:
    connection, journey = events.connection, JOURNEYS[recipe.journey]
    progress("features", 0, 1)
    make_sums(events, journey, recipe, today, progress)
    n_customers = connection.execute("SELECT count(*) FROM sums").fetchall()[0][0]
    if not n_customers:
        raise DataError("behavior.nobody", where=events.name, n=events.n_events)
    made, absent = computable(journey.features, recipe)
    if recipe.settings.get(scores.OPTION):
        made = (*made, *scores.score_features(connection, made))
    if recipe.columns["key"] in {one.name for one in made}:
        raise UsageError("behavior.key_is_a_feature", column=recipe.columns["key"])
    dated = "date" in recipe.columns
    told = (
        *events.notices, *_counted(events, today if dated else None), *journey.notices(connection, recipe),
        *_absent(absent, recipe),
    )  # fmt: skip
    progress("features", 1, 1)
    return Behavior(
        recipe=recipe,
        at=_written(today) if dated else None,
        schema=schema_of(made, recipe),
        n_events=events.n_events,
        n_without_key=events.n_without_key,
        n_customers=n_customers,
        one_row=one_row(connection),
        batches=_batches(connection, made, recipe.columns["key"]),
        notices=told,
    )


def _written(day: int) -> str:
    return date.fromordinal(day + _EPOCH).isoformat()


def _counted(events: Staged, today: int | None) -> Iterator[Sentence]:
    counts = {"without_key": events.n_without_key, "without_date": events.n_without_date}
    if today is not None:
        later = f"SELECT count(*) FROM events WHERE day > {today}"
        counts["later"] = events.connection.execute(later).fetchall()[0][0]
    for what, n in counts.items():
        if n:
            yield sentence(f"behavior.notice.{what}", n=n)


def _absent(features: tuple[BehaviorFeature, ...], recipe: Recipe) -> Iterator[Sentence]:
    """Say which features can't be computed, by the first that they lack: a column, or times of day."""
    there, by_need = purposes_of(recipe), dict[str, list[str]]()
    for one in features:
        by_need.setdefault(next(need for need in one.needs if need not in there), []).append(one.name)
    for need, names in by_need.items():
        if need == "time":
            yield sentence("behavior.notice.without_times", features=names)
        else:
            yield sentence("behavior.notice.absent", features=names, need=_option(need))


def _option(purpose: str) -> str:
    """Return the option that names the column of a purpose."""
    return {"amount": "--amount", "size": "--amount"}.get(purpose, f"--{purpose}")


def _batches(connection: Connection, features: tuple[BehaviorFeature, ...], key: str) -> Iterator[Columns]:
    selected = ", ".join(f"{_TYPED[one.kind].format(one.formula)} AS {one.name}" for one in features)
    names = [key, *(one.name for one in features)]
    reader = connection.sql(f"SELECT key, {selected} FROM sums ORDER BY key").to_arrow_reader(BATCH_ROWS)
    for batch in reader:
        yield {name: _column(batch.column(place)) for place, name in enumerate(names)}


_TYPED: Final[Mapping[Kind, str]] = {
    Kind.COUNT: "({})::BIGINT",
    Kind.NUMBER: "({})::DOUBLE",
    Kind.FLAG: "({})::VARCHAR",
    Kind.DATE: "strftime({}, '%Y-%m-%d')",
}
"""How a feature is handed over, by its kind: whole numbers (never missing), float64, or texts."""


def _column(values: pa.Array) -> np.ndarray[Any, Any]:
    plain = values.to_numpy(zero_copy_only=False)
    return np.asarray(plain, dtype=object if pa.types.is_string(values.type) else plain.dtype)
