"""Whole processes, as a user waits for them."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.datasets import make_blobs

PROGRAM = Path(sys.executable).with_name("segmint")


def journeys() -> Iterator[tuple[str, float, float]]:
    """Yield what was run, its seconds, and the most bytes that a process has taken so far."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        yield "segmint --help", *_run("--help")
        yield "segmint demo, first", *_run("demo", "--workspace", place / "demo")
        yield "segmint demo, again", *_run("demo", "--workspace", place / "demo")
        table = place / "rows.csv"
        X, _ = make_blobs(100_000, 8, centers=6, cluster_std=3.0, random_state=0)
        np.savetxt(table, X, delimiter=",", header=",".join("abcdefgh"), comments="", fmt="%.6g")
        yield "segmint run, 100,000 × 8, default sweep", *_run("run", table, "--workspace", place / "large")
        model = place / "large" / "models" / "rows.segmint"
        if model.is_file():
            yield "segmint assign, 100,000 × 8", *_run("assign", model, table, "-o", place / "out.parquet")


def _run(*arguments: object) -> tuple[float, float]:
    started = time.perf_counter()
    subprocess.run([str(PROGRAM), *map(str, arguments)], check=True, capture_output=True)
    elapsed = time.perf_counter() - started
    return elapsed, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
