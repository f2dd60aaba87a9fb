"""The rules of likeness: what each says, and what all have in common."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.likeness.blocks import alone
from segmint.likeness.crowd import crowd_of
from segmint.likeness.density import density_of, scott
from segmint.likeness.landmarks import landmarks_of
from segmint.likeness.scoring import DEFAULT_RULE, RULES


@pytest.fixture
def rows() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.vstack([rng.normal(0, 1, (400, 3)), rng.normal([4, 0, 0], 0.3, (40, 3))])


@pytest.mark.parametrize("name", RULES)
def test_rows_near_the_seeds_rank_before_others(name: str, rows: np.ndarray) -> None:
    crowd = crowd_of(rows, 0)
    Z = crowd.standard(rows)
    score = RULES[name](Z[400:420], crowd.landmarks)(Z)
    assert set(np.argsort(-score)[:40].tolist()) >= set(range(402, 438))


@pytest.mark.parametrize("name", RULES)
def test_a_score_does_not_depend_on_the_other_rows(name: str, rows: np.ndarray) -> None:
    crowd = crowd_of(rows, 0)
    Z = crowd.standard(rows)
    score = RULES[name](Z[400:420], crowd.landmarks)
    assert np.allclose(score(Z)[::7], score(Z[::7]), atol=1e-9)


@pytest.mark.parametrize("name", RULES)
def test_far_rows_have_finite_scores_and_inputs_stay(name: str, rows: np.ndarray) -> None:
    far = np.vstack([rows, np.full((1, 3), 1e100)])
    crowd = crowd_of(far, 0)
    Z = crowd.standard(far)
    before = Z.copy()
    assert np.isfinite(RULES[name](Z[400:420], crowd.landmarks)(Z)).all()
    assert np.array_equal(Z, before)


def test_the_density_is_the_formula(rows: np.ndarray) -> None:
    landmarks = landmarks_of(rows, 7)
    x, h = np.array([0.5, 1.0, -1.0]), 0.8
    slow = sum(
        w * np.exp(-((x - p) ** 2).sum() / (2 * h * h))
        for p, w in zip(landmarks.points, landmarks.weights, strict=True)
    )
    found = density_of(landmarks, h).above(x[None] / h)[0] - (x**2).sum() / (2 * h * h)
    assert found == pytest.approx(np.log(slow), abs=1e-12)


def test_what_everybody_has_counts_for_nothing() -> None:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(4000, 2))
    crowd = crowd_of(X, 0)
    Z = crowd.standard(X)
    score = RULES[DEFAULT_RULE](Z[rng.choice(4000, 800, replace=False)], crowd.landmarks)(Z)
    assert abs(np.median(score)) < 0.3


def test_the_bandwidth_falls_with_the_rows() -> None:
    assert scott(10, 3) > scott(1000, 3) > 0


def test_rows_far_from_everybody_are_not_like_the_seeds() -> None:
    rng = np.random.default_rng(3)
    X = np.vstack([rng.normal(size=(2000, 6)), rng.uniform(-30, 30, (30, 6))])
    crowd = crowd_of(X, 0)
    Z = crowd.standard(X)
    seeds = np.argsort(-X[:2000, 0])[:60]
    score = RULES[DEFAULT_RULE](Z[seeds], crowd.landmarks)(Z)
    assert not {*np.argsort(-score)[:160].tolist()} & {*range(2000, 2030)}


def test_more_seeds_than_one_block_holds_are_all_looked_at() -> None:
    rng = np.random.default_rng(3)
    seeds, rows = rng.normal(size=(7_000, 3)), rng.normal(size=(200, 3))
    score = RULES["seed"](seeds, landmarks_of(rows, 10))(rows)
    nearest = [-np.sqrt(((row - seeds) ** 2).sum(axis=1).min()) for row in rows]
    assert np.allclose(score, nearest, atol=1e-7)


@pytest.mark.parametrize(("n_points", "n_features"), [(100, 16), (1_000, 90), (200, 400)])
def test_no_product_is_large_enough_to_be_shared_among_threads(n_points: int, n_features: int) -> None:
    parts = list(alone(1_000, n_points, n_features))
    assert [parts[0].start, *(part.stop for part in parts[:-1])] == [part.start for part in parts[:1]] + [
        part.start for part in parts[1:]
    ]
    assert parts[-1].stop >= 1_000
    assert all((part.stop - part.start) * n_points * n_features < 262_144 for part in parts)
