"""Rows scored by bounded functions and added up: one pass, block by block, exact whatever the order.

Scores are rounded to multiples of 2⁻¹⁰. Products of two of them are multiples of 2⁻²⁰, and float64 adds up
some 10⁸ rows of these without rounding: the sums are the same for every order of the rows, every size of
a block and every number of BLAS threads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from segmint.labels import NOISE
from segmint.model.drift_reference import Frame, Profile, Sums
from segmint.model.placement import Assigner
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

GRID = 1024.0
LIMIT = 3.0
BLOCK_ROWS = 8192
N_BINS = 10
Z_EDGES = (-1.8, -1.1, -0.6, -0.2, 0.2, 0.6, 1.1, 1.8)
"""Inner edges of the nine bins of z."""
N_CELLS = len(Z_EDGES) + 1

Added = TypeVar("Added", Sums, Profile)


@dataclass(frozen=True, eq=False)
class Placed:
    """Prepared rows and where they belong.

    Attributes
    ----------
    X
        Shape (n_samples, n_features).
    labels, nearest
        Shape (n_samples,): the segment (``labels.NOISE`` for none), and the nearest one.
    distance
        Shape (n_samples,), ≥ 0: to the nearest segment, see ``Placement.distance``.
    confidence
        Shape (n_samples,), 0 … 1, NaN for none: see ``Placement.confidence``.
    """

    X: FloatMatrix
    labels: IntVector
    nearest: IntVector
    distance: FloatVector
    confidence: FloatVector

    def part(self, rows: slice | IntVector) -> Placed:
        """Return some of the rows."""
        return Placed(
            self.X[rows], self.labels[rows], self.nearest[rows], self.distance[rows], self.confidence[rows]
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """What rows add up to, for the test and for the split into causes."""

    sums: Sums
    profile: Profile

    def __add__(self, other: Scores) -> Scores:
        """Return the scores of both parts together."""
        return Scores(_added(self.sums, other.sums), _added(self.profile, other.profile))


def _added(one: Added, other: Added) -> Added:
    return type(one)(**{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(one)})


def place_rows(assigner: Assigner, X: FloatMatrix) -> Placed:
    """Place rows by a rule."""
    placement = assigner.place(X)
    return Placed(X, placement.labels, placement.nearest, placement.distance, placement.confidence)


def score(frame: Frame, rows: Placed) -> Scores:
    """Score rows and add them up.

    Parameters
    ----------
    frame
        How a row is scored.
    rows
        Prepared rows and where they belong; memory beside them does not grow with their number.

    Returns
    -------
    Scores
        ``score(frame, all) == score(frame, one part) + score(frame, the other)``, to the last bit.
    """
    return add_up(
        frame, (score_block(frame, rows.part(part)) for part in _parts(len(rows.labels), BLOCK_ROWS))
    )


def add_up(frame: Frame, parts: Iterable[Scores]) -> Scores:
    """Return the scores of all parts together; of none, zeros."""
    total = empty(frame)
    for part in parts:
        total = total + part
    return total


def _parts(n_rows: int, size: int) -> Iterable[slice]:
    return (slice(start, start + size) for start in range(0, n_rows, size))


def empty(frame: Frame) -> Scores:
    """Return the scores of no rows."""
    K, d = frame.n_clusters, frame.n_features
    cell = np.zeros((K, d))
    sums = Sums(
        np.zeros(K + 1), cell, cell, cell, np.zeros((d, N_BINS)), np.zeros(3), np.zeros(frame.pairs.shape[1])
    )
    return Scores(sums, Profile(np.zeros(K), np.zeros(K + 1), np.zeros((K, d, N_CELLS)), np.zeros(1)))


def score_block(frame: Frame, rows: Placed) -> Scores:
    """Score a block of rows at once: its memory is some times the block's."""
    K, d = frame.n_clusters, frame.n_features
    counts = np.bincount(np.where(rows.labels == NOISE, K, rows.labels), minlength=K + 1).astype(np.float64)
    z, absolute, squared = np.zeros((K, d)), np.zeros((K, d)), np.zeros((K, d))
    together, cells, near, new = np.zeros((d, d)), np.zeros((K, d, N_CELLS)), np.zeros(K), np.zeros(K + 1)
    r = distances(frame, rows)
    order = np.argsort(rows.labels.astype(np.int16), kind="stable")
    ends = np.cumsum(np.append(counts[-1], counts[:-1])).astype(np.int64)  # noise comes first
    for k in range(K):
        own = order[ends[k] : ends[k + 1]]
        if not own.size:
            continue
        units = z_units(frame, rows.X[own], k)
        z[k], absolute[k] = units.sum(axis=0), np.abs(units).sum(axis=0)
        moments = units.T @ units
        squared[k] = np.diagonal(moments)
        together += moments
        inside = r[own] <= frame.outer[k]
        near[k] = np.count_nonzero(inside)
        new[k] = own.size - near[k]
        cells[k] = _cells(units, inside)
    new[K] = counts[K]
    products = together[frame.pairs[0], frame.pairs[1]] / GRID**2
    sums = Sums(
        counts,
        z / GRID,
        absolute / GRID,
        squared / GRID**2,
        _bins(frame, rows.X),
        _distance(frame, r),
        products,
    )
    return Scores(sums, Profile(near, new, cells, _confidence(rows.confidence)))


def z_units(frame: Frame, X: FloatMatrix, label: int) -> FloatMatrix:
    """Return z of rows of one segment in whole units of 2⁻¹⁰, held within ±3."""
    units = (X - frame.centers[label]) * (GRID / frame.scales[label])
    np.clip(units, -LIMIT * GRID, LIMIT * GRID, out=units)
    return np.rint(units, out=units)


def distances(frame: Frame, rows: Placed) -> FloatVector:
    """Return each row's distance, told in its nearest segment's typical one; what is less than a step of scores is 0."""
    told = rows.distance / frame.typical[rows.nearest]
    return np.where(told < 1.0 / GRID, 0.0, told)


def held(distance: FloatVector) -> FloatVector:
    """Return distances so told as multiples of 2⁻¹⁰, 3 at most: what is added up."""
    return np.asarray(np.rint(np.minimum(distance, LIMIT) * GRID) / GRID)


def _distance(frame: Frame, distance: FloatVector) -> FloatVector:
    r = held(distance)
    return np.array([r.sum(), np.square(r).sum(), np.count_nonzero(distance > frame.far[0])])


def _confidence(confidence: FloatVector) -> FloatVector:
    return np.array([np.rint(np.nan_to_num(confidence) * GRID).sum() / GRID])


def bins_of(frame: Frame, X: FloatMatrix) -> IntVector:
    """Return the quantile bin of each row and feature, 0 … 9, shape (n_features, n_samples)."""
    return np.stack(
        [np.searchsorted(edges, column, side="left") for edges, column in zip(frame.edges, X.T, strict=True)]
    ).astype(np.int64)


def _bins(frame: Frame, X: FloatMatrix) -> FloatMatrix:
    columns = np.ascontiguousarray(X.T)
    beyond = np.empty((frame.n_features, N_BINS + 1))
    beyond[:, 0], beyond[:, -1] = X.shape[0], 0.0
    # counting comparisons is several times as fast as searching each value's bin
    for column, edges, out in zip(columns, frame.edges, beyond, strict=True):
        for j, edge in enumerate(edges, start=1):
            out[j] = np.count_nonzero(column > edge)
    return -np.diff(beyond, axis=1)


@cache
def _cell_of_unit() -> npt.NDArray[np.int16]:
    """Return the bin of z for each of its possible values, −3 … 3 in steps of 2⁻¹⁰."""
    steps = np.arange(-LIMIT * GRID, LIMIT * GRID + 1) / GRID
    return np.searchsorted(Z_EDGES, steps, side="left").astype(np.int16)


def _cells(units: FloatMatrix, inside: BoolVector) -> FloatMatrix:
    d = units.shape[1]
    kept = units if inside.all() else units[inside]
    places = _cell_of_unit()[(kept + LIMIT * GRID).astype(np.int16)] + N_CELLS * np.arange(d)
    return np.bincount(places.ravel(), minlength=d * N_CELLS).reshape(d, N_CELLS).astype(np.float64)
