"""What a column's name says about it."""

from __future__ import annotations

import re

_KEY_WORDS = frozenset({"id", "ids", "uid", "guid", "uuid", "key"})
_PEOPLE = frozenset({
    "customer", "customers", "cust", "client", "user", "player", "member", "account", "subscriber", "visitor", "person",
    "household", "buyer", "shopper", "patient", "guest", "gamer",
})  # fmt: skip
_OTHERS = frozenset({"row", "record", "game", "match"})
_IDENTIFIER_WORDS = _KEY_WORDS | {
    "no", "number", "nr", "num", "code", "ref", "reference", "sku", "zip", "postcode", "postal", "phone", "tel",
    "email", "mail", "iban", "invoice", "barcode", "ean", "isbn",
}  # fmt: skip
_COUNTED = frozenset({
    "count", "number", "num", "no", "n", "nb", "rating", "score", "stars", "grade", "rank", "age", "tenure", "visits",
    "orders", "purchases", "children", "kids", "quantity", "qty", "frequency", "recency", "days", "months", "years",
    "hours", "times", "sessions", "size", "amount", "satisfaction", "kills", "deaths", "points", "wins", "losses",
})  # fmt: skip
_CODED = frozenset({
    "channel", "region", "type", "class", "category", "group", "segment", "cluster", "label", "gender", "sex", "genre",
    "country", "state", "zone", "status", "plan", "tier", "kind", "code", "store", "shop", "branch", "department",
    "education", "marital", "occupation", "profession", "job", "city",
})  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, split at case, digits and punctuation.

    Examples
    --------
    >>> words_of("CustomerID"), words_of("CUST_ID"), words_of("Annual Income (k$)")
    (('customer', 'id'), ('cust', 'id'), ('annual', 'income', 'k'))
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+", name)
    return tuple(part.lower() for part in parts)


def names_person(name: str) -> bool:
    """Return whether a name is that of a person's key, not of a game's or a record's.

    Examples
    --------
    >>> [names_person(name) for name in ("CustomerID", "user_id", "player", "game_id", "id")]
    [True, True, True, False, False]
    """
    words = {*words_of(name)}
    return names_key(name) and not words & _OTHERS and not words <= _KEY_WORDS


def names_key(name: str) -> bool:
    """Return whether a name is that of a customer's key: ``id``, ``CustomerID``, ``user_id``, ``playerid``.

    Examples
    --------
    >>> [names_key(name) for name in ("id", "CUST_ID", "playerid", "customer", "InvoiceNo", "paid", "store_id")]
    [True, True, True, True, False, False, False]
    """
    words = words_of(name)
    if len(words) == 1:
        word = words[0]
        split = next((word[: -len(end)] for end in ("id", "key", "no") if word.endswith(end)), None)
        return word in _KEY_WORDS or word in _PEOPLE or split in _PEOPLE | _OTHERS
    return (
        bool(words)
        and words[-1] in (_KEY_WORDS | {"no", "number", "code"})
        and bool((_PEOPLE | _OTHERS) & set(words))
    )


def names_identifier(name: str) -> bool:
    """Return whether a name is that of some identifier: a code, a number of a document, an address.

    Examples
    --------
    >>> [names_identifier(name) for name in ("InvoiceNo", "StockCode", "order_id", "number_of_orders", "Milk")]
    [True, True, True, False, False]
    """
    words = words_of(name)
    return names_key(name) or (bool(words) and words[-1] in _IDENTIFIER_WORDS)


def names_index(name: str) -> bool:
    """Return whether pandas gave a name to an index that had none, when it wrote a frame.

    Examples
    --------
    >>> names_index("__index_level_0__"), names_index("index")
    (True, False)
    """
    return re.fullmatch(r"__index_level_\d+__", name) is not None


def names_amount(name: str) -> bool:
    """Return whether a name is that of something counted or graded, however few values there are."""
    return bool(_COUNTED & set(words_of(name)))


def names_code(name: str) -> bool:
    """Return whether a name is that of a group that a number stands for."""
    return bool(_CODED & set(words_of(name)))


def unit_of(name: str) -> str | None:
    """Return the unit that a name states in brackets; a range of values is no unit.

    Examples
    --------
    >>> unit_of("Annual Income (k$)"), unit_of("Spending Score (1-100)"), unit_of("Weight [kg]")
    ('k$', None, 'kg')
    """
    found = re.search(r"[(\[]\s*([^()\[\]]{1,12})\s*[)\]]\s*$", name)
    if found is None or re.search(r"[0-9]", found.group(1)):
        return None
    return found.group(1).strip() or None
