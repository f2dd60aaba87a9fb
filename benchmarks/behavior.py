"""Features from events: time and memory by the number of events, each size in a process of its own.

    python -m benchmarks.behavior [MILLIONS …]

Events are generated (a customer in twenty events, orders of three lines, a year of days, amounts log-normal)
into Parquet files in a temporary folder; a hundred million take 1.3 GB there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SIZES = (1, 10, 100)
_STEP = 1_000_000
_MEASURED = """
import resource, sys, time
from segmint.model.recipe import Recipe
from segmint.workflow.features import write_features
columns = {"key": "customer", "date": "day", "order": "number", "amount": "paid"}
started = time.perf_counter()
made = write_features(sys.argv[1], Recipe("rfm", columns), sys.argv[2])
seconds = time.perf_counter() - started
print(made.n_customers, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
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


def main(sizes: tuple[int, ...]) -> None:
    print("million events   customers   seconds   peak MB   seconds a million")
    for millions in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "events.parquet", Path(folder) / "rfm.parquet"
            write_events(path, millions)
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _MEASURED, str(path), str(out)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            customers, seconds, memory = map(float, done.stdout.split())
            whole = time.perf_counter() - started
            print(
                f"{millions:>14}   {customers:>9,.0f}   {seconds:>7.1f}   {memory / 1e6:>7.0f}   {seconds / millions:>17.2f}"
                f"   (process {whole:.1f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)
