"""A raw column of the training data, described for the checks of quality: no value of fewer than five rows is told as such."""

from __future__ import annotations

import numpy as np

from segmint.labels import FEWEST_TOLD
from segmint.model.column_reference import ColumnReference
from segmint.model.schema import LEVEL_KINDS, Role, Schema
from segmint.types import FloatVector, RawColumn, RawColumns

N_QUANTILES = 257
MOST_VALUES = 20
MOST_LEVELS = 200


def describe_columns(columns: RawColumns, schema: Schema) -> dict[str, ColumnReference]:
    """Describe each column that clusters, by name.

    Parameters
    ----------
    columns
        The training rows in original units.
    schema
        What the columns are.
    """
    return {
        feature.name: describe_levels(columns[feature.name])
        if feature.kind in LEVEL_KINDS
        else describe_numbers(columns[feature.name])
        for feature in schema.with_role(Role.CLUSTER)
    }


def describe_numbers(column: RawColumn) -> ColumnReference:
    """Describe numbers, NaN where one is missing.

    Examples
    --------
    >>> found = describe_numbers(np.array([1.0, 1.0, 1.0, 1.0, 1.0, 2.0, np.nan, 3.0]))
    >>> found.values.tolist(), found.shares.round(2).tolist(), found.missing_share
    ([1.0], [0.71], 0.125)
    """
    values = np.asarray(column, dtype=np.float64)
    present = values[~np.isnan(values)]
    count = np.array([values.size, present.size], dtype=np.float64)
    if present.size < 4 * FEWEST_TOLD:
        grid, quantiles = np.empty(0), np.empty(0)
    else:
        grid = probabilities(present.size)
        quantiles = np.quantile(present, grid)
    found, counts = np.unique(present, return_counts=True)
    kept = _commonest(counts, MOST_VALUES)
    return ColumnReference(quantiles, grid, found[kept], counts[kept] / max(1, present.size), count)


def probabilities(n: int) -> FloatVector:
    """Return the probabilities whose quantiles are kept: evenly spaced, five rows beyond each end and between two."""
    outermost = (FEWEST_TOLD + 0.5) / n
    return np.linspace(outermost, 1.0 - outermost, min(N_QUANTILES, max(2, n // FEWEST_TOLD - 2)))


def _commonest(
    counts: np.ndarray[tuple[int], np.dtype[np.intp]], most: int
) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    order = np.argsort(-counts, kind="stable")[:most]
    return order[counts[order] >= FEWEST_TOLD]


def describe_levels(column: RawColumn) -> ColumnReference:
    """Describe levels, ``None`` where one is missing.

    Examples
    --------
    >>> found = describe_levels(np.array(["a"] * 6 + ["b"] * 2 + [None], dtype=object))
    >>> found.levels, found.complete
    (('a',), False)
    """
    present = [str(value) for value in column if value is not None]
    levels, counts = np.unique(np.asarray(present, dtype=str), return_counts=True)
    kept = _commonest(counts, MOST_LEVELS)
    empty = np.empty(0)
    return ColumnReference(
        empty,
        empty,
        empty,
        counts[kept] / max(1, len(present)),
        np.array([len(column), len(present)], dtype=np.float64),
        tuple(str(level) for level in levels[kept]),
        complete=len(kept) == len(levels),
        numeric=False,
    )
