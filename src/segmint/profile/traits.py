"""What names and summaries go by: each column of each segment, as the clusters saw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segmint.model.cards import Effect
from segmint.model.preparation import NumericStep, Preparation, Step
from segmint.prepare.collinear import MOST_COLUMNS, correlations
from segmint.profile.effects import number_contrast
from segmint.types import FloatVector, IntVector, RawColumns

APART = 0.5  # Cohen's "medium": below, a column is called mid


@dataclass(frozen=True)
class Trait:
    """One column of one segment, as its name sees it.

    Attributes
    ----------
    feature, level
        The column; for a flag or category also the level whose share differs.
    strength
        Signed effect size of the column as the clusters saw it (clipped, logged); 0 where the means in
        original units say the opposite, or there is nothing to compare.
    inside
        Share of the level in the segment; 0 for a number.
    """

    feature: str
    level: str | None
    strength: float
    inside: float = 0.0

    @property
    def apart(self) -> bool:
        """Whether the segment stands out in this column."""
        return abs(self.strength) >= APART


def find_traits(
    preparation: Preparation,
    columns: RawColumns,
    labels: IntVector,
    effects: Sequence[Mapping[str, Effect]],
) -> list[list[Trait]]:
    """Return, for each cluster, a trait for each column that made the clusters, in the schema's order.

    Cohen's d of a spending column in original units is small whatever the segments, because a few huge
    customers stretch its deviation; after the logarithm it says what the clusters were made of.

    Parameters
    ----------
    preparation
        The fitted steps.
    columns
        Raw values.
    labels
        Shape (n_samples,).
    effects
        The effects of each cluster, by column.
    """
    by_step = [_strengths(step, columns, labels, len(effects)) for step in preparation.steps]
    return [
        [
            _trait(step, strengths[cluster], found.get(step.name))
            for step, strengths in zip(preparation.steps, by_step, strict=True)
        ]
        for cluster, found in enumerate(effects)
    ]


def correlation_of(preparation: Preparation, columns: RawColumns) -> dict[tuple[str, str], float]:
    """Return the correlation of each pair of numeric columns as the clusters saw them.

    Empty for more than 1,000 columns.
    """
    steps = [step for step in preparation.steps if isinstance(step, NumericStep)]
    if not 2 <= len(steps) <= MOST_COLUMNS:
        return {}
    table = correlations(np.hstack([step.forward(columns[step.name]) for step in steps]))
    return {
        (first.name, second.name): float(table[i, j])
        for i, first in enumerate(steps)
        for j, second in enumerate(steps)
    }


def _strengths(step: Step, columns: RawColumns, labels: IntVector, n_clusters: int) -> FloatVector:
    if not isinstance(step, NumericStep):
        return np.full(n_clusters, np.nan)
    raw = columns[step.name]
    shaped = np.where(np.isnan(raw), np.nan, step.shaped(raw))
    return number_contrast(shaped, labels, n_clusters).size


def _trait(step: Step, strength: float, effect: Effect | None) -> Trait:
    if effect is None:
        return Trait(step.name, None, 0.0)
    if effect.level is not None:
        return Trait(step.name, effect.level, effect.size, effect.inside)
    opposed = np.isnan(strength) or strength * effect.size < 0
    return Trait(step.name, None, 0.0 if opposed else float(strength))
