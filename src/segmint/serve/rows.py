"""From customers as they are sent to raw columns, by the one grammar of cells."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

import numpy as np

from segmint.errors import RequestError
from segmint.model.distances import FEW_ROWS
from segmint.model.parsing import (
    ABSENT,
    BLANKS,
    flag_text,
    is_missing,
    level_text,
    parse_date,
    parse_flag,
    parse_number,
)
from segmint.model.schema import Feature, Kind, Schema
from segmint.types import JSON, FloatVector, RawColumn, RawColumns, TextVector

Row = Mapping[str, JSON]
Values = Mapping[str, Sequence[JSON]]
"""What was sent, by field: as many values as there are customers."""

_LONGEST: Final = 1000  # characters of a number
_NUMBERS: Final = frozenset({int, float})
_TEXTS: Final = frozenset({str})
_PLAIN: Final = re.compile(r"[0-9eE+.\n-]*")
"""Texts of these characters are numbers for Python exactly where the grammar takes them."""


def by_field(schema: Schema, rows: Sequence[Row], *, first: int = 1) -> Values:
    """Return the values of the fields that a model needs, and the keys, from customers as objects.

    Raises
    ------
    RequestError
        422 where a field is not there: ``null`` says that it is not known.
    """
    found = {feature.name: _field(feature.name, rows, first) for feature in schema.clustering}
    if schema.key is not None:
        found[schema.key.name] = [row.get(schema.key.name) for row in rows]
    return found


def _field(name: str, rows: Sequence[Row], first: int) -> list[JSON]:
    try:
        return [row[name] for row in rows]
    except KeyError:
        without = next(place for place, row in enumerate(rows) if name not in row)
        raise RequestError("serve.no_field", status=422, field=name, row=first + without) from None


def columns_of(schema: Schema, values: Values, *, first: int = 1) -> RawColumns:
    """Return the columns that make the clusters.

    ``None`` is a missing value, as an empty cell is. Numbers may come as texts, in the grammar of files.

    Parameters
    ----------
    schema
        The model's.
    values
        What was sent; other fields are ignored.
    first
        The number of the first row, for errors.

    Raises
    ------
    RequestError
        422, naming row and field, never the value.
    """
    found = {}
    for feature in schema.clustering:
        if feature.name not in values:
            raise RequestError("serve.no_field", status=422, field=feature.name, row=first)
        found[feature.name] = _column(feature, values[feature.name], first)
    return found


def keys_of(schema: Schema, values: Values, n_rows: int, *, first: int = 1) -> TextVector:
    """Return the customers' keys as they came (text or whole number); ``None`` where there are none.

    Raises
    ------
    RequestError
        422 where a key is neither text nor whole number.
    """
    keys = np.full(n_rows, None, dtype=object)
    if schema.key is None or schema.key.name not in values:
        return keys
    sent = values[schema.key.name]
    for place, key in enumerate(sent):
        if key is not None and (type(key) not in (str, int) or not encodable(key)):
            raise RequestError("serve.key", status=422, field=schema.key.name, row=first + place)
    keys[:] = sent
    return keys


def encodable(value: JSON) -> bool:
    """Return whether a text can be sent back: half a surrogate pair, which JSON can spell, cannot."""
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return False
    return True


def _column(feature: Feature, values: Sequence[JSON], first: int) -> RawColumn:
    if feature.numeric or feature.kind is Kind.DATE:
        plain = feature.kind is not Kind.DATE and not feature.missing_values
        column = _plain_numbers(values) if plain else None
        if column is not None:
            return column
        read = _date if feature.kind is Kind.DATE else _number
        numbers = [read(feature, value, place) for place, value in enumerate(values, start=first)]
        return np.array(numbers, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = _levels(feature, values, first)
    return column


def _plain_numbers(values: Sequence[JSON]) -> FloatVector | None:
    """Return numbers that need no second look, all at once; ``None`` where one does."""
    kinds = set(map(type, values))
    column = None
    try:
        if kinds <= _NUMBERS:
            column = np.array(values, dtype=np.float64)
        elif kinds == _TEXTS and _plain(values):  # type: ignore[arg-type]
            column = np.array([*map(float, values)], dtype=np.float64)  # type: ignore[arg-type]
    except ValueError:
        return None
    if column is None:
        return None
    finite = (
        all(map(math.isfinite, column.tolist())) if len(column) <= FEW_ROWS else np.isfinite(column).all()
    )
    return column if finite else None


def _plain(texts: Sequence[str]) -> bool:
    together = "\n".join(texts)
    return _PLAIN.fullmatch(together) is not None and together.count("\n") == len(texts) - 1


def _number(feature: Feature, value: JSON, row: int) -> float:
    if value is None:
        return math.nan
    if type(value) in _NUMBERS:
        number = float(value)  # type: ignore[arg-type]
        if number in {parse_number(word) for word in feature.missing_values}:
            return math.nan
        return number if math.isfinite(number) else _refuse(feature, row)
    if not isinstance(value, str) or len(value) > _LONGEST:
        _refuse(feature, row)
    if _absent(feature, value):
        return math.nan
    found = parse_number(value)
    return _refuse(feature, row) if found is None else found


def _date(feature: Feature, value: JSON, row: int) -> float:
    if value is None or (isinstance(value, str) and _absent(feature, value)):
        return math.nan
    found = parse_date(value, feature.date_format) if isinstance(value, str) else None
    return _refuse(feature, row) if found is None else found


def _levels(feature: Feature, values: Sequence[JSON], first: int) -> list[str | None]:
    known: dict[str, str | None] = {}
    found: list[str | None] = []
    for row, value in enumerate(values, start=first):
        if isinstance(value, str) and value in known:
            found.append(known[value])
            continue
        found.append(_level(feature, value, row))
        if isinstance(value, str):
            known[value] = found[-1]
    return found


def _level(feature: Feature, value: JSON, row: int) -> str | None:
    text = _text(feature, value, row)
    if text is None or is_missing(text, feature.missing_values):
        return None
    if feature.kind is not Kind.FLAG:
        return level_text(text)
    if text.strip(BLANKS) in ABSENT:
        return None
    flag = parse_flag(level_text(text))
    return _refuse(feature, row) if flag is None else flag_text(flag)


def _text(feature: Feature, value: JSON, row: int) -> str | None:
    """Return a level as text: a whole number without a fraction, a flag as ``true`` or ``false``."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return flag_text(value)
    if not isinstance(value, int | float) or not math.isfinite(value):
        _refuse(feature, row)
    return str(int(value)) if float(value).is_integer() else repr(value)


def _absent(feature: Feature, text: str) -> bool:
    return is_missing(text, feature.missing_values) or text.strip(BLANKS) in ABSENT


def _refuse(feature: Feature, row: int) -> NoReturn:
    raise RequestError("serve.value", status=422, field=feature.name, row=row, kind=feature.kind.value)
