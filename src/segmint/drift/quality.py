"""Broken data before drift: a column that came in wrong looks like the largest drift of all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from segmint.drift.distances import stored_ks
from segmint.labels import FEWEST_TOLD
from segmint.model.column_reference import ColumnReference
from segmint.types import FloatVector, RawColumn, RawColumns
from segmint.words import Sentence, sentence

MORE_MISSING = 0.03
MISSING_DEVIATE = 3.5
MORE_OF_ONE_VALUE = 0.20
UNSEEN_SHARE = 0.02
BEYOND_SHARE = 0.01
OUTERMOST = 2 * (FEWEST_TOLD + 0.5)
RANGES = 3.0  # so many ranges of training beyond its ends
FEWEST_ROWS = FEWEST_PRESENT = 20  # of fewer nothing is said
FACTORS = (1e6, 1000.0, 100.0, 60.0, 24.0, 12.0, 10.0, 7.0)
"""Units that are mistaken for one another: currencies and cents, seconds and hours, months and years."""
UNITS = (*FACTORS, *(1.0 / factor for factor in FACTORS))
SPREADS = ((0.25, 0.75), (0.05, 0.95), (0.01, 0.99))
NEAR, NEAR_OF_LARGE, LARGE = math.log(1.25), math.log(2.0), math.log(50.0)
"""A ratio of spreads within a quarter of a factor may be that factor; of one that no behavior reaches, within twice."""
REMEDIED = 0.5  # rescaled, the distance to training's distribution is at most this share of before


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one column.

    Attributes
    ----------
    column
        Its name.
    what
        ``empty``, ``missing``, ``value``, ``unit``, ``range`` or ``levels``.
    figures
        What the sentence names.
    """

    column: str
    what: str
    figures: Mapping[str, Any]

    @property
    def said(self) -> Sentence:
        """What happened, in a sentence."""
        known = self.what != "levels" or self.figures["levels"]
        return sentence(
            f"drift.quality.{self.what}{'' if known else '_rare'}", column=self.column, **self.figures
        )

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "column": self.column,
            "what": self.what,
            "figures": dict(self.figures),
            "said": str(self.said),
        }


def check_quality(reference: Mapping[str, ColumnReference], columns: RawColumns) -> tuple[Finding, ...]:
    """Return what is wrong with the batch's columns, at most one finding each.

    Looked for, in this order: no value at all; more missing values (by 3 points, and by 3.5 deviations);
    another unit (the spread near a known factor of training's, and the distribution like training's once
    divided by it); one value's share (by 20 points); numbers far beyond all ranges; levels never seen.

    Parameters
    ----------
    reference
        What the columns of the training data looked like.
    columns
        The batch in original units; columns that training did not describe are not looked at.
    """
    found = (_first(name, reference[name], columns[name]) for name in reference if name in columns)
    return tuple(finding for finding in found if finding is not None)


def _first(name: str, reference: ColumnReference, column: RawColumn) -> Finding | None:
    if len(column) < FEWEST_ROWS:
        return None
    checks = _of_numbers(reference, column) if reference.numeric else _of_levels(reference, column)
    found = next(((what, figures) for what, figures in checks if figures is not None), None)
    return None if found is None else Finding(name, *found)


Figures = dict[str, Any] | None


def _of_numbers(reference: ColumnReference, column: RawColumn) -> Iterator[tuple[str, Figures]]:
    values = np.asarray(column, dtype=np.float64)
    present = values[~np.isnan(values)]
    yield "empty", _empty(reference, present.size)
    yield "missing", _missing(reference, values.size, present.size)
    if present.size < FEWEST_PRESENT:
        return
    ordered = np.sort(present)
    known = bool(reference.quantiles.size)
    yield "unit", _unit(reference, ordered) if known else None
    yield "value", _one_value(reference, present)
    yield "range", _range(reference, ordered) if known else None


def _of_levels(reference: ColumnReference, column: RawColumn) -> Iterator[tuple[str, Figures]]:
    present = [str(value) for value in column if value is not None]
    yield "empty", _empty(reference, len(present))
    yield "missing", _missing(reference, len(column), len(present))
    if len(present) >= FEWEST_PRESENT:
        yield "levels", _unseen(reference, present)


def _empty(reference: ColumnReference, n_present: int) -> Figures:
    return {} if n_present == 0 and reference.missing_share < 1.0 else None


def _missing(reference: ColumnReference, m: int, n_present: int) -> Figures:
    before, now = reference.missing_share, 1.0 - n_present / m
    deviate = _share_deviate(before * reference.count[0], float(reference.count[0]), float(m - n_present), m)
    worse = now - before >= MORE_MISSING and deviate > MISSING_DEVIATE
    return {"before": before, "now": now} if worse else None


def _share_deviate(hits: float, n: float, now: float, m: float) -> float:
    """Return the difference of two shares in its deviations, by the pooled share."""
    if not n or not m:
        return 0.0
    pooled = (hits + now) / (n + m)
    variance = max(pooled * (1.0 - pooled), 1.0 / (n + m)) * (1.0 / n + 1.0 / m)
    return (now / m - hits / n) / math.sqrt(variance)


def _one_value(reference: ColumnReference, present: FloatVector) -> Figures:
    found, counts = np.unique(present, return_counts=True)
    at = int(np.argmax(counts))
    now, value = float(counts[at] / present.size), float(found[at])
    before, n = _share_of(reference, value), float(reference.count[1])
    deviate = _share_deviate(before * n, n, float(counts[at]), present.size)
    more = now - before >= MORE_OF_ONE_VALUE and deviate > MISSING_DEVIATE and counts[at] >= FEWEST_TOLD
    return {"value": value, "before": before, "now": now} if more else None


def _share_of(reference: ColumnReference, value: float) -> float:
    """Return a value's share of training; of one that is not kept, at most the rarest kept one's."""
    same = np.flatnonzero(reference.values == value)
    if same.size:
        return float(reference.shares[same[0]])
    return float(reference.shares[-1]) if reference.shares.size else 0.0


def _unit(reference: ColumnReference, ordered: FloatVector) -> Figures:
    before, now = _spreads(reference, ordered)
    if not (before > 0 and now > 0):
        return None
    factor = min(UNITS, key=lambda unit: abs(math.log(now / before / unit)))
    near = NEAR_OF_LARGE if abs(math.log(factor)) > LARGE else NEAR
    if abs(math.log(now / before / factor)) > near:
        return None
    known = replace(reference, quantiles=_snapped(reference.quantiles))
    as_it_is, rescaled = (stored_ks(known, _snapped(values)) for values in (ordered, ordered / factor))
    if rescaled >= REMEDIED * as_it_is:
        return None
    return {"factor": round(factor, 6) if factor < 1 else round(factor)}


def _snapped(values: FloatVector) -> FloatVector:
    """Return values of 34 bits: a number that was multiplied and divided again is the same one."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissa, 34)), exponent - 34)


def _spreads(reference: ColumnReference, ordered: FloatVector) -> tuple[float, float]:
    """Return the spread of training and batch between two quantiles: wider ones where most rows share a value."""
    before, now = 0.0, 0.0
    for ends in SPREADS:
        low, high = np.interp(ends, reference.grid, reference.quantiles)
        if high > low:
            before, now = float(high - low), float(np.diff(np.quantile(ordered, ends))[0])
            break
    return before, now


def _range(reference: ColumnReference, ordered: FloatVector) -> Figures:
    low, high = float(reference.quantiles[0]), float(reference.quantiles[-1])
    width = high - low
    if not width > 0:
        return None
    inside = np.searchsorted(ordered, high + RANGES * width, side="right") - np.searchsorted(
        ordered, low - RANGES * width, side="left"
    )
    beyond, n = int(ordered.size - inside), float(reference.count[1])
    # as many rows of training may lie there as lie beyond the outermost quantiles
    deviate = _share_deviate(min(n, OUTERMOST), n, float(beyond), ordered.size)
    share = beyond / ordered.size
    broken = share >= BEYOND_SHARE and beyond >= FEWEST_TOLD and deviate > MISSING_DEVIATE
    return {"share": share, "low": low, "high": high} if broken else None


def _unseen(reference: ColumnReference, present: list[str]) -> Figures:
    known = set(reference.levels)
    unseen = [level for level in present if level not in known]
    expected = max(0.0, 1.0 - float(reference.shares.sum())) if len(reference.levels) else 0.0
    now = len(unseen) / len(present)
    n = float(reference.count[1])
    enough = _share_deviate(expected * n, n, float(len(unseen)), float(len(present))) > MISSING_DEVIATE
    if now - expected < UNSEEN_SHARE or not enough:
        return None
    levels, counts = np.unique(np.asarray(unseen, dtype=str), return_counts=True)
    order = [at for at in np.argsort(-counts, kind="stable")[:3] if counts[at] >= FEWEST_TOLD]
    return {"share": now, "levels": [str(levels[at]) for at in order]}
