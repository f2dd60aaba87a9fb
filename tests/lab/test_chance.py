"""Whether segments differ in who came back by more than chance."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.lab.chance import RARE, by_chance


def test_the_p_value_is_that_of_tables_drawn_with_the_same_margins() -> None:
    back, sizes = [20, 30, 45], [100, 100, 150]
    rng = np.random.default_rng(0)
    drawn = rng.multivariate_hypergeometric(sizes, sum(back), size=20_000)

    def unevenness(counts: np.ndarray) -> np.ndarray:
        expected = np.array(sizes) * sum(back) / sum(sizes)
        return ((counts - expected) ** 2 / expected).sum(axis=-1)

    naive = (unevenness(drawn) >= unevenness(np.array(back))).mean()
    assert by_chance(back, sizes) == pytest.approx(naive, abs=0.03)


def test_all_or_nobody_is_no_difference() -> None:
    assert by_chance([0, 0], [5, 9]) == by_chance([5, 9], [5, 9]) == 1.0


def test_few_false_alarms_and_real_differences_seen() -> None:
    rng, sizes = np.random.default_rng(1), [200, 120, 80, 150]
    p = [by_chance(rng.binomial(sizes, 0.2).tolist(), sizes) for _ in range(400)]
    assert np.mean(np.array(p) < RARE) < 0.03
    assert by_chance(rng.binomial(sizes, [0.1, 0.5, 0.3, 0.2]).tolist(), sizes) < RARE
