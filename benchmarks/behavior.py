"""Features from events: time and memory by the number of events, each size in a process of its own.

    python -m benchmarks.behavior [MILLIONS …]

Events are generated (a customer in twenty events, orders of three lines, a year of days, amounts log-normal)
into Parquet files in a temporary folder; a hundred million take 1.3 GB there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SIZES = (1, 10, 100)
_STEP = 1_000_000
_MEASURED = """
import sys, time
from segmint.choosing.forecast import memory_used
from segmint.model.recipe import Recipe
from segmint.workflow.features import write_features
columns = {"key": "customer", "date": "day", "order": "number", "amount": "paid"}
started = time.perf_counter()
made = write_features(sys.argv[1], Recipe("rfm", columns), sys.argv[2])
seconds = time.perf_counter() - started
print(made.n_customers, seconds, memory_used())
"""


def write_events(path: Path, millions: int) -> None:
    rng = np.random.default_rng(1)
    n_customers = millions * _STEP // 20
    with pq.ParquetWriter(path, _part(rng, 1, n_customers).schema) as writer:
        for _ in range(millions):
            writer.write_table(_part(rng, _STEP, n_customers))


def _part(rng: np.random.Generator, n: int, n_customers: int) -> pa.Table:
    customer = rng.integers(0, n_customers, n)
    day = rng.integers(0, 365, n)
    return pa.table(
        {
            "customer": customer,
            "day": np.datetime64("2025-01-01") + day.astype("timedelta64[D]"),
            "number": customer * 400 + day // 3,
            "paid": np.round(rng.lognormal(3, 1, n), 2),
        }
    )


def report(sizes: tuple[int, ...] = SIZES[:2]) -> Iterator[tuple[str, float, float]]:
    """Yield for each size, in millions of events, what it is, the seconds and the peak of memory in bytes."""
    for millions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "events.parquet", Path(folder) / "rfm.parquet"
            write_events(path, millions)
            done = subprocess.run(
                [sys.executable, "-c", _MEASURED, str(path), str(out)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
        customers, seconds, memory = map(float, done.stdout.split())
        yield f"features of {millions} million events, {customers:,.0f} customers", seconds, memory


if __name__ == "__main__":
    for what, elapsed, peak in report(tuple(map(int, sys.argv[1:])) or SIZES):
        print(f"| {what} | {elapsed:.1f} | {peak / 1e6:.0f} MB |", flush=True)
