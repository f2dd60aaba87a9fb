from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.drift import statistics as tested
from segmint.drift.effects import THRESHOLDS, effects
from segmint.drift.scoring import Placed, score
from segmint.drift.statistics import STATISTICS, WEIGHTS, statistics
from segmint.model.drift_reference import Sums


def named(watched, rows):
    values = statistics(
        watched.reference.sums, score(watched.reference.frame, rows).sums, watched.reference.frame
    )
    return dict(zip(STATISTICS, values.tolist(), strict=True))


def test_weights_share_the_whole_error():
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    assert set(THRESHOLDS) == set(STATISTICS)


def test_training_compared_with_itself_has_no_difference(watched):
    sums = watched.reference.sums
    found = dict(zip(STATISTICS, statistics(sums, sums, watched.reference.frame), strict=True))
    for name in ("center", "center_dense", "spread", "shift", "novelty", "dependence"):
        assert found[name] == 0.0
    assert max(found["mix"], found["shape"]) <= 0
    assert effects(sums, sums, watched.reference.frame) == dict.fromkeys(STATISTICS, 0.0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda X, k: X + 0.6 * (k == 2)[:, None] * np.array([0, 0, 1, 0]), "center"),
        (lambda X, k: X + 0.15 * (k == 0)[:, None], "center_dense"),
        (lambda X, k: np.where((k == 1)[:, None], (X - X[k == 1].mean(axis=0)) * 1.5 + X[k == 1].mean(axis=0), X), "spread"),
        (lambda X, k: np.where((np.arange(len(X)) % 8 == 0)[:, None], X + 9.0, X), "novelty"),
    ],
)  # fmt: skip
def test_each_statistic_sees_what_it_is_for(watched, change, expected):
    X, _ = watched.draw(4_000, 11)
    k = watched.rule.place(X).labels
    before, after = named(watched, watched.place(X)), named(watched, Placed(
        change(X, k), k, k, watched.place(change(X, k)).distance, np.ones(len(k))
    ))  # fmt: skip
    assert after[expected] > max(5.0, before[expected] + 3.0)


def test_shares_move_the_mix_only(watched):
    X, _ = watched.draw(4_000, 12, (0.25, 0.45, 0.2, 0.1))
    found = named(watched, watched.place(X))
    assert found["mix"] > 6
    assert found["center"] < 4.5 and found["spread"] < 4.5


def test_dependence_within_a_segment_is_seen_though_no_feature_changes_alone(watched):
    X, k = watched.draw(6_000, 13)
    own = np.flatnonzero(k == 0)
    order = own[np.argsort(X[own, 0])]
    X[order, 1] = np.sort(X[own, 1])
    found = named(watched, watched.place(X))
    assert found["dependence"] > 8
    assert found["shape"] < 4


def test_a_segment_of_fewer_than_five_rows_is_not_compared(watched):
    X, k = watched.draw(3_000, 14)
    keep = np.flatnonzero((k != 3) | (np.cumsum(k == 3) <= 4))
    X = X[keep]
    X[k[keep] == 3] += 0.9
    sums = score(watched.reference.frame, watched.place(X)).sums
    assert (tested.center_deviates(watched.reference.sums, sums)[3] == 0).all()


@settings(max_examples=20)
@given(st.permutations(range(4)), st.permutations(range(4)), st.integers(0, 1000))
def test_the_order_of_segments_and_features_does_not_matter(segments, features, seed):
    rng = np.random.default_rng(seed)

    def sums(n):
        counts = rng.integers(20, 90, 5).astype(np.float64)
        z = rng.normal(size=(4, 4)) * 5
        return Sums(counts, z, abs(z) + 20, abs(z) + 60, rng.integers(5, 30, (4, 10)).astype(np.float64), np.array([300.0, 400.0, 9.0]), rng.normal(size=0))  # fmt: skip

    def turned(one):
        cell = np.ix_(segments, features)
        return Sums(
            one.counts[[*segments, 4]], one.z[cell], one.absolute[cell], one.squared[cell],
            one.bins[list(features)], one.distance, one.products,
        )  # fmt: skip

    a, b = sums(1), sums(2)
    for name in ("mix_deviate", "center_deviates", "spread_deviates", "shift_deviates", "shape_deviates"):
        deviates = getattr(tested, name)
        np.testing.assert_allclose(
            np.sort(np.ravel(deviates(a, b))), np.sort(np.ravel(deviates(turned(a), turned(b)))), atol=1e-9
        )


def test_many_draws_at_once_are_what_each_is_alone(watched):
    frame = watched.reference.frame
    each = [score(frame, watched.place(watched.draw(600, seed)[0])).sums for seed in (21, 22, 23)]
    stacked = Sums(*(np.stack([getattr(sums, name) for sums in each]) for name in Sums.__dataclass_fields__))
    together = statistics(watched.reference.sums, stacked, frame)
    alone = np.stack([statistics(watched.reference.sums, sums, frame) for sums in each])
    np.testing.assert_allclose(together, alone, rtol=1e-12)
