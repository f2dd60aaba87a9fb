from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from sklearn.datasets import make_moons

from segmint.choosing.decide import decide
from segmint.choosing.decision import Decision
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.choosing.trial import Trial
from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import FloatMatrix

Swept = tuple[Geometry, tuple[Trial, ...]]


def standardized(X: FloatMatrix) -> FloatMatrix:
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0))


def blobs() -> FloatMatrix:
    """Three round groups of 40, 30 and 20 rows."""
    centers = np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], [40, 30, 20], axis=0)
    return np.random.default_rng(0).normal(size=(90, 2)) + centers


def moons() -> FloatMatrix:
    return standardized(make_moons(200, noise=0.05, random_state=42)[0])


TABLES: dict[str, Callable[[], FloatMatrix]] = {
    "blobs": blobs,
    "moons": moons,
    "gaussian": lambda: np.random.default_rng(1).normal(size=(150, 3)),
}


@cache
def _swept(name: str, families: tuple[str, ...]) -> Swept:
    geometry = Geometry(TABLES[name]())
    return geometry, run_sweep(geometry, plan(geometry, families, Request()), seed=0)


@pytest.fixture
def swept() -> Callable[..., Swept]:
    """Return the geometry and the trials of a named table; made once."""

    def get(name: str, families: tuple[str, ...] = tuple(FAMILIES)) -> Swept:
        return _swept(name, families)

    return get


@cache
def _decided(name: str, families: tuple[str, ...]) -> Decision:
    geometry, trials = _swept(name, families)
    return decide(geometry, trials, seed=0, n_resamples=20)


@pytest.fixture
def decided() -> Callable[..., Decision]:
    """Return the decision about a named table, with 20 resamples; made once."""

    def get(name: str, families: tuple[str, ...] = tuple(FAMILIES)) -> Decision:
        return _decided(name, families)

    return get
