"""Cells that a spreadsheet would execute."""

from __future__ import annotations

from segmint.model.parsing import parse_number

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would execute."""


def neutral(text: str) -> str:
    """Return a text that a spreadsheet does not execute: an apostrophe before a formula's first character.

    Numbers stay numbers, also negative ones.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-3"), neutral("-3+2"), neutral("plain")
    ("'=1+1", '-3', "'-3+2", 'plain')
    """
    if not text.startswith(FORMULA) or (text[0] in "+-" and parse_number(text) is not None):
        return text
    return f"'{text}"
