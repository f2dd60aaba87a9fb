"""What edges mean: the kind of each event, whether it is stated, and who takes over whose identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from segmint.lineage.evidence import Evidence, Shape, overlaps
from segmint.lineage.reading import Found, Steadiness, components, heirs, read_events, supported_share
from segmint.model.lineage import Kind

Make = Callable[..., Evidence]


def steady(edges: Any, *, before: float = 1.0, after: float = 1.0) -> Steadiness:
    return Steadiness(np.full(edges.shape[0], before), np.full(edges.shape[1], after))


def read(given: Evidence, edges: Any, **steadiness: float) -> list[Found]:
    edges = np.array(edges, dtype=bool)
    return list(read_events(given, edges, steady(edges, **steadiness)))


def read_continued(
    evidence: Make, *, place: float = 0.0, shares: Any = (1, 1), n: int = 1000
) -> tuple[Kind, ...]:
    """Read what happened to the first of three continued segments."""
    before, after = np.array([shares[0], 1, 1]) * n, np.array([shares[1], 1, 1]) * n
    given = evidence(np.eye(3), np.eye(3), after=[place, 100, 200], counts=(before, after))
    return read(given, np.eye(3))[0].kinds


@pytest.mark.parametrize(
    ("edges", "kind"),
    [
        ([[1]], Kind.KEPT),
        ([[1, 1]], Kind.SPLIT),
        ([[1], [1]], Kind.MERGED),
        ([[1, 1], [0, 1]], Kind.REORGANIZED),
        ([[1, 1], [1, 1]], Kind.REORGANIZED),
    ],
)
def test_the_form_of_a_group_is_its_kind(evidence: Make, edges: Any, kind: Kind) -> None:
    (found,) = read(evidence(edges, edges), edges)
    assert found.kinds == (kind,)
    assert (found.before, found.after) == (tuple(range(len(edges))), tuple(range(len(edges[0]))))
    one = kind is Kind.KEPT
    assert (found.distance is not None, found.overlap is not None) == (one, one)


def test_no_edge_is_retired_or_born(evidence: Make) -> None:
    retired, born = read(evidence([[1]], [[1]]), [[0]])
    assert (retired.kinds, retired.before, retired.after) == ((Kind.RETIRED,), (0,), ())
    assert (born.kinds, born.before, born.after) == ((Kind.BORN,), (), (0,))


@pytest.mark.parametrize(
    ("place", "shares", "n", "kinds"),
    [
        pytest.param(0.0, (1, 1), 1000, (Kind.KEPT,), id="kept"),
        pytest.param(0.49, (1, 1), 1000, (Kind.KEPT,), id="moved less than matters"),
        pytest.param(0.55, (1, 1), 1000, (Kind.MOVED,), id="moved"),
        pytest.param(0.51, (1, 1), 100, (Kind.KEPT,), id="chance taken off, moved less than matters"),
        pytest.param(0.7, (1, 1), 10, (Kind.KEPT,), id="moved no more than chance"),
        pytest.param(0.0, (1, 2), 1000, (Kind.GROWN,), id="grown"),
        pytest.param(0.0, (2, 1), 1000, (Kind.SHRUNK,), id="shrunk"),
        pytest.param(0.0, (1, 1.4), 1000, (Kind.KEPT,), id="grown less than matters"),
        pytest.param(0.0, (1, 2), 10, (Kind.KEPT,), id="grown no more than chance"),
        pytest.param(2.0, (1, 2), 1000, (Kind.MOVED, Kind.GROWN), id="moved and grown"),
    ],
)
def test_a_continued_one_is_kept_moved_grown_or_shrunk(
    evidence: Make, place: float, shares: Any, n: int, kinds: tuple[Kind, ...]
) -> None:
    assert read_continued(evidence, place=place, shares=shares, n=n) == kinds


def test_growth_of_all_is_growth_of_none(evidence: Make) -> None:
    """A newborn takes its share from all others alike: they have not shrunk."""
    edges = np.eye(3, 4)
    given = evidence(edges, edges, counts=([500] * 3, [500, 500, 500, 3000]))
    assert [event.kinds for event in read(given, edges)] == [(Kind.KEPT,)] * 3 + [(Kind.BORN,)]


def test_small_segments_of_many_features_have_not_always_moved() -> None:
    rng = np.random.default_rng(0)
    moved, d, n = 0, 16, 40
    for _ in range(200):
        rows = rng.normal(size=(2, n, d))
        shapes = [
            Shape(np.array([float(n)]), each.mean(axis=0)[None], each.std(axis=0)[None]) for each in rows
        ]
        one = np.ones((1, 1))
        events = read(Evidence(one, one, None, *shapes), one)
        moved += events[0].kinds != (Kind.KEPT,)
    assert moved <= 4


@pytest.mark.parametrize(
    ("steadiness", "stated"), [(1.0, True), (0.9, True), (0.89, False), (0.5, False), (0.0, False)]
)
@pytest.mark.parametrize("edges", [[[1, 1]], [[1], [1]], [[0]]], ids=["split", "merged", "gone"])
def test_a_change_is_stated_of_segments_that_are_surely_found_again(
    evidence: Make, edges: Any, steadiness: float, stated: bool
) -> None:
    given = evidence(np.ones(np.shape(edges)), np.ones(np.shape(edges)))
    assert {event.stated for event in read(given, edges, before=steadiness)} >= {stated}
    assert read(given, edges, before=steadiness)[0].stated is stated


@pytest.mark.parametrize(
    ("steadiness", "shared", "stated"),
    [(0.7, 0.1, True), (0.69, 0.1, False), (0.0, 0.6, True), (0.0, 0.55, False), (0.95, 0.1, True)],
)
def test_a_continued_one_is_stated_if_it_is_steady_or_shares_its_rows(
    evidence: Make, steadiness: float, shared: float, stated: bool
) -> None:
    tables = np.array([[shared, 1 - shared], [0, 3]])
    given = evidence(tables, tables, after=[5, 100], counts=([500, 500], [500, 500]))
    found = read(given, [[1, 0], [0, 1]], after=steadiness)[0]
    assert found.overlap == pytest.approx(shared)
    assert found.stated is stated
    assert (found.kinds == (Kind.MOVED,)) is (steadiness >= 0.9), "below .9 no change is told"


def test_the_least_steady_one_decides(evidence: Make) -> None:
    edges = np.ones((1, 2), dtype=bool)
    (found,) = read_events(evidence(edges, edges), edges, Steadiness(np.array([0.95]), np.array([1.0, 0.4])))
    assert (found.steadiness, found.stated) == (0.4, False)


@st.composite
def drawn_edges(draw: Any) -> Any:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shape = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    return rng.random(shape) < draw(st.sampled_from([0.1, 0.25, 0.5]))


@given(drawn_edges())
def test_groups_are_the_connected_ones(edges: Any) -> None:
    n_before, n_after = edges.shape
    graph = np.block([[np.zeros((n_before, n_before)), edges], [edges.T, np.zeros((n_after, n_after))]])
    _, labels = connected_components(graph, directed=False)
    wanted = {
        (tuple(np.flatnonzero(labels[:n_before] == c)), tuple(np.flatnonzero(labels[n_before:] == c)))
        for c in set(labels.tolist())
    }
    found = [(tuple(before.tolist()), tuple(after.tolist())) for before, after in components(edges)]
    assert set(found) == wanted and len(found) == len(wanted)
    firsts = [before[0] if before else n_before + after[0] for before, after in found]
    assert firsts == sorted(firsts)


def drawn_tables(edges: Any, seed: int) -> Evidence:
    rng = np.random.default_rng(seed)
    old, new = (edges * rng.uniform(0.5, 1, edges.shape) + 0.01 for _ in range(2))
    old, new = old / old.sum(), new / new.sum()
    before, after = (Shape(np.full(k, 500.0), rng.normal(size=(k, 2)), np.ones((k, 2))) for k in edges.shape)
    return Evidence(old, new, None, before, after)


@given(drawn_edges(), st.integers(0, 2**32))
def test_every_segment_is_in_one_event(edges: Any, seed: int) -> None:
    events = read_events(drawn_tables(edges, seed), edges, steady(edges))
    assert sorted(i for event in events for i in event.before) == list(range(edges.shape[0]))
    assert sorted(j for event in events for j in event.after) == list(range(edges.shape[1]))


@given(drawn_edges(), st.integers(0, 2**32), st.booleans())
def test_heirs_are_one_to_one_along_stated_edges(edges: Any, seed: int, unsure: bool) -> None:
    given_tables = drawn_tables(edges, seed)
    rng = np.random.default_rng(seed)
    sureness = Steadiness(*(rng.choice([0.5, 1.0], k) if unsure else np.ones(k) for k in edges.shape))
    events = read_events(given_tables, edges, sureness)
    found = heirs(given_tables, edges, events)
    assert len(set(found.values())) == len(found)
    stated = {(i, j) for event in events if event.stated for i in event.before for j in event.after}
    assert all(edges[old, new] and (old, new) in stated for new, old in found.items())
    for event in events:
        if event.stated and len(event.before) == len(event.after) == 1:
            assert found[event.after[0]] == event.before[0]


@given(drawn_edges(), st.integers(0, 2**32))
def test_heirs_are_the_best_choice_there_is(edges: Any, seed: int) -> None:
    drawn = drawn_tables(edges[:4, :4], seed)
    edges = edges[:4, :4]
    weights = np.where(edges, 1 + overlaps(drawn.on_old) + overlaps(drawn.on_new), 0)

    def best(row: int, taken: frozenset[int]) -> float:
        """Try everything."""
        if row == edges.shape[0]:
            return 0.0
        free = [j for j in range(edges.shape[1]) if edges[row, j] and j not in taken]
        return max(best(row + 1, taken), *(weights[row, j] + best(row + 1, taken | {j}) for j in free), 0.0)

    found = heirs(drawn, edges, read_events(drawn, edges, steady(edges)))
    assert sum(weights[old, new] for new, old in found.items()) == pytest.approx(best(0, frozenset()))


def test_of_a_split_the_larger_part_has_the_name(evidence: Make) -> None:
    given = evidence([[3, 7]], [[3, 7]])
    edges = np.ones((1, 2), dtype=bool)
    assert heirs(given, edges, tuple(read(given, edges))) == {1: 0}


def test_what_is_not_stated_has_no_heir_and_supports_nothing(evidence: Make) -> None:
    given = evidence([[5, 5, 0], [0, 0, 30]], [[5, 5, 0], [0, 0, 30]])
    edges = np.array([[1, 1, 0], [0, 0, 1]], dtype=bool)
    events = read_events(given, edges, Steadiness(np.array([0.5, 1.0]), np.ones(3)))
    assert heirs(given, edges, events) == {2: 1}
    assert supported_share(events, given.before.shares) == pytest.approx(0.75)
    every = tuple(replace(event, stated=True) for event in events)
    assert supported_share(every, given.before.shares) == pytest.approx(1.0)
    assert supported_share((), given.before.shares) == 0.0
