"""The customers of both times, by the segments that both versions give them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.labels import NOISE
from segmint.model.lineage import Churn
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector, RawColumns, TextVector


@dataclass(frozen=True, eq=False)
class Earlier:
    """Customers as the version before knew them.

    Attributes
    ----------
    keys
        Shape (n_old,).
    labels
        Their clusters then, by the old model; shape (n_old,).
    columns
        Their rows then in original units, where they are at hand.
    """

    keys: TextVector
    labels: IntVector
    columns: RawColumns | None = None


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of customers under both models.

    Attributes
    ----------
    b, d
        Of all new rows by the old and by the new model, shape (n_new,).
    known
        Of each customer known at both times the place among the new rows, shape (n_known,).
    a, c
        Of the old rows of these customers by the old and by the new model, shape (n_known,); ``c`` is
        ``None`` where the rows are not at hand.
    """

    b: IntVector
    d: IntVector
    known: IntVector
    a: IntVector
    c: IntVector | None

    def panel(self, shape: tuple[int, int]) -> FloatMatrix | None:
        """Return how many known customers were in old cluster i then and are in new cluster j now."""
        if not self.known.size:
            return None
        a, d = self.a, self.d[self.known]
        both = (a != NOISE) & (d != NOISE)
        codes = a[both] * shape[1] + d[both]
        return np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

    def flow(self, shape: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
        """Return the new rows by old and new cluster, noise last in both; shape (n_before + 1, n_after + 1)."""
        before, after = shape[0] + 1, shape[1] + 1
        codes = np.where(self.b == NOISE, shape[0], self.b) * after + np.where(
            self.d == NOISE, shape[1], self.d
        )
        counts = np.bincount(codes, minlength=before * after).reshape(before, after)
        return tuple(tuple(row) for row in counts.tolist())


def label_customers(
    before: SegmentModel, after: SegmentModel, keys: TextVector, columns: RawColumns, earlier: Earlier | None
) -> Labels:
    """Give every customer the segments that both models see.

    Parameters
    ----------
    before, after
        The two versions.
    keys, columns
        The new rows.
    earlier
        The customers as the version before knew them; ``None`` where nobody is known.
    """
    b, d = labels_of(before, columns), labels_of(after, columns)
    nobody = np.empty(0, dtype=np.int64)
    if earlier is None:
        return Labels(b, d, nobody, nobody, None)
    places = dict(zip(keys.tolist(), range(len(keys)), strict=True))
    pairs = [(old, places[key]) for old, key in enumerate(earlier.keys.tolist()) if key in places]
    then, now = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    c = None if earlier.columns is None else labels_of(after, earlier.columns)[then]
    return Labels(b, d, now, earlier.labels[then], c)


def labels_of(model: SegmentModel, columns: RawColumns) -> IntVector:
    """Return the label of each row, noise as its own."""
    return model.assigner.place(model.preparation.forward(columns)).labels


def churn_of(
    labels: Labels,
    heirs: dict[int, int],
    n_before: int,
    n_after: int,
    *,
    along: BoolVector,
    usual: FloatVector,
) -> Churn:
    """Return who changes segment, by what caused it.

    Parameters
    ----------
    labels
        Of :func:`label_customers`.
    heirs
        The old label whose identity each new label takes over.
    n_before, n_after
        Clusters of both versions.
    along
        Shape (n_before, n_after): the pairs that a stated split or merger connects.
    usual
        What fits of half of the rows moved when the version before was trained, shape (n_refits,).
    """
    identity = np.array([*(heirs.get(j, n_before + j) for j in range(n_after)), NOISE])
    d = identity[labels.d]
    moves = labels.b != d
    told = along[labels.b, labels.d] & (labels.b != NOISE) & (labels.d != NOISE)
    known, a = labels.known, labels.a
    total = own = model = interaction = None
    if known.size:
        total, own = float(np.mean(a != d[known])), float(np.mean(a != labels.b[known]))
        if labels.c is not None:
            model = float(np.mean(a != identity[labels.c]))
            interaction = total - own - model
    return Churn(
        n_present=len(d),
        today=float(np.mean(moves)) if len(d) else 0.0,
        n_known=int(known.size),
        total=total,
        own=own,
        model=model,
        interaction=interaction,
        along=float(np.mean(moves & told)) if len(d) else 0.0,
        usual=float(np.quantile(usual, 0.9)) if usual.size else None,
    )
