"""``segmint lookalike`` as people have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segmint.cli.lookalike import RULES as OFFERED
from segmint.likeness.scoring import DEFAULT_RULE, RULES


def test_the_offered_rules_are_the_table() -> None:
    assert set(OFFERED) == set(RULES)
    assert OFFERED[0] == DEFAULT_RULE


@pytest.fixture(scope="module")
def model(made: dict[str, Any]) -> Path:
    return next((made["workspace"] / "models").glob("*.segmint"))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lists") / "seeds.txt"
    path.write_text("\n".join([*(f"p{number:04d}" for number in range(60, 80)), "stranger"]))
    return path


def test_an_audience_of_a_file(segmint: Any, model: Path, table: Path, seeds: Path, tmp_path: Path) -> None:
    target, out = tmp_path / "audience.csv", tmp_path / "left_out.csv"
    out.write_text("player_id\np0050\n")
    done = segmint(
        "lookalike", model, table, "--seeds", seeds, "--exclude", out, "--reach", "20", "-o", target,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = target.read_text().splitlines()
    assert lines[0] == "player_id,rank,score,segment,group,reason"
    assert len(lines) == 21
    keys = {line.split(",")[0] for line in lines[1:]}
    assert keys <= {f"p{number:04d}" for number in range(50, 100)} - {"p0050"}
    for told in (done.stdout, done.stderr):
        assert "p00" not in told
        assert "stranger" not in told
    assert "1 seed is not among the customers" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_has_the_lift_and_its_interval(segmint: Any, model: Path, table: Path, seeds: Path) -> None:
    done = segmint("lookalike", model, table, "--seeds", seeds, "--reach", "25%", "--json", "-q")
    told = json.loads(done.stdout)
    lift = told["hold_out"]["lift"]
    assert lift["low"] <= lift["value"] <= lift["high"]
    assert told["n_seeds"] == 20
    assert told["groups"][0]["reasons"][0]["column"] in ("hours", "points")
    assert "p00" not in done.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--reach", "0"], 2),
        (["--reach", "101%"], 2),
        (["--reach", ""], 2),
        (["--reach", "9999"], 2),
        (["--rule", "nearest"], 2),
        (["-o", "audience.docx"], 2),
        (["--key", "nothing"], 3),
    ],
)
def test_bad_wishes_have_no_traceback(
    segmint: Any, model: Path, table: Path, seeds: Path, options: list[str], code: int
) -> None:
    done = segmint("lookalike", model, table, "--seeds", seeds, *options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Error" in done.stderr


def test_bad_lists_have_no_traceback(segmint: Any, model: Path, table: Path, tmp_path: Path) -> None:
    bad = {
        "empty.txt": b"", "blank.txt": b"\n\n", "other.csv": b"a,b\np0001,p0002\n", "bytes.txt": b"\xff\xfe\x00\x9cp0001",
        "few.txt": b"p0001\np0002\n", "broken.parquet": b"PAR1 nothing", "zip.csv.gz": b"\x1f\x8b broken",
    }  # fmt: skip
    for name, content in bad.items():
        path = tmp_path / name
        path.write_bytes(content)
        done = segmint("lookalike", model, table, "--seeds", path)
        assert done.returncode == 3, (name, done.stderr)
        assert "Traceback" not in done.stderr, name
        assert "p0001" not in done.stderr + done.stdout, name
    for path in (tmp_path, tmp_path / "missing.txt"):
        done = segmint("lookalike", model, table, "--seeds", path)
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wish", [("--rule", "nonsense"), ("--reach", "nonsense")])
def test_what_is_not_known_is_refused_before_anything_is_read(
    segmint: Any, tmp_path: Path, wish: tuple[str, str]
) -> None:
    lost = [tmp_path / f"nowhere{ending}" for ending in (".segmint", ".csv", ".txt")]
    done = segmint("lookalike", lost[0], lost[1], "--seeds", lost[2], *wish)
    assert done.returncode == 2, done.stderr
    assert "nonsense" in done.stderr and "nowhere" not in done.stderr


@pytest.mark.parametrize(("given", "meant"), [("0.05", "5%"), (".2", "20%"), ("0.005", "0.5%")])
def test_a_share_that_is_no_percentage_is_told_as_one(segmint: Any, given: str, meant: str) -> None:
    done = segmint("lookalike", "a.segmint", "b.csv", "--seeds", "c.txt", "--reach", given)
    assert done.returncode == 2
    assert f"Did you mean --reach {meant}" in " ".join(done.stderr.split())


def test_seeds_with_decimals_are_told_and_never_shown(
    segmint: Any, model: Path, table: Path, tmp_path: Path
) -> None:
    head, *lines = table.read_text().splitlines()
    whole = tmp_path / "whole.csv"
    whole.write_text("\n".join([head, *(f"149{line[2:]}" for line in lines)]))
    path = tmp_path / "seeds.txt"
    path.write_text("\n".join(f"149{number:03d}.0" for number in range(60, 80)))
    done = segmint("lookalike", model, whole, "--seeds", path)
    assert done.returncode == 3, done.stderr
    said = " ".join(done.stderr.split())
    assert "20 of the seeds would be there without the decimals" in said
    assert "14906" not in said + done.stdout


def test_seeds_must_be_named(segmint: Any, model: Path, table: Path) -> None:
    done = segmint("lookalike", model, table)
    assert done.returncode == 2
    assert "Missing option '--seeds'" in " ".join(done.stderr.split())
    assert "class" not in done.stderr


def test_a_group_of_which_nobody_is_taken_says_so(
    segmint: Any, model: Path, table: Path, tmp_path: Path
) -> None:
    path = tmp_path / "two.txt"
    path.write_text("\n".join(f"p{number:04d}" for number in (*range(20), *range(60, 80))))
    done = segmint("lookalike", model, table, "--seeds", path, "--reach", "1")
    assert done.returncode == 0, done.stderr
    groups = json.loads(segmint("lookalike", model, table, "--seeds", path, "--reach", "1", "--json").stdout)
    assert sorted(group["n_taken"] for group in groups["groups"]) == [0, 1]
    said = " ".join(done.stdout.split())
    assert said.count("nobody of the audience is nearest to it") == 1
    assert "nothing stands out" not in said
