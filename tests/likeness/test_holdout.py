"""How hidden seeds are found: chance finds its share, a real likeness more, segments what they hold."""

from __future__ import annotations

import numpy as np
import pytest

from segmint.likeness import holdout
from segmint.likeness.crowd import crowd_of
from segmint.likeness.holdout import Trial, hold_out, taken
from segmint.likeness.scoring import RULES


def trial(n: int, seeds: np.ndarray, X: np.ndarray, labels: np.ndarray) -> Trial:
    crowd = crowd_of(X, 0)
    return Trial(crowd.standard(X), labels, seeds, np.setdiff1d(np.arange(n), seeds), crowd)


def test_random_seeds_are_found_by_chance() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(3000, 4))
    seeds = rng.choice(3000, 300, replace=False)
    found = hold_out(RULES["density"], trial(3000, seeds, X, np.zeros(3000, dtype=np.int64)), 0.1, 0)
    assert found.verdict == "unsure"
    assert found.lift.low < 1 < found.lift.high
    assert found.lift_of_segments == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("name", RULES)
def test_seeds_of_a_kind_are_found(name: str) -> None:
    rng = np.random.default_rng(2)
    X = np.vstack([rng.normal(0, 1, (1900, 3)), rng.normal([5, 5, 0], 0.5, (100, 3))])
    labels = np.zeros(2000, dtype=np.int64)
    found = hold_out(RULES[name], trial(2000, np.arange(1900, 1960), X, labels), 0.05, 0)
    assert found.verdict == "better"
    assert found.lift.low > 10
    assert found.beside_segments == "better"


def test_a_sample_of_the_others_gives_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(20_000, 2))
    seeds = np.argsort(-X[:, 0] - rng.normal(0, 0.7, 20_000))[:500]
    whole = trial(20_000, seeds, X, np.full(20_000, -1))
    exact = hold_out(RULES["density"], whole, 0.05, 0)
    monkeypatch.setattr(holdout, "COMPARED_ROWS", 4_000)
    sampled = hold_out(RULES["density"], whole, 0.05, 0)
    assert sampled.n_compared == 4_000
    assert sampled.found.value == pytest.approx(exact.found.value, abs=0.05)


def test_segments_that_hold_all_seeds_cannot_be_beaten() -> None:
    rng = np.random.default_rng(4)
    X = rng.normal(size=(1000, 2))
    labels = (np.arange(1000) < 50).astype(np.int64)
    found = hold_out(RULES["density"], trial(1000, np.arange(40), X, labels), 0.05, 0)
    assert found.by_segments == 1.0
    assert found.beside_segments == "worse"


def test_equal_scores_are_decided_by_chance() -> None:
    assert taken(np.zeros(3), np.zeros(7), 1.0, 0.3).tolist() == pytest.approx([0.3] * 3)
    assert taken(np.array([2.0, 0.0]), np.ones(3), 2.0, 0.5).tolist() == [1.0, 0.0]


def test_the_same_seed_gives_the_same_answer() -> None:
    rng = np.random.default_rng(5)
    one = trial(500, np.arange(30), rng.normal(size=(500, 2)), np.zeros(500, dtype=np.int64))
    assert hold_out(RULES["density"], one, 0.1, 7) == hold_out(RULES["density"], one, 0.1, 7)


def test_five_seeds_are_enough_to_measure() -> None:
    rng = np.random.default_rng(6)
    one = trial(100, np.arange(5), rng.normal(size=(100, 2)), np.zeros(100, dtype=np.int64))
    assert 0 <= hold_out(RULES["density"], one, 0.1, 0).found.low <= 1


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("n_seeds", [5, 10, 20])
def test_few_seeds_of_no_kind_are_not_called_better_or_worse(name: str, n_seeds: int) -> None:
    X = np.random.default_rng(8).normal(size=(300, 2))
    labels = np.zeros(300, dtype=np.int64)
    told = []
    for draw in range(40):
        seeds = np.random.default_rng(draw).choice(300, n_seeds, replace=False)
        found = hold_out(RULES[name], trial(300, seeds, X, labels), 0.05, 0)
        told.append((found.verdict, found.beside_segments))
    assert sum(verdict != "unsure" for verdict, _ in told) <= 2
    assert sum(beside != "unsure" for _, beside in told) <= 1


def test_everybody_taken_is_no_better_and_no_worse_than_chance() -> None:
    rng = np.random.default_rng(7)
    one = trial(200, np.arange(50), rng.normal(size=(200, 2)), np.zeros(200, dtype=np.int64))
    found = hold_out(RULES["density"], one, 1.0, 0)
    assert (found.verdict, found.beside_segments) == ("unsure", "unsure")
