"""From texts to segments in real processes: topics, run, assign, monitor, retrain; and no text where none belongs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.slow  # whole journeys in several processes each

MARK = "sesame"
TEXTS = (
    "my parcel is late and the courier lost the box", "I want a refund of my money and the card was charged twice",
    "the concert was great and the singer played guitar",
)  # fmt: skip


def write(path: Path, head: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def journey(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give all that a journey printed and wrote, by step; every tenth customer wrote nothing."""
    folder, rng = tmp_path_factory.mktemp("journey"), np.random.default_rng(1)
    said = [f"{TEXTS[number % 3]} {MARK}{number}" if number % 10 else "" for number in range(150)]
    spend = [round(float(20 + 30 * (number % 2) + rng.normal()), 2) for number in range(150)]
    keys = [f"key{number:04d}" for number in range(150)]
    customers = write(folder / "customers.csv", ["id", "spend"], [*map(list, zip(keys, spend, strict=True))])
    texts = write(
        folder / "texts.csv", ["id", "msg"], [list(one) for one in zip(keys, said, strict=True) if one[1]]
    )
    both = write(
        folder / "both.csv", ["id", "spend", "msg"], [*map(list, zip(keys, spend, said, strict=True))]
    )
    shares, common = folder / "shares.csv", ("--workspace", folder / "ws", "--json")
    steps: dict[str, tuple[Any, ...]] = {
        "topics": ("topics", texts, "--key", "id", "--text", "msg", "--k", 3, "--samples", 2, "--seeds", 2, "--as-features", shares, *common),
        "run": ("run", customers, "--beside", shares, "--k", "2..6", "--families", "kmeans", "--resamples", 5, "--name", "shop", "-o", folder / "trained.csv", *common),
        "beside": ("assign", "shop", customers, "--beside", shares, "-o", folder / "beside.csv", *common),
        "texts": ("assign", "shop", customers, "--texts", texts, "-o", folder / "texts-out.csv", *common),
        "both": ("assign", "shop", both, "-o", folder / "both-out.csv", *common),
        "monitor": ("monitor", "shop", customers, "--texts", texts, *common),
        "retrain": ("retrain", "shop", both, "--resamples", 5, *common),
    }  # fmt: skip
    done = {name: segmint(*arguments) for name, arguments in steps.items()}
    for name, one in done.items():
        assert one.returncode == 0, (name, one.stderr)
    return {"folder": folder, **done}


def test_every_way_gives_the_segments_of_the_training(journey: dict[str, Any]) -> None:
    folder = journey["folder"]
    trained = rows_of(folder / "trained.csv")
    assert len(trained) == 150
    for name in ("beside", "texts-out", "both-out"):
        assert rows_of(folder / f"{name}.csv") == trained, name


def test_who_has_no_text_is_counted_and_told(journey: dict[str, Any]) -> None:
    for step in ("run", "beside", "texts"):
        notices = json.loads(journey[step].stdout)["notices"]
        assert any("15 of 150 customers have no row" in notice for notice in notices), notices
    assert any("a text in “msg”" in notice for notice in json.loads(journey["run"].stdout)["notices"])


def test_who_has_no_text_is_counted_once_in_the_answer(journey: dict[str, Any]) -> None:
    for step in ("beside", "texts", "both"):
        notices = json.loads(journey[step].stdout)["notices"]
        assert [one for one in notices if one.startswith("15 customers without a text")], notices
        assert not [one for one in notices if "topic_" in one], notices


def test_texts_beside_are_told_how_they_become_numbers(segmint: Any, journey: dict[str, Any]) -> None:
    folder = journey["folder"]
    common = ("--workspace", folder / "ws", "--quiet")
    done = segmint("run", folder / "customers.csv", "--beside", folder / "texts.csv", *common)
    assert done.returncode == 3
    assert "segmint topics texts.csv --key COLUMN --text msg --as-features" in " ".join(done.stderr.split())
    assert MARK not in done.stderr


def test_the_same_customers_are_no_drift_and_their_segments_are_kept(journey: dict[str, Any]) -> None:
    assert json.loads(journey["monitor"].stdout)["report"]["verdict"] == "stable"
    made = json.loads(journey["retrain"].stdout)
    assert {kind for event in made["events"] for kind in event["kinds"]} == {"kept"}


def test_the_new_version_keeps_the_topics(segmint: Any, journey: dict[str, Any]) -> None:
    told = [
        json.loads(segmint("show", json.loads(journey[step].stdout)["model"], "--json").stdout)["text"]
        for step in ("run", "retrain")
    ]
    assert told[0] == told[1]
    assert told[0]["name"] == "msg"
    assert len(told[0]["instead_of"]) == 3


def test_no_text_and_no_key_leave_the_files_of_rows(journey: dict[str, Any]) -> None:
    for step in ("topics", "run", "beside", "texts", "both", "monitor", "retrain"):
        said = journey[step].stdout + journey[step].stderr
        assert MARK not in said
        assert "key0001" not in said
    folder = journey["folder"]
    with_texts = {path for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()}
    assert with_texts == {folder / "texts.csv", folder / "both.csv"}
    bundles = [*folder.rglob("*.segmint"), *folder.rglob("*.topics")]
    assert len(bundles) >= 4
    assert not any(b"key0001" in path.read_bytes() for path in bundles)


def test_what_does_not_fit_is_refused(segmint: Any, journey: dict[str, Any], tmp_path: Path) -> None:
    folder = journey["folder"]
    common = ("--workspace", folder / "ws", "--quiet")
    asked = {
        "named twice": (("--texts", folder / "texts.csv", "--beside", folder / "shares.csv"), 2, "--beside and --texts"),
        "neither": ((), 3, "--texts TEXTS"),
        "no texts there": (("--texts", folder / "customers.csv"), 3, "that of the texts “msg”"),
        "the same columns": (("--beside", folder / "customers.csv"), 3, "stand here"),
        "another's columns": (("--beside", write(tmp_path / "other.csv", ["id", "x"], [["key0001", 1], ["key0002", 5]])), 3, "none of the columns"),
    }  # fmt: skip
    for name, (options, code, part) in asked.items():
        done = segmint(
            "assign", "shop", folder / "customers.csv", *options, "-o", tmp_path / "out.csv", *common
        )
        said = " ".join(done.stderr.split())
        assert done.returncode == code, (name, said)
        assert part in said, (name, said)
        assert "Traceback" not in said
        assert not (tmp_path / "out.csv").exists()
