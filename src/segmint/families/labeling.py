"""Labels of a finished fit: numbered by size where the rule defines them, refused where they segment nothing."""

from __future__ import annotations

import time
from typing import TypeVar

import numpy as np

from segmint.families.fit import Configuration, Failure
from segmint.labels import n_clusters, noise_share, order_by_size
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.mixture import MixtureAssigner
from segmint.types import FloatMatrix, IntVector
from segmint.words import sentence

MOST_CLUSTERS = 100
"""A density family that finds more has found crumbs; nobody can act on so many segments."""

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


def unusable(configuration: Configuration, labels: IntVector, started: float) -> Failure | None:
    """Return the failure of a density family that found fewer than two clusters or more than a hundred.

    ``started`` is when the fit began, by ``time.perf_counter``.
    """
    found, noise = n_clusters(labels), noise_share(labels)
    if 2 <= found <= MOST_CLUSTERS:
        return None
    if found < 2:
        reason = sentence("families.few_clusters", n=found, noise=noise)
    else:
        reason = sentence("families.many_clusters", n=found, most=MOST_CLUSTERS)
    return Failure(configuration, reason, found, noise, time.perf_counter() - started)
