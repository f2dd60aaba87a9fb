"""What would move a customer: the smallest change of some fields that gives it another segment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from segmint.model.assignment import assign
from segmint.model.placement import Assigner
from segmint.model.preparation import LevelStep, NumericStep
from segmint.model.schema import Kind
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, FloatVector, RawColumns

_STEPS: Final = 200  # along a line, before the border is halved in
_HALVINGS: Final = 50
_SEEDS: Final = 24  # ways into a segment that are tried
_ROUNDS: Final = 25  # of the border made straight
_MOST_COMBINATIONS: Final = 64  # of levels
_DIGITS: Final = (3, 4, 6, 9, 17)
_BEYOND: Final = (1e-9, 1e-6, 1e-3, 1e-2, 5e-2)


@dataclass(frozen=True)
class Change:
    """A change and what it does.

    Attributes
    ----------
    segment
        Id of the segment that the customer would belong to.
    values
        The new values of the fields that change, in original units.
    size
        Length of the change in prepared units: with standard scaling, in standard deviations.
    """

    segment: str
    values: Mapping[str, float | str]
    size: float


def smallest_change(
    model: SegmentModel, columns: RawColumns, *, allowed: Sequence[str], to: int | None = None
) -> Change | None:
    """Return the smallest change that moves one customer, or ``None`` where none was found.

    For rules with straight borders (K-Means) it is the smallest there is, before values are rounded to what a
    person can read; for the others the best of several ways in, each made better by straight borders in the
    neighborhood. Counts change to whole numbers; a clipped column does not go beyond its bounds; of levels up to
    64 combinations are tried. Whatever is returned was assigned again, as a customer with these values would be.

    Parameters
    ----------
    model
        The segmentation.
    columns
        One row, as for :func:`segmint.model.assignment.assign`.
    allowed
        The fields that may change.
    to
        The label that is wanted; ``None`` for any other than the customer's.
    """
    found = assign(model, columns, np.array([None], dtype=object))
    own = int(found.labels[0])
    wanted = [label for label in range(model.assigner.n_clusters) if label != own] if to is None else [to]
    search = _Search(model, allowed)
    best: Change | None = None
    for start in search.starts(columns):
        for label in wanted:
            changed = search.into(start, label, math.inf if best is None else best.size)
            if changed is not None and (best is None or changed.size < best.size):
                best = changed
    return best


@dataclass(frozen=True, eq=False)
class _Start:
    """A row from which numbers are moved: the customer's, perhaps with other levels."""

    columns: RawColumns
    levels: Mapping[str, str]
    x: FloatVector
    x_before: FloatVector


class _Search:
    """The fields that may change, and where they lie."""

    def __init__(self, model: SegmentModel, allowed: Sequence[str]) -> None:
        self._model = model
        steps = [*zip(model.preparation.steps, model.preparation.places(), strict=True)]
        self._numbers = [
            (step, place.start)
            for step, place in steps
            if isinstance(step, NumericStep) and step.name in allowed
        ]
        self._levels = [step for step, _ in steps if isinstance(step, LevelStep) and step.name in allowed]
        self._free = np.zeros(model.assigner.n_features, dtype=np.bool_)
        self._free[[place for _, place in self._numbers]] = True
        self._lowest = np.full(self._free.shape, -np.inf)
        self._highest = np.full(self._free.shape, np.inf)
        for step, place in self._numbers:
            self._lowest[place], self._highest[place] = step.forward(np.array([-1.7e308, 1.7e308]))[:, 0]

    def starts(self, columns: RawColumns) -> Iterator[_Start]:
        """Yield the customer as it is, then with other levels where these may change."""
        before = self._model.preparation.forward(columns)[0]
        choices = [(None, *step.levels) for step in self._levels]
        for number, levels in enumerate(product(*choices)):
            if number == _MOST_COMBINATIONS:
                return
            chosen = {
                step.name: level
                for step, level in zip(self._levels, levels, strict=True)
                if level is not None
            }
            if any(columns[name][0] == level for name, level in chosen.items()):
                continue
            changed = {**columns, **{name: np.array([level], dtype=object) for name, level in chosen.items()}}
            yield _Start(changed, chosen, self._model.preparation.forward(changed)[0], before)

    def into(self, start: _Start, label: int, bound: float) -> Change | None:
        """Return the smallest change found from a start into a cluster, where it is below a bound."""
        rule = self._model.assigner
        if start.levels and _label(rule, start.x) == label:
            return self._told(start, start.x, label)
        if not self._free.any():
            return None
        entries = self._entries(start.x, label)
        entries = sorted(entries, key=lambda y: _length(y - start.x))[:3]
        best: FloatVector | None = None
        for entry in entries:
            y = self._nearer(start.x, entry, label)
            if best is None or _length(y - start.x) < _length(best - start.x):
                best = y
        if best is None or _length(best - start.x_before) > bound:
            return None
        return self._told(start, best, label)

    def _entries(self, x: FloatVector, label: int) -> list[FloatVector]:
        """Return where lines from the row to the cluster's own places cross into it."""
        found = []
        for seed in _seeds(self._model.assigner, x, label):
            direction = np.where(self._free, seed - x, 0.0)
            along = np.linspace(0.0, 1.5, _STEPS + 1)[1:]
            line = self._bounded(x + along[:, None] * direction, x)
            inside = self._model.assigner.place(line).labels == label
            if inside.any():
                first = int(np.argmax(inside))
                low, high = (0.0 if first == 0 else float(along[first - 1])), float(along[first])
                found.append(self._halved(x, direction, low, high, label))
        return found

    def _halved(
        self, x: FloatVector, direction: FloatVector, low: float, high: float, label: int
    ) -> FloatVector:
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if _label(self._model.assigner, self._bounded(x + middle * direction, x)) == label:
                high = middle
            else:
                low = middle
        return self._bounded(x + high * direction, x)

    def _bounded(self, y: FloatMatrix, x: FloatVector) -> FloatMatrix:
        return np.where(self._free, np.clip(y, self._lowest, self._highest), x)

    def _nearer(self, x: FloatVector, y: FloatVector, label: int) -> FloatVector:
        """Move a place inside the cluster nearer to the row, with the borders made straight around it."""
        for _ in range(_ROUNDS):
            constraints, limits = _straight_borders(self._model.assigner, y, label, self._free)
            step = _least(constraints, limits - constraints @ np.where(self._free, x, 0.0))
            direction = self._bounded(x + step, x) - x
            further = self._bounded(x + direction * (1 + 1e-9), x)
            if _label(self._model.assigner, further) != label:
                further = self._halved(further, y - further, 0.0, 1.0, label)
            if _length(further - x) >= _length(y - x) * (1 - 1e-9):
                return y
            y = further
        return y

    def _told(self, start: _Start, y: FloatVector, label: int) -> Change | None:
        """Return a place in original units, in numbers that a person can read, where they hold what it promises."""
        for digits, beyond in [*((digits, 0.0) for digits in _DIGITS), *((17, beyond) for beyond in _BEYOND)]:
            further = self._bounded(start.x + (y - start.x) * (1 + beyond), start.x)
            values = self._values(start, further, digits)
            changed = {**start.columns, **{name: np.array([value]) for name, value in values.items()}}
            found = assign(self._model, changed, np.array([None], dtype=object))
            if int(found.labels[0]) == label:
                x = self._model.preparation.forward(changed)[0]
                return Change(
                    str(found.segment_ids[0]), {**start.levels, **values}, _length(x - start.x_before)
                )
        return None

    def _values(self, start: _Start, y: FloatVector, digits: int) -> dict[str, float]:
        restored = self._model.preparation.backward(y[None])
        values = {}
        for step, place in self._numbers:
            before, after = float(start.columns[step.name][0]), float(restored[step.name][0])
            if y[place] == start.x[place]:
                continue
            whole = self._model.schema.feature(step.name).kind is Kind.COUNT
            values[step.name] = _away(before, after, digits, whole=whole)
        return values


def _label(rule: Assigner, x: FloatVector) -> int:
    return int(rule.place(x[None]).labels[0])


def _length(x: FloatVector) -> float:
    return float(np.sqrt(np.sum(x * x)))


def _away(before: float, after: float, digits: int, *, whole: bool) -> float:
    """Round a new value away from the old one, so that what it reaches is still reached."""
    up = after > before or math.isnan(before)
    if whole:
        return float(math.ceil(after - 1e-9) if up else math.floor(after + 1e-9))
    if after == 0 or digits >= 17:
        return after
    unit = 10.0 ** (math.floor(math.log10(abs(after))) - digits + 1)
    return float((math.ceil if up else math.floor)(after / unit) * unit)


def _seeds(rule: Assigner, x: FloatVector, label: int) -> FloatMatrix:
    """Return places inside a cluster: its center, its mean, or its kept points that are nearest."""
    arrays = rule.arrays()
    for name in ("centers", "means"):
        if name in arrays:
            return np.asarray(arrays[name][label][None], dtype=np.float64)
    points, labels = (
        (arrays["points"], arrays["point_labels"])
        if "points" in arrays
        else (arrays["exemplars"], arrays["exemplar_labels"])
    )
    own = np.asarray(points[labels == label], dtype=np.float64)
    order = np.argsort(((own - x) ** 2).sum(axis=1), kind="stable")
    return np.asarray(own[order[:_SEEDS]])


def _straight_borders(
    rule: Assigner, y: FloatVector, label: int, free: BoolVector
) -> tuple[FloatMatrix, FloatVector]:
    """Return A and b of A z ≥ b over the free features: the borders to all other clusters, as they look from y."""
    heights = _heights(rule, y)
    slopes = np.zeros((rule.n_clusters, y.size))
    for place in np.flatnonzero(free):
        width = 1e-4 * (1.0 + abs(float(y[place])))
        ahead, behind = y.copy(), y.copy()
        ahead[place] += width
        behind[place] -= width
        slopes[:, place] = (_heights(rule, ahead) - _heights(rule, behind)) / (2 * width)
    others = np.arange(rule.n_clusters) != label
    A = (slopes - slopes[label])[others]
    gaps = (heights - heights[label])[others]
    return A, A @ np.where(free, y, 0.0) - gaps


def _heights(rule: Assigner, x: FloatVector) -> FloatVector:
    terms, base = rule.apart(x)
    return np.asarray(terms.sum(axis=1) + base)


def _least(A: FloatMatrix, b: FloatVector) -> FloatVector:
    """Return the shortest step s with A s ≥ b, by Hildreth's coordinate ascent on the dual."""
    squares = (A * A).sum(axis=1)
    weights = np.zeros(b.size)
    step = np.zeros(A.shape[1])
    for _ in range(500):
        moved = 0.0
        for row in np.flatnonzero(squares > 0):
            gain = max(-weights[row], (b[row] - A[row] @ step) / squares[row])
            weights[row] += gain
            step += gain * A[row]
            moved = max(moved, abs(gain) * math.sqrt(squares[row]))
        if moved < 1e-12:
            break
    return step
