"""How well the product chooses with nothing given: the public battery, and tables without groups.

``python -m benchmarks.choosing [LARGEST]`` reads the sets of at most LARGEST rows (5,100 by default) of
``clustering/gagolews`` in the reference data (``SEGMINT_DATA``) and writes a line a set: no label enters the
choice. ``python -m benchmarks.choosing shapes`` says how often tables without groups are called groups.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from segmint.choosing.decide import decide
from segmint.choosing.null import compare_with_nulls, stands_out
from segmint.choosing.space import plan
from segmint.choosing.sweep import run_sweep
from segmint.families.fit import Request
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.measure.agreement import adjusted_rand
from segmint.types import FloatMatrix, IntVector

BATTERY = Path(os.environ.get("SEGMINT_DATA", "../shared/data")) / "clustering" / "gagolews"
LARGEST = 5_100
SEEDS = 10


def battery(largest: int) -> Iterator[tuple[str, FloatMatrix, IntVector]]:
    """Give each set's name, its standardized rows and its reference labels (0 is noise)."""
    for path in sorted(BATTERY.glob("*/*.data.gz")):
        labels = np.loadtxt(path.with_name(path.name.replace(".data.", ".labels0.")), dtype=np.int64)
        if path.parent.name == "g2mg" or len(labels) > largest:
            continue
        X = np.loadtxt(path, ndmin=2)
        X = X[:, X.std(axis=0) > 0]
        yield path.name.removesuffix(".data.gz"), (X - X.mean(axis=0)) / X.std(axis=0), labels


def judge(X: FloatMatrix, labels: IntVector) -> tuple[float, float, str]:
    """Return the adjusted Rand index of the choice, of the best trial, and the answer in a few words."""
    geometry = Geometry(X)
    trials = run_sweep(geometry, plan(geometry, list(FAMILIES), Request()), seed=0)
    decision = decide(geometry, trials, seed=0)
    agreement = {
        trial.configuration.id: adjusted_rand(labels - 1, trial.fit.labels)
        for trial in trials
        if trial.fit is not None
    }
    chosen = agreement.get(decision.configuration or "", 0.0)
    words = f"{decision.verdict.value}, {decision.family} {decision.n_clusters}"
    return chosen, max(agreement.values()), words


def shapes() -> dict[str, Callable[[np.random.Generator], FloatMatrix]]:
    """Give tables of 400 rows of one lump each, by shape."""
    n = 400

    def turned(rng: np.random.Generator, most: float, width: float) -> FloatMatrix:
        angle = rng.uniform(0, most, n)
        return np.c_[np.cos(angle), np.sin(angle)] * rng.normal(3, width, (n, 1))

    return {
        "normal": lambda rng: rng.normal(size=(n, 3)),
        "box": lambda rng: rng.uniform(size=(n, 3)),
        "Student's t, 2": lambda rng: rng.standard_t(2, (n, 2)),
        "exponential": lambda rng: rng.exponential(size=(n, 3)),
        "log-normal": lambda rng: np.exp(rng.normal(size=(n, 3))),
        "Pareto": lambda rng: rng.pareto(2.5, (n, 3)),
        "simplex": lambda rng: rng.dirichlet([1, 1, 1], n)[:, :2],
        "disk": lambda rng: turned(rng, 2 * np.pi, 1e-9) * np.sqrt(rng.uniform(size=(n, 1))),
        "counts": lambda rng: rng.poisson(2, (n, 3)).astype(np.float64),
        "a flag beside two": lambda rng: np.c_[rng.integers(0, 2, n), rng.normal(size=(n, 2))],
        "half a ring": lambda rng: turned(rng, np.pi, 0.2),
        "a ring": lambda rng: turned(rng, 2 * np.pi, 0.3),
    }


def called_groups(draw: Callable[[np.random.Generator], FloatMatrix]) -> int:
    """Return for how many of the seeds a shape stands out from tables without groups."""
    count = 0
    for seed in range(SEEDS):
        X = draw(np.random.default_rng(seed))
        count += stands_out(compare_with_nulls((X - X.mean(axis=0)) / X.std(axis=0), seed=seed))
    return count


def write_battery(largest: int) -> None:
    """Write a line a set, then the medians and means."""
    out, found = sys.stdout.write, []
    out("| Set | Rows × columns | Chosen | ARI | Best trial | Seconds |\n|---|---|---|---|---|---|\n")
    for name, X, labels in battery(largest):
        began = time.perf_counter()
        chosen, best, words = judge(X, labels)
        found.append((chosen, best))
        shape = f"{X.shape[0]:,} × {X.shape[1]}"
        out(
            f"| {name} | {shape} | {words} | {chosen:.3f} | {best:.3f} | {time.perf_counter() - began:.1f} |\n"
        )
        sys.stdout.flush()
    for what, summary in (("Median", np.median), ("Mean", np.mean)):
        chosen, best = summary(np.array(found), axis=0)
        out(f"| {what} of {len(found)} | | | {chosen:.3f} | {best:.3f} | |\n")


def write_shapes() -> None:
    """Write how often each shape is called groups."""
    out = sys.stdout.write
    out(f"| One lump | Called groups, of {SEEDS} |\n|---|---|\n")
    for name, draw in shapes().items():
        out(f"| {name} | {called_groups(draw)} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["shapes"]:
        write_shapes()
    else:
        write_battery(int(sys.argv[1]) if sys.argv[1:] else LARGEST)
