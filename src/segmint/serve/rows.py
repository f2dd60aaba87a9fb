"""From customers as JSON to raw columns, by the one grammar of cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

import numpy as np

from segmint.errors import RequestError
from segmint.model.parsing import ABSENT, BLANKS, flag_text, is_missing, level_text, parse_flag, parse_number
from segmint.model.schema import Feature, Kind, Schema
from segmint.types import JSON, FloatVector, RawColumn, RawColumns, TextVector

Row = Mapping[str, JSON]

_NUMBERS: Final = frozenset({int, float})


def columns_of(schema: Schema, rows: Sequence[Row]) -> RawColumns:
    """Return the columns that make the clusters.

    A field must be there; ``null`` is a missing value, as an empty cell is. Numbers may come as texts, in
    the grammar of files. Other fields are ignored.

    Parameters
    ----------
    schema
        The model's.
    rows
        The customers, as they were read from JSON.

    Raises
    ------
    RequestError
        422, naming row and field, never the value.
    """
    return {feature.name: _column(feature, rows) for feature in schema.clustering}


def keys_of(schema: Schema, rows: Sequence[Row]) -> TextVector:
    """Return the customers' keys as they came (text or whole number); ``None`` where there are none.

    Raises
    ------
    RequestError
        422 where a key is neither text nor whole number.
    """
    keys = np.full(len(rows), None, dtype=object)
    if schema.key is None:
        return keys
    name = schema.key.name
    for place, row in enumerate(rows):
        key = row.get(name)
        if key is not None and type(key) not in (str, int):
            raise RequestError("serve.key", status=422, field=name, row=place + 1)
        keys[place] = key
    return keys


def _column(feature: Feature, rows: Sequence[Row]) -> RawColumn:
    name = feature.name
    try:
        values = [row[name] for row in rows]
    except KeyError:
        without = next(place for place, row in enumerate(rows) if name not in row)
        raise RequestError("serve.no_field", status=422, field=name, row=without + 1) from None
    if feature.numeric or feature.kind is Kind.DATE:
        return _numbers(feature, values)
    return _levels(feature, values)


def _numbers(feature: Feature, values: Sequence[JSON]) -> FloatVector:
    if _NUMBERS.issuperset(map(type, values)):
        column = np.array(values, dtype=np.float64)
        if np.isfinite(column).all():
            return column
    numbers = [_number(feature, value, place) for place, value in enumerate(values, start=1)]
    return np.array(numbers, dtype=np.float64)


def _number(feature: Feature, value: JSON, row: int) -> float:
    if value is None:
        return math.nan
    if type(value) in _NUMBERS:
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else _refuse(feature, row)
    if not isinstance(value, str):
        _refuse(feature, row)
    if is_missing(value, feature.missing_values) or value.strip(BLANKS) in ABSENT:
        return math.nan
    found = parse_number(value)
    return _refuse(feature, row) if found is None else found


def _levels(feature: Feature, values: Sequence[JSON]) -> TextVector:
    column = np.empty(len(values), dtype=object)
    column[:] = [_level(feature, value, place) for place, value in enumerate(values, start=1)]
    return column


def _level(feature: Feature, value: JSON, row: int) -> str | None:
    if isinstance(value, bool):
        value = flag_text(value)
    elif isinstance(value, int | float):
        if not math.isfinite(value):
            _refuse(feature, row)
        value = str(int(value)) if float(value).is_integer() else repr(value)
    if value is None:
        return None
    if not isinstance(value, str):
        _refuse(feature, row)
    if is_missing(value, feature.missing_values):
        return None
    if feature.kind is not Kind.FLAG:
        return level_text(value)
    if value.strip(BLANKS) in ABSENT:
        return None
    flag = parse_flag(level_text(value))
    return _refuse(feature, row) if flag is None else flag_text(flag)


def _refuse(feature: Feature, row: int) -> NoReturn:
    raise RequestError("serve.value", status=422, field=feature.name, row=row, kind=feature.kind.value)
