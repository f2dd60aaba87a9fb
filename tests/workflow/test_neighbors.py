"""Neighbors of a table: the nearest other rows, and what is measured of indexes."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from segmint.data import ReadOptions, read
from segmint.errors import DataError, UsageError, ValueRuleError
from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Neighbors, Points
from segmint.likeness.metrics import METRICS
from segmint.likeness.recall import recall
from segmint.prepare.fit import prepare
from segmint.workflow.neighbors import ENOUGH, NeighborOptions, bench_neighbors, points_of, write_neighbors


def players(n: int = 400, d: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(n, d)) + 4 * rng.integers(0, 3, (n, 1))
    return pd.DataFrame(rows, columns=[f"x{j}" for j in range(d)]).assign(id=[f"p{i}" for i in range(n)])


def test_the_nearest_other_rows_are_scipys(tmp_path: Path) -> None:
    dataset = read(players(), ReadOptions(key="id"))
    assert write_neighbors(dataset, tmp_path / "near.csv", NeighborOptions(k=3)) == 400
    with (tmp_path / "near.csv").open() as stream:
        found = list(csv.DictReader(stream))
    X = prepare(dataset).matrix.X
    apart = cdist(X, X)
    np.fill_diagonal(apart, np.inf)
    nearest = np.argsort(apart, axis=1, kind="stable")[:, :3]
    assert [row["neighbor"] for row in found] == [f"p{i}" for i in nearest.ravel()]
    assert [float(row["distance"]) for row in found] == pytest.approx(np.sort(apart, axis=1)[:, :3].ravel())
    assert [row["rank"] for row in found[:4]] == ["1", "2", "3", "1"]


def test_equal_rows_are_neighbors_of_each_other_and_never_of_themselves(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": [1.0] * 6 + [5.0, 9.0], "y": [2.0] * 6 + [1.0, 7.0], "id": list("abcdefgh")})
    write_neighbors(read(frame, ReadOptions(key="id")), tmp_path / "near.csv", NeighborOptions(k=2))
    found = pd.read_csv(tmp_path / "near.csv")
    assert (found["id"] != found["neighbor"]).all()
    assert (found[found["id"].isin(list("abcdef"))]["distance"] == 0).all()


def test_every_index_is_measured_against_the_exact_answer() -> None:
    bench = bench_neighbors(read(players(1500), ReadOptions(key="id")), NeighborOptions(k=5))
    assert bench.exact.kind == "exact" and bench.exact.recall == 1.0
    kinds = {one.kind for one in bench.timings}
    assert {"exact", "kd-tree", "lsh"} <= kinds
    assert all(one.recall == 1.0 for one in bench.timings if one.kind == "kd-tree")
    assert all(0 <= one.recall <= 1 and one.queries_a_second > 0 for one in bench.timings)
    assert bench.chosen.recall >= ENOUGH
    assert bench.n_rows + bench.n_queries == 1500


@pytest.mark.parametrize("metric", ["jaccard", "hellinger", "gower", "cosine", "jensen-shannon"])
def test_metrics_of_other_values(tmp_path: Path, metric: str) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.integers(0, 4, (60, 5)).astype(float), columns=list("abcde")) + 0.5
    frame["plan"] = np.where(np.arange(60) % 3, "free", "paid")
    assert write_neighbors(read(frame), tmp_path / "near.csv", NeighborOptions(k=2, metric=metric)) == 60


def test_what_cannot_be_asked() -> None:
    dataset = read(players(20), ReadOptions(key="id"))
    with pytest.raises(UsageError):
        points_of(dataset, NeighborOptions(metric="nearness"))
    with pytest.raises(UsageError):
        points_of(dataset, NeighborOptions(k=0))
    with pytest.raises(DataError) as refused:
        points_of(dataset, NeighborOptions(k=20))
    assert refused.value.code == "workflow.too_few_neighbors"
    with pytest.raises(ValueRuleError):
        points_of(dataset, NeighborOptions(metric="hellinger"))


@pytest.mark.reference
def test_published_neighbors_of_sift(reference_data: Path) -> None:
    table = pd.read_csv(reference_data / "vectors" / "sift_5k_128.tsv.gz", sep="\t", header=None)
    X = np.ascontiguousarray(table.iloc[:, :128].to_numpy(dtype=np.float64))  # the last column is an id
    published = np.load(reference_data / "vectors" / "sift_5k_exact_knn.npz")
    n_queries, k = published["ids"].shape  # the first rows, looked up among the others
    found = ExactIndex(Points.of(METRICS["euclidean"], X[n_queries:])).query(X[:n_queries], k)
    assert found.distances == pytest.approx(published["dist"], rel=1e-5)
    truth = Neighbors(published["ids"].astype(np.int64), found.distances)
    assert recall(found, truth) == 1.0
    assert (found.rows == published["ids"]).mean() > 0.999  # equal distances may stand in another order
