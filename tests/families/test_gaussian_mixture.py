"""Mixtures beside scikit-learn's, and what becomes of degenerate ones."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from segmint.families.fit import Configuration, Failure, Fit, Outcome, Request
from segmint.families.gaussian_mixture import GAUSSIAN_MIXTURE
from segmint.families.kmeans import fit_kmeans
from segmint.families.mixing import fit_mixture, n_parameters
from segmint.geometry.geometry import Geometry
from segmint.model.mixture import COVARIANCE_TYPES
from segmint.types import FloatMatrix, IntVector, silent


def table(n: int = 600, d: int = 3) -> FloatMatrix:
    rng = np.random.default_rng(d)
    X = rng.normal(size=(4, d))[rng.integers(0, 4, n)] * 3 + rng.normal(size=(n, d)) * rng.uniform(
        0.5, 1.5, d
    )
    return np.asarray(
        (X - X.mean(axis=0)) / X.std(axis=0)
    )  # then a regularization of 1e-6 means the same to both


def theirs(X: FloatMatrix, labels: IntVector, covariance_type: str, iterations: int) -> GaussianMixture:
    """Run scikit-learn's iterations from the same labels."""
    model = GaussianMixture(
        int(labels.max()) + 1, covariance_type=covariance_type, tol=0, max_iter=iterations
    )

    def initialize(X: FloatMatrix, *_: object, **__: object) -> None:
        model._initialize(X, np.eye(model.n_components)[labels])

    model._initialize_parameters = initialize
    with pytest.warns(match="did not converge"):
        return model.fit(X)


@pytest.mark.parametrize("covariance_type", COVARIANCE_TYPES)
@pytest.mark.parametrize("k", [1, 2, 4])
def test_likelihood_and_parameters_equal_scikit_learns_from_the_same_start(
    covariance_type: str, k: int
) -> None:
    X = table()
    labels = fit_kmeans(X, k, n_init=3, seed=0)[1]
    ours = fit_mixture(X, k, covariance_type=covariance_type, seed=0, start=labels, tolerance=0, max_iter=15)
    assert ours is not None
    model = theirs(X, labels, covariance_type, ours.n_iter)
    assert ours.log_likelihood / len(X) == pytest.approx(model.score(X), rel=1e-10)
    assert ours.n_parameters == model._n_parameters()
    np.testing.assert_allclose(ours.assigner.means, model.means_, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours.assigner.covariances, model.covariances_, rtol=1e-6, atol=1e-9)
    responsibilities = model.predict_proba(X)
    entropy = -np.sum(responsibilities * np.log(np.maximum(responsibilities, 1e-300)))
    assert ours.entropy == pytest.approx(entropy, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("covariance_type", COVARIANCE_TYPES)
def test_the_likelihood_never_falls(covariance_type: str) -> None:
    X, last = table(), -np.inf
    for iterations in range(0, 30, 3):
        mixture = fit_mixture(X, 3, covariance_type=covariance_type, seed=1, tolerance=0, max_iter=iterations)
        assert mixture is not None
        assert mixture.log_likelihood >= last - 1e-3  # the regularization may cost a little
        last = mixture.log_likelihood


def test_far_from_the_origin_nothing_is_lost() -> None:
    X = table()
    for covariance_type in COVARIANCE_TYPES:
        near = fit_mixture(X, 3, covariance_type=covariance_type, seed=0)
        far = fit_mixture(X + 1e6, 3, covariance_type=covariance_type, seed=0)
        assert near is not None
        assert far is not None
        assert far.log_likelihood == pytest.approx(near.log_likelihood, rel=1e-5)


def test_units_do_not_matter() -> None:
    X = table()
    one = fit_mixture(X, 3, covariance_type="full", seed=0)
    tiny = fit_mixture(X * 1e-6, 3, covariance_type="full", seed=0)
    assert one is not None
    assert tiny is not None
    shift = X.size * np.log(1e-6)
    assert tiny.log_likelihood + shift == pytest.approx(one.log_likelihood, rel=1e-6)


def sweep(X: FloatMatrix, ks: tuple[int, ...]) -> list[Outcome]:
    geometry = Geometry(X)
    return list(GAUSSIAN_MIXTURE.sweep(geometry, GAUSSIAN_MIXTURE.plan(geometry, Request(ks=ks)), silent))


def test_a_fit_has_what_criteria_need() -> None:
    for outcome in sweep(table(), (1, 3)):
        assert isinstance(outcome, Fit)
        kind, k = outcome.configuration.parameters["covariance_type"], outcome.n_clusters
        assert outcome.n_parameters == n_parameters(k, 3, kind)
        assert outcome.log_likelihood is not None
        assert outcome.entropy is not None
        assert outcome.entropy >= 0
        assert (outcome.entropy == 0) is (k == 1)
        assert outcome.inertia is None


def test_a_component_on_equal_rows_is_a_failure() -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([np.zeros((80, 2)), rng.normal(loc=8, size=(80, 2))])
    for outcome in sweep(X, (2,)):
        if outcome.configuration.parameters["covariance_type"] != "tied":
            assert isinstance(outcome, Failure)
            assert "collapsed" in str(outcome.reason)


def test_dependent_columns_are_regularized_and_said_so() -> None:
    v = np.random.default_rng(1).normal(size=(200, 2))
    for outcome in sweep(np.column_stack([v, v.sum(axis=1)]), (2,)):
        assert isinstance(outcome, Fit)
        said = any("regularized" in str(warning) for warning in outcome.warnings)
        assert said is (outcome.configuration.parameters["covariance_type"] in ("full", "tied"))


def test_what_did_not_converge_says_so() -> None:
    X = np.random.default_rng(2).random((2_000, 2))
    mixture = fit_mixture(X, 6, covariance_type="full", seed=0, max_iter=2)
    assert mixture is not None
    assert not mixture.converged
    assert mixture.n_iter == 2


def test_kinds_of_covariance_share_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from segmint.families import gaussian_mixture

    calls: list[int] = []

    def counted(X: FloatMatrix, k: int, *, n_init: int, seed: int) -> tuple[object, IntVector]:
        calls.append(k)
        return fit_kmeans(X, k, n_init=n_init, seed=seed)[:2]

    monkeypatch.setattr(gaussian_mixture, "fit_kmeans", counted)
    sweep(table(100), (2, 3))
    assert calls == [2, 3]


def test_a_configuration_names_all_that_it_depends_on() -> None:
    planned = GAUSSIAN_MIXTURE.plan(Geometry(table(50)), Request(ks=(2,)))
    assert [c.parameters["covariance_type"] for c in planned] == list(COVARIANCE_TYPES)
    assert all(
        set(c.parameters) == {"n_components", "covariance_type", "n_init", "reg_covar"} for c in planned
    )
    assert isinstance(planned[0], Configuration)
