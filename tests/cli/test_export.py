"""``segmint export`` as people call it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import joblib
import pandas as pd
import pytest


def segments_of(path: Path) -> dict[str, str]:
    with path.open(newline="") as file:
        return {row["player_id"]: row["segment_id"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def bundle(made) -> Path:
    return Path(made["model"])


def test_a_pipeline_with_its_warning(segmint, bundle, table, made, tmp_path) -> None:
    out = tmp_path / "players.joblib"
    done = segmint("export", bundle, "--format", "sklearn", "-o", out)
    assert done.returncode == 0, done.stderr
    warning = " ".join(done.stderr.split())
    assert "whoever loads it runs what its maker put in" in warning
    assert f"scikit-learn {__import__('sklearn').__version__}" in warning
    told = " ".join(done.stdout.split())
    assert "10,000 rows drawn from what the model knows of its training data, same labels" in told
    assert max(len(line) for line in done.stdout.replace(str(tmp_path), "").splitlines()) <= 80
    pipeline = joblib.load(out)
    rows = pd.read_csv(table)
    ids = {one["label"]: one["id"] for one in pipeline.segments_}
    labels = pipeline.predict(rows[pipeline.feature_names_in_])
    found = dict(zip(rows["player_id"], (ids[label] for label in labels), strict=True))
    assert found == segments_of(made["rows"])


def test_one_select_on_the_tables_own_rows(segmint, bundle, table, made, tmp_path) -> None:
    out = tmp_path / "segments.sql"
    arguments = ("--format", "sql", "--table", "game.players", "--check", table, "--json")
    done = segmint("export", bundle, *arguments, "-o", out)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["checked"] == {"n_rows": 150, "n_ties": 0, "drawn": False}
    assert [one["id"] for one in answer["segments"]] == [one["id"] for one in made["segments"]]
    assert answer["output"] == str(out)
    assert answer["notices"]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE SCHEMA game; CREATE TABLE game.players AS FROM read_csv('{table}')")
        found = dict(connection.sql(f"SELECT player_id, segment_id FROM ({out.read_text()})").fetchall())
    assert found == segments_of(made["rows"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "sql"), "--table customers"),
        (("--format", "sklearn", "--table", "players"), "--format sql"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(segmint, bundle, tmp_path, arguments, told) -> None:
    done = segmint("export", bundle, *arguments, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())
