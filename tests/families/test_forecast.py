"""What a sweep costs, said before and measured after."""

from __future__ import annotations

import time

import numpy as np
import pytest

from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import FloatMatrix, silent


def clusters(n: int, d: int) -> FloatMatrix:
    rng = np.random.default_rng(n + d)
    X = rng.normal(size=(6, d))[rng.integers(0, 6, n)] * 3 + rng.normal(size=(n, d))
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def seconds(name: str, X: FloatMatrix) -> tuple[float, float]:
    """Return the processor's seconds of a whole sweep of a family, and their forecast."""
    geometry, family = Geometry(X), FAMILIES[name]
    started = time.process_time()
    planned = family.plan(geometry, Request())
    list(family.sweep(geometry, planned, silent))
    return time.process_time() - started, family.forecast(*X.shape, planned).seconds


@pytest.mark.slow
@pytest.mark.parametrize(("n", "d"), [(200, 2), (2_000, 5), (2_000, 20), (20_000, 3), (20_000, 8)])
def test_the_forecast_of_a_sweep_is_within_three_times(n: int, d: int) -> None:
    for name in FAMILIES:
        seconds(name, clusters(120, min(d, 11)))  # compiles
    pairs = [seconds(name, clusters(n, d)) for name in FAMILIES]
    measured, forecast = (sum(values) for values in zip(*pairs, strict=True))
    assert measured / 3 < forecast < measured * 3


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_no_long_wait() -> None:
    X = clusters(100_000, 8)
    for name, most in (("kmeans", 60), ("gaussian_mixture", 100)):
        assert seconds(name, X)[0] < most
