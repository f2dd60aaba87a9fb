"""Boxes that hold one segment: at most three comparisons, chosen by F1 on the rows that write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segmint.model.cards import Condition
from segmint.profile.rounding import roundest
from segmint.types import BoolVector, FloatVector, IntVector, RawColumn

STARTS = 4  # first comparisons that are followed further
WORTH = 0.02  # a comparison, or a second bound, must raise F1 by so much, and by half a row
ROUNDING = 0.01  # what a rounder number may cost
SLACK = (0.04, 0.02, 0.01, 0.0)  # how far a threshold may move for a rounder number, in the segment's rows


@dataclass(frozen=True, eq=False)
class Axis:
    """One column as the search sees it: each row's place among the column's sorted values.

    Attributes
    ----------
    name
        The column.
    codes
        Shape (n_rows,): the number of each row's value, −1 where it is missing.
    values
        The sorted different values, where the column is numeric; empty for levels.
    levels
        The levels, where the column is a flag or a category.
    """

    name: str
    codes: IntVector
    values: FloatVector
    levels: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """The number of different values."""
        return len(self.levels) or int(self.values.size)


def number_axis(name: str, column: FloatVector) -> Axis:
    """Return the axis of a numeric column; NaN is missing."""
    present = ~np.isnan(column)
    values, places = np.unique(column[present], return_inverse=True)
    codes = np.full(column.shape, -1, dtype=np.int64)
    codes[present] = places
    return Axis(name, codes, values)


def level_axis(name: str, column: RawColumn, levels: tuple[str, ...]) -> Axis:
    """Return the axis of a flag or category; other levels are missing."""
    place = {level: number for number, level in enumerate(levels)}
    codes = np.fromiter((place.get(value, -1) for value in column), dtype=np.int64, count=len(column))
    return Axis(name, codes, np.empty(0), levels)


def f_score(matches: BoolVector, wanted: BoolVector) -> float:
    """Return F1, the harmonic mean of precision and recall: 2 TP / (matches + wanted)."""
    total = int(matches.sum()) + int(wanted.sum())
    return 2 * int((matches & wanted).sum()) / total if total else 0.0


def worth(wanted: BoolVector) -> float:
    """Return by how much a further comparison must raise F1: .02, and half a row of the segment."""
    return WORTH + 0.5 / max(1, int(wanted.sum()))


def meets(condition: Condition, column: RawColumn) -> BoolVector:
    """Return which rows meet one comparison; a missing value never does."""
    if condition.level is not None:
        equal = np.asarray(column == condition.level, dtype=np.bool_)
        present = np.fromiter((value is not None for value in column), dtype=np.bool_, count=len(column))
        return present & ~equal if condition.negated else equal
    matches = ~np.isnan(column)
    if condition.lower is not None:
        matches &= column >= condition.lower
    if condition.upper is not None:
        matches &= column < condition.upper
    return np.asarray(matches)


def best_box(
    axes: Sequence[Axis], columns: Mapping[str, RawColumn], wanted: BoolVector, most: int
) -> tuple[Condition, ...]:
    """Search the box with the best F1: the best first comparisons, each extended greedily.

    Parameters
    ----------
    axes
        The columns that may be compared.
    columns
        The same columns in original units, for the same rows.
    wanted
        Which rows belong to the segment, shape (n_rows,).
    most
        The largest number of comparisons.

    Returns
    -------
    tuple of Condition
        Empty where nothing tells the segment's rows from the others.
    """
    everything = np.ones(wanted.shape, dtype=np.bool_)
    firsts = sorted(
        _candidates(axes, columns, everything, wanted), key=lambda found: (-found[0], found[1].feature)
    )
    best: tuple[float, tuple[Condition, ...]] = (f_score(everything, wanted) + worth(wanted), ())
    for _, first in firsts[:STARTS]:
        box = _refit(_extended((first,), axes, columns, wanted, most), axes, columns, wanted)
        score = f_score(matching(box, columns), wanted)
        if score > best[0] + worth(wanted) * max(0, len(box) - len(best[1]) if best[1] else 0):
            best = (score, box)
    order = {axis.name: number for number, axis in enumerate(axes)}
    return tuple(sorted(best[1], key=lambda condition: order[condition.feature]))


def matching(box: Sequence[Condition], columns: Mapping[str, RawColumn]) -> BoolVector:
    """Return which rows meet all comparisons."""
    n_rows = len(next(iter(columns.values())))
    matches = np.ones(n_rows, dtype=np.bool_)
    for condition in box:
        matches &= meets(condition, columns[condition.feature])
    return matches


def _extended(
    box: tuple[Condition, ...],
    axes: Sequence[Axis],
    columns: Mapping[str, RawColumn],
    wanted: BoolVector,
    most: int,
) -> tuple[Condition, ...]:
    while len(box) < most:
        inside = matching(box, columns)
        named = {condition.feature for condition in box}
        rest = [axis for axis in axes if axis.name not in named]
        found = max(_candidates(rest, columns, inside, wanted), key=lambda pair: pair[0], default=None)
        if found is None or found[0] < f_score(inside, wanted) + worth(wanted):
            break
        box = (*box, found[1])
    return box


def _refit(
    box: tuple[Condition, ...],
    axes: Sequence[Axis],
    columns: Mapping[str, RawColumn],
    wanted: BoolVector,
) -> tuple[Condition, ...]:
    """Choose each comparison once more, given all the others: the first was chosen without them."""
    by_name = {axis.name: axis for axis in axes}
    for number, condition in enumerate(box if len(box) > 1 else ()):
        others = (*box[:number], *box[number + 1 :])
        inside = matching(others, columns)
        again = list(_candidates([by_name[condition.feature]], columns, inside, wanted))
        if again and again[0][0] > f_score(matching(box, columns), wanted):
            box = (*box[:number], again[0][1], *box[number + 1 :])
    return box


def _candidates(
    axes: Sequence[Axis], columns: Mapping[str, RawColumn], inside: BoolVector, wanted: BoolVector
) -> Iterator[tuple[float, Condition]]:
    """Give each column's best comparison within a box, with the F1 that it makes."""
    for axis in axes:
        condition = (
            _best_level(axis, inside, wanted)
            if axis.levels
            else _best_interval(axis, columns[axis.name], inside, wanted)
        )
        if condition is not None:
            yield f_score(inside & meets(condition, columns[axis.name]), wanted), condition


def _best_level(axis: Axis, inside: BoolVector, wanted: BoolVector) -> Condition | None:
    hits, rows = _counts(axis, inside, wanted)
    n_wanted = int(wanted.sum())
    one = 2 * hits / (rows + n_wanted)
    others = 2 * (hits.sum() - hits) / (rows.sum() - rows + n_wanted)
    negated = bool(others.max() > one.max())
    level = int(np.argmax(others if negated else one))
    return Condition(axis.name, level=axis.levels[level], negated=negated)


def _best_interval(
    axis: Axis, column: FloatVector, inside: BoolVector, wanted: BoolVector
) -> Condition | None:
    if axis.size < 2:
        return None
    hits, rows = _counts(axis, inside, wanted)
    first, last = best_run(hits, rows, int(wanted.sum()))
    return _readable(axis, column, (first, last), inside, wanted)


def _counts(axis: Axis, inside: BoolVector, wanted: BoolVector) -> tuple[FloatVector, FloatVector]:
    """Return, for each value, the wanted rows and all rows that hold it within the box."""
    inside = inside & (axis.codes >= 0)
    rows = np.bincount(axis.codes[inside], minlength=axis.size).astype(np.float64)
    hits = np.bincount(axis.codes[inside & wanted], minlength=axis.size).astype(np.float64)
    return hits, rows


def best_run(hits: FloatVector, rows: FloatVector, n_wanted: int) -> tuple[int, int]:
    """Return first and last value of the run with the largest F1 = 2 hits / (rows + n_wanted), exactly.

    F1 of a run is above λ where Σ (2 hits − λ rows) > λ n_wanted; so the run with the largest sum is
    sought for a rising λ until nothing is gained.

    Parameters
    ----------
    hits, rows
        Wanted rows, and all rows, that hold each value; shape (n_values,).
    n_wanted
        All wanted rows, inside the run or not.

    References
    ----------
    Dinkelbach (1967), On nonlinear fractional programming, doi:10.1287/mnsc.13.7.492.

    Examples
    --------
    >>> best_run(np.array([0.0, 2.0, 3.0, 0.0]), np.array([4.0, 2.0, 4.0, 5.0]), 5)
    (1, 2)
    """
    first, last = 0, len(rows) - 1
    score = 2 * float(hits.sum()) / (float(rows.sum()) + n_wanted)
    while True:
        totals = np.concatenate([[0.0], np.cumsum(2 * hits - score * rows)])
        lowest = np.minimum.accumulate(totals[:-1])
        end = int(np.argmax(totals[1:] - lowest))
        start = int(np.argmin(totals[: end + 1]))
        found = float(hits[start : end + 1].sum()) * 2 / (float(rows[start : end + 1].sum()) + n_wanted)
        if found <= score + 1e-12:
            return first, last
        first, last, score = start, end, found


def _readable(
    axis: Axis, column: FloatVector, run: tuple[int, int], inside: BoolVector, wanted: BoolVector
) -> Condition | None:
    """Turn a run of values into bounds: none at the ends, none that is not worth it, rounded."""
    first, last = run
    lower = float(axis.values[first]) if first > 0 else None
    upper = float(axis.values[last + 1]) if last + 1 < axis.size else None
    goal = f_score(inside & meets(Condition(axis.name, lower, upper), column), wanted) - worth(wanted)
    options = [(None, upper), (lower, None)]
    for low, high in options:
        spare = Condition(axis.name, low, high)
        if (low, high) != (None, None) and f_score(inside & meets(spare, column), wanted) >= goal:
            lower, upper = low, high
            break
    if lower is None and upper is None:
        return None
    condition = Condition(axis.name, lower, upper)
    goal = f_score(inside & meets(condition, column), wanted) - ROUNDING
    for end in ("lower", "upper"):
        condition = _rounded(axis, column, condition, end, inside, wanted, goal)
    return condition


def _rounded(
    axis: Axis,
    column: FloatVector,
    condition: Condition,
    end: str,
    inside: BoolVector,
    wanted: BoolVector,
    goal: float,
) -> Condition:
    """Move one bound to the roundest number nearby that keeps F1 above the goal."""
    bound = condition.lower if end == "lower" else condition.upper
    if bound is None:
        return condition
    place = int(np.searchsorted(axis.values, bound))
    for slack in SLACK:
        reach = int(slack * axis.size)
        low = float(axis.values[max(0, place - 1 - reach)])
        high = float(axis.values[min(axis.size - 1, place + reach)])
        rounded = roundest(low, high)
        lower, upper = (rounded, condition.upper) if end == "lower" else (condition.lower, rounded)
        if lower is not None and upper is not None and lower >= upper:
            continue
        moved = Condition(axis.name, lower, upper)
        if f_score(inside & meets(moved, column), wanted) >= goal:
            return moved
    return condition
