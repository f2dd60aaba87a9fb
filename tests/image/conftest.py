"""A real model, its rows, and its build context."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.image.context import Context, describe_context
from segmint.image.replacing import write_folder
from segmint.model.bundle import save_bundle


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a table of 240 players: two numbers and a level in three groups, and a key."""
    rng = np.random.default_rng(11)
    group = rng.integers(0, 3, 240)
    table = pd.DataFrame(
        {
            "player": [f"P{number:04d}" for number in range(240)],
            "hours": np.round(20 * (1 + group) + rng.normal(0, 2, 240), 2),
            "spend": np.round(5 + 30 * (group == 1) + rng.gamma(2, 2, 240), 2),
            "platform": np.where(group == 2, "pc", rng.choice(["console", "phone"], 240)),
        }
    )
    path = tmp_path_factory.mktemp("rows") / "players.csv"
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def bundle(rows: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a model of the players."""
    reading = segmint.ReadOptions(key="player", features=("hours", "spend", "platform"))
    options = segmint.RunOptions(
        families=("kmeans",), ks=(3,), n_resamples=5, choose="kmeans-3", name="my_players"
    )
    made = segmint.study(segmint.read(rows, reading), options).model
    assert made is not None
    path = tmp_path_factory.mktemp("model") / "my_players.segmint"
    save_bundle(made, path)
    return path


@pytest.fixture(scope="session")
def context(bundle: Path) -> Context:
    """Give the described build context of the model."""
    return describe_context(bundle.read_bytes())


@pytest.fixture(scope="session")
def package(context: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the written build context; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("package") / "players"
    write_folder(folder, context.files)
    return folder


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs ``segmint`` as users do."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        program = Path(sys.executable).with_name("segmint")
        known = {
            name: value for name, value in os.environ.items() if not name.startswith(("SEGMINT_", "MLFLOW_"))
        }
        return subprocess.run(
            [str(program), *map(str, arguments)],
            check=False, capture_output=True, text=True, timeout=300,
            env={**known, "NO_COLOR": "1", "COLUMNS": "80", **environment},
        )  # fmt: skip

    return run
