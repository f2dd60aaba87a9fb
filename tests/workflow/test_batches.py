"""A table with dates, cut into the batches that are judged together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmint.choosing.study import Study
from segmint.errors import DataError, UsageError
from segmint.model.segment_model import SegmentModel
from segmint.workflow.batches import Cut, fingerprint_of, period_starts, read_batch, read_batches
from segmint.workflow.studies import chosen_model

N = 280
DAYS = np.datetime64("2026-03-02") + np.arange(N) % 28


@pytest.fixture(scope="module")
def model(study: Study) -> SegmentModel:
    return chosen_model(study)


def table(**columns: Any) -> pa.Table:
    rng = np.random.default_rng(5)
    return pa.table({"hours": rng.normal(30, 20, N), "points": rng.normal(500, 200, N), **columns})


def cut_by(model: SegmentModel, by: Any, since: str | None = None, days: Any = DAYS) -> Cut:
    return read_batches(model, table(day=np.asarray(days).astype(str)), date="day", by=by, since=since)


def test_periods_begin_on_mondays_and_on_the_first() -> None:
    days = np.arange(np.datetime64("2025-12-20"), np.datetime64("2026-03-10")).astype("datetime64[D]")
    as_floats = days.astype(np.int64).astype(np.float64)
    weeks = period_starts(as_floats, "week").astype("datetime64[D]")
    assert {int((week.astype(np.int64) + 3) % 7) for week in weeks} == {0}
    assert ((days - weeks).astype(int) >= 0).all()
    assert ((days - weeks).astype(int) <= 6).all()
    months = period_starts(as_floats, "month").astype("datetime64[D]")
    assert {str(month)[8:] for month in months} == {"01"}


@pytest.mark.parametrize(
    ("by", "since", "names"),
    [
        ("week", None, ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]),
        ("month", None, ["2026-03"]),
        ("day", "2026-03-28", ["2026-03-28", "2026-03-29"]),
        ("week", "2026-03-23", ["2026-03-23"]),
        ("week", "2026-03-20", ["2026-03-20", "2026-03-23"]),
        ("month", "2026-03-20", ["2026-03-20"]),
        ("month", "2026-03-01", ["2026-03"]),
    ],
)
def test_batches_are_called_by_their_first_day_that_counts(
    model: SegmentModel, by: str, since: str | None, names: list[str]
) -> None:
    cut = cut_by(model, by, since)
    assert [batch.name for batch in cut.batches] == names
    earlier = 0 if since is None else int((np.datetime64(since) > DAYS).sum())
    assert (cut.n_undated, cut.n_earlier) == (0, earlier)
    assert sum(batch.n_rows for batch in cut.batches) == N - earlier


def test_a_batch_is_told_by_its_rows_but_not_one_of_four(model: SegmentModel) -> None:
    one, other = (read_batch(model, table()[start : start + 5]) for start in (0, 5))
    again = read_batch(model, table()[:5], name="again")
    assert len(fingerprint_of(model, one)) == 64
    assert fingerprint_of(model, one) == fingerprint_of(model, again) != fingerprint_of(model, other)
    assert fingerprint_of(model, read_batch(model, table()[:4])) == ""


def test_rows_without_a_date_are_counted(model: SegmentModel) -> None:
    days = [None if at < 3 else str(day) for at, day in enumerate(DAYS)]
    cut = read_batches(model, table(day=days), date="day", by="week", since="2026-03-09")
    assert cut.n_undated == 3
    assert cut.n_undated + cut.n_earlier + sum(batch.n_rows for batch in cut.batches) == N


@pytest.mark.parametrize(
    ("by", "since", "code"),
    [
        ("year", None, "workflow.bad_period"),
        ("week", "march", "workflow.bad_day"),
        ("week", "2030-01-01", "workflow.nothing_since"),
    ],
)
def test_periods_and_days_that_are_none_are_refused(
    model: SegmentModel, by: str, since: str | None, code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        cut_by(model, by, since)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("date", "form", "code"),
    [
        ("days", None, "workflow.no_date_column"),
        ("other", None, "workflow.unfit_dates"),
        ("day", "%d.%m.%Y", "workflow.unfit_dates"),
        ("day", "dd.mm.yyyy", "data.bad_date_format"),
        ("day", "%Y-%Q", "data.bad_date_format"),
        ("hours", None, "workflow.date_clusters"),
    ],
)
def test_a_wrong_column_or_form_of_dates_gets_advice_on_dates(
    model: SegmentModel, date: str, form: str | None, code: str
) -> None:
    with pytest.raises(DataError) as refused:
        read_batches(
            model, table(day=DAYS.astype(str), other=["first"] * N), date=date, by="week", date_format=form
        )
    assert refused.value.code == code


def test_where_a_column_of_the_model_is_missing_as_well_that_is_said(model: SegmentModel) -> None:
    with pytest.raises(DataError) as refused:
        read_batches(model, table(day=DAYS.astype(str)).drop(["hours"]), date="days", by="week")
    assert refused.value.code == "data.missing_columns"
