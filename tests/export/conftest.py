"""Models of every family on one table that has all that tables have: gaps, tails, levels, odd names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.data import raw_columns
from segmint.data.dataset import Dataset
from segmint.model.mixture import MixtureAssigner
from segmint.model.segment_model import SegmentModel
from segmint.types import RawColumns

INCOME, AGE, VISITS, RATE = 'Annual "gross" income', "Età (anni)", "visits", "rate"
REGION, MEMBER = "region; --", "it's"
NUMBERS = (INCOME, AGE, VISITS, RATE)
LEVELS = (REGION, MEMBER)
PLANS = {
    "kmeans": {"ks": (3,)},
    "gaussian_mixture": {"ks": (3,)},
    "ward": {"ks": (3,)},
    "dbscan": {},
    "hdbscan": {},
}


def shop(n_rows: int = 300, seed: int = 5) -> pa.Table:
    """Return customers in three groups: two logged columns, a clipped one, gaps, a category of numbers, a flag."""
    rng = np.random.default_rng(seed)
    group = np.arange(n_rows) % 3
    income = np.exp(np.array([8.0, 10.0, 12.0])[group] + rng.normal(size=n_rows))
    rate = 0.001 * np.exp(np.array([3.0, 1.0, 0.0])[group] + rng.normal(size=n_rows))
    age = np.array([25.0, 45.0, 65.0])[group] + rng.standard_t(1, size=n_rows) * 3
    visits = rng.poisson(np.array([30, 5, 12])[group]).astype(float)
    for column in (income, age, visits, rate):
        column[rng.random(n_rows) < 0.05] = np.nan
    region = np.array(["1", "2", "3"], dtype=object)[(group + (rng.random(n_rows) < 0.2)) % 3]
    region[rng.random(n_rows) < 0.05] = None
    return pa.table({
        "customer": [f"c{n:05d}" for n in range(n_rows)],
        INCOME: pa.array(income, from_pandas=True),
        AGE: pa.array(age, from_pandas=True),
        VISITS: pa.array(visits, from_pandas=True),
        RATE: pa.array(rate, from_pandas=True),
        REGION: region.tolist(),
        MEMBER: [bool(value) for value in rng.random(n_rows) < 0.4],
    })  # fmt: skip


def model_of(dataset: Dataset, family: str) -> SegmentModel:
    """Return the best model of one family, winner or not."""
    options = segmint.RunOptions(families=(family,), n_resamples=2, name="shop", **PLANS[family])
    made = segmint.study(dataset, options)
    return made.models[made.finalists[0]]


@pytest.fixture(scope="session")
def numbers() -> Dataset:
    return segmint.read(shop(), segmint.ReadOptions(key="customer", features=NUMBERS))


@pytest.fixture(scope="session")
def mixed() -> Dataset:
    return segmint.read(shop(), segmint.ReadOptions(key="customer", features=(*NUMBERS, *LEVELS)))


@pytest.fixture(scope="session")
def model(numbers: Dataset, mixed: Dataset) -> Callable[[str], SegmentModel]:
    """Return a function that makes each family's model once; K-Means and Ward of levels too."""
    made: dict[str, SegmentModel] = {}

    def of(family: str) -> SegmentModel:
        if family not in made:
            made[family] = model_of(mixed if family in ("kmeans", "ward", "hdbscan") else numbers, family)
        return made[family]

    return of


@pytest.fixture(scope="session")
def plain() -> SegmentModel:
    """Return a K-Means of two columns that are only scaled: the exercise's case."""
    rng = np.random.default_rng(2)
    centers = np.repeat([[20.0, 20.0], [55.0, 50.0], [85.0, 80.0]], 50, axis=0)
    rows = centers + rng.uniform(-9, 9, size=centers.shape)
    table = pa.table({"income": rows[:, 0], "score": rows[:, 1]})
    return model_of(segmint.read(table), "kmeans")


def training_rows(dataset: Dataset, model: SegmentModel) -> RawColumns:
    """Return a model's columns of the rows that it was made from."""
    return {name: raw_columns(dataset)[name] for name in model.preparation.columns}


@pytest.fixture
def mixture(model: Callable[[str], SegmentModel]) -> Callable[[str], SegmentModel]:
    """Give a mixture with covariances of a kind."""

    def make(covariance: str) -> SegmentModel:
        made, rng = model("gaussian_mixture"), np.random.default_rng(6)
        K, d = made.assigner.n_clusters, made.assigner.n_features
        factors = rng.normal(size=(K, d, d)) / 2 + np.eye(d)
        full = factors @ np.swapaxes(factors, 1, 2)
        covariances = {
            "full": full, "tied": full[0], "diag": rng.uniform(0.2, 2, (K, d)), "spherical": rng.uniform(0.2, 2, K)
        }[covariance]  # fmt: skip
        assert isinstance(made.assigner, MixtureAssigner)
        weights = rng.dirichlet(np.full(K, 5.0))
        return replace(made, assigner=MixtureAssigner(weights, made.assigner.means, covariances, covariance))

    return make
