"""Which column is what: told from the names, where nobody said it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from segmint.behavior.naming import guess_columns, guessed
from segmint.errors import UsageError

RETAIL = ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
WHOLE = {
    "key": "CustomerID",
    "date": "InvoiceDate",
    "order": "InvoiceNo",
    "quantity": "Quantity",
    "price": "UnitPrice",
}


def test_what_is_not_named_is_told_beside_what_is() -> None:
    for named in (
        {"key": "CustomerID"},
        {"date": "InvoiceDate"},
        {"key": "CustomerID", "date": "InvoiceDate"},
        WHOLE,
    ):
        assert guess_columns(RETAIL, "rfm", named) == WHOLE
    assert guess_columns(RETAIL, "rfm") == {**WHOLE, "category": "StockCode"}


def test_a_named_column_wins_and_serves_nothing_else() -> None:
    found = guess_columns([*RETAIL, "OrderID"], "rfm", {"key": "InvoiceNo"})
    assert (found["key"], found["order"]) == ("InvoiceNo", "OrderID")


def test_a_length_of_time_is_no_date() -> None:
    names = ["PlayerID", "PlaytimeMinutes", "PlayTimeHours", "TimeSeconds"]
    assert guess_columns(names, "players") == {"key": "PlayerID", "duration": "PlayTimeHours"}
    assert guess_columns([*names, "EventTime"], "players")["date"] == "EventTime"


@pytest.mark.parametrize("amount", ["basket_amount", "OrderPaid", "transaction revenue (EUR)"])
def test_what_an_order_cost_is_not_its_number(amount: str) -> None:
    found = {"key": "customer", "date": "day", "amount": amount}
    assert guess_columns(["customer", "day", amount], "rfm") == found
    for number in ("basket", "sales_order", "InvoiceNo"):
        assert guess_columns(["customer", "day", amount, number], "rfm") == found | {"order": number}


def test_the_empty_text_says_that_there_is_none() -> None:
    found = guess_columns(RETAIL, "rfm", {"order": "", "quantity": ""})
    assert found == {"key": "CustomerID", "date": "InvoiceDate"}  # a price is nothing without its quantity


def test_price_and_amount_never_stand_side_by_side() -> None:
    names = [*RETAIL, "amount"]
    assert "price" not in guess_columns(names, "rfm", {"key": "CustomerID"})
    priced = guess_columns(names, "rfm", {"price": "UnitPrice"})
    assert "amount" not in priced and priced["quantity"] == "Quantity"
    assert guess_columns(names, "rfm", {"amount": ""})["price"] == "UnitPrice"


def test_a_key_that_was_switched_off_is_asked_for() -> None:
    with pytest.raises(UsageError) as refused:
        guessed(pa.table({"id": ["a"], "day": ["2026-01-01"]}), "rfm", named={"key": ""})
    assert refused.value.code == "behavior.no_key_by_name"
