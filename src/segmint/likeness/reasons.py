"""Why somebody is in the audience: the features in which she is like the seeds and unlike everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmint.likeness.crowd import Crowd
from segmint.likeness.seed_groups import SeedGroups
from segmint.model.preparation import NumericStep, Preparation, Step
from segmint.types import FloatMatrix, IntVector, RawColumns, TextVector
from segmint.words import Sentence, numbers, say, sentence

MOST_REASONS = 3
_VALUE = "\x00"
"""Stands for the row's own value while the rest of a reason is written once for all rows."""


@dataclass(frozen=True)
class Usual:
    """What is usual in one column: in a group of seeds, and of everybody.

    Attributes
    ----------
    column, level
        For a flag or a category also the level whose share is told, else ``None``.
    group, everybody
        The center in original units (of a column that was logged its geometric center), or the level's share.
    """

    column: str
    level: str | None
    group: float
    everybody: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"column": self.column, "level": self.level, "group": self.group, "everybody": self.everybody}

    def told(self) -> Sentence:
        """Say it without anybody's own value."""
        if self.level is None:
            return sentence("likeness.usual", column=self.column, group=self.group, everybody=self.everybody)
        return sentence(
            "likeness.usual_level",
            column=self.column, level=self.level, group=self.group, everybody=self.everybody,
        )  # fmt: skip

    def beside(self) -> tuple[str, str]:
        """Return what stands before and after a row's own value."""
        key = "likeness.reason" if self.level is None else "likeness.reason_level"
        text = say(key, column=self.column, value=_VALUE, group=self.group, everybody=self.everybody)
        before, _, after = text.partition(_VALUE)
        return before, after


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What reasons are measured by.

    Attributes
    ----------
    preparation
        The model's.
    crowd, groups
        Everybody, and the groups of seeds in the units of everybody.
    """

    preparation: Preparation
    crowd: Crowd
    groups: SeedGroups

    def gains(self, Z: FloatMatrix, group: IntVector) -> FloatMatrix:
        """Return what each column says for a row's likeness to its group, shape (n_rows, n_columns).

        Σ over the column's features of ln N(z; c, v) − ln N(z; 0, 1): how many times as frequent, as a logarithm,
        such a value is in the group as of everybody. Positive speaks for the group; −∞ … ∞; 0 for constant columns.
        """
        centers, spreads = self.groups.centers[group], self.groups.spreads[group]
        each = 0.5 * (Z**2 - (Z - centers) ** 2 / spreads - np.log(spreads))
        whole = np.zeros((len(Z), len(self.crowd.center)))
        whole[:, self.crowd.varying] = each
        return np.stack([whole[:, place].sum(axis=1) for place in self.preparation.places()], axis=1)

    def usual(self, group: int, column: int, level: str | None) -> Usual:
        """Return what is usual in a column; of a flag or category for one level (``None``: the group's commonest)."""
        step = self.preparation.steps[column]
        place = list(self.preparation.places())[column]
        group_row = self.crowd.prepared(self.groups.centers[group : group + 1])[:, place]
        crowd_row = self.crowd.center[None, place]
        if isinstance(step, NumericStep):
            ends = (float(step.backward(row)[0]) for row in (group_row, crowd_row))
            return Usual(step.name, None, *ends)
        shares = [(row[0] + (*step.centers,)) / step.weight for row in (group_row, crowd_row)]
        names = (*step.levels, "other")
        number = int(np.argmax(shares[0])) if level is None else _number(step.levels, level)
        return Usual(step.name, names[number], *(float(np.clip(share[number], 0, 1)) for share in shares))


def reason_texts(measure: Yardstick, Z: FloatMatrix, group: IntVector, columns: RawColumns) -> TextVector:
    """Write the reasons of each row, the strongest first, at most :data:`MOST_REASONS`; empty where there is none.

    Parameters
    ----------
    measure
        What is usual.
    Z, group
        The rows in the units of everybody, and the group of seeds of each.
    columns
        The same rows in original units; a missing value is no reason.

    Returns
    -------
    TextVector
        Shape (n_rows,).
    """
    gains = measure.gains(Z, group)
    for number, step in enumerate(measure.preparation.steps):
        gains[_missing(step, columns), number] = -np.inf
    order = np.argsort(-gains, axis=1, kind="stable")[:, :MOST_REASONS]
    speaks = np.take_along_axis(gains, order, axis=1) > 0
    told = np.full(order.shape, None, dtype=object)
    for number in np.unique(order[speaks]).tolist():
        places = np.nonzero(speaks & (order == number))
        told[places] = _texts(measure, number, group[places[0]], columns, places[0])
    joined = ["; ".join(text for text in row if text is not None) for row in told.tolist()]
    return np.array(joined, dtype=object)


def group_reasons(measure: Yardstick, Z: FloatMatrix, group: int) -> tuple[Usual, ...]:
    """Return what most sets the audience's rows of one group apart from everybody, the strongest first.

    Parameters
    ----------
    measure
        What is usual.
    Z
        The rows of that group, at least one.
    group
        The group's number.
    """
    gains = measure.gains(Z, np.full(len(Z), group)).mean(axis=0)
    order = np.argsort(-gains, kind="stable")[:MOST_REASONS]
    return tuple(measure.usual(group, int(number), None) for number in order if gains[number] > 0)


def _texts(
    measure: Yardstick, number: int, group: IntVector, columns: RawColumns, rows: IntVector
) -> TextVector:
    """Return the reason that one column is for some rows; ``group`` has as many entries as ``rows``."""
    step = measure.preparation.steps[number]
    numeric = isinstance(step, NumericStep)
    known: dict[tuple[int, str | None], tuple[str, str]] = {}
    texts = np.empty(len(rows), dtype=object)
    for place, (own, value) in enumerate(zip(group.tolist(), columns[step.name][rows].tolist(), strict=True)):
        kind = (own, None if numeric else value)
        if kind not in known:
            known[kind] = measure.usual(own, number, kind[1]).beside()
        before, after = known[kind]
        texts[place] = f"{before}{numbers.unit(value) if numeric else value}{after}"
    return texts


def _missing(step: Step, columns: RawColumns) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    column = columns[step.name]
    if isinstance(step, NumericStep):
        return np.asarray(np.isnan(column.astype(np.float64)))
    return np.fromiter((value is None for value in column), dtype=np.bool_, count=len(column))


def _number(levels: Sequence[str], level: str) -> int:
    return levels.index(level) if level in levels else len(levels)
