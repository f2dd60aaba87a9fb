"""Every feature of purchases beside a slow, obvious twin, published values, and a table done by hand."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import math
import statistics
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.behavior.compute import Behavior, behavior
from segmint.model.recipe import Recipe


def columns_of(found: Behavior) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for batch in found.batches:
        for name, values in batch.items():
            columns.setdefault(name, []).extend(values.tolist())
    return columns


# ------------------------------------------------------------------------------------------ the twin


def sign(row: Any, purposes: tuple[str, ...], cancelled: str | None) -> int:
    """Return 1 for bought, −1 for returned or cancelled, 0 for neither."""
    if cancelled and (row["order"] or "").startswith(cancelled):
        return -1
    sizes = [row[name] for name in ("quantity", "price", "amount") if name in purposes]
    if any(size is not None and size < 0 for size in sizes):
        return -1
    return 1 if all(size is not None and size > 0 for size in sizes) else 0


def amount(row: Any) -> float | None:
    if "price" not in row:
        return row.get("amount")
    return None if None in (row["quantity"], row["price"]) else row["quantity"] * row["price"]


def twin(drawn: Any) -> dict[str, dict[str, Any]]:
    rows = [{**row, "paid": amount(row)} for row in drawn.counting()]
    dated = [
        {**row, "day": (row["date"] - dt.datetime(1970, 1, 1)).days}
        for row in drawn.rows
        if row["key"] is not None and row["date"] is not None
    ]
    today = drawn.today(dated)
    found = {}
    for key in {row["key"] for row in rows}:
        lines = [
            (row, sign(row, drawn.purposes, drawn.settings.get("cancelled")))
            for row in rows
            if row["key"] == key
        ]
        bought = [row for row, what in lines if what == 1]
        if bought:
            found[key] = customer(drawn, bought, [row for row, what in lines if what == -1], today)
    return found


def customer(drawn: Any, bought: list[Any], returned: list[Any], today: int) -> dict[str, Any]:
    there = {*drawn.purposes}
    has_amount, has_quantity = bool({"amount", "price"} & there), "quantity" in there
    size = "paid" if has_amount else "quantity" if has_quantity else None
    orders: dict[Any, list[Any]] = {}
    for number, row in enumerate(bought):
        orders.setdefault(number if row.get("order") is None else row["order"], []).append(row)
    days = sorted({row["day"] for row in bought})
    gaps = [after - before for before, after in pairwise(days)]
    back = math.fsum(abs(row[size]) for row in returned if row[size] is not None) if size else 0.0
    found: dict[str, Any] = {
        "recency": today - days[-1],
        "frequency": len(orders),
        "tenure": today - days[0],
        "gap_mean": statistics.fmean(gaps) if gaps else None,
        "gap_variation": statistics.stdev(gaps) / statistics.fmean(gaps) if len(gaps) > 1 else None,
        "trend": trend(orders, size, today),
        "first_purchase": written(days[0]),
        "last_purchase": written(days[-1]),
        "bgnbd_frequency": len(days) - 1,
        "bgnbd_recency": days[-1] - days[0],
        "bgnbd_T": today - days[0],
    }
    if has_amount:
        paid = math.fsum(row["paid"] for row in bought)
        found["monetary"] = paid - back if drawn.settings["returns"] == "net" else paid
        found["basket_amount"] = paid / len(orders)
    if has_quantity:
        found["basket_items"] = sum(row["quantity"] for row in bought) / len(orders)
    if size:
        found["return_share"] = back / math.fsum(row[size] for row in bought)
    if "category" in there:
        found["categories"] = len({row["category"] for row in bought} - {None})
    return found


def trend(orders: dict[Any, list[Any]], size: str | None, today: int) -> float | None:
    worth = {0: 0.0, 1: 0.0}
    for lines in orders.values():
        quarter = (today - max(row["day"] for row in lines)) // 91
        if quarter in worth:
            worth[quarter] += sum(row[size] for row in lines) if size else 1
    return (worth[0] - worth[1]) / (worth[0] + worth[1]) if sum(worth.values()) else None


def written(day: int) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=day)).isoformat()


@settings(max_examples=30)
@given(data=st.data())
def test_every_feature_is_what_a_slow_twin_says(data: Any, purchases: Any, computed: Any, alike: Any) -> None:
    drawn = data.draw(purchases)
    alike(computed(drawn), twin(drawn))


# ------------------------------------------------------------------------------------------ by hand

HAND = """customer,order,day,article,quantity,price
ann,1,2026-01-01,tea,2,3.00
ann,1,2026-01-01,cup,1,4.50
ann,2,2026-03-02,tea,4,3.00
ann,C3,2026-03-05,tea,-1,3.00
ann,4,2026-06-10,pot,1,20.00
ann,5,2026-06-11,tea,0,3.00
bob,6,2026-06-30,gift,3,0.00
bob,7,2026-02-28,cup,10,0.10
cyd,C8,2026-05-01,tea,-2,3.00
"""
COLUMNS = {
    "key": "customer",
    "date": "day",
    "order": "order",
    "quantity": "quantity",
    "price": "price",
    "category": "article",
}


def by_hand(tmp_path: Path, **rules: Any) -> tuple[dict[str, list[Any]], Behavior]:
    path = tmp_path / "hand.csv"
    path.write_text(HAND + "dan,8,2026-07-01,cup,1,1.00\n")
    recipe = Recipe("rfm", COLUMNS, None, {"cancelled": "C", "buy_till_you_die": True, **rules})
    with behavior(path, recipe, at="2026-06-30") as found:
        return columns_of(found), found


def test_a_small_table_done_by_hand(tmp_path: Path) -> None:
    columns, found = by_hand(tmp_path)
    # ann: days 2026-01-01, 03-02, 06-10: gaps 60 and 100 days; 30.5 of 42.5 are older than a quarter's begin (03-31)
    assert columns["customer"] == ["ann", "bob"]
    assert columns["recency"] == [20, 122]
    assert columns["frequency"] == [3, 1]
    assert columns["monetary"] == pytest.approx([10.5 + 12 + 20, 1.0])
    assert columns["tenure"] == [180, 122]
    assert columns["gap_mean"] == pytest.approx([80, math.nan], nan_ok=True)
    assert columns["gap_variation"] == pytest.approx([math.sqrt(800) / 80, math.nan], nan_ok=True)
    assert columns["basket_amount"] == pytest.approx([42.5 / 3, 1.0])
    assert columns["basket_items"] == pytest.approx([8 / 3, 10])
    assert columns["return_share"] == pytest.approx([3 / 42.5, 0])
    assert columns["categories"] == [3, 1]
    assert columns["trend"] == pytest.approx([(20 - 22.5) / 42.5, -1])
    assert columns["first_purchase"] == ["2026-01-01", "2026-02-28"]
    assert columns["last_purchase"] == ["2026-06-10", "2026-02-28"]
    assert columns["bgnbd_frequency"] == [2, 0]
    assert columns["bgnbd_recency"] == [160, 0]
    assert columns["bgnbd_T"] == [180, 122]
    assert found.n_events == 10
    assert {notice.key.split(".")[-1]: notice.figures.get("n") for notice in found.notices} == {
        "later": 1, "returned": 2, "neither": 2, "bought_nothing": 2,
    }  # fmt: skip


def test_returns_taken_off_the_monetary_value(tmp_path: Path) -> None:
    columns, _ = by_hand(tmp_path, returns="net")
    assert columns["monetary"] == pytest.approx([39.5, 1.0])
    assert columns["basket_amount"] == pytest.approx([42.5 / 3, 1.0])


def test_an_order_over_several_days_counts_once_and_its_days_are_days_with_a_purchase() -> None:
    days = ["2026-01-01", "2026-01-11", "2026-01-12", "2026-01-13"]
    events = pa.table({"id": ["a"] * 4, "day": days, "order": ["1", "1", "2", "3"]})
    recipe = Recipe("rfm", {"key": "id", "date": "day", "order": "order"}, None, {"buy_till_you_die": True})
    with behavior(events, recipe) as found:
        columns = columns_of(found)
    assert columns["frequency"] == [3]
    assert columns["bgnbd_frequency"] == [3]
    assert columns["gap_mean"] == [4.0]
    assert columns["gap_variation"] == pytest.approx([statistics.stdev([10, 1, 1]) / 4])


def test_amounts_are_added_exactly() -> None:
    cents = [0.1, 0.2, 0.3, 1e14, 0.4] * 200
    events = pa.table({"id": ["a"] * 1000, "day": ["2026-01-01"] * 1000, "paid": cents})
    with behavior(events, Recipe("rfm", {"key": "id", "date": "day", "amount": "paid"})) as found:
        assert columns_of(found)["monetary"] == [2e16 + 200.0]


# ------------------------------------------------------------------------------------------ published


@pytest.mark.reference
def test_the_published_orders_of_rfm(reference_data: Path) -> None:
    reference = json.loads((reference_data / "REFERENCE.json").read_text())["rfm_data_orders"]
    columns = {"key": "customer_id", "date": "order_date", "amount": "revenue"}
    orders = reference_data / "transactions" / "rfm_data_orders.csv"
    with behavior(
        orders, Recipe("rfm", columns, None, {"scores": True}), at=reference["analysis_date"]
    ) as found:
        assert found.n_customers == reference["customers"]
        made = columns_of(found)
    names = ("recency", "frequency", "monetary", "rfm_score")
    rows = dict(zip(made["customer_id"], zip(*(made[name] for name in names), strict=True), strict=True))
    assert len(reference["rows"]) == 15
    assert {name: list(rows[name]) for name in reference["rows"]} == reference["rows"]
    for name, feature in (("recency_days", "recency"), ("transactions", "frequency"), ("amount", "monetary")):
        thresholds = np.quantile(made[feature], [0.2, 0.4, 0.6, 0.8]) + 1
        assert thresholds == pytest.approx(reference["thresholds"][name])


@pytest.mark.reference
def test_online_retail(reference_data: Path) -> None:
    reference = json.loads((reference_data / "REFERENCE.json").read_text())["online_retail"]
    columns = {
        "key": "CustomerID", "date": "InvoiceDate", "order": "InvoiceNo", "quantity": "Quantity", "price": "UnitPrice",
        "category": "StockCode",
    }  # fmt: skip
    sales = reference_data / "transactions" / "online_retail.csv.gz"
    with behavior(sales, Recipe("rfm", columns, None, {"cancelled": "C"})) as found:
        assert (found.at, found.n_events, found.n_customers) == ("2011-12-10", reference["rows"], 4338)
        told = {notice.key.split(".")[-1]: notice.figures.get("n") for notice in found.notices}
        made = columns_of(found)
    assert told["without_key"] == reference["missing_customer"]
    assert told["bought_nothing"] == reference["customers"] - reference["clean_customers"]
    assert sum(made["frequency"]) == reference["clean_invoices"]
    for name, feature in (("R", "recency"), ("F", "frequency"), ("M", "monetary")):
        values, published = np.array(made[feature], dtype=float), reference["rfm"][name]
        assert values.mean() == pytest.approx(published["mean"], abs=5e-5 if name != "F" else 5e-4)
        assert values.std(ddof=1) == pytest.approx(published["std"], abs=5e-4)
        shares = {"min": 0.0, "25%": 0.25, "50%": 0.5, "75%": 0.75, "max": 1.0}
        for key, share in shares.items():
            assert np.quantile(values, share) == pytest.approx(published[key], abs=5e-4)
    clean = clean_lines(sales)
    assert len(clean) == reference["clean_rows"]
    assert sum(made["categories"]) == len({(row["CustomerID"], row["StockCode"]) for row in clean})


def clean_lines(path: Path) -> list[dict[str, str]]:
    """Return the lines of somebody with a quantity and a price, by the csv module."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row["CustomerID"] and float(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0
        ]
