"""Clusters numbered by size where the saved rule defines the labels."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from segmint.labels import order_by_size
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.types import FloatMatrix, IntVector

Rule = TypeVar("Rule", CentersAssigner, MixtureAssigner, CoresAssigner, ExemplarsAssigner)


def numbered_by_size(rule: Rule, X: FloatMatrix) -> tuple[Rule, IntVector]:
    """Return the rule with clusters numbered by the rows that it gives them, and these labels.

    A row on a border goes to the lowest label, so that numbers may change sizes: it is tried again until
    nothing changes, ten times at most. A cluster without a row keeps a number at the end.
    """
    labels = rule.place(X).labels
    for _ in range(10):
        order = order_by_size(labels)
        order = np.concatenate([order, np.setdiff1d(np.arange(rule.n_clusters), order)])
        if np.array_equal(order, np.arange(rule.n_clusters)):
            break
        rule = rule.relabeled(order)
        labels = rule.place(X).labels
    return rule, labels
