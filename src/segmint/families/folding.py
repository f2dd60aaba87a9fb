"""Training rows placed as new rows would be: by the model's rule without their own part in it.

The drift test compares a batch with training rows scored so. Where the rule is made of moments, it is led a
small step from the model's own by the other rows; a whole new fit would be another fit (it may end in
another optimum, and then every batch looks changed). Where it is made of kept points, see ``leaving_out``.
"""

from __future__ import annotations

import numpy as np

from segmint.drift.folds import Fresh, Refit, as_far_as_new, place_out_of_fold
from segmint.drift.scoring import Placed
from segmint.families.fit import Configuration
from segmint.families.leaving_out import place_left_out
from segmint.families.mixing import REGULARIZATION
from segmint.geometry.geometry import Geometry
from segmint.kernels import em
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.exemplars import ExemplarsAssigner
from segmint.model.mixture import COVARIANCE_TYPES, MixtureAssigner
from segmint.model.placement import Assigner
from segmint.types import FloatMatrix, FloatVector, IntVector

EM_STEPS = 3


def place_as_new(
    configuration: Configuration,
    geometry: Geometry,
    labels: IntVector,
    assigner: Assigner,
    *,
    fresh: Fresh | None = None,
    seed: int = 0,
) -> Placed:
    """Place each training row as a new row like it would be placed.

    Parameters
    ----------
    configuration
        The model's.
    geometry
        The training rows.
    labels
        What the fit says of them, shape (n_samples,).
    assigner
        The model's rule.
    fresh
        A quick fit (see ``quick.quick_fit``): for K-Means and mixtures it shows how much nearer to its own
        rows a fit lies than one step shows. Without it novelty alarms too often where there are no groups.
    seed
        Seed of the folds; the same seed, the same bytes.

    Returns
    -------
    Placed
        In the order of the training rows.
    """
    if isinstance(assigner, CoresAssigner | ExemplarsAssigner):
        return place_left_out(geometry, labels, assigner, configuration, seed=seed)
    X = geometry.X
    rows = place_out_of_fold(X, assigner, one_step(X, assigner), seed=seed)
    return as_far_as_new(rows, assigner, fresh, seed=seed)


def one_step(X: FloatMatrix, assigner: Assigner) -> Refit:
    """Return what gives the rule of a part of the rows, one step from the model's.

    K-Means moves its centers once, a mixture takes three steps of expectation maximization; what these
    steps do on *all* rows is taken off, so that a model that had not quite converged is not led on.

    Parameters
    ----------
    X
        All training rows, shape (n_samples, n_features).
    assigner
        The model's rule, of centers or a mixture.

    Returns
    -------
    callable
        ``refit(rows) -> Assigner``, with the numbers of the rows to use.
    """
    if isinstance(assigner, MixtureAssigner):
        return _steps_of_mixture(X, assigner)
    assert isinstance(assigner, CentersAssigner)
    centers, placed = assigner.centers, assigner.place(X).labels
    whole = _means(X, placed, centers)
    return lambda rows: CentersAssigner(centers + _means(X[rows], placed[rows], centers) - whole)


def _means(X: FloatMatrix, labels: IntVector, centers: FloatMatrix) -> FloatMatrix:
    """Return the mean of each cluster's rows; the center itself where it has none."""
    n = np.bincount(labels, minlength=len(centers))
    sums = np.stack([np.bincount(labels, weights=x, minlength=len(centers)) for x in X.T], axis=1)
    return np.where(n[:, None] > 0, sums / np.maximum(n, 1)[:, None], centers)


def _steps_of_mixture(X: FloatMatrix, assigner: MixtureAssigner) -> Refit:
    whole = _em_steps(X, assigner)

    def refit(rows: IntVector) -> MixtureAssigner:
        part = _em_steps(X[rows], assigner)
        if part is None or whole is None:
            return assigner
        weights = assigner.weights * part.weights / whole.weights
        means = assigner.means + part.means - whole.means
        covariances = assigner.covariances + part.covariances - whole.covariances
        try:
            return MixtureAssigner(weights / weights.sum(), means, covariances, assigner.covariance_type)
        except np.linalg.LinAlgError:
            return part

    return refit


def _em_steps(X: FloatMatrix, assigner: MixtureAssigner) -> MixtureAssigner | None:
    """Return the mixture three steps on; ``None`` where a component would vanish."""
    center = X.mean(axis=0)
    columns = np.ascontiguousarray((X - center).T)
    total = np.einsum("in,jn->ij", columns, columns) / columns.shape[1]
    floor = REGULARIZATION * float(np.trace(total)) / len(total)
    weights, means = assigner.weights.copy(), assigner.means - center
    covariances = _expanded(assigner)
    kind = COVARIANCE_TYPES.index(assigner.covariance_type)
    state = em.expectation_maximization(
        kind, columns, total, weights, means, covariances, floor, -1.0, EM_STEPS
    )[3]
    if state < 0:
        return None
    try:
        return MixtureAssigner(
            weights, means + center, _compacted(covariances, assigner), assigner.covariance_type
        )
    except np.linalg.LinAlgError:
        return None


def _expanded(assigner: MixtureAssigner) -> FloatMatrix:
    """Return the covariances as full matrices, shape (n_components, n_features, n_features)."""
    K, d, kept = assigner.n_clusters, assigner.n_features, assigner.covariances
    if assigner.covariance_type in ("full", "tied"):
        return np.array(np.broadcast_to(kept, (K, d, d)))
    diagonal: FloatVector = kept if kept.ndim == 2 else np.repeat(kept[:, None], d, axis=1)
    return diagonal[:, :, None] * np.eye(d)


def _compacted(covariances: FloatMatrix, assigner: MixtureAssigner) -> FloatMatrix:
    """Return what the covariance type holds of full matrices."""
    if assigner.covariance_type == "full":
        return covariances
    if assigner.covariance_type == "tied":
        return np.array(covariances[0])
    diagonal = np.ascontiguousarray(np.diagonal(covariances, axis1=1, axis2=2))
    return diagonal if assigner.covariance_type == "diag" else np.array(diagonal[:, 0])
