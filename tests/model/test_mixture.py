"""The posterior of a mixture: SciPy's densities, bits, storage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from segmint.errors import BundleError
from segmint.model.assigners import restore
from segmint.model.mixture import COVARIANCE_TYPES, MixtureAssigner


def make(covariance_type: str, K: int = 4, d: int = 3, seed: int = 0) -> MixtureAssigner:
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(K, d, d))
    full = factors @ factors.transpose(0, 2, 1) + 0.1 * np.eye(d)
    covariances = {
        "full": (full + full.transpose(0, 2, 1)) / 2,
        "tied": (full[0] + full[0].T) / 2,
        "diag": rng.uniform(0.1, 2, (K, d)),
        "spherical": rng.uniform(0.1, 2, K),
    }[covariance_type]
    return MixtureAssigner(
        rng.dirichlet(np.full(K, 5.0)), rng.normal(size=(K, d)), covariances, covariance_type
    )


def dense(rule: MixtureAssigner) -> npt.NDArray[np.float64]:
    eye = np.eye(rule.n_features)
    return {
        "full": lambda c: c,
        "tied": lambda c: np.broadcast_to(c, (rule.n_clusters, *c.shape)),
        "diag": lambda c: c[:, :, None] * eye,
        "spherical": lambda c: c[:, None, None] * eye,
    }[rule.covariance_type](rule.covariances)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("covariance_type", COVARIANCE_TYPES)
def test_places_by_the_densities(covariance_type: str) -> None:
    rule = make(covariance_type)
    X = np.random.default_rng(1).normal(size=(3_000, 3))
    expected = np.stack(
        [
            np.log(weight) + multivariate_normal(mean, covariance).logpdf(X)
            for weight, mean, covariance in zip(rule.weights, rule.means, dense(rule), strict=True)
        ]
    )
    np.testing.assert_allclose(rule.log_joint(X), expected, rtol=1e-10)
    placement = rule.place(X)
    posterior = np.exp(expected - logsumexp(expected, axis=0))
    assert np.array_equal(placement.labels, expected.argmax(axis=0))
    assert np.array_equal(placement.runner_up, np.argsort(-expected, axis=0)[1])
    np.testing.assert_allclose(placement.confidence, posterior.max(axis=0), rtol=1e-10)
    mahalanobis = [
        np.einsum("ij,jk,ik->i", X - mean, np.linalg.inv(covariance), X - mean)
        for mean, covariance in zip(rule.means, dense(rule), strict=True)
    ]
    np.testing.assert_allclose(placement.distance, np.sqrt(np.min(mahalanobis, axis=0)), rtol=1e-8)


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(COVARIANCE_TYPES),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(0, 30),
    st.integers(0, 9),
)
def test_one_row_a_batch_and_a_stream_get_the_same_bits(
    covariance_type: str, K: int, d: int, cut: int, seed: int
) -> None:
    rule = make(covariance_type, K, d, seed)
    X = np.random.default_rng(seed).normal(scale=3, size=(30, d))
    whole = rule.place(X)
    for rows in [slice(0, cut), slice(cut, 30), *(slice(i, i + 1) for i in range(30))]:
        part = rule.place(np.asfortranarray(X[rows]))
        assert np.array_equal(part.labels, whole.labels[rows])
        assert part.distance.tobytes() == whole.distance[rows].tobytes()
        assert part.confidence.tobytes() == whole.confidence[rows].tobytes()
        assert np.array_equal(part.runner_up, whole.runner_up[rows])


@pytest.mark.parametrize("covariance_type", COVARIANCE_TYPES)
def test_relabeling_renames_and_storage_keeps_every_bit(covariance_type: str) -> None:
    rule = make(covariance_type)
    X = np.random.default_rng(2).normal(size=(200, 3))
    order = np.array([3, 1, 0, 2])
    renamed = rule.relabeled(order)
    assert np.array_equal(order[renamed.place(X).labels], rule.place(X).labels)
    again = restore("mixture", rule.arrays(), rule.parameters())
    assert again.place(X).confidence.tobytes() == rule.place(X).confidence.tobytes()


def damaged(covariance_type: str, **changes: Any) -> dict[str, Any]:
    return {**make(covariance_type).arrays(), **changes}


@pytest.mark.parametrize(
    ("covariance_type", "changes", "code"),
    [
        ("full", {"weights": np.full(4, 0.3)}, "weights"),
        ("full", {"weights": np.array([0.5, 0.5, 0.0, 0.0])}, "not_positive"),
        ("full", {"weights": np.full(3, 1 / 3)}, "shape"),
        ("full", {"covariances": np.zeros((4, 3, 3))}, "covariance"),
        ("tied", {"covariances": np.array([[1.0, 0.5, 0], [0.2, 1, 0], [0, 0, 1]])}, "covariance"),
        ("diag", {"covariances": np.full((4, 3), -1.0)}, "covariance"),
        ("spherical", {"covariances": np.full(4, np.inf)}, "not_finite"),
        ("spherical", {"covariances": np.full((4, 1), 1.0)}, "shape"),
    ],
)
def test_damaged_mixtures_are_refused(covariance_type: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BundleError) as refusal:
        restore("mixture", damaged(covariance_type, **changes), {"covariance_type": covariance_type})
    assert refusal.value.code == f"model_assigners.{code}"


def test_an_unknown_covariance_is_refused() -> None:
    with pytest.raises(BundleError, match="full, tied, diag, spherical"):
        restore("mixture", make("full").arrays(), {"covariance_type": "banana"})
