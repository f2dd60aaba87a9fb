"""``retrain``, ``promote``, ``history``, ``assign --as-of``: the journey of a month, in a real process."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.cli.registry import share_of
from segmint.errors import UsageError
from segmint.model.bundle import load_bundle

pytestmark = pytest.mark.slow  # whole journeys in several processes

KEY = "shopper-48151623"
CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0], [95.0, 1300.0]])


def write_table(
    path: Path, *, seed: int = 3, sizes: Any = (60, 50, 40), walked: int = 0, without: str = ""
) -> Path:
    rng = np.random.default_rng(seed)
    rows = np.repeat(CENTERS[: len(sizes)], sizes, axis=0) + rng.normal(size=(sum(sizes), 2)) * [3.0, 30.0]
    rows[:walked] += CENTERS[1] - CENTERS[0]
    columns = {
        "customer": [f"{KEY}-{n:03d}" for n in range(len(rows))],
        "hours": [f"{x:.3f}" for x in rows[:, 0]],
        "points": [f"{x:.3f}" for x in rows[:, 1]],
    }
    columns.pop(without, None)
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def home(segmint: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on June, name two segments, train on July with June's rows beside it; copied by each test."""
    folder = tmp_path_factory.mktemp("months")
    june = write_table(folder / "june.csv")
    july = write_table(folder / "july.csv", walked=12)
    done = segmint("run", june, "--name", "shop", "--families", "kmeans", "--k", "3", "--resamples", 0,
                   "--workspace", folder / "ws", "--quiet", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "run.json").write_text(done.stdout)
    done = segmint("rename", "shop", "S1", "Hawks & Co.", "--workspace", folder / "ws")
    assert done.returncode == 0, done.stderr
    used = (folder / "ws" / "models" / "shop.segmint").read_bytes()
    done = segmint("retrain", "shop", july, "--before", june, "--moves", folder / "moves.csv", "--seed", 7,
                   "--resamples", 0, "--workspace", folder / "ws", "--json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "retrain.json").write_text(done.stdout)
    (folder / "retrain.log").write_text(done.stderr)
    assert (folder / "ws" / "models" / "shop.segmint").read_bytes() == used, "in use until it is promoted"
    return folder


@pytest.fixture
def month(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "month"))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


def said(path: Path) -> Any:
    """Return what a bundle says but for the number of its revision."""
    model = load_bundle(path)
    return model.manifest.fingerprint, model.lineage, model.cards


def audit(month: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (month / "ws" / "audit.jsonl").read_text().splitlines()]


def test_the_answer_of_a_retraining(home: Path) -> None:
    run, told = read_json(home / "run.json"), read_json(home / "retrain.json")
    assert [(one["id"], one["number"]) for one in told["segments"]] == [
        (one["id"], f"S{one['number']}" if isinstance(one["number"], int) else one["number"])
        for one in run["segments"]
    ]
    assert told["segments"][0]["name"] == "Hawks & Co."
    assert (told["name"], told["version"], told["same_segmentation"], told["promoted"]) == (
        "shop",
        2,
        True,
        False,
    )
    assert sum(map(sum, told["flow"]["customers"])) == told["churn"]["n_present"] == 150
    churn = told["churn"]
    assert churn["own"] == pytest.approx(12 / 150)
    assert churn["total"] == pytest.approx(churn["own"] + churn["model"] + churn["interaction"])
    assert told["migration"]["allowed"] is True
    for name in ("model", "report", "migration_report"):
        assert Path(told[name]).is_file()
    assert len(told["events"]) == 3 and all(event["text"] for event in told["events"])
    text = (home / "moves.csv").read_text()
    moves = list(csv.DictReader(text.splitlines()))
    off = sum(
        n
        for old, row in zip(told["flow"]["before"], told["flow"]["customers"], strict=True)
        for new, n in zip(told["flow"]["after"], row, strict=True)
        if old != new
    )
    assert len(moves) == off


def test_keys_and_values_are_in_no_log_no_database_and_no_bundle(home: Path) -> None:
    places = [
        home / "retrain.json",
        home / "retrain.log",
        *(p for p in (home / "ws").rglob("*") if p.is_file()),
    ]
    holding = {path.relative_to(home).parts[:2] for path in places if KEY.encode() in path.read_bytes()}
    assert holding == {("ws", "members")}
    value = (home / "june.csv").read_text().splitlines()[1].split(",")[1].encode()
    told = [
        home / "retrain.json",
        home / "retrain.log",
        *(home / "ws").glob("*.db*"),
        home / "ws" / "challengers",
    ]
    assert not [path for path in told if path.is_file() and value in path.read_bytes()]


def test_promotion_history_and_the_way_back(segmint: Any, month: Path) -> None:
    place, used = month / "ws", month / "ws" / "models" / "shop.segmint"
    before, challenger = said(used), place / "challengers" / "shop.segmint"
    done = segmint("promote", "shop", "--because", "July", "--workspace", place, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["before"], told["version"], told["migration"]["retired"]) == (1, 2, [])
    assert said(used) == said(challenger)
    assert [(one["what"], one["because"], one["accepted"]) for one in audit(month)] == [
        ("promote", "July", None)
    ]

    picture = month / "history.svg"
    done = segmint("history", "shop", "--figure", picture, "--workspace", place, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first, second = told["versions"]
    assert (first["parent"], second["parent"]) == (None, 1)
    assert second["aliases"] == ["challenger", "champion"]
    assert second["events"] and second["migration"]["from"] == 1
    assert [one["id"] for one in first["segments"]] == [one["id"] for one in second["segments"]]
    assert Path(told["figure"]) == picture and "<svg" in picture.read_text()
    rows = month / "as_of_1.csv"
    for named in ("shop", place / "models" / "shop.segmint"):
        done = segmint("assign", named, month / "july.csv", "--as-of", 1, "-o", rows, "--workspace", place)
        assert done.returncode == 0, done.stderr
    assigned = list(csv.DictReader(rows.read_text().splitlines()))
    assert len(assigned) == 150
    assert {row["segment_id"] for row in assigned} == {one["id"] for one in first["segments"]}
    assert "Hawks & Co." not in {row["segment_name"] for row in assigned}, "as it was registered"

    done = segmint("rollback", "shop", "--workspace", place)
    assert done.returncode == 0, done.stderr
    assert said(used) == before
    done = segmint("history", "shop", "--workspace", place, "--json")
    changed = [(one["what"], one["before"], one["version"]) for one in json.loads(done.stdout)["champions"]]
    assert changed == [("promote", 1, 2), ("rollback", 2, 1)]
    shown = segmint("history", "shop", "--workspace", place).stdout
    assert "version 2 promoted over 1: July" in shown and "back to version 1 from 2" in shown


@pytest.mark.slow
def test_a_segment_is_retired_with_a_reason_only(segmint: Any, month: Path) -> None:
    place = month / "ws"
    fewer = write_table(month / "august.csv", seed=5, sizes=(60, 50))
    base = (
        "retrain",
        "shop",
        fewer,
        "--rechoose",
        "--resamples",
        0,
        "--workspace",
        place,
        "--json",
        "--quiet",
    )
    shown = segmint(*base[:-2])
    assert "before it was K-Means with 3" in " ".join(shown.stdout.split()), shown.stderr
    refused = segmint(*base, "--promote")
    assert refused.returncode == 5, refused.stderr
    told = json.loads(refused.stdout)
    assert told["promoted"] is False and told["migration"]["retired"] == ["S3"]
    assert "S3" in refused.stderr and "Traceback" not in refused.stderr
    used = (place / "models" / "shop.segmint").read_bytes()
    done = segmint("promote", "shop", "--limit", "100%", "--workspace", place)
    assert (done.returncode, (place / "models" / "shop.segmint").read_bytes()) == (5, used)
    assert not (place / "audit.jsonl").exists()
    reason = "S3 is sold by partners – „now“"
    done = segmint("promote", "shop", "--accept-migration", reason, "--workspace", place)
    assert done.returncode == 0, done.stderr
    assert audit(month)[-1]["accepted"] == reason
    assert _tag(place, told["version"])["accepted"] == reason
    table = segmint("history", "shop", "--workspace", place)
    assert table.returncode == 0 and "champion" in table.stdout and "first version" in table.stdout
    assert "sold by partners" in table.stdout


def _tag(place: Path, version: int) -> Any:
    (file,) = place.glob("*.db")
    with sqlite3.connect(file) as database:
        found = database.execute(
            "select value from model_version_tags where key = 'segmint.migration' and version = ?", (version,)
        ).fetchall()
    return json.loads(found[0][0])


@pytest.mark.slow
def test_promotion_at_once_below_the_limit(segmint: Any, month: Path) -> None:
    done = segmint("retrain", "shop", month / "june.csv", "--seed", 11, "--promote", "--resamples", 0, "--workspace",
                   month / "ws")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "All three segments are carried on" in done.stdout
    assert "segmint promote" not in done.stdout, "it is done"
    assert "Hawks & Co." in done.stdout
    assert audit(month)[-1]["to"] == 3
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("limit", ["11", "-1%", "ten", "101%", "", "nan", "1e-1", "10 %%", "٣"])
def test_a_limit_that_is_no_share_is_refused(limit: str) -> None:
    with pytest.raises(UsageError) as refused:
        share_of("--limit", limit)
    assert refused.value.exit_code == 2 and "--limit" in refused.value.text()


def test_what_cannot_be_is_refused_in_words(segmint: Any, home: Path, tmp_path: Path) -> None:
    bad, good = write_table(tmp_path / "bad.csv", without="points"), home / "july.csv"
    for exit_code, told, command in (
        (3, "points", ("retrain", "shop", bad)),
        (1, "nobody", ("retrain", "nobody", good)),
        (3, "moves.csv", ("retrain", "shop", good, "--moves", tmp_path / "no" / "moves.csv")),
    ):
        done = segmint(*command, "--workspace", home / "ws")
        assert (done.returncode, "Traceback" in done.stderr) == (exit_code, False), done.stderr
        assert told in done.stderr and KEY not in done.stderr
