"""Which segment of the new version carries on which of the old one: the edges between them.

Identity is the region: a segment is its successor's where most of its rows, old and new, are the other's too.
Old rows tell birth from split, new rows tell retirement from merger. Customers are the second witness: they
break a match of regions that other customers fill, and join what moved as one.
"""

from __future__ import annotations

import numpy as np

from segmint.lineage.evidence import Evidence
from segmint.types import BoolVector, FloatMatrix, FloatVector

MOST = 0.6  # of a segment's rows: flat between .5 and .7
A_PART = 0.1  # flat between .03 and .1
NEARER = 0.5
FAR = 3.0  # standard deviations
FEW_STAYED = 0.25
HALF_STAYED = 0.5
ENOUGH_LOYAL = 0.2
_TINY = 1e-300

Edges = BoolVector
"""Shape (n_before, n_after)."""


def find_edges(evidence: Evidence) -> Edges:
    """Return which old segments are carried on by which new ones.

    Returns
    -------
    Edges
        Shape (n_before, n_after), boolean. No edge in a row: retired; in a column: born; several in a row:
        split; in a column: merged.
    """
    edges = by_region(evidence)
    edges = by_conservation(evidence, edges)
    if evidence.panel is not None and evidence.panel.sum() >= 20 * min(edges.shape):
        edges = by_customers(evidence, edges)
    return edges


def by_region(evidence: Evidence) -> Edges:
    """Return the edges that old and new rows tell: successors, children of a split, parents of a merger."""
    old, new = evidence.on_old, evidence.on_new
    rows, columns = old.sum(axis=1, keepdims=True), new.sum(axis=0, keepdims=True)
    goes_there, comes_from_there = old / np.maximum(rows, _TINY), new / np.maximum(columns, _TINY)
    child = (comes_from_there >= MOST) & (old / np.maximum(columns, _TINY) >= A_PART)
    parent = (goes_there >= MOST) & (new / np.maximum(rows, _TINY) >= A_PART)
    return np.asarray(((goes_there >= MOST) & (comes_from_there >= MOST)) | child | parent)


def by_conservation(evidence: Evidence, edges: Edges) -> Edges:
    """Add the edges that mass and place tell where no row is left (or was there yet) to do it.

    A lone old segment merged into the successor of another one where both together explain that successor's
    place and mass better than the other alone; the mirror image holds for a lone new one.
    """
    old, new = evidence.on_old, evidence.on_new
    before, after = evidence.before, evidence.after
    found = edges.copy()
    goes_there = old / np.maximum(old.sum(axis=1, keepdims=True), _TINY)
    for lone in np.flatnonzero(~edges.any(axis=1)):
        heir = int(np.argmax(goes_there[lone]))
        kin = _only(edges[:, heir], edges)
        if goes_there[lone, heir] >= MOST and kin is not None:
            pair = np.array([kin, lone])
            found[lone, heir] = _explained(
                before.centers[pair], before.shares[pair], after.centers[heir], after.shares[heir]
            )
    comes_from = new / np.maximum(new.sum(axis=0, keepdims=True), _TINY)
    for lone in np.flatnonzero(~edges.any(axis=0)):
        origin = int(np.argmax(comes_from[:, lone]))
        kin = _only(edges[origin], edges.T)
        if comes_from[origin, lone] >= MOST and kin is not None:
            pair = np.array([kin, lone])
            found[origin, lone] = _explained(
                after.centers[pair], after.shares[pair], before.centers[origin], before.shares[origin]
            )
    return found


def _only(partners: BoolVector, edges: Edges) -> int | None:
    """Return the one partner of a segment if it has one that has no other itself."""
    found = np.flatnonzero(partners)
    return int(found[0]) if found.size == 1 and edges[found[0]].sum() == 1 else None


def _explained(centers: FloatMatrix, shares: FloatVector, center: FloatVector, share: float) -> bool:
    """Return whether two segments together are a third better than the first alone, in place and in mass."""
    if not np.isfinite(centers).all() or not np.isfinite(center).all():
        return False
    together = np.average(centers, axis=0, weights=np.maximum(shares, _TINY))
    nearer = np.linalg.norm(together - center) < NEARER * np.linalg.norm(centers[0] - center)
    return bool(nearer and abs(shares.sum() - share) < abs(shares[0] - share))


def by_customers(evidence: Evidence, edges: Edges) -> Edges:
    """Break the edges that customers deny, and add those that they alone tell."""
    panel = evidence.panel
    assert panel is not None, "asked without customers"
    total = panel.sum()
    here, there = evidence.before.shares * total, evidence.after.shares * total
    distances = evidence.distances
    expected = np.minimum(here[:, None], there[None, :])
    stayed = panel / np.maximum(expected, _TINY)
    alone = edges & (edges.sum(axis=1, keepdims=True) == 1) & (edges.sum(axis=0, keepdims=True) == 1)
    near = alone & (distances <= FAR)
    loyalty = min(1.0, float(np.median(stayed[near]))) if near.any() else 0.0
    found = edges & ~((distances > FAR) & (expected >= 20) & (stayed < FEW_STAYED * loyalty))
    if loyalty < ENOUGH_LOYAL:
        return found
    leave, arrive = panel / np.maximum(here[:, None], _TINY), panel / np.maximum(there[None, :], _TINY)
    enough = HALF_STAYED * loyalty
    both = (leave >= enough) & (arrive >= enough) & (panel >= 10)
    found |= both & ~found.any(axis=1, keepdims=True) & ~found.any(axis=0, keepdims=True)
    for lone in np.flatnonzero(~found.any(axis=1)):
        _join_best(found, leave, panel, enough, int(lone))
    for lone in np.flatnonzero(~found.any(axis=0)):
        _join_best(found.T, arrive.T, panel.T, enough, int(lone))
    return found


def _join_best(found: Edges, stayed: FloatMatrix, panel: FloatMatrix, enough: float, lone: int) -> None:
    """Join a lone segment (in place) with where most of its customers are, if that is clear."""
    best, *others = np.argsort(-stayed[lone], kind="stable")
    second = stayed[lone, others[0]] if others else 0.0
    if stayed[lone, best] >= max(enough, 2 * second) and panel[lone, best] >= 10:
        found[lone, best] = True
