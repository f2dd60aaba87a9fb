from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest


def _build() -> ModuleType:
    if "segmint_test_build" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "segmint_test_build", Path(__file__).with_name("build.py")
        )
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["segmint_test_build"] = module
        spec.loader.exec_module(module)
    return sys.modules["segmint_test_build"]


@pytest.fixture(scope="session")
def build() -> Any:
    return _build()


@pytest.fixture(scope="session")
def blobs(build: Any) -> Any:
    return build.build_study(build.blobs(), winner=("kmeans", 3), ks=range(1, 6))


@pytest.fixture(scope="session")
def moons(build: Any) -> Any:
    return build.build_study(build.moons(), winner=("dbscan", 2), ks=range(1, 5), resamples=5)


@pytest.fixture(scope="session")
def nothing(build: Any) -> Any:
    none = build.Verdict.NONE
    return build.build_study(
        build.uniform(200), winner=("kmeans", 4), verdict=none, ks=range(1, 6), resamples=5
    )


@pytest.fixture(scope="session")
def slices(build: Any) -> Any:
    table = build.uniform(200, features=2)
    return build.build_study(
        table, winner=("kmeans", 4), verdict=build.Verdict.SLICES, ks=range(1, 6), resamples=5
    )


@pytest.fixture(scope="session")
def wide(build: Any) -> Any:
    table = build.blobs(480, centers=9, features=10, seed=1, source="wide.csv")
    return build.build_study(table, winner=("kmeans", 9), ks=range(1, 11), resamples=3, n_points=300)


@pytest.fixture(scope="session")
def lone(build: Any) -> Any:
    """Three groups and one customer far away, alone in a segment."""
    table = build.blobs()
    values = np.vstack([table.values, [[777.75, 888.25]]])
    return build.build_study(replace(table, values=values), winner=("kmeans", 4), ks=range(1, 6), resamples=3)
