from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest


def test_the_json_has_what_scripts_need(made: dict[str, Any]) -> None:
    assert made["schema_version"] == 1
    assert Path(made["model"]).is_file()
    assert Path(made["report"]).read_text().startswith("<!doctype html>")
    decision = made["decision"]
    assert decision["verdict"] == "groups"
    assert decision["n_clusters"] == 3
    assert decision["configuration"] in {trial["id"] for trial in made["configurations"]}
    assert decision["reasons"]
    assert 0 <= decision["confidence"] <= 1
    for trial in made["configurations"]:
        assert set(trial) >= {"id", "family", "parameters", "n_clusters", "noise_share", "measures", "failed"}
    assert {trial["family"] for trial in made["configurations"]} == {"kmeans", "hdbscan"}


def test_one_cluster_has_an_inertia_and_no_silhouette(made: dict[str, Any]) -> None:
    one = next(trial for trial in made["configurations"] if trial["parameters"].get("n_clusters") == 1)
    assert one["failed"] is None
    assert one["measures"]["inertia"] > 0
    assert one["measures"]["silhouette"] is None


def test_segments_are_in_original_units(made: dict[str, Any]) -> None:
    assert [segment["size"] for segment in made["segments"]] == [50, 50, 50]
    hours = sorted(segment["center"]["hours"] for segment in made["segments"])
    assert hours == pytest.approx([10, 40, 75], abs=2)
    assert len({segment["id"] for segment in made["segments"]}) == 3
    assert sum(segment["share"] for segment in made["segments"]) == pytest.approx(1)


def test_training_rows_get_their_own_segment(made: dict[str, Any]) -> None:
    with made["rows"].open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["player_id", "segment_id", "segment_name", "confidence", "runner_up", "novelty"]
    assert len(rows) == 150
    sizes = {segment["id"]: segment["size"] for segment in made["segments"]}
    for segment, size in sizes.items():
        assert sum(row["segment_id"] == segment for row in rows) == size


def test_progress_goes_to_standard_error(made: dict[str, Any]) -> None:
    assert "✓ Read" in made["progress"]
    assert "✓ Tracked" in made["progress"]


def test_the_forecast_comes_before_the_first_fit_and_stands_beside_the_actual(made: dict[str, Any]) -> None:
    steps = re.findall(r"✓ (\w+)", made["progress"])
    assert steps.index("Prepared") < steps.index("Forecast") < steps.index("Fitted")
    assert made["forecast"]["seconds"] > 0
    assert made["forecast"]["memory"] / 3 < made["memory"] < 3 * made["forecast"]["memory"]
    assert made["seconds"] > 0


def test_the_same_seed_gives_the_same_study_and_bundle(segmint, table, made, tmp_path) -> None:
    again = segmint(
        "run",
        table,
        "--workspace",
        tmp_path,
        "--resamples",
        10,
        "--families",
        "kmeans,hdbscan",
        "--json",
        "--no-track",
    )
    other = json.loads(again.stdout)
    assert other["study"] == made["study"]
    assert Path(other["model"]).read_bytes() == Path(made["model"]).read_bytes()


def test_standard_input_and_text_output(segmint, table, tmp_path) -> None:
    done = segmint(
        "run", "-", "--name", "piped", "--k", "2..4", "--families", "kmeans", "--resamples", 5, "--no-track",
        "--workspace", tmp_path, stdin=table.read_text(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "three groups" in done.stdout
    assert (tmp_path / "models" / "piped.segmint").is_file()
    told = [
        line for line in done.stdout.splitlines() if not line.startswith(" Next")
    ]  # a command stays whole
    assert max(len(line) for line in told) <= 90


def test_identical_rows_have_no_groups(segmint, tmp_path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("id,a,b\n" + "".join(f"{n},{5},{7}\n" for n in range(30)))
    done = segmint(
        "run",
        path,
        "--features",
        "a,b",
        "--workspace",
        tmp_path / "ws",
        "--json",
        "--no-track",
        "--resamples",
        5,
    )
    # every column is constant: nothing is left to cluster, and that is an answer, not an error
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["decision"]["verdict"] == "none"
    assert answer["decision"]["n_clusters"] == 1
    assert answer["model"] is None
    assert answer["segments"] == []


def test_no_value_of_a_customer_is_shown(segmint, tmp_path) -> None:
    path = tmp_path / "bad.csv"
    rows = "".join(f"{n},{n * 3 % 17},{n}\n" for n in range(60))
    path.write_text(f"customer_id,score,visits\n{rows}61,secretvalue,9\n")
    done = segmint("run", path, "--workspace", tmp_path / "ws")
    assert done.returncode == 3
    assert "secretvalue" not in done.stderr + done.stdout
    assert "line 62" in done.stderr


def test_help_has_examples(segmint) -> None:
    done = segmint("run", "--help")
    assert done.returncode == 0
    assert "segmint run customers.csv" in done.stdout
