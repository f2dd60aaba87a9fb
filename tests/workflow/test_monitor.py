"""A batch against its model: the verdicts and causes of planted changes, kept as looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.drift.verdict import Cause, Verdict
from segmint.errors import NotFoundError, SchemaError, UsageError
from segmint.model.bundle import from_bytes, to_bytes
from segmint.model.segment_model import SegmentModel
from segmint.workflow.batches import fingerprint_of, read_batch, read_batches
from segmint.workflow.monitor import MonitorOptions, judge, judge_batches, monitor
from segmint.workflow.textfile import write_textfile
from segmint.workflow.watching import keep_look, read_looks, write_pages

CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])
SHARES = (0.4, 0.35, 0.25)


def rows(n: int, seed: int, *, shares: tuple[float, ...] = SHARES) -> dict[str, Any]:
    """Return customers of three groups."""
    rng = np.random.default_rng(seed)
    groups = rng.choice(3, n, p=shares)
    points = CENTERS[groups] + rng.normal(size=(n, 2)) * [3.0, 30.0]
    return {"hours": points[:, 0], "points": points[:, 1], "group": groups}


def frame(columns: dict[str, Any]) -> pa.Table:
    return pa.table({name: column for name, column in columns.items() if name != "group"})


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="players")
    made = segmint.study(segmint.read(frame(rows(3000, 1))), options).model
    assert made is not None
    return from_bytes(to_bytes(made))  # what is judged is what a file holds


def test_new_customers_like_the_old_ones_are_stable(model: SegmentModel) -> None:
    verdicts = [monitor(model, frame(rows(1000, seed))).verdict for seed in range(10, 16)]
    assert verdicts.count(Verdict.STABLE) >= 5
    assert Verdict.DRIFT not in verdicts


def test_a_moved_segment_is_behavior_in_its_own_units(model: SegmentModel) -> None:
    batch = rows(1500, 2)
    batch["hours"] = batch["hours"] + np.where(batch["group"] == 2, 2.0, 0.0)
    report = monitor(model, frame(batch))
    assert (report.verdict, report.cause) == (Verdict.DRIFT, Cause.BEHAVIOR)
    segment, move = report.moved[0]
    assert move.feature == "hours"
    assert move.before_in_units == pytest.approx(75, abs=1)
    assert move.now_in_units == pytest.approx(77, abs=1)
    assert segment.share_now == pytest.approx(0.25, abs=0.05)


def test_another_mix_is_who_comes(model: SegmentModel) -> None:
    report = monitor(model, frame(rows(1500, 3, shares=(0.7, 0.2, 0.1))))
    assert (report.verdict, report.cause) == (Verdict.DRIFT, Cause.MIX)


def test_customers_of_a_kind_never_seen_are_something_new(model: SegmentModel) -> None:
    batch, stranger = rows(1500, 4), rows(200, 5)
    batch["hours"] = np.concatenate([batch["hours"], stranger["hours"] * 0.1 + 160])
    batch["points"] = np.concatenate([batch["points"], stranger["points"] * 0.1 + 1800])
    batch["group"] = np.concatenate([batch["group"], stranger["group"]])
    report = monitor(model, frame(batch))
    assert (report.verdict, report.cause) == (Verdict.DRIFT, Cause.NEW)


@pytest.mark.parametrize("factor", [1000.0, 0.01])
def test_another_unit_is_broken_data(model: SegmentModel, factor: float) -> None:
    batch = rows(500, 6)
    report = monitor(model, frame({**batch, "hours": batch["hours"] * factor}))
    assert (report.verdict, report.cause) == (Verdict.BROKEN, Cause.BROKEN)
    assert [(finding.column, finding.what) for finding in report.findings] == [("hours", "unit")]


def test_an_empty_column_is_reported_and_the_rest_goes_on(model: SegmentModel) -> None:
    report = monitor(model, frame({**rows(500, 7), "hours": np.full(500, np.nan)}))
    assert report.verdict is Verdict.BROKEN
    assert report.findings[0].what == "empty"
    assert "points" in report.columns


def test_a_few_rows_are_never_no_drift(model: SegmentModel) -> None:
    assert monitor(model, frame(rows(12, 8))).verdict is Verdict.INSUFFICIENT


def test_the_same_batch_gives_the_same_report(model: SegmentModel) -> None:
    batch = frame(rows(800, 9))
    assert monitor(model, batch).to_json() == monitor(model, batch).to_json()


def test_a_missing_column_is_refused_with_a_difference(model: SegmentModel) -> None:
    with pytest.raises(SchemaError) as caught:
        monitor(model, pa.table({"hours": [1.0, 2.0], "poinst": [1.0, 2.0]}))
    assert any("points" in line for line in caught.value.details)


def test_a_model_without_a_reference_says_so(model: SegmentModel) -> None:
    from dataclasses import replace

    with pytest.raises(NotFoundError, match="players"):
        monitor(replace(model, drift=None), frame(rows(100, 1)))


@pytest.mark.parametrize(("alpha", "looks"), [(0.0, 1), (1.0, 1), (0.01, 0)])
def test_options_out_of_range_are_refused(model: SegmentModel, alpha: float, looks: int) -> None:
    with pytest.raises(UsageError):
        monitor(model, frame(rows(100, 1)), MonitorOptions(alpha, looks))


def test_weeks_of_one_table_count_as_so_many_looks(model: SegmentModel) -> None:
    n = 2800
    day = np.datetime64("2026-03-02") + np.arange(n) % 28
    late = day >= np.datetime64("2026-03-23")
    batch = rows(n, 11)
    batch["hours"] = batch["hours"] + np.where(late & (batch["group"] == 1), 4.0, 0.0)
    table = frame({**batch, "day": day.astype(str)})
    batches = read_batches(model, table, date="day", by="week").batches
    assert [one.name for one in batches] == ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23"]
    assert sum(one.n_rows for one in batches) == n
    reports = [report for _, report in judge_batches(model, batches)]
    assert {report.looks for report in reports} == {4}
    assert [report.drifted for report in reports] == [False, False, False, True]


def test_looks_are_kept_in_order_and_drawn(model: SegmentModel, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_looks("players", tmp_path)
    for number in range(3):
        keep_look(model, f"week {number}", monitor(model, frame(rows(300, 20 + number))), tmp_path)
    (tmp_path / "looks" / "players" / "000002.json").write_text("{")
    looks = read_looks("players", tmp_path)
    assert [look["batch"] for look in looks] == ["week 0", "week 2"]
    page, pictures = write_pages(model, looks, tmp_path)
    assert {picture.name for picture in pictures} >= {"players-drift-looks.png", "players-drift-sizes.png"}
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)
    text = page.read_text()
    assert "week 2" in text
    assert "default-src" in text


def test_a_second_look_at_the_same_rows_counts_once(model: SegmentModel, tmp_path: Path) -> None:
    same, other = (read_batch(model, frame(rows(300, seed))) for seed in (20, 21))
    for name, batch in (("a", same), ("b", other), ("a", same), ("a", other)):
        keep_look(model, name, judge(model, batch), tmp_path, fingerprint=fingerprint_of(model, batch))
    assert [look["batch"] for look in read_looks("players", tmp_path)] == ["b", "a", "a"]


def test_a_feed_that_is_broken_week_after_week_is_looked_at_anew(model: SegmentModel, tmp_path: Path) -> None:
    """Reports on broken data say so little that they are equal for other customers."""
    for seed in (20, 21):
        spoiled = {**rows(300, seed), "hours": np.full(300, np.nan)}
        batch = read_batch(model, frame(spoiled))
        keep_look(model, "latest", judge(model, batch), tmp_path, fingerprint=fingerprint_of(model, batch))
        keep_look(model, "latest", judge(model, batch), tmp_path)  # as earlier versions did
    assert len(read_looks("players", tmp_path)) == 4


def test_the_prometheus_file_has_one_verdict(model: SegmentModel, tmp_path: Path) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    record, _ = keep_look(model, "a", monitor(model, frame(rows(300, 20))), tmp_path)
    look = json.loads(record.read_text())
    path = write_textfile(look, tmp_path / "players.prom")
    families = {one.name: one for one in text_string_to_metric_families(path.read_text())}
    verdicts = {
        sample.labels["verdict"]: sample.value for sample in families["segmint_drift_verdict"].samples
    }
    assert sum(verdicts.values()) == 1
    assert verdicts[look["report"]["verdict"]] == 1
    shares = [sample.value for sample in families["segmint_drift_segment_share"].samples]
    assert sum(shares) == pytest.approx(1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("sentinel", [1.797e308, -1.797e308, -9999.0, 1e15])
def test_a_number_that_stands_for_missing_is_broken_data(model: SegmentModel, sentinel: float) -> None:
    batch = rows(1000, 9)
    batch["hours"][:50] = sentinel
    report = monitor(model, frame(batch))
    assert (report.verdict, [finding.column for finding in report.findings]) == (Verdict.BROKEN, ["hours"])
    json.dumps(report.to_json(), allow_nan=False)


def test_categories_have_their_two_distances() -> None:
    def platforms(n: int, seed: int, *, phones: float) -> pa.Table:
        batch = rows(n, seed)
        chosen = np.random.default_rng(seed).random(n) < phones
        return pa.table(
            {
                **{name: batch[name] for name in ("hours", "points")},
                "platform": np.where(chosen, "phone", "pc"),
            }
        )

    reading = segmint.ReadOptions(features=("hours", "points", "platform"))
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="players")
    model = segmint.study(segmint.read(platforms(900, 1, phones=0.5), reading), options).model
    assert model is not None
    found = monitor(model, platforms(900, 2, phones=0.9)).columns["platform"]
    assert found.psi > 0.5 and found.jensen_shannon > 0.2
    assert (found.ks, found.wasserstein) == (None, None)
