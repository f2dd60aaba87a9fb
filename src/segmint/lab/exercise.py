"""The exercise's own data: its fourteen rows, and its two moons."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from sklearn.datasets import make_moons

from segmint.data import ReadOptions, read
from segmint.data.dataset import Dataset
from segmint.types import FloatMatrix

INCOME, SCORE = "Annual Income (k$)", "Spending Score (1-100)"
FOURTEEN = (
    (15, 39), (17, 35), (18, 92), (20, 95), (23, 75), (78, 7), (75, 12),
    (77, 20), (79, 3), (40, 40), (42, 52), (45, 35), (55, 60), (58, 58),
)  # fmt: skip
MOONS_SEED = 42
MANY, SPREAD = 600, (3.0, 5.0)


def fourteen_rows() -> Dataset:
    """Return the simulated customers of task 1.1: income and spending score of fourteen."""
    return _table(np.asarray(FOURTEEN, dtype=np.float64), (INCOME, SCORE))


def many_customers() -> Dataset:
    """Return six hundred customers drawn around the fourteen of task 1.1: too few rows know no chance of their own.

    Each is one of the fourteen, with a deviation of 3 k$ and 5 points of score.
    """
    rng = np.random.default_rng(MOONS_SEED)
    rows = np.asarray(FOURTEEN, dtype=np.float64)[rng.integers(0, len(FOURTEEN), MANY)]
    return _table(rows + rng.normal(size=rows.shape) * SPREAD, (INCOME, SCORE))


def two_moons() -> Dataset:
    """Return the simulated players of task 2.1: 200 points on two interleaved half circles."""
    points, _ = make_moons(n_samples=200, noise=0.05, random_state=MOONS_SEED)
    return _table(points, ("x", "y"))


def moon_labels() -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return which moon each point of :func:`two_moons` lies on."""
    return np.asarray(make_moons(n_samples=200, noise=0.05, random_state=MOONS_SEED)[1], dtype=np.int64)


def _table(values: FloatMatrix, names: tuple[str, str]) -> Dataset:
    table = pa.table({name: values[:, place] for place, name in enumerate(names)})
    return read(table, ReadOptions(features=names))
