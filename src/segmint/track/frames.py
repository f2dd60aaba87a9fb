"""Columns of a pandas frame as a model takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from segmint.errors import SchemaError, ValueRuleError
from segmint.model.parsing import ABSENT, flag_text, is_missing, level_text, parse_flag, parse_number
from segmint.model.schema import Feature, Kind, Schema
from segmint.model.segment_model import SegmentModel
from segmint.types import RawColumn


def frame_columns(model: SegmentModel, frame: pd.DataFrame) -> dict[str, RawColumn]:
    """Return the raw columns that a model needs, read from a frame by the model's own grammar.

    Texts stand in the place of shares of topics, where none of these is there.

    Raises
    ------
    SchemaError
        If a column is missing.
    ValueRuleError
        If a column of numbers holds a text that is none; the value is not shown.
    """
    topics, found = model.topics, [str(name) for name in frame.columns]
    if topics is not None and topics.replaces(found):
        schema = topics.with_text(model.schema)
        return dict(topics.folded(_columns(schema, [one.name for one in schema.clustering], frame)))
    return _columns(model.schema, model.preparation.columns, frame)


def _columns(schema: Schema, needed: Sequence[str], frame: pd.DataFrame) -> dict[str, RawColumn]:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise SchemaError("track.missing_columns", missing=missing, needed=list(needed))
    return {name: _column(schema.feature(name), frame[name]) for name in needed}


def _column(feature: Feature, values: pd.Series[Any]) -> RawColumn:
    if not feature.numeric:
        return np.array([_level(feature, value) for value in values], dtype=object)
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isinf(numbers), np.nan, numbers)
    return np.array([_number(feature, value) for value in values], dtype=np.float64)


def _level(feature: Feature, value: Any) -> str | None:
    if pd.isna(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return flag_text(bool(value))
    text = str(value)
    if is_missing(text, feature.missing_values):
        return None
    if feature.kind is Kind.FLAG and (flag := parse_flag(level_text(text))) is not None:
        return flag_text(flag)
    return level_text(text)


def _number(feature: Feature, value: Any) -> float:
    if pd.isna(value):
        return np.nan
    text = str(value)
    if is_missing(text, (*feature.missing_values, *ABSENT)):
        return np.nan
    number = parse_number(text)
    if number is None:
        raise ValueRuleError("track.not_a_number", column=feature.name)
    return number
