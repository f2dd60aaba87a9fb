"""Centers, quantiles and shares of levels of each segment, in original units."""

from __future__ import annotations

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.prepare.moments import mean_and_deviation, quantiles
from segmint.profile.effects import levels_of
from segmint.profile.told import Told
from segmint.types import BoolVector, RawColumns

SHOWN_LEVELS = 10
TENTHS = (0.1, 0.25, 0.5, 0.75, 0.9)

Quantiles = tuple[float, float, float, float, float]


def centers(
    told: Told, columns: RawColumns, rows: BoolVector
) -> tuple[dict[str, float], dict[str, Quantiles]]:
    """Return mean and quantiles (.1, .25, .5, .75, .9) of each numeric column over some rows.

    Missing values are left out; where all are missing, a column that clusters has what they became. A
    column of which fewer than five rows have a value is left out.
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
            first, second, third, fourth, fifth = quantiles(present, TENTHS)
            spreads[feature.name] = (first, second, third, fourth, fifth)
    return means, spreads


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
