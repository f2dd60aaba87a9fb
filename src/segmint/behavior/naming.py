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
_NOT_LAST: Final[Mapping[str, frozenset[str]]] = {
    "date": frozenset({"hours", "minutes", "seconds"}),
    "duration": frozenset({"minutes", "seconds"}),
}
"""Last words of names that say how long, not when; durations are counted in hours."""
_SIZES: Final = frozenset({
    "amount", "revenue", "spend", "spent", "paid", "payment", "price", "cost", "value", "total", "quantity", "qty", "units",
    "size",
})  # fmt: skip
"""Words of names that say how much of an order, not which."""
_ONLY_ADDS: Final = frozenset({"category"})
"""What a table of purchases can do without: told only where no column is named, so that named columns say it all."""


def guess_columns(
    names: Sequence[str], journey: Journey, named: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which column is what, by the names alone where nobody said it.

    A price counts only beside a quantity, and where there is an amount it does not.

    Parameters
    ----------
    names
        The columns that there are.
    journey
        What they are columns of.
    named
        Columns that were named, by purpose; the empty text says that there is none for that purpose.

    Examples
    --------
    >>> guess_columns(["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"], "rfm")
    {'key': 'CustomerID', 'date': 'InvoiceDate', 'order': 'InvoiceNo', 'quantity': 'Quantity', 'price': 'UnitPrice', 'category': 'StockCode'}
    >>> guess_columns(["user_id", "game", "hours"], "players")
    {'key': 'user_id', 'game': 'game', 'duration': 'hours'}
    >>> guess_columns(["customer", "day", "basket_amount"], "rfm")
    {'key': 'customer', 'date': 'day', 'amount': 'basket_amount'}
    >>> guess_columns(["InvoiceNo", "StockCode", "InvoiceDate", "who"], "rfm", {"key": "who", "order": ""})
    {'key': 'who', 'date': 'InvoiceDate'}
    """
    named = named or {}
    found = {purpose: name for purpose, name in named.items() if name}
    for purpose in OF_JOURNEY[journey]:
        if purpose in named or (named and purpose in _ONLY_ADDS):
            continue
        free = [name for name in names if name not in found.values()]
        name = _key_of(free) if purpose == "key" else _column_of(purpose, free)
        if name is not None:
            found[purpose] = name
    return _with_one_amount(found, named)


def _key_of(names: Sequence[str]) -> str | None:
    """Return a person's key, else a key."""
    return next((name for names_it in (names_person, names_key) for name in names if names_it(name)), None)


def _column_of(purpose: str, names: Sequence[str]) -> str | None:
    wanted = _WORDS[purpose]
    if purpose == "order":
        names = [name for name in names if not _SIZES & {*words_of(name)}]
    lengths = _NOT_LAST.get(purpose, frozenset())
    return next(
        (name for name in names if wanted & {*words_of(name)} and not lengths & {*words_of(name)[-1:]}), None
    )


def _with_one_amount(found: dict[str, str], named: Mapping[str, str]) -> dict[str, str]:
    """Leave out what was told of price and amount, where the other says what was paid."""
    if named.get("price") and "amount" not in named:
        found.pop("amount", None)
    if "price" not in named and ("amount" in found or "quantity" not in found):
        found.pop("price", None)
    return found


def guessed(
    source: Any, journey: Journey, options: ReadOptions | None = None, named: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return which column of a source is what, by its names where nobody said it (see :func:`guess_columns`).

    Raises
    ------
    UsageError
        If no column is called like a customer's key; the columns that there are are named.
    DataError
        As :func:`segmint.read`; or if a column that was named is not there.
    """
    names = column_names(source, options, needed=[name for name in (named or {}).values() if name])
    found = guess_columns(names, journey, named)
    if "key" not in found:
        raise UsageError("behavior.no_key_by_name", columns=list(names))
    return found
