"""The rules of likeness side by side: how many of hidden seeds each finds.

Online Retail: Chen (2015), UCI Machine Learning Repository, doi:10.24432/C5BW33, CC BY 4.0; credit cards: "CC GENERAL"
(Kaggle, Arjun Bhasin). Read from ``SEGMINT_DATA``. Seeds are outcomes that the features do not hold: who spent most in
the 91 days after the day of the features, and who takes most cash in advance (no column about cash is a feature).
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import segmint
from segmint.cli.app import run_command
from segmint.data import read_chunks
from segmint.likeness.crowd import crowd_of
from segmint.likeness.holdout import HoldOut, Interval, Trial, hold_out
from segmint.likeness.scoring import RULES
from segmint.model.bundle import save_bundle
from segmint.model.segment_model import SegmentModel
from segmint.types import IntVector
from segmint.workflow.assign import assign
from segmint.workflow.features import with_recipe

DATA = Path(os.environ.get("SEGMINT_DATA", "../shared/data"))
AT = pd.Timestamp("2011-09-09")
AFTER = pd.Timedelta(days=91)
CASH = ("CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX")
REACHES = (0.01, 0.05, 0.2)


def retail(folder: Path) -> tuple[Path, segmint.ReadOptions, pd.Series]:
    """Return the features of Online Retail at a day, how they are read, and what each customer spent after it."""
    events, table = DATA / "transactions" / "online_retail.csv.gz", folder / "retail.parquet"
    with contextlib.redirect_stdout(io.StringIO()):
        run_command(["features", "rfm", str(events), "--at", f"{AT:%Y-%m-%d}", "-o", str(table), "--json"])
    lines = pd.read_csv(events, dtype={"CustomerID": str}, parse_dates=["InvoiceDate"])
    later = lines[(lines["InvoiceDate"] >= AT + pd.Timedelta(days=1)) & (lines["InvoiceDate"] < AT + AFTER)]
    spent = (later["Quantity"] * later["UnitPrice"]).groupby(later["CustomerID"]).sum()
    return table, with_recipe(table, segmint.ReadOptions()), spent


def cards() -> tuple[Path, segmint.ReadOptions, pd.Series]:
    """Return the card holders, how they are read, and what each takes as cash in advance."""
    table = DATA / "customers" / "cc_general.csv.gz"
    cash = pd.read_csv(table, dtype={"CUST_ID": str}).set_index("CUST_ID")["CASH_ADVANCE"]
    return table, segmint.ReadOptions(exclude=CASH), cash


def models(table: Path, reading: segmint.ReadOptions) -> tuple[SegmentModel, SegmentModel]:
    """Return the product's own choice of K-Means, and eight segments."""
    dataset = segmint.read(table, reading)
    own = segmint.RunOptions(families=("kmeans",), n_resamples=5)
    eight = segmint.RunOptions(
        families=("kmeans",), ks=(8,), n_resamples=5, choose="kmeans-8", because="to compare"
    )
    found = [segmint.study(dataset, options).model for options in (own, eight)]
    assert found[0] is not None and found[1] is not None
    return found[0], found[1]


def trial(model: SegmentModel, table: Path, seeds: set[str]) -> Trial:
    """Make the trial of some seeds."""
    columns, keys, labels = read(model, table)
    rows = np.flatnonzero([key in seeds for key in keys])
    X = model.preparation.forward(columns)
    crowd = crowd_of(X, 0)
    return Trial(crowd.standard(X), labels, rows, np.setdiff1d(np.arange(len(X)), rows), crowd)


def read(model: SegmentModel, table: Path) -> tuple[dict[str, np.ndarray], list[str], IntVector]:
    """Return columns, keys and segments of a table."""
    chunks = list(read_chunks(table, model.schema))
    columns = {name: np.concatenate([one.columns[name] for one in chunks]) for name in chunks[0].columns}
    return columns, [key for one in chunks for key in one.keys], assign(model, table).labels


_MEASURED = """
import sys, time
from pathlib import Path
import segmint
from segmint.choosing.forecast import memory_used
from segmint.workflow.lookalike import write_audience
model, table, seeds, out = map(Path, sys.argv[1:])
started = time.perf_counter()
found = segmint.lookalike(segmint.load_model(model), table, seeds)
write_audience(found, "customer_id", out)
print(len(found.audience.keys), time.perf_counter() - started, memory_used())
"""


def report(
    n_rows: int = 200_000, n_features: int = 16, n_seeds: int = 1_000
) -> Iterator[tuple[str, float, float]]:
    """Yield what was ranked, the seconds and the peak of memory in bytes, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        model, table, seeds, out = (
            Path(folder) / name for name in ("many.segmint", "many.parquet", "seeds.txt", "audience.parquet")
        )
        rows = drawn(n_rows, n_features)
        rows.to_parquet(table, index=False)
        seeds.write_text("".join(f"{key}\n" for key in rows.customer_id[:: n_rows // n_seeds]))
        options = segmint.RunOptions(families=("kmeans",), ks=(4,), n_resamples=0, name="many")
        found = segmint.study(segmint.read(rows[:5_000]), options).model
        assert found is not None, "four groups are found"
        save_bundle(found, model)
        done = subprocess.run(
            [sys.executable, "-c", _MEASURED, *map(str, (model, table, seeds, out))],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    taken, elapsed, memory = map(float, done.stdout.split())
    yield (
        f"lookalikes among {n_rows:,} × {n_features}, {n_seeds:,} seeds, {taken:,.0f} taken",
        elapsed,
        memory,
    )


def drawn(n_rows: int, n_features: int) -> pd.DataFrame:
    """Draw customers of four kinds."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(n_rows, n_features)) + rng.integers(0, 4, n_rows)[:, None]
    frame = pd.DataFrame(values, columns=[f"x{number}" for number in range(n_features)])
    frame.insert(0, "customer_id", [f"c{number:07d}" for number in range(n_rows)])
    return frame


def figure(interval: Interval) -> str:
    """Write a lift with its interval."""
    return f"{interval.value:.1f} ({interval.low:.1f} to {interval.high:.1f})"


def compared() -> Iterator[tuple[str, float, dict[str, HoldOut], HoldOut]]:
    """Give each task: its name, its reach, what each rule finds, and the best one beside eight segments."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (table, reading, outcome), share in (
            ("cc_general", cards(), 0.05),
            ("Online Retail", retail(Path(folder)), 0.1),
        ):
            few, many = models(table, reading)
            known = read(few, table)[1]
            worth = outcome.reindex(known).fillna(0.0).sort_values(ascending=False, kind="stable")
            top = worth.index[: int(share * len(known))]
            some = np.random.default_rng(0).choice(top, 50, replace=False)
            for seeds in (set(top), set(some)):
                at_few, at_many = trial(few, table, seeds), trial(many, table, seeds)
                for reach in REACHES:
                    found = {rule: hold_out(RULES[rule], at_few, reach, 0) for rule in RULES}
                    beside = hold_out(RULES["density"], at_many, reach, 0)
                    yield f"{name}, {len(seeds)} seeds", reach, found, beside


if __name__ == "__main__":
    heads = " | ".join(RULES)
    sys.stdout.write(
        f"| Task | Reach | {heads} | own segments | eight segments |\n|{'---|' * (4 + len(RULES))}\n"
    )
    for task, reach, found, beside in compared():
        lifts = " | ".join(figure(one.lift) for one in found.values())
        segments = f"{found['density'].lift_of_segments:.1f} | {beside.lift_of_segments:.1f}"
        sys.stdout.write(f"| {task} | {reach:.0%} | {lifts} | {segments} |\n")
