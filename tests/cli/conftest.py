"""The command line as users have it: a real process, a real workspace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def segmint() -> Command:
    """Return a function that runs ``segmint`` and gives its exit code and what it printed."""

    def run(*arguments: object, cwd: Path | None = None, stdin: str | None = None, **environment: str):
        program = Path(sys.executable).with_name("segmint")
        known = {
            key: value for key, value in os.environ.items() if not key.startswith(("SEGMINT_", "MLFLOW_"))
        }
        return subprocess.run(
            [str(program), *(str(argument) for argument in arguments)],
            check=False,
            capture_output=True,
            text=True,
            cwd=cwd,
            input=stdin,
            env={**known, "NO_COLOR": "1", "COLUMNS": "80", **environment},
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of 150 players in three clear groups, with a key, a category and a constant."""
    rng = np.random.default_rng(3)
    centers = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])
    rows = np.vstack([center + rng.normal(size=(50, 2)) * [3.0, 30.0] for center in centers])
    path = tmp_path_factory.mktemp("tables") / "players.csv"
    lines = ["player_id,hours,points,platform,server"]
    lines += [
        f"p{n:04d},{hours:.2f},{points:.1f},{('pc', 'console')[n % 2]},eu"
        for n, (hours, points) in enumerate(rows)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="session")
def made(segmint: Command, table: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Run the main job once; return its JSON with the workspace beside it."""
    workspace = tmp_path_factory.mktemp("made") / "ws"
    rows = workspace.parent / "rows.csv"
    done = segmint(
        "run",
        table,
        "--workspace",
        workspace,
        "--resamples",
        10,
        "--families",
        "kmeans,hdbscan",
        "-o",
        rows,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout), "workspace": workspace, "rows": rows, "progress": done.stderr}
