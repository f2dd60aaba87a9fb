"""Of fewer than five rows a card tells only how many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.model.cards import Effect
from segmint.profile.traits import Trait
from segmint.types import BoolVector, RawColumn, RawColumns


def told_effects(effects: Mapping[str, Effect], columns: RawColumns, rows: BoolVector) -> tuple[Effect, ...]:
    """Return a segment's effects without what is a mean or a share of fewer than five rows.

    An effect goes where fewer than five rows of the segment have a value; where fewer than five others have
    one, only what the others are like goes.

    Parameters
    ----------
    effects
        The segment's effects by column.
    columns
        Raw values.
    rows
        Which rows are the segment's, shape (n_samples,).
    """
    told = []
    for effect in effects.values():
        present = _present(columns[effect.feature])
        if np.count_nonzero(present & rows) >= FEWEST_TOLD:
            few_others = np.count_nonzero(present & ~rows) < FEWEST_TOLD
            told.append(replace(effect, outside=None) if few_others else effect)
    return tuple(told)


def without_levels(traits: Sequence[Trait]) -> list[Trait]:
    """Return traits that name no level: that of a few customers is not told, only whether numbers are high."""
    return [trait if trait.level is None else replace(trait, strength=0.0) for trait in traits]


def _present(column: RawColumn) -> BoolVector:
    if column.dtype == object:
        return np.fromiter((value is not None for value in column), dtype=np.bool_, count=len(column))
    return np.asarray(~np.isnan(column))
