from __future__ import annotations

import numpy as np
import pytest

from segmint.drift.ageing import differs, judge_ageing
from segmint.model.distances import within_squares


def test_within_squares_is_the_naive_sum():
    rng = np.random.default_rng(0)
    X, k = rng.normal(size=(60, 3)), rng.integers(0, 4, 60)
    naive = sum(float(((x - X[k == label].mean(axis=0)) ** 2).sum()) for x, label in zip(X, k, strict=True))
    assert within_squares(X, k) == pytest.approx(naive)


def judged(watched, X, seed=0):
    return judge_ageing(
        watched.reference.frame, watched.reference.ageing, watched.place(X), watched.fresh, seed=seed
    )


def test_a_model_of_separate_segments_is_reproducible_and_does_not_age_by_itself(watched):
    expected = watched.reference.ageing
    assert expected.sizes.tolist() == [300, 1000, 3000]
    assert (expected.usual > 0.98).all() and (expected.lowest <= expected.usual).all()
    found = judged(watched, watched.draw(2_000, 41)[0])
    assert found is not None and found.judged and not found.aged


def test_a_moved_segment_does_not_age_the_model_and_other_segments_do(watched):
    X, k = watched.draw(3_000, 42)
    moved = X.copy()
    moved[k == 0, 1] -= 1.0
    assert not judged(watched, moved).aged
    other = X.copy()  # one falls apart, two meet
    other[k == 0, 2] += np.where(np.arange(np.count_nonzero(k == 0)) % 2, 3.5, -3.5)
    other[k == 2] += (X[k == 3].mean(axis=0) - X[k == 2].mean(axis=0)) * 0.9
    found = judged(watched, other)
    assert found.aged and found.adjusted_rand < 0.9


def test_too_few_rows_or_nothing_expected_are_not_judged(watched):
    assert judged(watched, watched.draw(12, 1)[0]) is None


@pytest.mark.parametrize(
    ("a", "dearer", "priced", "wanted"),
    [
        (0.99, 0.5, True, False),
        (0.85, 0.03, True, True),
        (0.95, 0.07, True, True),
        (0.6, 0.0, True, True),
        (0.6, -0.3, True, False),
        (0.85, -0.3, False, True),
        (0.93, 0.5, False, False),
    ],
)
def test_what_counts_as_another_cut(a, dearer, priced, wanted):
    assert differs(a, 0.96, 0.99, dearer, priced=priced) is wanted
