"""Tables that families are tried on."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_moons

from segmint.types import FloatMatrix


def standardized(X: FloatMatrix) -> FloatMatrix:
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


@pytest.fixture(scope="session")
def moons() -> FloatMatrix:
    """The exercise's two moons, standardized."""
    return standardized(make_moons(200, noise=0.05, random_state=42)[0])


@pytest.fixture(scope="session")
def blobs() -> FloatMatrix:
    """Three round clusters of 60, 50 and 40 rows, in that order, far apart."""
    rng = np.random.default_rng(7)
    centers = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    return np.concatenate(
        [center + rng.normal(size=(n, 2)) for center, n in zip(centers, (60, 50, 40), strict=True)]
    )


@pytest.fixture(scope="session")
def mall(reference_data: Path) -> FloatMatrix:
    """Income and spending score of 200 customers, in original units."""
    with (reference_data / "customers" / "mall_customers.csv").open() as file:
        rows = list(csv.DictReader(file))
    return np.array(
        [[float(row["Annual Income (k$)"]), float(row["Spending Score (1-100)"])] for row in rows]
    )


@pytest.fixture(scope="session")
def reference_table(
    reference_data: Path, moons: FloatMatrix, mall: FloatMatrix
) -> Iterator[Callable[[str], FloatMatrix]]:
    """Give the standardized table of a name: moons, atom, lsun, mall."""

    def table(name: str) -> FloatMatrix:
        if name == "moons":
            return moons
        if name == "mall":
            return standardized(mall)
        with gzip.open(reference_data / "clustering" / "gagolews" / "fcps" / f"{name}.data.gz") as file:
            return standardized(np.loadtxt(file))

    yield table
