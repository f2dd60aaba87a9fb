from __future__ import annotations

import time
from pathlib import Path

import pytest

from segmint.data import example_table, read
from segmint.model.schema import Kind, Role

pytestmark = pytest.mark.reference


def test_the_shipped_table_is_the_published_one(reference_data: Path) -> None:
    published = reference_data / "customers" / "wholesale_customers.csv"
    assert example_table("wholesale_customers").read_bytes() == published.read_bytes()


def test_mall(reference_data: Path) -> None:
    dataset = read(reference_data / "customers" / "mall_customers.csv")
    assert dataset.schema.key is not None and dataset.schema.key.name == "CustomerID"
    assert dataset.schema.feature("Annual Income (k$)").unit == "k$"
    assert dataset.schema.feature("Spending Score (1-100)").unit is None
    assert [feature.name for feature in dataset.schema.describing] == ["Gender"]
    assert dataset.notices == ()


def test_credit_cards(reference_data: Path) -> None:
    dataset = read(reference_data / "customers" / "cc_general.csv.gz")
    assert len(dataset.schema.clustering) == 17
    assert sum(dataset.table.column(name).null_count for name in dataset.schema.names) == 314


def test_online_retail(reference_data: Path) -> None:
    begun = time.perf_counter()
    dataset = read(reference_data / "transactions" / "online_retail.csv.gz")
    assert time.perf_counter() - begun < 15
    assert dataset.n_rows == 541_909
    assert dataset.table.column("CustomerID").null_count == 135_080
    assert dataset.schema.feature("InvoiceDate").kind is Kind.DATE
    assert dataset.schema.key is None
    assert dataset.schema.feature("InvoiceNo").role is Role.IGNORE


def test_games(reference_data: Path) -> None:
    games = reference_data / "gaming"
    behavior = read(games / "online_gaming_behavior.csv.gz")
    assert len(behavior.schema.clustering) == 6
    assert behavior.schema.feature("InGamePurchases").kind is Kind.FLAG
    assert read(games / "steam_play.csv.gz").schema.key is None
    matches = read(games / "lol_high_diamond_10min.csv.gz")
    assert matches.schema.key is not None and matches.schema.key.name == "gameId"


def test_points_without_names(reference_data: Path) -> None:
    for path in sorted((reference_data / "clustering" / "gagolews" / "fcps").glob("*.data.gz")):
        dataset = read(path)
        assert {feature.role for feature in dataset.schema} == {Role.CLUSTER}
        assert dataset.schema.names[0] == "column_1"
