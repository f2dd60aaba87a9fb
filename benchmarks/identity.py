"""Real tables trained again: do segments keep their ids over other seeds, other orders and samples of the rows?

``python -m benchmarks.identity [TABLE …]``; a table that is not at hand is said to be missing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

import segmint
from segmint.model.bundle import content_hash
from segmint.model.segment_model import SegmentModel
from segmint.workflow.retrain import Before, RetrainOptions, read_again, retrain

DATA = Path(os.environ.get("SEGMINT_DATA", "../shared/data")) / "customers"
N_TIMES = 10
SAMPLE = 0.8


@dataclass(frozen=True)
class Table:
    """A real table: its file, the columns that cluster (all that can where none are named), and the numbers of segments."""

    path: Path
    key: str | None
    features: tuple[str, ...]
    k: int


TABLES = {
    "Mall": Table(
        DATA / "mall_customers.csv", "CustomerID", ("Annual Income (k$)", "Spending Score (1-100)"), 5
    ),
    "Wholesale": Table(segmint.example_table("wholesale_customers"), None, (), 4),
    "cc_general": Table(DATA / "cc_general.csv.gz", "CUST_ID", (), 6),
}
FAMILIES = ("kmeans", "gaussian_mixture", "hdbscan")


def report(names: tuple[str, ...] = tuple(TABLES)) -> Iterator[tuple[str, str]]:
    """Yield for each table and family how often every id was kept."""
    for name in names:
        if not TABLES[name].path.is_file():
            yield name, "not at hand"
            continue
        rows = csv.read_csv(TABLES[name].path)
        for family in FAMILIES[: 2 if name == "cc_general" else 3]:
            model = trained(rows, TABLES[name], family)
            kept = seeds_in_turn(model, rows), shuffled(model, rows), sampled(model, rows)
            told = zip(
                ("one after the other, other seeds", "shuffled rows", "samples of 80 %"), kept, strict=True
            )
            for what, n in told:
                yield f"{name}, {family} ({len(model.cards)} segments), {what}", f"{n} of {N_TIMES}"


def trained(rows: pa.Table, table: Table, family: str) -> SegmentModel:
    """Train the first version."""
    read = segmint.ReadOptions(key=table.key, features=table.features or None)
    options = segmint.RunOptions(families=(family,), ks=(table.k,), n_resamples=0, name="again")
    model = segmint.study(segmint.read(rows, read), options).model
    assert model is not None, "every one of these tables has segments"
    return model


def again(model: SegmentModel, rows: pa.Table, seed: int) -> SegmentModel:
    """Train the next version."""
    before = Before(model, content_hash(model))
    made = retrain(before, read_again(rows, model), RetrainOptions(seed=seed, n_resamples=0)).study.model
    assert made is not None, "a retrain keeps the configuration"
    return made


def ids(model: SegmentModel) -> set[str]:
    """Return the ids of all segments."""
    return {card.id for card in model.cards}


def seeds_in_turn(model: SegmentModel, rows: pa.Table) -> int:
    """Return how many of ten generations, each trained from the one before, have all ids of the first."""
    first, kept = ids(model), 0
    for seed in range(1, N_TIMES + 1):
        model = again(model, rows, seed)
        kept += ids(model) == first
    return kept


def shuffled(model: SegmentModel, rows: pa.Table) -> int:
    """Return how many of ten retrains on the same rows in another order keep all ids."""
    orders = (np.random.default_rng([1, seed]).permutation(rows.num_rows) for seed in range(N_TIMES))
    return sum(ids(again(model, rows.take(order), 0)) == ids(model) for order in orders)


def sampled(model: SegmentModel, rows: pa.Table) -> int:
    """Return how many of ten retrains on four fifths of the rows keep all ids."""
    n = round(SAMPLE * rows.num_rows)
    samples = (
        np.sort(np.random.default_rng([2, seed]).permutation(rows.num_rows)[:n]) for seed in range(N_TIMES)
    )
    return sum(ids(again(model, rows.take(sample), 0)) == ids(model) for sample in samples)


if __name__ == "__main__":
    for what, figure in report(tuple(sys.argv[1:]) or tuple(TABLES)):
        print(f"| {what} | {figure} |", flush=True)
