"""How a text source writes its numbers: decimal point or comma, thousands separated or not."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from segmint.data.cells import NumberStyle, blank_or
from segmint.errors import SourceError, UsageError
from segmint.model import parsing

_SAMPLE = 200
_MARKED = "[0-9][,'’ \u00a0\u202f][0-9]|^ *,[0-9]|[.][0-9]*[.]"
"""What a number has that is not written with digits and one point."""
_EDGE = f"[{parsing.BLANKS}]*"
_UNSURE = {mark: f"^{_EDGE}[+-]?[0-9]{{1,3}}[{mark}][0-9]{{3}}{_EDGE}$" for mark in ",."}
"""``1,234``: a thousand and more, or one and a fraction."""


def number_style(columns: Iterable[pa.Array], where: str, given: str | None) -> NumberStyle:
    """Return how a source writes its numbers, from the columns in which every cell is a number.

    A comma that cannot separate thousands (``12,5``) says decimal comma; a point that cannot, or a comma
    that must (``1,234.5``), says decimal point. ``1,234`` alone says neither.

    Parameters
    ----------
    columns
        Columns of texts.
    where
        The source's name, for errors.
    given
        The decimal mark that was given.

    Raises
    ------
    SourceError
        If commas may mean either, or both ways of writing occur.
    UsageError
        If the given mark is neither.

    Examples
    --------
    >>> number_style([pa.array(["12,5", "1.234,5"])], "a.csv", None)
    NumberStyle(decimal=',', grouped=True)
    """
    if given is not None and given not in (".", ","):
        raise UsageError("data.bad_decimal", given=given)
    columns = list(columns)
    if given is None and not any(
        pc.any(pc.match_substring_regex(texts, _MARKED)).as_py() for texts in columns
    ):
        return NumberStyle()
    columns = [texts for texts in map(_distinct_numbers, columns) if len(texts)]
    commas = [texts for texts in columns if pc.any(pc.match_substring_regex(texts, r",|\..*\.")).as_py()]
    spaced = any(
        pc.any(pc.match_substring_regex(texts, "[0-9][ \u00a0\u202f'’][0-9]")).as_py() for texts in columns
    )
    if given is not None:
        return NumberStyle(given, grouped=bool(commas) or spaced or given == ",")
    if not commas:
        return NumberStyle(".", grouped=spaced)
    decimal_comma = any(_proves(texts, ",") for texts in commas)
    decimal_point = any(_proves(texts, ".") for texts in columns)
    if decimal_comma == decimal_point:
        raise SourceError("data.mixed_decimals" if decimal_comma else "data.unsure_decimal", where=where)
    return NumberStyle("," if decimal_comma else ".", grouped=True)


def _distinct_numbers(texts: pa.Array) -> pa.Array:
    """Return the distinct texts of a column in which all are numbers by one style; else none."""
    head = texts.slice(0, _SAMPLE)
    if len(texts) > _SAMPLE and not _only_numbers(head.filter(pc.invert(blank_or(head, parsing.ABSENT)))):
        return texts.slice(0, 0)
    distinct = pc.unique(texts)
    distinct = distinct.filter(pc.invert(blank_or(distinct, parsing.ABSENT)))
    return distinct if _only_numbers(distinct) else distinct.slice(0, 0)


def _only_numbers(texts: pa.Array) -> bool:
    """Return whether all texts are numbers by one of the two ways."""
    patterns = [parsing.number_pattern(decimal, grouped=True) for decimal in (".", ",")]
    return any(pc.all(pc.match_substring_regex(texts, pattern), min_count=0).as_py() for pattern in patterns)


def _proves(texts: pa.Array, decimal: str) -> bool:
    """Return whether a column's numbers can only be read with this decimal mark, and some cell shows it."""
    other = "," if decimal == "." else "."
    if not pc.all(pc.match_substring_regex(texts, parsing.number_pattern(decimal, grouped=True))).as_py():
        return False
    marked = pc.or_(pc.match_substring(texts, decimal), pc.greater(pc.count_substring(texts, other), 1))
    unsure = pc.or_(
        pc.match_substring_regex(texts, _UNSURE[decimal]), pc.match_substring_regex(texts, _UNSURE[other])
    )
    return bool(pc.any(pc.and_(marked, pc.invert(unsure))).as_py())
