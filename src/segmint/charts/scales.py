"""The scales of a map's axes: linear, or logged where the preparation logs the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import altair as alt
import numpy as np

from segmint.charts.marks import lookup_expression, number_format
from segmint.choosing.study import Study
from segmint.model.preparation import NumericStep
from segmint.types import FloatVector
from segmint.words.numbers import count, unit

_LEADS: Final = ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0))
"""First digits of ticks on a logged axis, from few to many."""
_NEAREST: Final = 0.07
"""Ticks nearer than this share of the axis would touch."""
_FEWEST: Final = 3


@dataclass(frozen=True)
class AxisScale:
    """From original units to places along one axis, and back.

    Attributes
    ----------
    offset, log_unit
        Places are log1p((x − offset) / log_unit), as in the preparation; ``offset`` is ``None`` on a linear axis, where
        the place is x itself.
    """

    offset: float | None = None
    log_unit: float = 1.0

    def places(self, values: FloatVector) -> FloatVector:
        """Return the places of values in original units."""
        if self.offset is None:
            return values
        return np.asarray(np.log1p(np.maximum(values - self.offset, 0.0) / self.log_unit))

    def values(self, places: FloatVector) -> FloatVector:
        """Return the values at places, in original units."""
        if self.offset is None:
            return places
        return np.asarray(np.expm1(places) * self.log_unit + self.offset)

    def floor(self, lowest: float) -> float:
        """Return the place below which nothing is drawn: the lowest value of a logged column, 0 where all lie above."""
        if self.offset is not None:
            return float(self.places(np.array([lowest]))[0])
        return 0.0 if lowest >= 0 else -np.inf

    def axis(self, title: str, low: float, high: float, n_ticks: int) -> alt.Axis:
        """Return the axis from one place to another, its ticks in original units."""
        if self.offset is None:
            return alt.Axis(title=title, tickCount=n_ticks, format=number_format(low, high))
        told = self._told(low, high, n_ticks)
        places = self.places(np.array(told)).tolist()
        texts = {f"{place:.4f}": _plain(value) for place, value in zip(places, told, strict=True)}
        expression = f"{lookup_expression(texts)}[format(datum.value, '.4f')]"
        return alt.Axis(title=title, values=places, labelExpr=expression)

    def _told(self, low: float, high: float, n_ticks: int) -> list[float]:
        """Return round values whose places lie between two places and don't touch."""
        assert self.offset is not None
        lowest, highest = self.values(np.array([max(low, 0.0), high])).tolist()
        powers = range(round(np.log10(self.log_unit)), 1 + int(np.ceil(np.log10(max(highest, 1e-3)))))
        told: list[float] = []
        for leads in _LEADS:
            round_values = [lead * 10.0**power for power in powers for lead in leads]
            found = [value for value in (0.0, *round_values) if lowest <= value <= highest]
            told = self._apart(found, (high - low) * _NEAREST)
            if len(told) >= n_ticks - 1:
                break
        if len(told) < _FEWEST:  # the logarithm starts far from 0: no round values there
            told = self.values(np.linspace(max(low, 0.0), high, n_ticks)[:-1]).tolist()
        return told

    def _apart(self, values: list[float], gap: float) -> list[float]:
        kept: list[float] = []
        for value, place in zip(values, self.places(np.array(values)).tolist(), strict=True):
            if not kept or place - float(self.places(np.array([kept[-1]]))[0]) >= gap:
                kept.append(value)
        return kept


LINEAR: Final = AxisScale()


def _plain(value: float) -> str:
    return count(value) if value.is_integer() else unit(value)


def axis_scale(study: Study, axis: str) -> AxisScale:
    """Return the scale of a column of the map; linear too for a component of a projection."""
    steps = () if study.model is None else study.model.preparation.steps
    for step in steps:
        if step.name == axis and isinstance(step, NumericStep) and step.log_offset is not None:
            return AxisScale(step.log_offset, step.log_unit)
    return LINEAR
