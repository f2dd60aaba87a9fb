"""What a new version does to the audience of each segment, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.labels import UNASSIGNED
from segmint.lineage.customers import labels_of
from segmint.measure.agreement import match_labels
from segmint.model.lineage import Lineage
from segmint.model.segment_model import SegmentModel
from segmint.types import IntVector, RawColumns, TextVector


@dataclass(frozen=True)
class Audience:
    """The customers of one segment id on the day of promotion, under both versions.

    ``stay`` are in it under both, ``leave`` only before, ``come`` only after.
    """

    id: str
    stay: int
    leave: int
    come: int

    @property
    def changed(self) -> float:
        """The share of all who are in it before or after that are so only once, 0 … 1."""
        return (self.leave + self.come) / max(self.stay + self.leave + self.come, 1)


def audiences(lineage: Lineage) -> tuple[Audience, ...]:
    """Return the audience of every id of both versions, the one that changes most first.

    Examples
    --------
    >>> from segmint.model.lineage import Churn
    >>> churn = Churn(10, 0.1, 0, None, None, None, None, 0.0, None)
    >>> flow = ((6, 0, 0), (1, 3, 0), (0, 0, 0))
    >>> names = ("a", "b", "unassigned")
    >>> [(one.id, one.changed) for one in audiences(Lineage("", 1, True, 1.0, (), 2, names, names, flow, churn))]
    [('b', 0.25), ('a', 0.14285714285714285)]
    """
    flow = np.array(lineage.flow)
    before = dict(zip(lineage.before, flow.sum(axis=1).tolist(), strict=True))
    after = dict(zip(lineage.after, flow.sum(axis=0).tolist(), strict=True))
    found = []
    for name in dict.fromkeys([*lineage.before, *lineage.after]):
        stay = 0
        if name in before and name in after:
            stay = int(flow[lineage.before.index(name), lineage.after.index(name)])
        one = Audience(name, stay, before.get(name, 0) - stay, after.get(name, 0) - stay)
        if name != UNASSIGNED or one.stay + one.leave + one.come:
            found.append(one)
    return tuple(sorted(found, key=lambda one: -one.changed))


def moves(lineage: Lineage) -> tuple[tuple[str, str, int], ...]:
    """Return from which id to which how many customers go on the day of promotion, most first; who stays is left out.

    Examples
    --------
    >>> from segmint.model.lineage import Churn
    >>> churn = Churn(10, 0.1, 0, None, None, None, None, 0.0, None)
    >>> names = ("a", "b", "unassigned")
    >>> moves(Lineage("", 1, True, 1.0, (), 2, names, names, ((6, 0, 0), (1, 3, 0), (0, 0, 0)), churn))
    (('b', 'a', 1),)
    """
    found = [
        (old, new, n)
        for old, row in zip(lineage.before, lineage.flow, strict=True)
        for new, n in zip(lineage.after, row, strict=True)
        if n and old != new
    ]
    return tuple(sorted(found, key=lambda move: -move[2]))


def estimated_churn(before: SegmentModel, after: SegmentModel, rows: RawColumns, weights: IntVector) -> float:
    """Return the share of rows to which two versions give different segment ids, 0 … 1.

    Parameters
    ----------
    before, after
        Any two versions of a model.
    rows, weights
        Rows in original units, and how many customers each stands for.
    """
    return float(np.average(ids_of(before, rows) != ids_of(after, rows), weights=weights))


def estimated_apart(before: SegmentModel, after: SegmentModel, rows: RawColumns, weights: IntVector) -> float:
    """Return the share of rows that the best pairing of both versions' segments leaves apart, whatever their ids, 0 … 1.

    It tells how differently two versions cut where :func:`estimated_churn` can only say that ids are others. To be
    without a segment is no segment that another could be paired with. Parameters are the same.
    """
    old, new = (labels_of(model, rows) for model in (before, after))
    return float(np.average(match_labels(old, new, weights) != old, weights=weights))


def ids_of(model: SegmentModel, rows: RawColumns) -> TextVector:
    """Return the segment id of each row."""
    ids, _, _ = model.by_label
    return np.asarray(ids[model.assigner.place(model.preparation.forward(rows)).labels])
