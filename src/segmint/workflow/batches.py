"""Batches: rows that are judged together, read as the model's own and cut by their dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as calendar_day
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa

from segmint.data import ReadOptions
from segmint.data.dataset import Dataset
from segmint.data.fingerprint import fingerprint
from segmint.errors import DataError, SchemaError, UsageError, ValueRuleError
from segmint.labels import FEWEST_TOLD
from segmint.model.parsing import date_pattern
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatVector, IntVector, RawColumns
from segmint.words import Sentence
from segmint.workflow.assign import own_chunks, own_columns

By = Literal["day", "week", "month"]


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows that are judged together: what they are called, their columns in original units, and what reading says."""

    name: str
    columns: RawColumns
    notices: tuple[Sentence, ...] = ()

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True, eq=False)
class Cut:
    """A table with dates as batches, the earliest first, and the rows that are in none of them.

    Attributes
    ----------
    batches
        Named by their first days: ``2026-03-02`` for a week or a day, ``2026-03`` for a month. One that begins
        before the first day that counts is named by that day.
    n_undated
        Rows without a date.
    n_earlier
        Rows before the first day that counts.
    notices
        What was repaired, ignored or counted when the table was read.
    """

    batches: tuple[Batch, ...]
    n_undated: int = 0
    n_earlier: int = 0
    notices: tuple[Sentence, ...] = ()


def fingerprint_of(model: SegmentModel, batch: Batch) -> str:
    """Return the SHA-256 of a batch's rows, by which a second look at them is told; none of fewer than five rows.

    Of so few it could be found out what they are.
    """
    if batch.n_rows < FEWEST_TOLD:
        return ""
    features = tuple(feature for feature in model.schema if feature.name in batch.columns)
    return fingerprint(pa.table(dict(batch.columns)), Schema(features))


def read_batch(
    model: SegmentModel, data: Any, reading: ReadOptions | None = None, *, name: str = ""
) -> Batch:
    """Read a batch as the model's own rows were read; columns that only describe are left out.

    Raises
    ------
    SchemaError
        If a column of the model is missing; the details show the difference.
    ValueRuleError
        If a value is not of its column's kind.
    """
    if isinstance(data, Dataset):
        columns = own_columns(model, data)
        return Batch(name, {one: columns[one] for one in model.preparation.columns}, data.notices)
    return Batch(name, *_read(model, data, model.schema, reading))


def _read(
    model: SegmentModel, data: Any, schema: Schema, reading: ReadOptions | None
) -> tuple[RawColumns, tuple[Sentence, ...]]:
    chunks = list(own_chunks(model, data, reading, schema=schema))
    columns = {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}
    return columns, chunks[-1].notices


def read_batches(
    model: SegmentModel,
    data: Any,
    *,
    date: str,
    by: By | None,
    since: str | None = None,
    date_format: str | None = None,
    name: str = "",
    reading: ReadOptions | None = None,
) -> Cut:
    """Read a table with dates and cut it into batches, the earliest first.

    Parameters
    ----------
    model
        The segmentation.
    data
        Whatever :func:`segmint.read` takes.
    date
        The column of dates.
    by
        ``day``, ``week`` (from Monday to Sunday) or ``month``; ``None`` for one batch of all that counts.
    since
        The first day that counts, ``2026-03-01``; ``None`` for all.
    date_format
        How dates are written, in ``strptime``'s terms, where that is not clear.
    name
        What one batch of all that counts is called; of several each is called by its first day.
    reading
        How to read the rest.

    Returns
    -------
    Cut
        The batches, and how many rows are in none.

    Raises
    ------
    UsageError
        If ``by`` or ``since`` is none, or there is no row of these dates.
    SchemaError
        If a column of the model, or that of the dates, is missing.
    ValueRuleError
        If a value is not of its column's kind, such as a date that is written in another way.
    """
    if by is not None and by not in get_args(By):
        raise UsageError("workflow.bad_period", by=by, known=list(get_args(By)))
    if date_format is not None and ("%" not in date_format or date_pattern(date_format) is None):
        raise SchemaError("data.bad_date_format", column=date)
    first = _day(since)
    try:
        read, notices = _read(model, data, _dated(model.schema, date, date_format), reading)
    except DataError as error:
        raise _of_dates(error, date) from None
    days = np.asarray(read[date], dtype=np.float64)
    undated = np.isnan(days)
    if undated.all():
        raise UsageError("workflow.no_dates", column=date)
    earlier = days < (first if first is not None else -np.inf)
    kept = ~undated & ~earlier
    if not kept.any():
        raise UsageError("workflow.nothing_since", since=since)
    columns = {one: column for one, column in read.items() if one in model.preparation.columns}
    if by is None:
        found: tuple[Batch, ...] = (Batch(name, {one: column[kept] for one, column in columns.items()}),)
    else:
        found = _periods(columns, np.where(kept, days, np.nan), by, first)
    return Cut(found, int(undated.sum()), int(earlier.sum()), notices)


def _periods(columns: RawColumns, days: FloatVector, by: By, first: float | None) -> tuple[Batch, ...]:
    """Return a batch for each period; rows whose day is NaN are in none."""
    starts, kept = period_starts(days, by), ~np.isnan(days)
    return tuple(
        Batch(
            _called(int(start), by, first),
            {name: column[kept & (starts == start)] for name, column in columns.items()},
        )
        for start in np.unique(starts[kept])
    )


def _day(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(calendar_day.fromisoformat(text).toordinal() - calendar_day(1970, 1, 1).toordinal())
    except ValueError:
        raise UsageError("workflow.bad_day", text=text) from None


def _dated(schema: Schema, date: str, date_format: str | None) -> Schema:
    """Return a schema by which the column of dates is read beside those that cluster."""
    known = next((feature for feature in schema if feature.name == date), None)
    form = date_format or (known.date_format if known is not None else None)
    if known is not None and known.role is Role.CLUSTER:
        raise SchemaError("workflow.date_clusters", column=date)
    told = Feature(date, Kind.DATE, Role.CLUSTER, date_format=form)
    return Schema((*(feature for feature in schema if feature.name != date), told))


def _of_dates(error: DataError, date: str) -> DataError:
    """Return what is wrong with the column of dates, with advice on dates; another error as it is."""
    if error.code == "data.missing_columns" and error.figures["missing"] == [date]:
        return SchemaError("workflow.no_date_column", where=error.where, column=date)
    if error.code == "data.unfit" and error.figures["column"] == date:
        return ValueRuleError("workflow.unfit_dates", where=error.where, **error.figures)
    return error


def period_starts(days: FloatVector, by: By) -> IntVector:
    """Return the first day of each day's period, as days since 1970-01-01; any number for a missing day.

    Examples
    --------
    >>> thursday = np.array([np.datetime64("2026-03-05").astype("datetime64[D]").astype(int)], dtype=float)
    >>> [str(np.datetime64(int(period_starts(thursday, by)[0]), "D")) for by in ("day", "week", "month")]
    ['2026-03-05', '2026-03-02', '2026-03-01']
    """
    whole = np.floor(np.nan_to_num(days)).astype(np.int64)
    if by == "day":
        return whole
    if by == "week":
        return np.asarray((whole - 4) // 7 * 7 + 4)  # day 4 of 1970 was a Monday
    return whole.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _called(start: int, by: By, first: float | None) -> str:
    """Return what a period is called; one that the first day that counts cuts into, by that day."""
    if first is not None and first > start:
        return str(np.datetime64(int(first), "D"))
    day = str(np.datetime64(start, "D"))
    return day[:7] if by == "month" else day
