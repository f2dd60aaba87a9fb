"""How columns are called in names and sentences: ``Annual Income (k$)`` is "annual income"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from segmint.model.schema import Feature
from segmint.words import say

MOST_WORDS = 3
MOST_LETTERS = 36

_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_SEPARATORS = re.compile(r"[\s_./|:;,\-–]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RANGE = re.compile(r"\s*-?\d[\d.,]*\s*(?:-|–|−|to|\.\.+)\s*\d[\d.,]*\s*")


def readable_name(column: str) -> str:
    """Return a column's name in plain words: brackets left out, words apart, in small letters.

    Examples
    --------
    >>> [readable_name(name) for name in ("Annual Income (k$)", "BALANCE_FREQUENCY", "AvgSessionMinutes")]
    ['annual income', 'balance frequency', 'avg session minutes']
    """
    return " ".join(_words(column)) or _printable(column)


def short_names(columns: Sequence[str]) -> Mapping[str, str]:
    """Return a short name for each column, all different: at most three words, leading fillers left out.

    The fillers (*annual*, *total*, *average* …) are ``profile.fillers`` in the words. A name that would
    no longer be the only one keeps them, and at last is the column's own name.

    Examples
    --------
    >>> short_names(["Annual Income (k$)", "Spending Score (1-100)"])
    {'Annual Income (k$)': 'income', 'Spending Score (1-100)': 'score'}
    >>> short_names(["total_orders", "annual_orders"])
    {'total_orders': 'total orders', 'annual_orders': 'annual orders'}
    """
    attempts = [_without_fillers, _first_words, readable_name, _printable]
    names = dict(zip(columns, map(_without_fillers, columns), strict=True))
    for attempt in attempts[1:]:
        counts = Counter(names.values())
        names = {column: attempt(column) if counts[name] > 1 else name for column, name in names.items()}
    return names


def unit_of(feature: Feature) -> str:
    """Return a column's unit with a space before it (`` k$``), or nothing.

    Where the schema has none, it is what stands in brackets in the name; a range such as ``(1-100)`` means
    points.

    Examples
    --------
    >>> from segmint.model.schema import Kind, Role
    >>> unit_of(Feature("Annual Income (k$)", Kind.NUMBER, Role.CLUSTER))
    ' k$'
    >>> unit_of(Feature("Spending Score (1-100)", Kind.NUMBER, Role.CLUSTER))
    ' points'
    """
    found = _BRACKETED.search(feature.name)
    unit = feature.unit if feature.unit is not None else found.group(1) if found else ""
    unit = _printable(unit).strip()
    if _RANGE.fullmatch(unit) or unit.startswith("of "):
        unit = say("profile.points")
    return f" {unit}" if unit else ""


def is_plural(name: str) -> bool:
    """Return whether a readable name is a plural, as English column names go.

    Examples
    --------
    >>> [is_plural(name) for name in ("purchases", "annual income", "status", "access")]
    [True, False, False, False]
    """
    return name.endswith("s") and not name.endswith(("ss", "us", "is"))


def capitalized(text: str) -> str:
    """Return a text with its first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def _words(column: str) -> list[str]:
    bare = _BRACKETED.sub(" ", column)
    parts = [part for part in _SEPARATORS.split(_printable(bare)) if part]
    all_capitals = not any(letter.islower() for letter in bare)
    if all_capitals:
        return [part.lower() for part in parts]
    return [_small(word) for part in parts for word in _CAMEL.split(part) if word]


def _small(word: str) -> str:
    """Write a word in small letters, unless it is an abbreviation in a name that is not all capitals."""
    return word if len(word) > 1 and word.isupper() else word.lower()


def _first_words(column: str) -> str:
    return _fitting(_words(column)) or _printable(column)


def _without_fillers(column: str) -> str:
    words = _words(column)
    fillers = set(say("profile.fillers").split())
    while len(words) > 1 and words[0].lower() in fillers:
        words = words[1:]
    return _fitting(words) or _printable(column)


def _fitting(words: list[str]) -> str:
    kept = words[:MOST_WORDS]
    while len(kept) > 1 and len(" ".join(kept)) > MOST_LETTERS:
        kept = kept[:-1]
    return " ".join(kept)[:MOST_LETTERS].rstrip()


def _printable(text: str) -> str:
    """Leave out control, zero-width and direction characters."""
    return "".join(letter for letter in text if letter.isprintable())
