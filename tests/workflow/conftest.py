"""A small study of three clear groups, made once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.choosing.study import Study
from segmint.data.dataset import Dataset
from segmint.workflow.studies import chosen_model

OPTIONS = segmint.RunOptions(families=("kmeans", "ward"), ks=(2, 3), n_resamples=5, name="shop")


def players(seed: int = 3) -> Dataset:
    rng = np.random.default_rng(seed)
    centers = np.repeat([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]], [50, 40, 30], axis=0)
    rows = centers + rng.normal(size=centers.shape) * [3.0, 30.0]
    return segmint.read(pa.table({"hours": rows[:, 0], "points": rows[:, 1]}))


@pytest.fixture(scope="session")
def study() -> Study:
    return segmint.study(players(), OPTIONS)


@pytest.fixture
def model(study: Study, tmp_path: Path) -> Path:
    """Return the file of the study's model, which a test may change."""
    path = tmp_path / "shop.segmint"
    segmint.save_model(chosen_model(study), path)
    return path
