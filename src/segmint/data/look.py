"""What a column is, judged on all of its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.data import hints
from segmint.data.cells import (
    NumberStyle,
    blank_or,
    date_values,
    flag_of,
    is_date,
    is_number,
    is_text,
    number_values,
    plain_texts,
    typed_texts,
)  # fmt: skip
from segmint.errors import SchemaError
from segmint.model import parsing
from segmint.model.schema import Kind
from segmint.types import BoolVector, FloatVector
from segmint.words import Sentence, sentence

MAX_LEVELS = 1_000
MOSTLY = 0.9
"""Share of numbers (or dates) from which the other cells of a column are faults, not another kind."""
MAX_CODES = 10
_MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_ROWS_A_CODE = 10
_FEW = 20
_NUMBERED = 0.95  # share of different numbers from which a column without gaps numbers the rows
_SAMPLE = 200
_LEADING_ZERO = "^ *0[0-9]+ *$"
_EXACT = 2.0**53
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%m/%y", "%m/%d/%y",
         "%d.%m.%y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y")  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DATE_FORMATS = tuple(day + time for day, time in product(_DAYS, _TIMES))


@dataclass(frozen=True)
class Look:
    """What was seen in a column.

    ``n`` cells are there, ``n_distinct`` of them different as values, ``n_keys`` as texts. ``lost`` says
    that whole numbers exceed what a float64 holds exactly, ``serial`` that they count rows one by one.
    """

    kind: Kind
    reason: Sentence
    n: int
    n_distinct: int
    n_keys: int = 0
    date_format: str | None = None
    lost: bool = False
    serial: bool = False


@dataclass(frozen=True, eq=False)
class _Distinct:
    """The different cells of a column, and how many rows hold each."""

    name: str
    texts: pa.Array
    counts: FloatVector

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    def rows(self, mask: BoolVector) -> int:
        return int(self.counts[mask].sum())


def look(
    column: pa.Array,
    name: str,
    *,
    textual: bool,
    style: NumberStyle,
    missing: frozenset[str],
    date_format: str | None,
) -> Look:
    """Return what a column is.

    Parameters
    ----------
    column
        All its cells.
    name
        Its name, which decides where cells leave it open.
    textual
        Whether cells of text may be numbers, flags or dates.
    style
        How numbers are written.
    missing
        Texts that mean "missing".
    date_format
        How its dates are written, where that is known.

    Raises
    ------
    SchemaError
        If its dates may be read day first or month first.

    Examples
    --------
    >>> column = pa.array(["1.5", "2", "NA"])
    >>> look(column, "A", textual=True, style=NumberStyle(), missing=frozenset(), date_format=None).kind
    <Kind.NUMBER: 'number'>
    """
    if is_text(column.type):
        return _look_at_texts(column, name, textual, style, missing, date_format)
    present = column.drop_null()
    n_keys = len(pc.unique(present if is_number(column.type) else typed_texts(present)))
    return replace(_look_at_typed(column, name), n_keys=n_keys)


def _look_at_typed(column: pa.Array, name: str) -> Look:
    if pa.types.is_boolean(column.type):
        return _seen(column, Kind.FLAG, "data.reason.typed_flag")
    if is_date(column.type):
        return _seen(column, Kind.DATE, "data.reason.typed_date")
    if is_number(column.type):
        values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        return _look_at_numbers(values[~np.isnan(values)], name)
    return _seen(typed_texts(column), Kind.TEXT, "data.reason.other_type")


def _seen(column: pa.Array, kind: Kind, reason: str) -> Look:
    present = column.drop_null()
    return Look(kind, sentence(reason), len(present), len(pc.unique(present)))


def _look_at_texts(
    column: pa.Array,
    name: str,
    textual: bool,
    style: NumberStyle,
    missing: frozenset[str],
    date_format: str | None,
) -> Look:
    texts = plain_texts(column)
    if textual and date_format is None:
        only_numbers = _look_at_only_numbers(texts, name, style, missing)
        if only_numbers is not None:
            return only_numbers
    counted = pc.value_counts(texts)
    every = _Distinct(name, counted.field("values"), counted.field("counts").to_numpy().astype(np.float64))
    present = _without(every, missing)
    found = _look_at_distinct(every, present, textual, style, missing, date_format)
    return replace(found, n_keys=len(present.texts))


def _look_at_only_numbers(
    texts: pa.Array, name: str, style: NumberStyle, missing: frozenset[str]
) -> Look | None:
    """Take the short way for a column in which all cells are numbers: without counting its different texts."""
    for part in (texts.slice(0, _SAMPLE), texts):
        sure = part.filter(pc.invert(blank_or(part, missing | parsing.ABSENT)))
        values = number_values(sure, style)
        if not len(sure) or values.null_count:
            return None
    found = _look_at_numbers(values.to_numpy(zero_copy_only=False), name)
    whole = found.kind in (Kind.COUNT, Kind.CATEGORY, Kind.FLAG)
    if whole and pc.any(pc.match_substring_regex(sure, _LEADING_ZERO)).as_py():
        return None
    return replace(found, n_keys=len(pc.unique(sure))) if whole or hints.names_key(name) else found


def _look_at_distinct(
    every: _Distinct,
    present: _Distinct,
    textual: bool,
    style: NumberStyle,
    missing: frozenset[str],
    date_format: str | None,
) -> Look:
    if date_format is not None:
        return _dates(_without(every, missing | parsing.ABSENT), date_format)
    if textual:
        sure = _without(every, missing | parsing.ABSENT)
        found = _look_for_numbers(sure, style) or _look_for_flags(sure) or _look_for_dates(sure)
        if found is not None:
            return found
    return _look_at_levels(present)


def _without(distinct: _Distinct, words: frozenset[str]) -> _Distinct:
    kept = ~blank_or(distinct.texts, words).to_numpy(zero_copy_only=False)
    return _Distinct(distinct.name, distinct.texts.filter(pa.array(kept)), distinct.counts[kept])


def _mask(found: pa.Array) -> BoolVector:
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)


def _look_for_numbers(distinct: _Distinct, style: NumberStyle) -> Look | None:
    if not distinct.n:
        return None
    values = number_values(distinct.texts, style)
    pattern = parsing.number_pattern(style.decimal, grouped=style.grouped)
    number = _mask(pc.match_substring_regex(distinct.texts, pattern))
    infinite = _mask(pc.match_substring_regex(distinct.texts, parsing.INFINITE_PATTERN))
    share = distinct.rows(number | infinite) / distinct.n
    whole = share == 1.0
    if not number.any() or (not whole and (share < MOSTLY or hints.names_identifier(distinct.name))):
        return None
    if _mask(pc.match_substring_regex(distinct.texts, _LEADING_ZERO)).any():
        return replace(_look_at_levels(distinct), reason=sentence("data.reason.leading_zeros"))
    floats = values.to_numpy(zero_copy_only=False)
    valid = ~np.isnan(floats)
    found = _look_at_numbers(np.repeat(floats[valid], distinct.counts[valid].astype(int)), distinct.name)
    if whole and not infinite.any():
        return found
    return replace(found, kind=Kind.NUMBER, reason=sentence("data.reason.mostly_numbers", share=share))


def _look_at_numbers(values: FloatVector, name: str) -> Look:
    finite = values[np.isfinite(values)]
    distinct = np.unique(finite)
    n, n_distinct = len(finite), len(distinct)
    if not n:
        return Look(Kind.NUMBER, sentence("data.reason.all_missing"), len(values), 0)
    whole = bool((distinct == np.floor(distinct)).all())
    serial = whole and _counts_rows(distinct, n)
    lost = whole and bool(np.abs(distinct[[0, -1]]).max() > _EXACT)
    if n_distinct == 2 and distinct[0] == 0 and distinct[1] == 1:
        return Look(Kind.FLAG, sentence("data.reason.zero_one"), n, n_distinct)
    if whole and _is_code(distinct, n, name):
        return Look(Kind.CATEGORY, sentence("data.reason.code", levels=n_distinct, rows=n), n, n_distinct)
    counts = whole and distinct[0] >= 0
    kind, reason = (Kind.COUNT, "data.reason.count") if counts else (Kind.NUMBER, "data.reason.number")
    return Look(kind, sentence(reason), n, n_distinct, lost=lost, serial=bool(serial))


def _counts_rows(distinct: FloatVector, n: int) -> bool:
    """Return whether whole numbers number the rows: one after the other, a few of them perhaps repeated."""
    without_gaps = distinct[-1] - distinct[0] == len(distinct) - 1
    return bool(n >= _FEW and len(distinct) >= _NUMBERED * n and without_gaps)


def _is_code(distinct: FloatVector, n: int, name: str) -> bool:
    """Return whether whole numbers are codes: 1, 2, … without a gap over many rows; or a name says so.

    What is counted begins at 0, and a grade says that it is one.
    """
    few = 2 <= len(distinct) <= MAX_CODES and n >= _ROWS_A_CODE * len(distinct) and distinct[0] >= 0
    if not few or hints.names_amount(name):
        return False
    return hints.names_code(name) or bool(distinct[0] == 1 and distinct[-1] == len(distinct))


def _look_for_flags(distinct: _Distinct) -> Look | None:
    if not 1 <= len(distinct.texts) <= 8:
        return None
    found = {flag_of(text) for text in distinct.texts.to_pylist()}
    if found != {"true", "false"}:
        return None
    return Look(Kind.FLAG, sentence("data.reason.flag"), distinct.n, 2)


def _look_for_dates(distinct: _Distinct) -> Look | None:
    if not distinct.n:
        return None
    head = distinct.texts.slice(0, 200)
    likely = [form for form in (None, *DATE_FORMATS) if _date_share(head, form) >= MOSTLY / 2]
    shares = {form: distinct.rows(_dated(distinct.texts, form)) / distinct.n for form in likely}
    best = max(shares.values(), default=0.0)
    if best < MOSTLY or (best < 1.0 and hints.names_identifier(distinct.name)):
        return None
    candidates = [form for form, share in shares.items() if share == best]
    readings = {form: date_values(distinct.texts, form).to_pylist() for form in candidates}
    first = candidates[0]
    if any(reading != readings[first] for reading in readings.values()):
        raise _ambiguous(distinct.name, [str(form) for form in candidates])
    return _dates(distinct, first)


def _ambiguous(name: str, formats: list[str]) -> SchemaError:
    """Return the error for dates that may be read in several ways; its way out can be pasted."""
    ways = tuple(f'  --date-format "{name}={form}"' for form in formats)
    return SchemaError("data.ambiguous_date", details=ways, column=name, formats=formats)


def _dates(distinct: _Distinct, form: str | None) -> Look:
    reason = sentence("data.reason.date_iso") if form is None else sentence("data.reason.date", format=form)
    return Look(Kind.DATE, reason, distinct.n, len(distinct.texts), date_format=form)


def _dated(texts: pa.Array, form: str | None) -> BoolVector:
    return np.asarray(date_values(texts, form).is_valid().to_numpy(zero_copy_only=False), dtype=bool)


def _date_share(texts: pa.Array, form: str | None) -> float:
    pattern = parsing.date_pattern(form)
    return float(_mask(pc.match_substring_regex(texts, pattern)).mean()) if pattern else 0.0


def _look_at_levels(distinct: _Distinct) -> Look:
    n, levels = distinct.n, len(distinct.texts)
    if not n:
        return Look(Kind.TEXT, sentence("data.reason.all_missing"), 0, 0)
    if _mask(pc.match_substring_regex(distinct.texts, _MAIL)).mean() >= 0.5:
        return Look(Kind.TEXT, sentence("data.reason.mail"), n, levels)
    unique = levels == n and n >= _ROWS_A_CODE
    if not unique and levels <= MAX_LEVELS and (levels <= _FEW or levels <= n / 2):
        return Look(Kind.CATEGORY, sentence("data.reason.category", levels=levels), n, levels)
    return Look(Kind.TEXT, sentence("data.reason.text", levels=levels, rows=n), n, levels)
