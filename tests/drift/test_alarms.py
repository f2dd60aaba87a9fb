"""Whether alarms come as often as asked, and drift is found: small seeded simulations; the large ones are in ``benchmarks``."""

from __future__ import annotations

import numpy as np

from segmint.drift.combination import combine
from segmint.drift.compare import compare
from segmint.drift.scoring import score
from segmint.drift.verdict import Verdict


def test_false_alarms_are_as_rare_as_asked_for_small_and_huge_batches(watch):
    alarms = {200: [], 2_000: [], 100_000: []}
    for seed in range(12):
        model = watch(2_000, seed, n_draws=600)
        for m, p in alarms.items():
            for batch in range(12 if m < 100_000 else 1):
                X, _ = model.draw(m, 1000 * seed + batch + m)
                p.append(combine(model.reference, score(model.reference.frame, model.place(X)).sums).p)
    small, large = np.concatenate([alarms[200], alarms[2_000]]), np.array(alarms[100_000])
    assert np.mean(small < 0.05) < 0.1  # 288 batches: 5 % and three standard errors
    assert np.mean(small < 0.01) < 0.03
    assert np.sum(large < 0.01) <= 1  # a threshold that forgets training's error alarms at all of them


def test_a_third_of_a_deviation_in_one_feature_of_a_fifth_is_found(watched):
    found = 0
    for seed in range(20):
        X, k = watched.draw(2_000, 500 + seed)
        X[k == 2, seed % 4] += 0.3
        found += compare(watched.reference, watched.place(X), seed=seed).verdict is Verdict.DRIFT
    assert found >= 16


def test_a_million_rows_with_a_meaningless_difference_is_not_drift(watched):
    X, _ = watched.draw(1_000_000, 77)
    report = compare(watched.reference, watched.place(X + 0.02))
    assert report.verdict in (Verdict.STABLE, Verdict.WATCH)
    X[watched.rule.place(X).labels == 2, 1] += 0.15
    assert compare(watched.reference, watched.place(X)).verdict is Verdict.DRIFT
