"""A batch of new rows compared with what a model was trained on: one verdict, with its cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar_day
from typing import Any, Literal, get_args

import numpy as np

from segmint.data import ReadOptions, read_chunks
from segmint.data.dataset import Dataset
from segmint.drift.compare import ALPHA, check_options, compare
from segmint.drift.naming import Names
from segmint.drift.report import DriftReport
from segmint.drift.scoring import place_rows
from segmint.errors import NotFoundError, SchemaError, UsageError
from segmint.families.fit import Configuration
from segmint.families.quick import quick_fit
from segmint.model.drift_reference import DriftReference
from segmint.model.schema import Feature, Kind, Missing, Role, Schema
from segmint.model.segment_model import SegmentModel
from segmint.prepare.missing import complete_rows
from segmint.types import FloatVector, IntVector, RawColumns
from segmint.workflow.assign import own_columns

By = Literal["day", "week", "month"]


@dataclass(frozen=True)
class MonitorOptions:
    """How a batch is judged.

    Attributes
    ----------
    alpha
        The share of sound batches that may be called drift, over all checks and looks together.
    looks
        How many batches will be judged against the same training, such as 52 for a year of weeks.
    refit
        Whether a quick fit of the batch is compared with the model: without it nothing is said of ageing.
    seed
        Of intervals and quick fits; same seed, same report.
    """

    alpha: float = ALPHA
    looks: int = 1
    refit: bool = True
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows that are judged together: their columns in original units, and what they are called."""

    name: str
    columns: RawColumns

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
    """

    batches: tuple[Batch, ...]
    n_undated: int = 0
    n_earlier: int = 0


def monitor(
    model: SegmentModel,
    data: Any,
    options: MonitorOptions | None = None,
    *,
    reading: ReadOptions | None = None,
) -> DriftReport:
    """Compare a batch with what a model was trained on (``segmint.monitor``).

    Parameters
    ----------
    model
        The segmentation.
    data
        The batch: a :class:`segmint.data.Dataset`, or whatever :func:`segmint.read` takes; its columns are read as
        the model's own.
    options
        See :class:`MonitorOptions`.
    reading
        How to read it.

    Returns
    -------
    DriftReport
        The verdict (``stable``, ``watch``, ``drift``, ``insufficient data``, ``broken data``), its cause and parts.

    Raises
    ------
    NotFoundError
        If the model keeps nothing to compare with: it was made by an earlier version, or chosen after its rows
        were gone.
    SchemaError
        If a column of the model is missing.

    Examples
    --------
    >>> import segmint
    >>> table = segmint.example_table("wholesale_customers")
    >>> options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    >>> model = segmint.study(segmint.read(table), options).model
    >>> segmint.monitor(model, table).verdict.value
    'stable'
    """
    return judge(model, read_batch(model, data, reading), options)


def judge(model: SegmentModel, batch: Batch, options: MonitorOptions | None = None) -> DriftReport:
    """Compare a batch that was read already (see :func:`monitor`)."""
    options, reference = options or MonitorOptions(), reference_of(model)
    check_options(options.alpha, options.looks)
    X = model.preparation.forward(_complete(model.schema, batch.columns))
    manifest = model.manifest
    fresh = None
    if options.refit:
        asked = Configuration(manifest.family, dict(manifest.parameters), options.seed)
        density = float(reference.ageing.density[0])
        fresh = quick_fit(asked, n_samples=reference.n_samples, density=density)
    cards = sorted(model.cards, key=lambda card: card.label)
    return compare(
        reference,
        place_rows(model.assigner, X),
        columns=batch.columns,
        alpha=options.alpha,
        looks=options.looks,
        fresh=fresh,
        names=Names(
            segments=[f"{card.short} {card.name}" for card in cards],
            features=model.preparation.feature_names,
            units=model.preparation.backward,
        ),
        seed=options.seed,
    )


def _complete(schema: Schema, columns: RawColumns) -> RawColumns:
    """Return the rows that training would have used: without those that lack a value whose rows are dropped."""
    dropping = [feature.name for feature in schema.clustering if feature.missing is Missing.DROP]
    if not dropping:
        return columns
    kept = complete_rows(dropping, columns, n_rows=len(columns[dropping[0]]))
    return {name: column[kept] for name, column in columns.items()}


def reference_of(model: SegmentModel) -> DriftReference:
    """Return what a model's batches are compared with.

    Raises
    ------
    NotFoundError
        If the model keeps nothing to compare with.
    """
    if model.drift is None:
        raise NotFoundError("workflow.nothing_to_compare_with", name=model.manifest.name)
    return model.drift


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
        return Batch(name, {one: columns[one] for one in model.preparation.columns})
    return Batch(name, _read(data, model.schema, reading))


def _read(data: Any, schema: Schema, reading: ReadOptions | None) -> RawColumns:
    chunks = list(read_chunks(data, schema, reading))
    return {name: np.concatenate([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}


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
    """
    if by is not None and by not in get_args(By):
        raise UsageError("workflow.bad_period", by=by, known=list(get_args(By)))
    first = _day(since)
    read = _read(data, _dated(model.schema, date, date_format), reading)
    days = np.asarray(read[date], dtype=np.float64)
    starts = np.zeros(len(days), dtype=np.int64) if by is None else period_starts(days, by)
    undated = np.isnan(days)
    earlier = days < (first if first is not None else -np.inf)
    kept = ~undated & ~earlier
    columns = {name: column for name, column in read.items() if name in model.preparation.columns}
    found = tuple(
        Batch(
            name if by is None else _called(int(start), by, first),
            {name: column[kept & (starts == start)] for name, column in columns.items()},
        )
        for start in np.unique(starts[kept])
    )
    if not found:
        raise UsageError("workflow.no_dates", column=date)
    return Cut(found, int(undated.sum()), int(earlier.sum()))


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


def judge_batches(
    model: SegmentModel, batches: Sequence[Batch], options: MonitorOptions | None = None
) -> Iterator[tuple[Batch, DriftReport]]:
    """Yield each batch with its report; they count as so many looks at least."""
    options = options or MonitorOptions()
    looks = max(options.looks, len(batches))
    for batch in batches:
        yield batch, judge(model, batch, replace(options, looks=looks))
