"""What the preparation makes of real tables (reference data, not shipped)."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv

from segmint.model.schema import Feature, Kind, Missing, Role
from segmint.prepare.fit import Prepared, prepare
from segmint.prepare.options import PreparationOptions

ROOT = Path(__file__).parents[2]
DATA = ROOT / os.environ.get("SEGMINT_DATA", "../shared/data")
pytestmark = pytest.mark.reference


def columns_of(path: str, names: list[str] | None = None) -> dict[str, np.ndarray]:
    if not (DATA / path).exists():
        pytest.skip(f"reference data are missing: {path} (set SEGMINT_DATA)")
    table = csv.read_csv(DATA / path)
    names = names or [name for name in table.column_names if str(table[name].type) != "string"]
    return {name: table[name].to_pandas().to_numpy(dtype=np.float64) for name in names}


def done(prepared: Prepared, column: str) -> set[str]:
    return {note.key.rpartition(".")[2] for note in prepared.preparation.notes[column]}


def test_income_and_score_of_mall_are_neither_logged_nor_clipped(dataset_of) -> None:
    names = ["Annual Income (k$)", "Spending Score (1-100)"]
    prepared = prepare(dataset_of(columns_of("customers/mall_customers.csv", names)))
    for name in names:
        assert done(prepared, name) == {"plain", "scale_standard"}


def test_the_six_spending_columns_of_wholesale_are_logged(dataset_of) -> None:
    names = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
    prepared = prepare(dataset_of(columns_of("customers/wholesale_customers.csv", names)))
    assert all(step.log_offset == 0.0 for step in prepared.preparation.steps)
    assert np.abs(prepared.matrix.X).max() < 7


def test_credit_cards_come_out_sensible(dataset_of) -> None:
    prepared = prepare(dataset_of(columns_of("customers/cc_general.csv.gz")))
    assert prepared.matrix.X.shape == (8950, 17)
    logged = {step.name for step in prepared.preparation.steps if step.log_offset is not None}
    assert logged == {
        "BALANCE", "PURCHASES", "ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES", "CASH_ADVANCE",
        "CASH_ADVANCE_TRX", "PURCHASES_TRX", "CREDIT_LIMIT", "PAYMENTS", "MINIMUM_PAYMENTS",
    }  # fmt: skip
    shares = [name for name in prepared.preparation.columns if "FREQUENCY" in name or "PRC" in name]
    assert all(done(prepared, name) == {"plain", "scale_standard"} for name in shares)
    assert prepared.preparation.notes["MINIMUM_PAYMENTS"][0].figures["n"] == 313
    assert prepared.preparation.notes["CREDIT_LIMIT"][0].figures["n"] == 1
    assert np.abs(prepared.matrix.X).max() < 8


def test_missing_rows_of_credit_cards_can_be_dropped(dataset_of) -> None:
    dataset = dataset_of(columns_of("customers/cc_general.csv.gz"))
    prepared = prepare(dataset, PreparationOptions(missing=Missing.DROP))
    assert prepared.matrix.n_samples == 8950 - 314
    assert prepared.notices[0].figures["columns"] == ["CREDIT_LIMIT", "MINIMUM_PAYMENTS"]


def test_uniform_game_columns_are_untouched(dataset_of) -> None:
    names = ["Age", "PlayTimeHours", "SessionsPerWeek", "AvgSessionDurationMinutes", "PlayerLevel"]
    columns = columns_of("gaming/online_gaming_behavior.csv.gz", names)
    features = tuple(Feature(name, Kind.NUMBER, Role.CLUSTER) for name in names)
    prepared = prepare(dataset_of(columns, features))
    assert all(done(prepared, name) == {"plain", "scale_standard"} for name in names)


def test_rounds_of_players_are_logged_and_the_record_does_no_harm(dataset_of) -> None:
    prepared = prepare(dataset_of(columns_of("gaming/cookie_cats.csv.gz", ["sum_gamerounds"])))
    assert "logged" in done(prepared, "sum_gamerounds")
    assert np.abs(prepared.matrix.X).max() < 6


@pytest.mark.parametrize("seed", range(5))
def test_heavy_tailed_tables_of_the_size_of_wholesale_are_clipped(dataset_of, seed: int) -> None:
    table = np.random.default_rng(seed).standard_t(3, size=(440, 6))
    prepared = prepare(dataset_of({f"x{i}": table[:, i] for i in range(6)}))
    clipped = sum("heavy" in done(prepared, f"x{i}") for i in range(6))
    assert clipped >= 5
    assert all(step.log_offset is None for step in prepared.preparation.steps)
