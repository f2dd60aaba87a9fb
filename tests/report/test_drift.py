"""The page of a look: the verdict first, what it rests on, and nothing of broken data but what is broken."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.charts.watching import pictures_of
from segmint.model.segment_model import SegmentModel
from segmint.report.drift import summarize_drift, write_drift
from segmint.workflow.monitor import monitor

BAD = "<b>x</b>"
CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])


def table(seed: int, *, moved: float = 0.0, unit: float = 1.0, n: int = 600) -> pa.Table:
    rng = np.random.default_rng(seed)
    groups = rng.integers(3, size=n)
    rows = CENTERS[groups] + rng.normal(size=(n, 2)) * [3.0, 30.0]
    rows[groups == 2, 0] += moved
    platform = np.where(rng.random(n) < 0.4 + 0.05 * moved, "phone", "pc")
    return pa.table({"hours": rows[:, 0] * unit, BAD: rows[:, 1], "platform": platform})


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    reading = segmint.ReadOptions(features=("hours", BAD, "platform"))
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="players")
    made = segmint.study(segmint.read(table(1), reading), options).model
    assert made is not None
    return made


@pytest.fixture(scope="module")
def looks(model: SegmentModel) -> dict[str, Any]:
    batches = {
        "calm": table(2),
        "moved": table(3, moved=6.0),
        "broken": table(4, unit=1000.0),
        "few": table(5, n=9),
    }
    numbers = {str(card.label): card.number for card in model.cards}
    return {
        name: {
            "batch": name,
            "when": "",
            "numbers": numbers,
            "model": "players",
            "report": monitor(model, batch).to_json(),
        }
        for name, batch in batches.items()
    }


def told(*shown: Any) -> dict[str, Any]:
    return summarize_drift("players", shown, pictures_of(shown))


def test_drift_is_told_with_parts_tests_and_columns(looks: dict[str, Any]) -> None:
    page = told(looks["calm"], looks["moved"])
    assert (page["verdict"], page["mark"], page["kind"]) == ("Drift", "◆", "bad")
    assert [section["id"] for section in page["sections"]] == ["looks", "changes", "tests", "columns"]
    assert sum(int(part["value"].removeprefix("< ").split()[0]) for part in page["parts"]) in range(98, 103)
    assert len(page["tests"]) == 8
    assert any("hours" in reason for reason in page["reasons"])


def test_categories_have_two_distances_and_numbers_four(looks: dict[str, Any]) -> None:
    columns = {row["name"]: row for row in told(looks["moved"])["columns"]}
    assert "–" not in columns["hours"].values()
    assert [key for key, value in columns["platform"].items() if value == "–"] == ["ks", "wasserstein"]


def test_of_broken_data_nothing_is_told_but_what_is_broken(looks: dict[str, Any]) -> None:
    page = told(looks["broken"])
    assert (page["mark"], page["kind"]) == ("✚", "bad")
    assert [section["id"] for section in page["sections"]] == ["columns"]
    assert "hours" not in {row["name"] for row in page["columns"]}
    assert [figure["value"] for figure in page["figures"]] == ["–", "600", "–", "–"]
    assert any("1,000 times" in reason for reason in page["reasons"])


def test_a_few_rows_are_no_verdict(looks: dict[str, Any]) -> None:
    assert told(looks["few"])["mark"] == "○"


def test_names_cannot_write_into_the_page(looks: dict[str, Any], tmp_path: Any) -> None:
    shown = [looks["calm"], {**looks["moved"], "batch": BAD}]
    text = write_drift("players", shown, pictures_of(shown), tmp_path / "drift.html").read_text()
    assert BAD not in text
    assert "&lt;b&gt;x" in text
    assert "default-src" in text and not re.search(r"(?:src|href)=[\"']https?:", text)
    assert json.dumps(looks["moved"]["report"], allow_nan=False)
