"""Which column of events is what, told from its name where nobody said it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from segmint.behavior.purposes import OF_JOURNEY
from segmint.data import ReadOptions
from segmint.data.events import column_names
from segmint.data.hints import names_key, names_person, words_of
from segmint.errors import UsageError
from segmint.model.recipe import Journey

_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset({"date", "time", "timestamp", "datetime", "day", "when"}),
    "order": frozenset({"invoice", "order", "transaction", "basket", "receipt", "ticket"}),
    "quantity": frozenset({"quantity", "qty", "units"}),
    "price": frozenset({"price"}),
    "amount": frozenset({"amount", "revenue", "spend", "spent", "paid", "payment", "sales"}),
    "category": frozenset({"category", "stock", "sku", "product", "article"}),
    "game": frozenset({"game", "mode"}),
    "duration": frozenset({"hours", "playtime"}),
    "level": frozenset({"level"}),
}
"""A column serves the first purpose of which its name has a word; each serves one."""


def guess_columns(names: Sequence[str], journey: Journey) -> dict[str, str]:
    """Return which column is what, by the names alone.

    A price counts only beside a quantity, and where there is an amount it does not.

    Examples
    --------
    >>> guess_columns(["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"], "rfm")
    {'key': 'CustomerID', 'date': 'InvoiceDate', 'order': 'InvoiceNo', 'quantity': 'Quantity', 'price': 'UnitPrice', 'category': 'StockCode'}
    >>> guess_columns(["user_id", "game", "hours"], "players")
    {'key': 'user_id', 'game': 'game', 'duration': 'hours'}
    """
    found: dict[str, str] = {}
    key = next((name for names_it in (names_person, names_key) for name in names if names_it(name)), None)
    if key is not None:
        found["key"] = key
    for purpose in OF_JOURNEY[journey]:
        words = _WORDS.get(purpose, frozenset())
        free = (name for name in names if name not in found.values())
        name = next((name for name in free if words & {*words_of(name)}), None)
        if name is not None:
            found[purpose] = name
    if "amount" in found or "quantity" not in found:
        found.pop("price", None)
    return found


def guessed(source: Any, journey: Journey, options: ReadOptions | None = None) -> dict[str, str]:
    """Return which column of a source is what, by its names.

    Raises
    ------
    UsageError
        If no column is called like a customer's key; the columns that there are are named.
    DataError
        As :func:`segmint.read`.
    """
    names = column_names(source, options)
    found = guess_columns(names, journey)
    if "key" not in found:
        raise UsageError("behavior.no_key_by_name", columns=list(names))
    return found
