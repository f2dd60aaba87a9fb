"""The rule for new rows as one of scikit-learn's estimators."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier

from segmint.export.capped import nearest_within_caps
from segmint.export.kept import kept_points
from segmint.model.centers import CentersAssigner
from segmint.model.mixture import MixtureAssigner, inverse_cholesky
from segmint.model.placement import Assigner
from segmint.types import FloatMatrix


def make_clusterer(assigner: Assigner) -> Any:
    """Return a fitted estimator whose ``predict`` is the assigner's rule.

    Parameters
    ----------
    assigner
        Nearest center becomes ``KMeans``, a mixture ``GaussianMixture``, nearest exemplar without a cap
        (Ward's tree) ``KNeighborsClassifier`` with one neighbor, nearest kept point within a cap (DBSCAN,
        HDBSCAN) a ``StackingClassifier`` of such; see :func:`nearest_within_caps`.

    Examples
    --------
    >>> make_clusterer(CentersAssigner(np.array([[0.0], [4.0]]))).predict(np.array([[1.0], [3.0]])).tolist()
    [0, 1]
    """
    if isinstance(assigner, CentersAssigner):
        return _kmeans(assigner.centers)
    if isinstance(assigner, MixtureAssigner):
        return _mixture(assigner)
    kept = kept_points(assigner)
    assert kept is not None  # there are no other rules
    if kept.capped:
        return nearest_within_caps(*kept)
    return KNeighborsClassifier(n_neighbors=1, algorithm="kd_tree").fit(kept.points, kept.labels)


def _kmeans(centers: FloatMatrix) -> KMeans:
    """Return K-Means with these centers, and without what it would keep of its own fit: the model has no rows."""
    kmeans = KMeans(n_clusters=len(centers), init=centers, n_init=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # two centers in one place
        kmeans.fit(centers)
    kmeans.cluster_centers_ = np.array(centers)
    del kmeans.labels_, kmeans.inertia_, kmeans.n_iter_
    return kmeans


def _mixture(assigner: MixtureAssigner) -> GaussianMixture:
    mixture = GaussianMixture(
        n_components=assigner.n_clusters,
        covariance_type=assigner.covariance_type,
        weights_init=assigner.weights,
        means_init=assigner.means,
    )
    mixture.weights_, mixture.means_ = np.array(assigner.weights), np.array(assigner.means)
    mixture.covariances_ = np.array(assigner.covariances)
    mixture.precisions_cholesky_ = _precision_factors(assigner)
    mixture.precisions_ = _precisions(mixture.precisions_cholesky_, assigner.covariance_type)
    mixture.n_features_in_ = assigner.n_features
    mixture.converged_ = True
    return mixture


def _precision_factors(assigner: MixtureAssigner) -> Any:
    """Return upper triangular factors P with P Pᵀ = Σ⁻¹, or inverse deviations."""
    covariances = assigner.covariances
    if assigner.covariance_type == "full":
        return np.stack([inverse_cholesky(covariance).T for covariance in covariances])
    if assigner.covariance_type == "tied":
        return inverse_cholesky(covariances).T
    return 1.0 / np.sqrt(covariances)


def _precisions(factors: Any, covariance_type: str) -> Any:
    if covariance_type in ("full", "tied"):
        return factors @ np.swapaxes(factors, -1, -2)
    return factors**2
