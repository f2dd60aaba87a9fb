"""Recall and speed as they are measured, and the rule that recommends."""

from __future__ import annotations

import time

import numpy as np
import pytest

from segmint.geometry import speeds as measuring
from segmint.geometry.indexes import Variant
from segmint.geometry.recommending import FOUND, TIMES, recommend
from segmint.geometry.speeds import Speed, measure_speeds
from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Points
from segmint.likeness.metrics import METRICS


def speed(kind: str, recall: float, per_second: float, built: float = 0.0) -> Speed:
    return Speed(kind, {}, recall, recall, recall, per_second, per_second, per_second, built, None)


def work(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def keys(found) -> set[str]:
    return {reason.key.removeprefix("likeness.") for reason in found.reasons}


def test_every_setting_is_measured_and_exact_ones_find_all() -> None:
    X = np.random.default_rng(0).normal(size=(300, 4))
    seen = []
    found = measure_speeds(
        Points.of(METRICS["euclidean"], X), X, 5, progress=lambda *report: seen.append(report)
    )
    assert {one.kind for one in found} == {"exact", "kd-tree", "lsh", "hnsw", "ivf"}
    assert all(one.recall == 1 for one in found if one.exact)
    for one in found:
        assert 0 <= one.low <= one.recall <= one.high <= 1
        assert one.slowest <= one.per_second <= one.fastest
        assert one.built > 0
    assert found[0].kind == "exact"
    assert seen[-1][1] == seen[-1][2]


@pytest.mark.parametrize("when", ["made", "asked"])
def test_building_counts_whenever_it_happens(monkeypatch, when: str) -> None:
    X = np.random.default_rng(0).normal(size=(50, 2))
    points = Points.of(METRICS["euclidean"], X)

    class Slow(ExactIndex):
        def query(self, Q, k):
            if when == "asked" and Q.shape[0] == 1:
                work(0.2)
            return super().query(Q, k)

    def variants(points, *, seed):
        yield Variant("exact", {}, ExactIndex(points))
        if when == "made":
            work(0.2)
        yield Variant("hnsw", {}, Slow(points))

    monkeypatch.setattr(measuring, "variants_for", variants)
    first, second = measure_speeds(points, X, 2)
    assert first.built < 0.1
    assert second.built >= 0.2


def test_what_is_hopeless_is_asked_once(monkeypatch) -> None:
    X = np.random.default_rng(0).normal(size=(50, 2))
    asked = []

    class Slow(ExactIndex):
        def query(self, Q, k):
            if Q.shape[0] > 1:
                asked.append(1)
                work(0.2)
            return super().query(Q, k)

    def variants(points, *, seed):
        yield Variant("exact", {}, ExactIndex(points))
        yield Variant("lsh", {}, Slow(points))

    monkeypatch.setattr(measuring, "variants_for", variants)
    found = measure_speeds(Points.of(METRICS["euclidean"], X), X, 2)
    assert len(asked) == 1
    assert found[1].recall == 1


def test_same_seed_same_queries_same_recall() -> None:
    X = np.random.default_rng(0).normal(size=(400, 6))
    one, two = (measure_speeds(Points.of(METRICS["cosine"], X), X, 3, seed=4) for _ in range(2))
    assert [found.recall for found in one] == [found.recall for found in two]


def test_an_approximate_index_must_find_enough_and_be_fast_enough() -> None:
    scan = speed("exact", 1, 100)
    assert recommend([scan, speed("hnsw", FOUND, 100 * TIMES)]).chosen.kind == "hnsw"
    assert recommend([scan, speed("hnsw", FOUND - 0.001, 1e6)]).chosen.kind == "exact"
    slow = recommend([scan, speed("hnsw", 1, 100 * TIMES - 1)])
    assert slow.chosen.kind == "exact"
    assert slow.headline.key == "likeness.exact_is_enough"
    assert recommend([scan, speed("hnsw", 1, 99)]).headline.key == "likeness.exact_is_faster"


def test_a_tree_that_is_exact_is_what_others_are_held_against() -> None:
    measured = [speed("exact", 1, 100), speed("kd-tree", 1, 400), speed("hnsw", 0.99, 1900)]
    assert recommend(measured).chosen.kind == "kd-tree"
    assert recommend([*measured, speed("ivf", 0.96, 2000)]).chosen.kind == "ivf"


def test_it_says_where_hashing_loses() -> None:
    scan = speed("exact", 1, 100)
    assert "hashing_misses" in keys(recommend([scan, speed("lsh", 0.9, 5000)]))
    assert "hashing_is_slower" in keys(recommend([scan, speed("lsh", 0.99, 50)]))
    assert "hashing_beaten" in keys(recommend([scan, speed("lsh", 0.99, 600), speed("hnsw", 0.99, 6000)]))
    won = recommend([scan, speed("minhash", 0.99, 600)])
    assert won.chosen.kind == "minhash"
    assert not any(key.startswith("hashing") for key in keys(won))


def test_when_an_index_pays_counts_its_building() -> None:
    found = recommend(
        [speed("exact", 1, 100), speed("hnsw", 0.99, 1000, built=9.0), speed("hnsw", 0.9, 2000)]
    )
    reason = next(one for one in found.reasons if one.key == "likeness.pays_after")
    assert reason.figures["n"] == pytest.approx(9.0 / (1 / 100 - 1 / 1000))
    assert all(str(one) for one in (found.headline, *found.reasons))


def test_alone_exact_says_that_nothing_else_serves() -> None:
    assert recommend([speed("exact", 1, 100)]).headline.key == "likeness.exact_alone"
