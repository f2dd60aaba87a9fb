"""The verdict on tables whose answer is known; the yardstick on tables that have none."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.datasets import make_moons

from segmint.choosing.decide import decide
from segmint.choosing.decision import Decision, Verdict
from segmint.choosing.null import compare_with_nulls, stands_out
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.data.dataset import Dataset
from segmint.families.fit import Fit, Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.measure.agreement import adjusted_rand
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.prepare.fit import prepare
from segmint.types import FloatMatrix, IntVector

DATA = Path(os.environ.get("SEGMINT_DATA", "../shared/data"))
EXERCISE = [
    [15, 39], [17, 35], [18, 92], [20, 95], [23, 75], [78, 7], [75, 12], [77, 20], [79, 3], [40, 40],
    [42, 52], [45, 35], [55, 60], [58, 58],
]  # fmt: skip


def _reference(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"needs {name} of the reference data (SEGMINT_DATA)")
    return DATA / name


def _standardized(X: FloatMatrix) -> FloatMatrix:
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def _prepared(X: FloatMatrix) -> FloatMatrix:
    """Prepare a table as the product does."""
    names = [f"c{column}" for column in range(X.shape[1])]
    schema = Schema(tuple(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in names))
    keys = np.array([str(row) for row in range(len(X))], dtype=object)
    table = pa.table({name: X[:, column] for column, name in enumerate(names)})
    return prepare(Dataset(table, schema, keys, "0" * 64, "frame")).matrix.X


def _decide(X: FloatMatrix, families: tuple[str, ...] = tuple(FAMILIES)) -> tuple[Decision, Fit]:
    geometry = Geometry(X)
    trials = run_sweep(geometry, plan(geometry, families, Request()), seed=0)
    decision = decide(geometry, trials, seed=0, n_resamples=20)
    fit = next(trial.fit for trial in trials if trial.configuration.id == decision.configuration)
    assert fit is not None
    return decision, fit


def _mall() -> FloatMatrix:
    return np.genfromtxt(_reference("customers/mall_customers.csv"), delimiter=",", skip_header=1)[:, 3:5]


def _gagolews(name: str) -> tuple[FloatMatrix, IntVector]:
    with gzip.open(_reference(f"clustering/gagolews/fcps/{name}.data.gz")) as rows:
        X = np.loadtxt(rows)
    with gzip.open(_reference(f"clustering/gagolews/fcps/{name}.labels0.gz")) as labels:
        return X, np.loadtxt(labels).astype(np.int64)


@pytest.mark.reference
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("families", [tuple(FAMILIES), ("kmeans",)])
def test_mall_is_five_groups(scaled: bool, families: tuple[str, ...]) -> None:
    X = _mall()
    decision, fit = _decide(_standardized(X) if scaled else X, families)
    assert decision.verdict is Verdict.GROUPS
    assert (decision.family, decision.n_clusters) == ("kmeans", 5)
    assert np.bincount(fit.labels).tolist() == [81, 39, 35, 23, 22]


@pytest.mark.reference
@pytest.mark.parametrize("name", ["hepta", "atom", "lsun"])
def test_known_groups_of_any_shape(name: str) -> None:
    X, truth = _gagolews(name)
    decision, fit = _decide(_standardized(X))
    assert decision.verdict is Verdict.GROUPS
    assert adjusted_rand(truth - 1, fit.labels) >= 0.97


@pytest.mark.parametrize("families", [tuple(FAMILIES), ("dbscan",)])
def test_two_moons(families: tuple[str, ...]) -> None:
    X, truth = make_moons(200, noise=0.05, random_state=42)
    decision, fit = _decide(_standardized(X), families)
    assert decision.verdict is Verdict.GROUPS
    assert np.count_nonzero(fit.labels < 0) <= 1
    kept = fit.labels >= 0
    assert adjusted_rand(truth[kept].astype(np.int64), fit.labels[kept]) == 1.0


def test_the_exercise_gives_four_or_five() -> None:
    decision, _ = _decide(_standardized(np.array(EXERCISE, dtype=np.float64)))
    assert decision.verdict is not Verdict.NONE
    assert decision.family == "kmeans"
    assert decision.n_clusters in (4, 5)


@pytest.mark.slow
@pytest.mark.reference
def test_uniform_columns_are_no_groups() -> None:
    rows = np.genfromtxt(
        _reference("gaming/online_gaming_behavior.csv.gz"), delimiter=",", skip_header=1, dtype=None
    )
    numeric = [name for name in rows.dtype.names[1:] if rows.dtype[name].kind in "if"]
    X = np.column_stack([rows[name].astype(np.float64) for name in numeric])
    assert len(X) == 40_034
    assert not stands_out(compare_with_nulls(_prepared(X), seed=0))


@pytest.mark.slow
@pytest.mark.reference
@pytest.mark.parametrize("kind", ["gaussian", "uniform", "t3"])
@pytest.mark.parametrize("table", ["wholesale", "cc_general"])
def test_structureless_tables_are_no_groups(table: str, kind: str) -> None:
    """At most one of twenty tables of the size and covariance of a customers' table is called groups."""
    model = _customers(table)
    covariance = np.cov(model.T)
    wrong = 0
    for seed in range(20):
        rng = np.random.default_rng([seed, len(kind), len(model)])
        X = _drawn(kind, rng, *model.shape) @ np.linalg.cholesky(covariance).T + model.mean(axis=0)
        wrong += stands_out(compare_with_nulls(_prepared(X), seed=seed))
    assert wrong <= 1


def _customers(table: str) -> FloatMatrix:
    if table == "wholesale":
        return np.loadtxt(_reference("customers/wholesale_customers.csv"), delimiter=",", skiprows=1)[:, 2:]
    with gzip.open(_reference("customers/cc_general.csv.gz"), "rt") as rows:
        X = np.genfromtxt(rows, delimiter=",", skip_header=1)[:, 1:]
    return np.where(np.isnan(X), np.nanmedian(X, axis=0), X)


def _drawn(kind: str, rng: np.random.Generator, n: int, d: int) -> FloatMatrix:
    if kind == "uniform":
        return rng.uniform(-np.sqrt(3), np.sqrt(3), (n, d))
    normal = rng.normal(size=(n, d))
    return normal if kind == "gaussian" else normal / np.sqrt(rng.chisquare(3, (n, 1)))
