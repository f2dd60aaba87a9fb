"""From raw columns to segments: the one way that training, files, streams and the service share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

import numpy as np

from segmint.errors import SchemaError, ValueRuleError
from segmint.model.distances import FEW_ROWS
from segmint.model.placement import Placement
from segmint.model.preparation import LevelStep, NumericStep
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector, RawColumn, RawColumns, TextVector
from segmint.words import say

RESULT_COLUMNS: Final[Mapping[str, type[str] | type[float]]] = MappingProxyType(
    {"segment_id": str, "segment_name": str, "confidence": float, "runner_up": str, "novelty": float}
)
"""The columns of a result beside the key, and what they hold."""


@dataclass(frozen=True, eq=False)
class Assignment:
    """The segment of each row.

    Attributes
    ----------
    keys
        The rows' keys, objects of shape (n_rows,).
    labels
        Labels of the model's assigner, ``labels.NOISE`` for none; shape (n_rows,).
    segment_ids, segment_names
        Lasting ids and names; ``unassigned`` and the empty name for noise.
    confidence
        0 … 1, see ``Assigner.confidence_kind``; NaN for noise.
    runner_up
        Id of the second nearest segment; ``None`` where there is none.
    novelty
        0 … 1: the share of the (nearest) segment's training rows that lie strictly nearer.
    n_unseen, n_filled
        By column: values whose level training did not see; missing values that were filled.
    """

    keys: TextVector
    labels: IntVector
    segment_ids: TextVector
    segment_names: TextVector
    confidence: FloatVector
    runner_up: TextVector
    novelty: FloatVector
    n_unseen: Mapping[str, int]
    n_filled: Mapping[str, int]

    def sizes(self) -> dict[str, int]:
        """Return how many rows each segment has, ``unassigned`` among them; segments without rows are left out."""
        _, places, counts = np.unique(self.labels, return_index=True, return_counts=True)
        return {str(self.segment_ids[place]): int(n) for place, n in zip(places, counts, strict=True)}

    def result(self) -> dict[str, TextVector | FloatVector]:
        """Return the columns of the result, as :data:`RESULT_COLUMNS` names them."""
        columns = (
            self.segment_ids, self.segment_names, self.confidence, self.runner_up, self.novelty,
        )  # fmt: skip
        return dict(zip(RESULT_COLUMNS, columns, strict=True))


def assign(model: SegmentModel, columns: RawColumns, keys: TextVector) -> Assignment:
    """Give each row its segment.

    Parameters
    ----------
    model
        The segmentation.
    columns
        At least the model's clustering columns, in original units, all of one length; found by name,
        others are ignored. Numbers as float64 with NaN for missing, levels as texts with ``None``.
    keys
        The rows' keys, as many as there are rows.

    Returns
    -------
    Assignment
        The same bits for one row alone, a batch, and a stream.

    Raises
    ------
    SchemaError
        If a column is missing, or one of numbers holds something else; details name the nearest columns.
    ValueRuleError
        If a number is infinite; the value is not shown.
    """
    _refuse_other_columns(model, columns, len(keys))
    placement = model.assigner.place(model.preparation.forward(columns))
    ids, names, seconds = model.by_label
    return Assignment(
        keys=keys,
        labels=placement.labels,
        segment_ids=ids[placement.labels],
        segment_names=names[placement.labels],
        confidence=placement.confidence,
        runner_up=seconds[placement.runner_up],
        novelty=novelty(model.reference.novelty, placement),
        n_unseen=_unseen(model, columns),
        n_filled=_filled(model, columns),
    )


def _refuse_other_columns(model: SegmentModel, columns: RawColumns, n_rows: int) -> None:
    needed = model.preparation.columns
    missing = [name for name in needed if name not in columns]
    if missing:
        details = tuple(
            _difference(name, [found for found in columns if found not in needed]) for name in missing
        )
        raise SchemaError("assignment.missing_columns", details=details, missing=missing, needed=list(needed))
    if any(len(columns[name]) != n_rows for name in needed):
        raise SchemaError("assignment.lengths", n=n_rows)
    for step in model.preparation.steps:
        if isinstance(step, NumericStep):
            _refuse_other_numbers(step.name, columns[step.name])


def _difference(name: str, candidates: list[str]) -> str:
    """Return a line of the diff: the missing column, and the one that may be meant."""
    near = get_close_matches(name, candidates, n=1)
    if near:
        return say("assignment.missing_near", column=name, near=near[0])
    return say("assignment.missing", column=name)


def _refuse_other_numbers(name: str, column: RawColumn) -> None:
    if column.dtype.kind not in "fiu":
        raise SchemaError("assignment.not_numbers", column=name)
    if _count(math.isinf, np.isinf, column):
        infinite = np.flatnonzero(np.isinf(column))
        raise ValueRuleError("assignment.infinite", column=name, row=int(infinite[0]) + 1, n=len(infinite))


def novelty(quantiles: FloatMatrix, placement: Placement) -> FloatVector:
    """Return the share of the nearest cluster's training rows that lie strictly nearer.

    Parameters
    ----------
    quantiles
        Evenly spaced quantiles of the training rows' distances, shape (n_clusters, n_quantiles).
    placement
        Where the rows lie; noise is compared with its nearest cluster.
    """
    n = quantiles.shape[1]
    if len(placement.labels) == 1:
        nearer = quantiles[placement.nearest[0]].searchsorted(placement.distance[0], side="left")
        return np.array([nearer / n])
    result = np.empty(len(placement.labels))
    for label in np.unique(placement.nearest):
        rows = placement.nearest == label
        result[rows] = np.searchsorted(quantiles[label], placement.distance[rows], side="left") / n
    return result


def _unseen(model: SegmentModel, columns: RawColumns) -> dict[str, int]:
    steps = [step for step in model.preparation.steps if isinstance(step, LevelStep)]
    counts = {step.name: int(step.unseen(columns[step.name]).sum()) for step in steps}
    return {name: n for name, n in counts.items() if n}


def _filled(model: SegmentModel, columns: RawColumns) -> dict[str, int]:
    counts = {
        step.name: _count(math.isnan, np.isnan, columns[step.name])
        for step in model.preparation.steps
        if not isinstance(step, LevelStep)
    }
    return {name: n for name, n in counts.items() if n}


def _count(one: Callable[[float], bool], all_of: Callable[[RawColumn], BoolVector], column: RawColumn) -> int:
    """Return how many numbers are such; of a few, Python finds it out sooner than numpy."""
    if len(column) <= FEW_ROWS:
        return sum(map(one, column.tolist()))
    return int(np.count_nonzero(all_of(column)))
