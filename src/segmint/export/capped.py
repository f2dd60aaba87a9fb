"""The nearest kept point, within a cap: the rules of DBSCAN and HDBSCAN as scikit-learn's own classifiers.

One classifier says which cluster is nearest, one for each different cap says whether a kept point lies within
it; a last one, which knows what follows from these answers, joins them. The nearest point lies within the
cap of its cluster just where any point of the clusters with that cap does.
"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.ensemble import StackingClassifier
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier

from segmint.labels import NOISE
from segmint.types import FloatMatrix, FloatVector, IntVector

_INSIDE = 0
_NOWHERE = 1e100  # a place that no row comes near: there scikit-learn meets the answer “outside” in fitting


def nearest_within_caps(points: FloatMatrix, labels: IntVector, caps: FloatVector) -> StackingClassifier:
    """Return a fitted classifier that gives the cluster of the nearest point, −1 beyond that cluster's cap.

    Parameters
    ----------
    points, labels
        Kept points, shape (n_points, n_features), and the cluster of each.
    caps
        Shape (n_clusters,): the largest distance at which a row still belongs; infinite for no limit.

    Examples
    --------
    >>> rule = nearest_within_caps(np.array([[0.0], [5.0]]), np.array([0, 1]), np.array([1.0, 3.0]))
    >>> rule.predict(np.array([[0.5], [1.5], [2.6], [9.0]])).tolist()
    [0, -1, 1, -1]
    """
    different = np.unique(caps[np.isfinite(caps)])
    within = [
        (f"within_{number}", _within(points[caps[labels] == cap], cap))
        for number, cap in enumerate(different, start=1)
    ]
    nearest = KNeighborsClassifier(n_neighbors=1, algorithm="kd_tree").fit(points, labels)
    joined = StackingClassifier(
        [("nearest", nearest), *within],
        final_estimator=KNeighborsClassifier(n_neighbors=1),
        stack_method="predict",
        cv="prefit",
    )
    places = np.arange(len(caps) + 1) % len(points)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)  # one row for each
        joined.fit(points[places], np.arange(NOISE, len(caps)))
        joined.final_estimator_ = _joining(caps, different)
    return joined


def _within(points: FloatMatrix, cap: float) -> RadiusNeighborsClassifier:
    """Return a classifier that answers 0 within the cap of a point, and −1 elsewhere."""
    nowhere = np.full((1, points.shape[1]), _NOWHERE)
    answers = np.array([*[_INSIDE] * len(points), NOISE])
    classifier = RadiusNeighborsClassifier(radius=float(cap), algorithm="kd_tree", outlier_label=NOISE)
    return classifier.fit(np.vstack([points, nowhere]), answers)


def _joining(caps: FloatVector, different: FloatVector) -> KNeighborsClassifier:
    """Return what follows from the answers (nearest cluster, then inside or outside of each cap).

    For each cluster two answers stand: inside its own cap, and outside. All other caps lie half-way, so that
    they say nothing; an answer of another cluster is farther by at least 1. Clusters count from 1 here, 0 is noise.
    """
    answers, meanings = [], []
    for label, cap in enumerate(caps):
        own = np.flatnonzero(different == cap)
        for inside, meaning in ((_INSIDE, label + 1), (NOISE, 0)):
            answer = np.full(1 + len(different), (_INSIDE + NOISE) / 2)
            answer[0], answer[1 + own] = label, inside
            if own.size or inside == _INSIDE:
                answers.append(answer)
                meanings.append(meaning)
    return KNeighborsClassifier(n_neighbors=1).fit(np.array(answers), np.array(meanings))
