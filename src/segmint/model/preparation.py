"""The fitted preparation: plain arrays, forward to the matrix and back to original units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from segmint.model.distances import FEW_ROWS
from segmint.types import BoolVector, FloatMatrix, FloatVector, RawColumn, RawColumns, TextVector
from segmint.words import Sentence

BOUND = 1e100
"""Prepared numbers are held within ±BOUND, so that squared distances stay finite whatever comes in."""

_HUGE = 2.0**960  # from here on a difference of two floats may overflow


@dataclass(frozen=True)
class NumericStep:
    """What is done to one numeric column, in this order.

    A missing value becomes ``fill``; values are clipped to [``lower``, ``upper``] (infinite where
    nothing is clipped); where ``log_offset`` is not ``None``, x → log1p((x − log_offset) / log_unit);
    then (x − ``center``) / ``scale``, held within ±1e100. All of it row by row: one row alone and a
    batch get the same bits. −0 is taken as 0.

    Raises
    ------
    ValueError
        If the numbers do not make a step (a scale of 0, bounds the wrong way round, a value not finite).
    """

    name: str
    fill: float
    lower: float
    upper: float
    log_offset: float | None
    center: float
    scale: float
    log_unit: float = 1.0

    def __post_init__(self) -> None:
        finite = (self.fill, self.log_offset or 0.0, self.center, self.scale, self.log_unit)
        sound = np.all(np.isfinite(finite)) and self.scale > 0 and self.log_unit > 0
        floor = -np.inf if self.log_offset is None else self.log_offset
        if not (sound and floor <= self.lower <= self.upper):
            raise ValueError(f"not a preparation of a numeric column: {self.name!r}")

    def forward(self, column: RawColumn) -> FloatMatrix:
        """Return the prepared column, shape (n_samples, 1)."""
        x = self.shaped(column)
        with np.errstate(over="ignore"):
            if self.huge:
                prepared = (0.5 * x - 0.5 * self.center) / (0.5 * self.scale)
            else:
                prepared = (x - self.center) / self.scale
        return np.clip(prepared, -BOUND, BOUND)[:, None]

    @property
    def huge(self) -> bool:
        """Whether a difference of two of its numbers may overflow."""
        return max(abs(self.center), self.scale) > _HUGE

    def shaped(self, column: RawColumn) -> FloatVector:
        """Return the column filled, clipped and logged, not yet centered and scaled; shape (n_samples,)."""
        x = np.asarray(column, dtype=np.float64)
        x = np.clip(np.where(np.isnan(x), self.fill, x), self.lower, self.upper) + 0.0
        if self.log_offset is None:
            return x
        with np.errstate(over="ignore"):
            return np.log1p((x - self.log_offset) / self.log_unit)

    def backward(self, prepared: FloatMatrix) -> FloatVector:
        """Return original units; at a clipped end the bound itself ("at least", "at most")."""
        with np.errstate(over="ignore"):
            x = prepared[:, 0] * self.scale + self.center
            if self.log_offset is not None:
                x = np.expm1(x) * self.log_unit + self.log_offset
        return np.clip(x, self.lower, self.upper)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The one prepared feature."""
        return (self.name,)


@dataclass(frozen=True)
class LevelStep:
    """One-hot encoding of a flag or category that was asked to cluster.

    Level j becomes ``weight`` × [value is levels[j]] − center_j; a level not seen in training, or rare
    there, and a missing value, go to the last level, ``other``. ``weight`` makes the variances of the columns add
    up to that of one standardised number.
    """

    name: str
    levels: tuple[str, ...]
    centers: tuple[float, ...]
    weight: float

    def forward(self, column: RawColumn) -> FloatMatrix:
        """Return the prepared columns, shape (n_samples, n_levels + 1)."""
        codes = self.codes(column)
        hot = (codes[:, None] == np.arange(len(self.levels) + 1)[None, :]).astype(np.float64)
        return np.asarray(hot * self.weight - np.asarray(self.centers)[None, :])

    def backward(self, prepared: FloatMatrix) -> TextVector:
        """Return the levels; ``None`` for other and missing."""
        names = np.array([*self.levels, None], dtype=object)
        return np.asarray(names[np.argmax(prepared + np.asarray(self.centers), axis=1)])

    def codes(self, column: RawColumn) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Return the number of each value's level; len(levels) for other and missing."""
        place = {level: number for number, level in enumerate(self.levels)}
        other = len(self.levels)
        return np.fromiter((place.get(value, other) for value in column), dtype=np.int64, count=len(column))

    def unseen(self, column: RawColumn) -> BoolVector:
        """Return which rows hold a level that has no column of its own (missing is not unseen)."""
        known = {*self.levels, None}
        return np.fromiter((value not in known for value in column), dtype=np.bool_, count=len(column))

    @property
    def output_names(self) -> tuple[str, ...]:
        """One prepared feature a level, and one for all others."""
        return (*(f"{self.name}={level}" for level in self.levels), f"{self.name}=other")


class _Together:
    """Numeric steps on few rows, all columns at once: the same operations on each number, so the same bits.

    For one row, numpy's price of a call is all that counts.
    """

    def __init__(self, steps: Sequence[NumericStep]) -> None:
        self._names = [step.name for step in steps]
        self._fill, self._lower, self._upper, self._center, self._scale = (
            np.array([getattr(step, name) for step in steps])
            for name in ("fill", "lower", "upper", "center", "scale")
        )
        logged = [(place, step) for place, step in enumerate(steps) if step.log_offset is not None]
        self._logged = np.array([place for place, _ in logged], dtype=np.intp)
        self._offset = np.array([step.log_offset for _, step in logged], dtype=np.float64)
        self._unit = np.array([step.log_unit for _, step in logged], dtype=np.float64)

    def forward(self, columns: RawColumns, n_samples: int) -> FloatMatrix:
        x = np.empty((n_samples, len(self._names)), dtype=np.float64)
        for place, name in enumerate(self._names):
            x[:, place] = columns[name]
        x = np.where(np.isnan(x), self._fill, x)
        x = np.minimum(np.maximum(x, self._lower), self._upper) + 0.0
        with np.errstate(over="ignore"):
            if self._logged.size:
                x[:, self._logged] = np.log1p((x[:, self._logged] - self._offset) / self._unit)
            x = (x - self._center) / self._scale
        return np.minimum(np.maximum(x, -BOUND), BOUND)


Step = NumericStep | LevelStep


@dataclass(frozen=True)
class Preparation:
    """The fitted steps of all columns that cluster.

    Attributes
    ----------
    steps
        One for each column, in the schema's order.
    notes
        For each column by name: what was done and why, or why it was left out.
    scaling
        ``standard``, ``robust``, ``minmax`` or ``none``.
    """

    steps: tuple[Step, ...]
    notes: Mapping[str, tuple[Sentence, ...]]
    scaling: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns that it needs."""
        return tuple(step.name for step in self.steps)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The prepared features."""
        return tuple(name for step in self.steps for name in step.output_names)

    def forward(self, columns: RawColumns) -> FloatMatrix:
        """Return prepared rows, shape (n_samples, n_features), C order.

        Parameters
        ----------
        columns
            At least the raw columns named by :attr:`columns`; their order does not matter.
        """
        n_samples = len(columns[self.steps[0].name]) if self.steps else 0
        if self._together is not None and n_samples <= FEW_ROWS:
            return self._together.forward(columns, n_samples)
        X = np.empty((n_samples, len(self.feature_names)), dtype=np.float64)
        for step, place in zip(self.steps, self.places(), strict=True):
            X[:, place] = step.forward(columns[step.name])
        return X

    def places(self) -> Iterator[slice]:
        """Yield for each step where its prepared features lie."""
        start = 0
        for step in self.steps:
            width = len(step.output_names)
            yield slice(start, start + width)
            start += width

    @cached_property
    def _together(self) -> _Together | None:
        numeric = [step for step in self.steps if isinstance(step, NumericStep) and not step.huge]
        return _Together(numeric) if numeric and len(numeric) == len(self.steps) else None

    def backward(self, X: FloatMatrix) -> dict[str, FloatVector]:
        """Return the numeric columns in original units, from prepared rows."""
        return {
            step.name: step.backward(X[:, place])
            for step, place in zip(self.steps, self.places(), strict=True)
            if isinstance(step, NumericStep)
        }

    def originals(self, X: FloatMatrix) -> dict[str, RawColumn]:
        """Return all columns as they were, from prepared rows: a missing value as what it was filled with."""
        return {
            step.name: step.backward(X[:, place])
            for step, place in zip(self.steps, self.places(), strict=True)
        }

    def to_json(self) -> dict[str, Any]:
        """Return the preparation as plain data (infinities as ``None``)."""
        return {
            "steps": [_step_to_json(step) for step in self.steps],
            "notes": {name: [note.to_json() for note in notes] for name, notes in self.notes.items()},
            "scaling": self.scaling,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Preparation:
        """Read what :meth:`to_json` wrote."""
        return cls(
            tuple(_step_from_json(step) for step in stored["steps"]),
            {
                name: tuple(Sentence.from_json(note) for note in notes)
                for name, notes in stored["notes"].items()
            },
            stored["scaling"],
        )


def _step_to_json(step: Step) -> dict[str, Any]:
    if isinstance(step, LevelStep):
        return {
            "type": "levels",
            "name": step.name,
            "levels": list(step.levels),
            "centers": list(step.centers),
            "weight": step.weight,
        }
    return {
        "type": "number",
        "name": step.name,
        "fill": step.fill,
        "lower": None if np.isinf(step.lower) else step.lower,
        "upper": None if np.isinf(step.upper) else step.upper,
        "log_offset": step.log_offset,
        "center": step.center,
        "scale": step.scale,
        "log_unit": step.log_unit,
    }


def _step_from_json(stored: Mapping[str, Any]) -> Step:
    if stored["type"] == "levels":
        return LevelStep(stored["name"], tuple(stored["levels"]), tuple(stored["centers"]), stored["weight"])
    return NumericStep(
        stored["name"],
        stored["fill"],
        -np.inf if stored["lower"] is None else stored["lower"],
        np.inf if stored["upper"] is None else stored["upper"],
        stored["log_offset"],
        stored["center"],
        stored["scale"],
        stored.get("log_unit", 1.0),
    )
