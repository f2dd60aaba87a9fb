"""The one grammar of cells: what is a number, a flag, a date, a missing value.

The reader applies these patterns to whole columns, the service to single values; both get the same
answer. The patterns use only what Python's ``re`` and RE2 read alike (no look-ahead, ``[0-9]``
instead of ``\\d``, which in Python takes Arabic digits too).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

import numpy as np
import numpy.typing as npt

from segmint.types import FloatVector

BLANKS = " \t\u00a0\u202f"
"""What may stand around a value without being part of it."""

ABSENT = frozenset({
    "NA", "N/A", "n/a", "na", "#N/A", "NULL", "null", "Null", "None", "none", "NaN", "nan", "NAN", "-", "--", "?", ".",
    "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!",
})  # fmt: skip
"""Texts that mean "missing" among numbers or dates, where nothing else can be meant; elsewhere only when declared."""

FLAG_WORDS: Mapping[str, bool] = {
    "true": True, "false": False, "t": True, "f": False, "yes": True, "no": False, "y": True, "n": False,
    "on": True, "off": False, "oui": True, "non": False, "1": True, "0": False,
}  # fmt: skip
"""The words of a flag, in small letters."""

INFINITE_PATTERN = r"^[ \t]*[+-]?(?i:inf|infinity|∞)[ \t]*$"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_EDGE = f"[{BLANKS}]*"
_GROUP_MARKS = ("[ \u00a0\u202f]", "['’]")


def is_blank(text: str) -> bool:
    """Return whether a cell holds nothing but blanks.

    Examples
    --------
    >>> is_blank("  "), is_blank("-")
    (True, False)
    """
    return not text.strip(BLANKS)


@cache
def number_pattern(decimal: str = ".", *, grouped: bool = False) -> str:
    """Return the pattern of a number, anchored at both ends, with one group around the number itself.

    Parameters
    ----------
    decimal
        The decimal mark: ``"."`` or ``","``.
    grouped
        Whether thousands may be separated: by the other mark, by a space or by an apostrophe, the same
        throughout and in groups of exactly three.

    Examples
    --------
    >>> import re
    >>> [bool(re.fullmatch(number_pattern(), text)) for text in ("-1.5e3", "1_000", "٣", "1,234")]
    [True, False, False, False]
    """
    mark = re.escape(decimal)
    whole = "[0-9]+"
    if grouped:
        other = re.escape("," if decimal == "." else ".")
        groups = "|".join(f"[0-9]{{1,3}}(?:{separator}[0-9]{{3}})+" for separator in (other, *_GROUP_MARKS))
        whole = f"(?:{groups}|[0-9]+)"
    body = f"(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)"
    return f"^{_EDGE}([+-]?{body}(?:[eE][+-]?[0-9]+)?){_EDGE}$"


def plain_number(text: str, decimal: str = ".") -> str:
    """Return a number's text with a decimal point and without separated thousands."""
    kept = re.sub(
        "[,.\u00a0\u202f '’]", lambda mark: "." if mark.group() == decimal else "", text.strip(BLANKS)
    )
    return kept.replace(",", ".")


def parse_number(text: str, *, decimal: str = ".", grouped: bool = False) -> float | None:
    """Return the number that a text is, or ``None`` if it is none or exceeds what a float64 holds.

    Parameters
    ----------
    text
        The cell. Blanks around the number are allowed; ``1_000``, digits of other scripts, hexadecimal
        and the words for infinity and not-a-number are no numbers.
    decimal
        The decimal mark: ``"."``, or ``","`` where that was declared or found.
    grouped
        Whether thousands may be separated; see :func:`number_pattern`.

    Examples
    --------
    >>> parse_number("12.50"), parse_number("1_000"), parse_number("1e999"), parse_number("1 037,9", decimal=",", grouped=True)
    (12.5, None, None, 1037.9)
    """
    if re.fullmatch(number_pattern(decimal, grouped=grouped), text) is None:
        return None
    value = float(plain_number(text, decimal))
    return value if math.isfinite(value) else None


def parse_flag(text: str) -> bool | None:
    """Return whether a flag is set, or ``None`` if the text is no flag.

    Examples
    --------
    >>> parse_flag("TRUE"), parse_flag("no"), parse_flag("maybe")
    (True, False, None)
    """
    return FLAG_WORDS.get(text.strip(BLANKS).casefold())


def flag_text(value: bool) -> str:
    """Return the one way in which flags are kept."""
    return "true" if value else "false"


def level_text(text: str) -> str:
    """Return a category's level as it is kept: blanks around it gone, a whole number without a zero fraction.

    The same code arrives as ``2`` from one file and as ``2.0`` from a frame with gaps.

    Examples
    --------
    >>> level_text(" north "), level_text("2.0"), level_text("02")
    ('north', '2', '02')
    """
    kept = text.strip(BLANKS)
    return kept[:-2] if re.fullmatch(r"-?(?:0|[1-9][0-9]*)\.0", kept) else kept


def is_missing(text: str | None, declared: frozenset[str] | tuple[str, ...] = ()) -> bool:
    """Return whether a cell is missing: empty, blank, or one of the declared texts."""
    return text is None or is_blank(text) or text.strip(BLANKS) in declared


# ---------------------------------------------------------------------------------------------- dates

_ISO = (
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"
    r"(?:[T ](?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
    r" ?(?P<z>Z|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?)?"
)
_DIRECTIVES: Mapping[str, str] = {
    "Y": "(?P<Y>[0-9]{4})",
    "y": "(?P<y>[0-9]{2})",
    "m": "(?P<m>[0-9]{1,2})",
    "d": "(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{2})",
    "S": "(?P<S>[0-9]{2})",
    "f": "(?P<f>[0-9]{1,6})",
    "p": "(?P<p>(?i:am|pm))",
    "b": f"(?P<b>(?i:{'|'.join(MONTHS)}))",
    "B": f"(?P<b>(?i:{'|'.join(MONTHS)})(?i:[a-z]*))",
    "z": "(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "%": "%",
}


@cache
def date_pattern(date_format: str | None = None) -> str | None:
    """Return the pattern of a date, anchored, with a named group for each part.

    Parameters
    ----------
    date_format
        In ``strptime``'s terms (``%Y %y %m %d %b %B %H %I %M %S %f %p %z``); ``None`` is ISO 8601, with or
        without a time. An unknown directive gives ``None``.

    Examples
    --------
    >>> date_pattern("%Q") is None
    True
    """
    if date_format is None:
        return f"^{_EDGE}{_ISO}{_EDGE}$"
    parts = []
    for found in re.finditer(r"%(.)|([^%]+)|%$", date_format):
        directive, literal = found.groups()
        if literal is not None:
            parts.append(re.escape(literal))
        elif directive in _DIRECTIVES:
            parts.append(_DIRECTIVES[directive])
        else:
            return None
    return f"^{_EDGE}{''.join(parts)}{_EDGE}$"


def parse_date(text: str, date_format: str | None = None) -> float | None:
    """Return a date as days since 1970-01-01 (with a fraction for the time), or ``None`` if it is none.

    Times with an offset are moved to UTC, times without one are taken as they stand.

    Parameters
    ----------
    text
        The cell.
    date_format
        See :func:`date_pattern`.

    Examples
    --------
    >>> parse_date("1970-01-02"), parse_date("2024-02-30"), parse_date("03/01/1970 12:00", "%d/%m/%Y %H:%M")
    (1.0, None, 2.5)
    """
    pattern = date_pattern(date_format)
    found = None if pattern is None else re.fullmatch(pattern, text)
    if found is None:
        return None
    parts = {name: np.array([part or ""], dtype=object) for name, part in found.groupdict().items()}
    days = float(days_of_parts(parts)[0])
    return None if math.isnan(days) else days


def days_of_parts(parts: Mapping[str, npt.NDArray[np.object_]]) -> FloatVector:
    """Return days since 1970-01-01 from the parts of dates (texts by :func:`date_pattern`'s group names).

    A part that was not written is ``""``. A day that the calendar does not have gives NaN.
    """
    size = len(next(iter(parts.values())))
    year, month, day = _year(parts, size), _month(parts, size), _whole(parts, "d", size, 1)
    hour, minute, second = _hour(parts, size), _whole(parts, "M", size, 0), _whole(parts, "S", size, 0)
    # proleptic Gregorian calendar, years beginning in March
    shifted = year - (month <= 2)
    era_year = shifted % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = (shifted // 400) * 146097 + era_year * 365 + era_year // 4 - era_year // 100 + of_year - 719468
    seconds = hour * 3600 + minute * 60 + second - _offset(parts, size)
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (day <= _month_length(year, month))
    exists &= (hour <= 23) & (minute <= 59) & (second <= 59) & (year >= 1)
    return np.asarray(
        np.where(exists, days + (seconds + _fraction(parts, size)) / 86400.0, np.nan), dtype=np.float64
    )


def _whole(
    parts: Mapping[str, npt.NDArray[np.object_]], name: str, size: int, default: int
) -> npt.NDArray[np.int64]:
    if name not in parts:
        return np.full(size, default, dtype=np.int64)
    return np.fromiter((int(part) if part else default for part in parts[name]), dtype=np.int64, count=size)


def _year(parts: Mapping[str, npt.NDArray[np.object_]], size: int) -> npt.NDArray[np.int64]:
    if "y" not in parts:
        return _whole(parts, "Y", size, 1970)
    short = _whole(parts, "y", size, 70)
    return np.where(short < 69, short + 2000, short + 1900)  # POSIX, as strptime


def _month(parts: Mapping[str, npt.NDArray[np.object_]], size: int) -> npt.NDArray[np.int64]:
    if "b" not in parts:
        return _whole(parts, "m", size, 1)
    numbers = {name: number for number, name in enumerate(MONTHS, start=1)}
    return np.fromiter((numbers.get(part[:3].lower(), 0) for part in parts["b"]), dtype=np.int64, count=size)


def _month_length(year: npt.NDArray[np.int64], month: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    return np.asarray(lengths[np.clip(month, 0, 12)] + (leap & (month == 2)))


def _hour(parts: Mapping[str, npt.NDArray[np.object_]], size: int) -> npt.NDArray[np.int64]:
    if "I" not in parts:
        return _whole(parts, "H", size, 0)
    hour = _whole(parts, "I", size, 12)
    after_noon = np.fromiter((part.lower() == "pm" for part in parts.get("p", [""] * size)), bool, count=size)
    valid = (hour >= 1) & (hour <= 12)
    return np.asarray(np.where(valid, hour % 12 + 12 * after_noon, 99))


def _fraction(parts: Mapping[str, npt.NDArray[np.object_]], size: int) -> FloatVector:
    if "f" not in parts:
        return np.zeros(size)
    return np.fromiter((float(f"0.{part or 0}") for part in parts["f"]), dtype=np.float64, count=size)


def _offset(parts: Mapping[str, npt.NDArray[np.object_]], size: int) -> npt.NDArray[np.int64]:
    if "z" not in parts:
        return np.zeros(size, dtype=np.int64)
    return np.fromiter((_offset_seconds(part) for part in parts["z"]), dtype=np.int64, count=size)


def _offset_seconds(text: str) -> int:
    if text in ("", "Z"):
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    return (1 if text[0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
