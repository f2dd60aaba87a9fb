"""The grammar of cells on whole columns: from what stood in the source to what a dataset keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmint.model import parsing
from segmint.model.schema import NUMERIC_KINDS, Feature, Kind
from segmint.types import BoolVector

_DAY = 86_400


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written in a source: the decimal mark, and whether thousands may be separated."""

    decimal: str = "."
    grouped: bool = False


@dataclass(frozen=True, eq=False)
class Cells:
    """A column as a dataset keeps it.

    Attributes
    ----------
    values
        float64 (numbers, counts, dates) or string; null for missing and for what does not fit.
    unfit
        Cells that are neither missing nor of the kind, shape (n_rows,).
    """

    values: pa.Array
    unfit: BoolVector


def parse_cells(column: pa.Array, feature: Feature, style: NumberStyle) -> Cells:
    """Read one column by its stored kind, date format and missing texts.

    Parameters
    ----------
    column
        Texts, or values with types of their own.
    feature
        What the column is.
    style
        How numbers are written, where cells are texts.

    Examples
    --------
    >>> from segmint.model.schema import Role
    >>> cells = parse_cells(pa.array(["1.5", "-", "x"]), Feature("A", Kind.NUMBER, Role.CLUSTER), NumberStyle())
    >>> cells.values.to_pylist(), cells.unfit.tolist()
    ([1.5, None, None], [False, False, True])
    """
    if is_text(column.type):
        return _parse_texts(plain_texts(column), feature, style)
    if feature.kind in NUMERIC_KINDS:
        return _typed_numbers(column, feature)
    if feature.kind is Kind.DATE and not (feature.date_format and is_number(column.type)):
        return _typed_dates(column)
    return _parse_texts(typed_texts(column), feature, NumberStyle())


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type holds texts."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or (pa.types.is_dictionary(kind) and is_text(kind.value_type))
    )


def is_number(kind: pa.DataType) -> bool:
    """Return whether a type holds numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_date(kind: pa.DataType) -> bool:
    """Return whether a type holds days or moments."""
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def plain_texts(column: pa.Array) -> pa.Array:
    """Return texts as one plain Arrow string type, encoded by no dictionary."""
    return column.cast(pa.string()) if column.type != pa.string() else column


def typed_texts(column: pa.Array) -> pa.Array:
    """Return typed values as the texts by which keys and levels are known.

    A whole number that came as a float is written without a fraction, a flag as ``true`` or ``false``.

    Examples
    --------
    >>> typed_texts(pa.array([1.0, 2.5, None])).to_pylist(), typed_texts(pa.array([2**53 + 1])).to_pylist()
    (['1', '2.5', None], ['9007199254740993'])
    """
    kind = column.type
    if is_text(kind):
        return plain_texts(column)
    if pa.types.is_floating(kind):
        values = pc.cast(column, pa.float64()).to_pylist()
        return pa.array([None if v is None or v != v else _float_text(v) for v in values], pa.string())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or is_date(kind):
        return column.cast(pa.string())
    return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def _float_text(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2.0**63 else repr(value)


def blank_or(texts: pa.Array, words: frozenset[str] | tuple[str, ...]) -> pa.Array:
    """Return which cells are null, blank, or one of the words."""
    trimmed = pc.utf8_trim(texts, characters=parsing.BLANKS)
    found = pc.equal(trimmed, "")
    if words:
        found = pc.or_(found, pc.is_in(trimmed, value_set=pa.array(sorted(words), pa.string())))
    return pc.fill_null(found, True)


def _missing(texts: pa.Array, feature: Feature) -> pa.Array:
    words = frozenset(feature.missing_values)
    if feature.kind not in (Kind.CATEGORY, Kind.TEXT):
        words |= parsing.ABSENT
    return blank_or(texts, words)


def _parse_texts(texts: pa.Array, feature: Feature, style: NumberStyle) -> Cells:
    if feature.kind in NUMERIC_KINDS and style == NumberStyle() and not feature.missing_values:
        values = _plain_numbers(texts)
        if values is not None:
            return Cells(values, np.zeros(len(texts), dtype=np.bool_))
    missing = _missing(texts, feature)
    present = pc.if_else(missing, pa.scalar(None, pa.string()), texts)
    values = _READERS[feature.kind](present, feature, style)
    unfit = pc.and_(values.is_null(), pc.invert(missing))
    return Cells(values, np.asarray(unfit.to_numpy(zero_copy_only=False), dtype=bool))


_PLAIN = np.isin(np.arange(256), np.frombuffer(b"0123456789+-.eE", dtype=np.uint8))
"""Bytes of which every text that is a number for the engine is one for the grammar, and means the same."""


def _plain_numbers(texts: pa.Array) -> pa.Array | None:
    """Return numbers that need no second look, all at once; ``None`` where one does.

    A fifth of the time of looking at each cell by the grammar's pattern.
    """
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return None
    bounds = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    if not _PLAIN[np.frombuffer(data, dtype=np.uint8)[bounds[0] : bounds[-1]]].all():
        return None
    try:
        values = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    return values if pc.all(pc.is_finite(values)).as_py() else None


def number_values(texts: pa.Array, style: NumberStyle) -> pa.Array:
    """Return the numbers that texts are; null where they are none or exceed what a float64 holds."""
    pattern = parsing.number_pattern(style.decimal, grouped=style.grouped)
    fits = pc.match_substring_regex(texts, pattern)
    kept = pc.if_else(fits, texts, pa.scalar(None, pa.string()))
    plain = pc.utf8_trim(kept, characters=parsing.BLANKS)
    if style.grouped:
        other = "," if style.decimal == "." else "."
        plain = pc.replace_substring_regex(plain, f"[{other}\u00a0\u202f '’]", "")
    if style.decimal == ",":
        plain = pc.replace_substring(plain, ",", ".")
    values = pc.cast(plain, pa.float64())
    return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))


def date_values(texts: pa.Array, date_format: str | None) -> pa.Array:
    """Return days since 1970-01-01; null where a text is no date or the calendar lacks the day."""
    pattern = parsing.date_pattern(date_format)
    if pattern is None:
        return pa.nulls(len(texts), pa.float64())
    encoded = pc.dictionary_encode(texts)
    parts = pc.extract_regex(encoded.dictionary, pattern)
    found = np.asarray(parts.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    days = np.full(len(parts) + 1, np.nan)
    if found.any():
        kept = parts.filter(pa.array(found)).flatten()
        names = [field.name for field in parts.type]
        columns = {name: part.to_numpy(zero_copy_only=False) for name, part in zip(names, kept, strict=True)}
        days[:-1][found] = parsing.days_of_parts(columns)
    codes = pc.fill_null(encoded.indices, len(parts)).to_numpy()
    return pa.array(days[codes], from_pandas=True)


def _numbers(texts: pa.Array, _: Feature, style: NumberStyle) -> pa.Array:
    return number_values(texts, style)


def _dates(texts: pa.Array, feature: Feature, _: NumberStyle) -> pa.Array:
    return date_values(texts, feature.date_format)


def _flags(texts: pa.Array, _feature: Feature, _style: NumberStyle) -> pa.Array:
    return _by_distinct(texts, flag_of)


def flag_of(text: str) -> str | None:
    """Return a flag as it is kept, ``None`` if the text is none."""
    value = parsing.parse_flag(parsing.level_text(text))
    return None if value is None else parsing.flag_text(value)


def _levels(texts: pa.Array, _feature: Feature, _style: NumberStyle) -> pa.Array:
    return _by_distinct(texts, parsing.level_text)


def _texts(texts: pa.Array, _feature: Feature, _style: NumberStyle) -> pa.Array:
    return texts


def _by_distinct(texts: pa.Array, rule: Callable[[str], str | None]) -> pa.Array:
    """Apply a rule once to each distinct text."""
    encoded = pc.dictionary_encode(texts)
    kept = pa.array([rule(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return kept.take(encoded.indices)


_READERS: dict[Kind, Callable[[pa.Array, Feature, NumberStyle], pa.Array]] = {
    Kind.NUMBER: _numbers,
    Kind.COUNT: _numbers,
    Kind.DATE: _dates,
    Kind.FLAG: _flags,
    Kind.CATEGORY: _levels,
    Kind.TEXT: _texts,
}


def _typed_numbers(column: pa.Array, feature: Feature) -> Cells:
    if is_date(column.type) or not (is_number(column.type) or pa.types.is_boolean(column.type)):
        return _all_unfit(column)
    values = pc.cast(
        pc.cast(column, pa.int8()) if pa.types.is_boolean(column.type) else column, pa.float64(), safe=False
    )
    floats = values.to_numpy(zero_copy_only=False)
    declared = [number for number in map(parsing.parse_number, feature.missing_values) if number is not None]
    absent = np.isinf(floats) | np.isin(floats, declared)
    return Cells(pa.array(np.where(absent, np.nan, floats), from_pandas=True), np.isinf(floats))


def _typed_dates(column: pa.Array) -> Cells:
    if not is_date(column.type):
        return _all_unfit(column)
    micros = pc.cast(pc.cast(column, pa.timestamp("us"), safe=False), pa.int64())
    days = pc.divide(pc.cast(micros, pa.float64(), safe=False), _DAY * 1e6)
    return Cells(days, np.zeros(len(column), dtype=bool))


def _all_unfit(column: pa.Array) -> Cells:
    present = np.asarray(column.is_valid().to_numpy(zero_copy_only=False), dtype=bool)
    return Cells(pa.nulls(len(column), pa.float64()), present)
