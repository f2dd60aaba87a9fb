"""``segmint neighbors``: near rows, measured indexes, and tables that can't be compared."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest


def table(folder: Path, n: int = 60) -> Path:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(n, 3)).round(3)
    path = folder / "players.csv"
    lines = [f"p{number}," + ",".join(map(str, row)) for number, row in enumerate(rows)]
    path.write_text("id,x,y,z\n" + "\n".join(lines) + "\n")
    return path


def baskets(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    path = folder / "baskets.csv"
    lines = [f"c{n}," + ",".join(map(str, row)) for n, row in enumerate((rng.random((40, 8)) < 0.4) * 1)]
    path.write_text("id," + ",".join(f"item{j}" for j in range(8)) + "\n" + "\n".join(lines) + "\n")
    return path


def test_one_line_a_neighbor(segmint, tmp_path: Path) -> None:
    target = tmp_path / "near.csv"
    done = segmint(
        "neighbors", table(tmp_path), "--key", "id", "--k", 2, "--scale", "none", "-o", target, "--quiet"
    )
    assert done.returncode == 0, done.stderr
    with target.open() as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0]) == ["key", "neighbor", "distance", "rank"]
    assert len(rows) == 120
    assert [row["rank"] for row in rows[:4]] == ["1", "2", "1", "2"]
    assert all(row["key"] != row["neighbor"] for row in rows)
    X = np.loadtxt(table(tmp_path), delimiter=",", skiprows=1, usecols=(1, 2, 3))
    D = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    np.fill_diagonal(D, np.inf)
    nearest = [f"p{row}" for row in D.argmin(axis=1)]
    assert [row["neighbor"] for row in rows if row["rank"] == "1"] == nearest
    told = [float(row["distance"]) for row in rows if row["rank"] == "1"]
    np.testing.assert_allclose(told, D.min(axis=1), rtol=1e-12)


def test_first_rows_are_shown_and_json_has_all(segmint, tmp_path: Path) -> None:
    path = table(tmp_path)
    shown = segmint("neighbors", path, "--key", "id", "--k", 1, "--quiet")
    assert shown.returncode == 0, shown.stderr
    assert "-o FILE writes all" in shown.stdout
    done = segmint("neighbors", path, "--key", "id", "--k", 1, "--json", "--quiet")
    answer = json.loads(done.stdout)
    assert answer["n_neighbors"] == len(answer["neighbors"]) == 60
    assert answer["recall"] == 1
    assert answer["index"] == "exact"


def test_bench_measures_draws_and_recommends(segmint, tmp_path: Path) -> None:
    picture = tmp_path / "recall.png"
    done = segmint(
        "neighbors", table(tmp_path), "--key", "id", "--bench", "--figure", picture, "--json", "--quiet"
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert answer["recommended"]["kind"] in {one["kind"] for one in answer["indexes"]}
    assert all(one["recall"] == 1 for one in answer["indexes"] if one["kind"] in ("exact", "kd-tree"))
    assert answer["headline"]


def test_an_approximate_index_says_what_it_finds(segmint, tmp_path: Path) -> None:
    target = tmp_path / "near.parquet"
    done = segmint(
        *("neighbors", baskets(tmp_path), "--key", "id", "--metric", "jaccard"),
        *("--index", "minhash", "--k", 3, "-o", target, "--json", "--quiet"),
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert 0.5 < answer["recall"] <= 1
    assert answer["recall_measured_on"] == 40
    assert answer["n_features"] == 8
    assert target.is_file()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--k", "60"), 2, "at most 59"),
        (("--k", "0"), 2, "--k"),
        (("--metric", "nope"), 2, "euclidean, standardised"),
        (("--index", "nope"), 2, "exact, kd-tree"),
        (("--index", "minhash"), 2, "euclidean"),
        (("--bench", "-o", "near.csv"), 2, "--output"),
        (("--bench", "--index", "lsh"), 2, "--index lsh"),
        (("--figure", "near.png"), 2, "--bench"),
        (("--metric", "hellinger"), 3, "below 0"),
        (("--scale", "nope"), 2, "standard"),
    ],
)
def test_refusals_teach(segmint, tmp_path: Path, options, code: int, said: str) -> None:
    done = segmint("neighbors", table(tmp_path), "--key", "id", *options, "--quiet", cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([f"a{n},{n * n % 17}" for n in range(40)], 0),
        ([f"a{n},3" for n in range(20)], 0),
        ([f"a{n},{'' if n % 4 == 0 else n % 9}" for n in range(40)], 0),
        ([f"a{n},{n % 3}" for n in range(40)], 0),
        ([f"a{n},{n}e300" for n in range(1, 30)], 0),
        ([f"a{n},what number {n} wrote about nothing much in particular" for n in range(20)], 3),
        (["a,1"], 3),
    ],
    ids=["one column", "constant", "missing", "duplicates", "huge", "texts", "one row"],
)
@pytest.mark.parametrize("more", [("--k", "2"), ("--k", "2", "--bench")])
def test_odd_tables_end_in_an_answer_or_an_error(segmint, tmp_path: Path, rows, code: int, more) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("id,x\n" + "\n".join(rows) + "\n")
    done = segmint("neighbors", path, "--key", "id", *more, "--quiet")
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.parametrize(
    "option", [("--metric", "nonsense"), ("--index", "nonsense"), ("--scale", "nonsense")]
)
def test_what_is_not_known_is_refused_before_the_table_is_read(
    segmint, tmp_path: Path, option: tuple[str, str]
) -> None:
    done = segmint("neighbors", tmp_path / "nowhere.csv", *option)
    assert done.returncode == 2, done.stderr
    assert "nonsense" in done.stderr and "nowhere" not in done.stderr


@pytest.mark.parametrize("metric", ["euclidean", "jaccard", "gower"])
def test_rows_that_are_all_equal_are_said_to_be(segmint, tmp_path: Path, metric: str) -> None:
    path = tmp_path / "equal.csv"
    path.write_text("id,x,y\n" + "".join(f"p{n},1,2\n" for n in range(6)))
    done = segmint("neighbors", path, "--key", "id", "--k", 2, "--metric", metric, "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert {pair["distance"] for pair in answer["neighbors"]} == {0}
    assert any("All rows are equal" in notice for notice in answer["notices"])


def test_rows_that_differ_are_not_said_to_be_equal(segmint, tmp_path: Path) -> None:
    path = tmp_path / "ends.csv"
    path.write_text("id,x\n" + "".join(f"p{n},{n in (0, 5)}\n" for n in range(6)))
    done = segmint("neighbors", path, "--key", "id", "--k", 2, "--metric", "jaccard", "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    assert not any("All rows are equal" in notice for notice in json.loads(done.stdout)["notices"])


@pytest.mark.parametrize("metric", ["gower", "jaccard", "euclidean"])
def test_notices_are_those_of_distances_and_end_as_elsewhere(segmint, tmp_path: Path, metric: str) -> None:
    path = tmp_path / "mixed.csv"
    lines = [f"c{n},{n % 7},{'red' if n % 3 else 'blue'},{n / 8}" for n in range(60)] + ["c60,3,red,"]
    path.write_text("id,visits,color,paid\n" + "\n".join(lines) + "\n")
    wish = ("--key", "id", "--k", 2, "--metric", metric, "--quiet")
    told = json.loads(segmint("neighbors", path, *wish, "--json").stdout)["notices"]
    assert not [notice for notice in told if "covariances" in notice]
    assert told, "the missing cell is told"
    shown = " ".join(segmint("neighbors", path, *wish).stdout.split())
    assert f"{told[-1]}." not in shown
    assert told[-1] in shown
