"""Centers, quantiles and shares of levels of each segment, in original units."""

from __future__ import annotations

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.prepare.moments import mean_and_deviation, quantiles
from segmint.profile.effects import levels_of
from segmint.profile.told import Told
from segmint.types import BoolVector, FloatVector, RawColumns

SHOWN_LEVELS = 10
TENTHS = (0.1, 0.25, 0.5, 0.75, 0.9)

Quantiles = tuple[float, float, float, float, float]


def centers(
    told: Told, columns: RawColumns, rows: BoolVector
) -> tuple[dict[str, float], dict[str, Quantiles]]:
    """Return mean and quantiles (.1, .25, .5, .75, .9) of each numeric column over some rows.

    Missing values are left out; where all are missing, a column that clusters has what they became. A
    column of which fewer than five rows have a value is left out; of fewer than ten only the mean is told.
    """
    means: dict[str, float] = {}
    spreads: dict[str, Quantiles] = {}
    for feature in told.numbers:
        present = columns[feature.name][rows]
        if present.size >= FEWEST_TOLD and feature.name in told.fills and np.isnan(present).all():
            present = np.full(present.size, told.fills[feature.name])
        present = present[~np.isnan(present)]
        if present.size >= FEWEST_TOLD:
            means[feature.name] = mean_and_deviation(present)[0]
        if present.size >= 2 * FEWEST_TOLD:
            first, second, third, fourth, fifth = (_told_quantile(present, level) for level in TENTHS)
            spreads[feature.name] = (first, second, third, fourth, fifth)
    return means, spreads


def _told_quantile(values: FloatVector, level: float) -> float:
    """Return a quantile, or the mean of the five values next to it where fewer than five lie beyond it.

    Near its ends a quantile is the value of one row, so that a few quantiles would tell all rows of a small segment.
    """
    last = values.size - 1
    place = level * last
    if min(place, last - place) >= FEWEST_TOLD:
        return quantiles(values, (level,))[0]
    first = min(max(round(place) - FEWEST_TOLD // 2, 0), values.size - FEWEST_TOLD)
    return mean_and_deviation(np.sort(values)[first : first + FEWEST_TOLD])[0]


def level_shares(told: Told, columns: RawColumns, rows: BoolVector) -> dict[str, dict[str, float]]:
    """Return the shares of the ten commonest levels among the present values of some rows.

    A level that fewer than five rows have is left out, since it could be recognized; so is a column without
    any other.
    """
    shares: dict[str, dict[str, float]] = {}
    for feature in told.levels:
        counts = levels_of(columns[feature.name][rows])
        total = sum(counts.values())
        shown = [level for level, count in counts.items() if count >= FEWEST_TOLD]
        if shown:
            shares[feature.name] = {level: counts[level] / total for level in shown[:SHOWN_LEVELS]}
    return shares
