"""Two versions put side by side: by hand, turned round, planted, and on tables that have no groups."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.lineage.evidence import shape_of
from segmint.lineage.landmarks import find_landmarks
from segmint.lineage.matching import Match, Rows, match, shape_of_training, steadiness_of
from segmint.lineage.reading import Steadiness
from segmint.model.centers import CentersAssigner
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Kind
from segmint.model.segment_model import SegmentModel

Centers = list[tuple[float, float]]


def blobs(seed: int, centers: Any, sizes: Any) -> Any:
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [rng.normal(size=(n, 2)) + center for center, n in zip(centers, sizes, strict=True)]
    )


def matched(
    before: Any,
    old: Any,
    after: Any,
    new: Any,
    *,
    steadiness: Any = 1.0,
    weights: Any = None,
    panel: Any = None,
) -> Match:
    """Match two rules of the nearest center on the rows of both."""
    one, two = CentersAssigner(np.array(before, dtype=float)), CentersAssigner(np.array(after, dtype=float))
    labels = one.place(old).labels
    return match(
        one,
        two,
        old=Rows(old, old, weights),
        old_labels=labels,
        new=Rows(new, new),
        shape=shape_of(old, labels, one.n_clusters),
        steadiness=Steadiness(np.full(one.n_clusters, steadiness), np.full(two.n_clusters, steadiness)),
        panel=panel,
    )


def told(found: Match) -> set[tuple[tuple[Kind, ...], tuple[int, ...], tuple[int, ...]]]:
    return {(event.kinds, event.before, event.after) for event in found.events}


A, B, C, D = (0.0, 0.0), (20.0, 0.0), (0.0, 20.0), (20.0, 20.0)
N = 200
SCENES: dict[str, tuple[Centers, list[int], Centers, list[int], set[Any]]] = {
    "kept": ([A, B, C], [N] * 3, [A, B, C], [N] * 3, {((Kind.KEPT,), (i,), (i,)) for i in range(3)}),
    "moved": (
        [A, B, C], [N] * 3, [(2.0, 1.0), B, C], [N] * 3,
        {((Kind.MOVED,), (0,), (0,)), ((Kind.KEPT,), (1,), (1,)), ((Kind.KEPT,), (2,), (2,))},
    ),
    "grown": (
        [A, B, C], [N] * 3, [A, B, C], [3 * N, N, N],
        {((Kind.GROWN,), (0,), (0,)), ((Kind.KEPT,), (1,), (1,)), ((Kind.KEPT,), (2,), (2,))},
    ),
    "shrunk": (
        [A, B, C], [3 * N, N, N], [A, B, C], [N] * 3,
        {((Kind.SHRUNK,), (0,), (0,)), ((Kind.KEPT,), (1,), (1,)), ((Kind.KEPT,), (2,), (2,))},
    ),
    "split": (
        [A, B], [2 * N, N], [(-4.0, 0.0), B, (4.0, 0.0)], [N - 30, N, N + 30],
        {((Kind.SPLIT,), (0,), (0, 2)), ((Kind.KEPT,), (1,), (1,))},
    ),
    "merged": (
        [(-4.0, 0.0), B, (4.0, 0.0)], [N - 30, N, N + 30], [A, B], [2 * N, N],
        {((Kind.MERGED,), (0, 2), (0,)), ((Kind.KEPT,), (1,), (1,))},
    ),
    "born": (
        [A, B], [N] * 2, [A, B, D], [N] * 3,
        {((Kind.KEPT,), (0,), (0,)), ((Kind.KEPT,), (1,), (1,)), ((Kind.BORN,), (), (2,))},
    ),
    "retired": (
        [A, B, D], [N] * 3, [A, B], [N] * 2,
        {((Kind.KEPT,), (0,), (0,)), ((Kind.KEPT,), (1,), (1,)), ((Kind.RETIRED,), (2,), ())},
    ),
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES)
def test_what_happened_is_named(scene: str) -> None:
    before, then, after, now, expected = SCENES[scene]
    found = matched(before, blobs(1, before, then), after, blobs(2, after, now))
    assert told(found) == expected
    assert found.same and found.supported == pytest.approx(1.0)


@pytest.mark.parametrize("scene", SCENES)
def test_landmarks_do_for_rows(scene: str) -> None:
    before, then, after, now, expected = SCENES[scene]
    old = blobs(1, before, then)
    labels = CentersAssigner(np.array(before, dtype=float)).place(old).labels
    means, weights = [], []
    for label in np.unique(labels):
        for group in np.array_split(old[labels == label], 20):
            means.append(group.mean(axis=0))
            weights.append(float(len(group)))
    one, two = CentersAssigner(np.array(before, dtype=float)), CentersAssigner(np.array(after, dtype=float))
    marks, new = np.array(means), blobs(2, after, now)
    found = match(
        one, two, old=Rows(marks, marks, np.array(weights)), old_labels=one.place(marks).labels,
        new=Rows(new, new), shape=shape_of(old, labels, len(before)),
        steadiness=Steadiness(np.ones(len(before)), np.ones(len(after))),
    )  # fmt: skip
    assert told(found) == expected


@settings(max_examples=40)
@given(st.sampled_from(sorted(SCENES)), st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_other_labels_give_the_same_answer_under_other_names(scene: str, seed: int, random: Any) -> None:
    before, then, after, now, _ = SCENES[scene]
    old, new = blobs(seed, before, then), blobs(seed + 1, after, now)
    plain = matched(before, old, after, new)
    olds, news = (random.sample(range(len(c)), len(c)) for c in (before, after))
    other = matched([before[i] for i in olds], old, [after[j] for j in news], new)
    assert set(plain.heirs.items()) == {(news[new], olds[old]) for new, old in other.heirs.items()}
    assert {(event.kinds, frozenset(event.before), frozenset(event.after)) for event in plain.events} == {
        (event.kinds, frozenset(olds[i] for i in event.before), frozenset(news[j] for j in event.after))
        for event in other.events
    }
    assert plain.supported == pytest.approx(other.supported)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_a_model_carries_itself_on(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 10, (k, 2))
    rows = np.concatenate([centers, rng.uniform(0, 10, (50, 2))])
    found = matched(centers, rows, centers, rows, steadiness=0.0)
    assert told(found) == {((Kind.KEPT,), (i,), (i,)) for i in range(k)}
    assert found.heirs == {i: i for i in range(k)}
    assert all(event.distance == pytest.approx(0, abs=1e-9) and event.overlap == 1 for event in found.events)


def test_where_little_is_supported_there_are_no_heirs() -> None:
    rows = blobs(1, [A], [800])
    before, after = [(-1.0, 0.0), (1.0, 0.0)], [(0.0, -1.0), (0.0, 1.0)]
    found = matched(before, rows, after, blobs(2, [A], [800]), steadiness=0.6)
    assert not found.same
    assert (found.heirs, found.supported) == ({}, 0.0)


def test_what_is_sure_has_no_heir_in_another_segmentation() -> None:
    """One of three can be followed, and has a quarter of the customers: that is not enough to say who is who."""
    before, after = [(50.0, 0.0), (-1.0, 0.0), (1.0, 0.0)], [(50.0, 0.0), (0.0, -1.0), (0.0, 1.0)]
    rows = [blobs(seed, [(50.0, 0.0), A], [100, 300]) for seed in (1, 2)]
    found = matched(before, rows[0], after, rows[1], steadiness=np.array([1.0, 0.3, 0.3]))
    assert [event.stated for event in found.events].count(True) == 1
    assert (found.same, found.supported, found.heirs) == (False, pytest.approx(0.25), {})


def test_a_landmark_counts_for_its_rows() -> None:
    """Three in a hundred old rows lie where half of the new ones do: that is a birth and no split."""
    marks, new = np.array([[0.0], [10.0]]), np.repeat([[0.0], [10.0]], 50, axis=0)
    one, two = CentersAssigner(np.zeros((1, 1))), CentersAssigner(marks)
    kinds = []
    for weights in (np.array([97.0, 3.0]), np.array([50.0, 50.0])):
        found = match(
            one, two, old=Rows(marks, marks, weights), old_labels=np.zeros(2, dtype=np.int64), new=Rows(new, new),
            shape=shape_of(np.zeros((100, 1)), np.zeros(100, dtype=np.int64), 1),
            steadiness=Steadiness(np.ones(1), np.ones(2)),
        )  # fmt: skip
        kinds.append({event.kinds[0] for event in found.events})
    assert Kind.BORN in kinds[0] and kinds[1] == {Kind.SPLIT}


def test_a_version_is_shaped_as_it_was_trained(version: Callable[..., SegmentModel], groups: Any) -> None:
    rows = groups(0, (20, 20, 50), (80, 80, 30))
    model = version(rows, [(20, 20), (80, 80)])
    found = shape_of_training(model.reference)
    X = (rows - 50) / 10
    np.testing.assert_array_equal(found.counts, [50, 30])
    np.testing.assert_allclose(found.centers, [X[:50].mean(axis=0), X[50:].mean(axis=0)])
    np.testing.assert_allclose(found.deviations, [X[:50].std(axis=0), X[50:].std(axis=0)], rtol=0.05)


def test_steadiness_is_what_both_bundles_keep() -> None:
    def marks(*overlaps: float) -> Landmarks:
        nothing = np.empty(0, dtype=np.int64)
        return Landmarks(np.empty((0, 1)), nothing, nothing, np.array(overlaps), np.empty(0))

    found = steadiness_of(marks(0.5, 0.75), marks(1.0))
    assert (found.before.tolist(), found.after.tolist()) == ([0.5, 0.75], [1.0])


# what is planted, and what is not ---------------------------------------------------------------------------------


def test_planted_changes_are_named_right(planting: ModuleType) -> None:
    found = right = 0
    for _, tally in planting.scenarios(25, seed=3):
        found += sum(tally.found.values())
        right += sum(tally.right.values())
    assert found > 150
    assert right / found >= 0.95


SLICING = ("kmeans", "gaussian_mixture", "ward")


@pytest.mark.parametrize("number", range(12))
def test_of_slices_of_a_continuum_no_change_is_stated(planting: ModuleType, number: int) -> None:
    """Two samples of one population without groups, each cut into slices by chance."""
    rng = np.random.default_rng([11, number])
    family, d, k = SLICING[number % 3], (2, 4, 8)[number // 3 % 3], 3 + number % 5
    draw: Callable[[], Any] = lambda: rng.normal(size=(600, d)) if number % 2 else rng.uniform(size=(600, d))  # noqa: E731
    nobody = np.zeros(600, dtype=np.int64)
    planted = planting.Planted(draw(), nobody, draw(), nobody, (), None)
    preparations = [planting.prepared(rows, "standard") for rows in (planted.old, planted.new)]
    fits = [
        planting.fitted(family, planting.forward(preparation, rows), k, number + place)
        for place, (preparation, rows) in enumerate(
            zip(preparations, (planted.old, planted.new), strict=True)
        )
    ]
    found = planting.matched(planted, family, *fits, *preparations, number)
    changes = [event for event in found.events if event.stated and found.same and event.kinds != (Kind.KEPT,)]
    assert changes == []
    assert len(found.heirs) <= k


def test_the_witness_of_the_continuum_would_see_changes(planting: ModuleType) -> None:
    """The same tables say much where the guard is taken away: it is the guard that is silent."""
    rng = np.random.default_rng(11)
    rows = [rng.uniform(size=(600, 4)) for _ in range(2)]
    preparations = [planting.prepared(each, "standard") for each in rows]
    X = [planting.forward(preparation, each) for preparation, each in zip(preparations, rows, strict=True)]
    fits = [planting.fitted("kmeans", each, 6, seed) for seed, each in enumerate(X)]
    labels = fits[0].assigner.place(X[0]).labels
    sure = Steadiness(np.ones(6), np.ones(6))
    across = [planting.forward(preparations[1 - i], rows[i]) for i in range(2)]
    found = match(
        fits[0].assigner, fits[1].assigner, old=Rows(X[0], across[0]), old_labels=labels,
        new=Rows(across[1], X[1]), shape=shape_of(X[0], labels, 6), steadiness=sure,
    )  # fmt: skip
    assert any(event.kinds != (Kind.KEPT,) and event.stated for event in found.events)


def test_a_fit_of_a_continuum_is_known_to_be_one(planting: ModuleType) -> None:
    rng = np.random.default_rng(1)
    none, clear = rng.normal(size=(600, 4)), blobs(1, [A, B, C, D, (10, 10)], [120] * 5)
    means = []
    for rows in (none, clear):
        fit = planting.fitted("kmeans", rows, 5, 0)
        means.append(find_landmarks(FAMILIES["kmeans"], Geometry(rows), fit, seed=0).overlaps.mean())
    assert means[0] < 0.8 < 0.98 < means[1]
