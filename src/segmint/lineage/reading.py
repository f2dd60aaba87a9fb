"""What the edges between two versions mean: events, and which segment takes over which identity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmint.lineage.edges import Edges
from segmint.lineage.evidence import Evidence, overlaps
from segmint.model.lineage import Kind
from segmint.types import BoolVector, FloatVector, IntVector

MOVED = 0.25  # of the squared distance in standard deviations, chance taken off
GROWN = 1.5
STEADY = 0.7  # Jaccard overlap with itself in fits of half of the rows: enough to be carried on
SURE = 0.9  # enough to say that it changed: slices of a continuum reach .7 to .89, and change by chance
SAME_ROWS = 0.6  # Jaccard overlap of a continued segment that needs no steadiness
SUPPORTED = 0.5


@dataclass(frozen=True)
class Found:
    """One event between clusters: ``before`` and ``after`` are labels; the rest as in :class:`segmint.model.lineage.Event`."""

    kinds: tuple[Kind, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    distance: float | None
    overlap: float | None
    steadiness: float
    stated: bool


@dataclass(frozen=True, eq=False)
class Steadiness:
    """How surely each cluster is found again in fits of half of the rows: overlaps 0 … 1 of both versions' clusters."""

    before: FloatVector
    after: FloatVector


def read_events(evidence: Evidence, edges: Edges, steadiness: Steadiness) -> tuple[Found, ...]:
    """Return what happened, one event for each group of segments that edges connect.

    Parameters
    ----------
    evidence, edges
        Of the two versions (see :func:`segmint.lineage.edges.find_edges`).
    steadiness
        What is not found again by fits of half of the rows has no history that could be told. A change is
        stated if the least steady segment concerned reaches .9; a continued segment is kept from .7 on, or if it
        shares .6 of its rows.
    """
    changes = _Changes(evidence, edges)
    found = []
    for before, after in components(edges):
        one = before.size == after.size == 1
        overlap = changes.overlap(int(before[0]), int(after[0])) if one else None
        least = float(np.min([*steadiness.before[before], *steadiness.after[after]]))
        sure = least >= SURE
        found.append(
            Found(
                (Kind.KEPT,) if one and not sure else changes.kinds(before, after),
                tuple(before.tolist()),
                tuple(after.tolist()),
                float(changes.distances[before[0], after[0]]) if one else None,
                overlap,
                least,
                sure or (overlap is not None and max(least - STEADY, overlap - SAME_ROWS) >= 0),
            )
        )
    return tuple(found)


def components(edges: Edges) -> list[tuple[IntVector, IntVector]]:
    """Return the groups of old and new clusters that edges connect, by the lowest old label; the born last."""
    n_before, n_after = edges.shape
    seen_before, seen_after = np.zeros(n_before, np.bool_), np.zeros(n_after, np.bool_)
    found = []
    for start in range(n_before):
        if not seen_before[start]:
            rows, columns = _reached(edges, start)
            seen_before |= rows
            seen_after |= columns
            found.append((np.flatnonzero(rows), np.flatnonzero(columns)))
    nobody = np.empty(0, dtype=np.int64)
    return found + [(nobody, np.array([label])) for label in np.flatnonzero(~seen_after)]


def _reached(edges: Edges, start: int) -> tuple[BoolVector, BoolVector]:
    rows = np.arange(edges.shape[0]) == start
    while True:
        columns = edges[rows].any(axis=0)
        more = rows | edges[:, columns].any(axis=1)
        if (more == rows).all():
            return rows, columns
        rows = more


class _Changes:
    """The figures of all pairs, from which the kind of an event is read."""

    def __init__(self, evidence: Evidence, edges: Edges) -> None:
        self.distances = evidence.distances
        self._n_features = evidence.before.centers.shape[1]
        self._before, self._after = evidence.before, evidence.after
        self._overlap = np.minimum(overlaps(evidence.on_old), overlaps(evidence.on_new))
        ratios = [
            self._ratio(int(before[0]), int(after[0]))
            for before, after in components(edges)
            if before.size == after.size == 1
        ]
        self._usual = float(np.median(ratios)) if len(ratios) > 1 else None

    def overlap(self, before: int, after: int) -> float:
        return float(self._overlap[before, after])

    def kinds(self, before: IntVector, after: IntVector) -> tuple[Kind, ...]:
        match before.size, after.size:
            case _, 0:
                return (Kind.RETIRED,)
            case 0, _:
                return (Kind.BORN,)
            case 1, 1:
                return self._continued(int(before[0]), int(after[0]))
            case 1, _:
                return (Kind.SPLIT,)
            case _, 1:
                return (Kind.MERGED,)
        return (Kind.REORGANIZED,)

    def _continued(self, before: int, after: int) -> tuple[Kind, ...]:
        noise = self._noise(before, after)
        kinds = [Kind.MOVED] if self._moved(before, after, noise) else []
        if self._usual:
            ratio = self._ratio(before, after) / self._usual
            if max(ratio, 1 / ratio) >= GROWN and abs(np.log(ratio)) >= 3 * np.sqrt(noise):
                kinds.append(Kind.GROWN if ratio > 1 else Kind.SHRUNK)
        return tuple(kinds) or (Kind.KEPT,)

    def _moved(self, before: int, after: int, noise: float) -> bool:
        """Return whether the centers differ by more than chance, and by enough to matter.

        Without the correction small segments of many features would always have moved.
        """
        squared, d = self.distances[before, after] ** 2, self._n_features
        return bool(squared - d * noise >= MOVED and squared >= noise * (d + 4 * np.sqrt(2 * d)))

    def _noise(self, before: int, after: int) -> float:
        return 1 / max(self._before.counts[before], 1.0) + 1 / max(self._after.counts[after], 1.0)

    def _ratio(self, before: int, after: int) -> float:
        return float(max(self._after.shares[after], 1e-12) / max(self._before.shares[before], 1e-12))


def heirs(evidence: Evidence, edges: Edges, events: tuple[Found, ...]) -> dict[int, int]:
    """Return the old label whose identity each new one takes over: the best one-to-one choice among stated edges.

    The weight of an edge is 1 + the Jaccard overlap on old rows + that on new rows. New labels that are missing
    get an identity of their own. Kuhn (1955), doi:10.1002/nav.3800020109.
    """
    stated = np.zeros(edges.shape, dtype=np.bool_)
    for event in events:
        if event.stated:
            stated[np.ix_(event.before, event.after)] = True
    allowed = edges & stated
    weights = np.where(allowed, 1 + overlaps(evidence.on_old) + overlaps(evidence.on_new), 0.0)
    pairs = zip(*linear_sum_assignment(weights, maximize=True), strict=True)
    return {int(after): int(before) for before, after in pairs if allowed[before, after]}


def supported_share(events: tuple[Found, ...], shares: FloatVector) -> float:
    """Return the share of old rows in segments of which something is stated; below .5 it is another segmentation."""
    return float(sum(shares[list(event.before)].sum() for event in events if event.stated))
