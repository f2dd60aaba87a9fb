"""Which columns the cards tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmint.model.preparation import NumericStep, Preparation
from segmint.model.schema import LEVEL_KINDS, Feature, Role, Schema
from segmint.types import RawColumns


@dataclass(frozen=True)
class Told:
    """The columns that cards tell of: those that cluster and those that describe.

    Attributes
    ----------
    numbers, levels
        Numeric columns; flags and categories.
    fills
        What a missing value of a column that clusters became.
    """

    numbers: tuple[Feature, ...]
    levels: tuple[Feature, ...]
    fills: Mapping[str, float]


def told_columns(schema: Schema, preparation: Preparation, columns: RawColumns) -> Told:
    """Return the columns to tell of; dates and texts never."""
    candidates = [
        feature
        for feature in schema
        if feature.role in (Role.CLUSTER, Role.DESCRIBE) and feature.name in columns
    ]
    return Told(
        numbers=tuple(f for f in candidates if f.numeric),
        levels=tuple(f for f in candidates if f.kind in LEVEL_KINDS),
        fills={step.name: step.fill for step in preparation.steps if isinstance(step, NumericStep)},
    )
