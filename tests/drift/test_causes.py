from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.drift.causes import _parts, new_share, split
from segmint.drift.scoring import Scores, score
from segmint.model.drift_reference import Profile


def scored(watched, rows):
    return score(watched.reference.frame, watched.place(rows))


def profile(seed, K=3, d=2):
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 40, (K, d, 9)).astype(np.float64)
    near = cells[:, 0].sum(axis=1)
    cells[:, 1] *= near[:, None] / np.maximum(cells[:, 1].sum(axis=1), 1.0)[:, None]
    return Profile(near, rng.integers(0, 20, K + 1).astype(np.float64), cells, np.zeros(1))


def js(p, q):
    middle = (p + q) / 2
    return sum(
        0.5 * np.sum(np.where(x > 0, x * np.log2(np.where(x > 0, x / middle, 1.0)), 0.0)) for x in (p, q)
    )


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_the_parts_add_up_to_the_divergence_of_the_joint_distribution(seed):
    """With one feature, the whole partition (new, segment × bin) has the divergence that the parts add up to."""
    before, now = profile(seed, d=1 + 1), profile(seed + 1, d=1 + 1)
    before, now = (
        Profile(p.near * 1e9, p.new * 1e9, p.cells[:, :1] * 1e9, p.confidence) for p in (before, now)
    )
    new, mix, behavior = _parts(before, now, np.ones((3, 1), dtype=bool))
    joint = [np.append(p.cells.ravel(), p.new.sum()) / (p.near.sum() + p.new.sum()) for p in (before, now)]
    assert new + mix + behavior.sum() == pytest.approx(js(*joint), abs=1e-6)


def test_training_against_itself_has_no_parts(watched):
    found = split(watched.reference, Scores(watched.reference.sums, watched.reference.profile), seed=0)
    assert found.total == 0.0
    assert found.parts == {"new": 0.0, "mix": 0.0, "behavior": 0.0}


def _moved(watched):
    X, k = watched.draw(4_000, 32)
    X[k == 1, 3] += 0.7
    return X


def _with_new(watched):
    X, _ = watched.draw(4_000, 33)
    X[:300] = np.random.default_rng(0).normal(size=(300, 4)) + 15.0
    return X


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda w: w.draw(4_000, 31, (0.2, 0.5, 0.2, 0.1))[0], "mix"),
        (_moved, "behavior"),
        (_with_new, "new"),
    ],
)
def test_what_was_planted_is_nearly_the_whole(watched, change, part):
    found = split(watched.reference, scored(watched, change(watched)), seed=0)
    assert found.parts[part] > 0.9
    assert sum(found.parts.values()) == pytest.approx(1.0)
    low, high = found.intervals[("new", "mix", "behavior").index(part)]
    assert 0 <= low <= found.parts[part] <= high + 1e-9 <= 1 + 1e-9


def test_behavior_lies_in_the_cell_that_moved(watched):
    found = split(watched.reference, scored(watched, _moved(watched)), seed=0)
    assert np.unravel_index(np.argmax(found.behavior), found.behavior.shape) == (1, 3)
    assert np.count_nonzero(found.behavior) <= 2


def test_the_same_seed_gives_the_same_intervals(watched):
    rows = scored(watched, _moved(watched))
    one, same = (split(watched.reference, rows, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.intervals, same.intervals)
    assert new_share(rows.profile) < 0.02
