"""What is made once of a bundle's index, and asked again and again: who is near, and who is most alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmint.errors import BundleError, DataError
from segmint.likeness.crowd import crowd_of
from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Neighbors, Points
from segmint.likeness.lookalikes import (
    Asked,
    Chosen,
    Everyone,
    Lookalike,
    Originals,
    find_lookalikes,
)
from segmint.likeness.metrics import metric_named
from segmint.likeness.selves import without_self
from segmint.likeness.spread import spread_of
from segmint.model.customer_index import CustomerIndex
from segmint.model.preparation import Preparation
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatMatrix, IntVector

METRIC = "euclidean"
"""Of prepared rows, as the segments see them."""


@dataclass(frozen=True, eq=False)
class Near:
    """Customers who can be found.

    Attributes
    ----------
    index
        The bundle's.
    exact
        Looks at all of its rows.
    everyone
        Its customers as lookalikes are found among them.
    """

    index: CustomerIndex
    exact: ExactIndex
    everyone: Everyone


@dataclass(frozen=True, eq=False)
class Seeds:
    """Who the seeds are: rows of the index, and prepared rows of customers who were sent.

    Attributes
    ----------
    places
        Rows of the index, no row twice.
    sent
        Shape (n_sent, n_features).
    n_listed
        How many were named, those who are not there among them.
    """

    places: IntVector
    sent: FloatMatrix
    n_listed: int


def near_of(model: SegmentModel, index: CustomerIndex) -> Near:
    """Make ready a model's index.

    Raises
    ------
    BundleError
        If all of its rows are equal: nobody is nearer than another.
    """
    X = index.rows
    points = Points(metric_named(METRIC), spread_of(X[:2]), X)  # this distance needs no spread of all rows
    try:
        crowd = crowd_of(X, 0)
    except DataError:
        raise BundleError("bundle.structure", place="model.index") from None
    everyone = Everyone(
        keys=index.pseudonyms,
        X=X,
        labels=model.assigner.place(X).labels,
        originals=originals_of(model.preparation, X),
        crowd=crowd,
    )
    return Near(index, ExactIndex(points), everyone)


def originals_of(preparation: Preparation, X: FloatMatrix) -> Originals:
    """Return what gives the original units of some rows."""
    return lambda rows: preparation.originals(X[rows])


def nearest(near: Near, X: FloatMatrix, k: int) -> Neighbors:
    """Return the k nearest customers of prepared rows."""
    return near.exact.query(X, k)


def nearest_others(near: Near, places: IntVector, k: int) -> Neighbors:
    """Return the k nearest other customers of some who are in the index."""
    return without_self(near.exact.query(near.index.rows[places], k + 1), places)


def lookalikes(
    model: SegmentModel, near: Near, seeds: Seeds, barred: Sequence[int], asked: Asked
) -> Lookalike:
    """Find the customers of the index who are most like some.

    Parameters
    ----------
    model, near
        The model and its index.
    seeds
        At least five; somebody is left beside them and the barred.
    barred
        Rows of the index that are left out; seeds are in any case.
    asked
        Reach and rule.

    Raises
    ------
    UsageError
        If the reach is a count above the candidates.
    """
    everyone, n_customers = near.everyone, near.index.n_customers
    free = np.ones(n_customers + len(seeds.sent), dtype=np.bool_)
    free[n_customers:] = False
    free[[*seeds.places.tolist(), *barred]] = False
    rows = np.concatenate([np.sort(seeds.places), np.arange(n_customers, len(free))])
    if len(seeds.sent):
        everyone = _with_sent(model, everyone, seeds.sent)
    return find_lookalikes(model, everyone, Chosen(rows, free), asked)


def _with_sent(model: SegmentModel, everyone: Everyone, sent: FloatMatrix) -> Everyone:
    """Return everybody and those who were sent, who stand in no index and are never taken."""
    X = np.concatenate([everyone.X, sent])
    return Everyone(
        keys=np.concatenate([everyone.keys, np.zeros(len(sent), dtype=np.int64)]),
        X=X,
        labels=np.concatenate([everyone.labels, model.assigner.place(sent).labels]),
        originals=originals_of(model.preparation, X),
        crowd=everyone.crowd,
    )
