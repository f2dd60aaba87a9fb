"""Who carries on whom: hand-made tables for each way that segments hang together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.lineage.edges import by_conservation, by_region, find_edges
from segmint.lineage.evidence import Evidence, Shape

Make = Callable[..., Evidence]


@pytest.mark.parametrize(
    ("on_old", "on_new", "expected"),
    [
        pytest.param([[5, 0], [0, 5]], [[5, 0], [0, 5]], [[1, 0], [0, 1]], id="kept"),
        pytest.param([[6, 4], [0, 9]], [[6, 0], [4, 9]], [[1, 0], [0, 1]], id="kept where six in ten stay"),
        pytest.param([[5, 5]], [[5, 5]], [[1, 1]], id="split"),
        pytest.param([[9, 1]], [[9, 1]], [[1, 1]], id="split off a tenth"),
        pytest.param([[5], [5]], [[5], [5]], [[1], [1]], id="merged"),
        pytest.param([[10, 0]], [[7, 3]], [[1, 0]], id="born: no old row is there"),
        pytest.param([[7], [3]], [[10], [0]], [[1], [0]], id="retired: no new row is there"),
        pytest.param([[3, 2], [0, 5]], [[9, 7], [1, 3]], [[1, 1], [0, 1]], id="reorganized"),
        pytest.param([[1, 1], [1, 1]], [[1, 1], [1, 1]], [[0, 0], [0, 0]], id="nothing to follow"),
    ],
)
def test_rows_tell_who_carries_on_whom(evidence: Make, on_old: Any, on_new: Any, expected: Any) -> None:
    found = find_edges(evidence(on_old, on_new))
    assert found.astype(int).tolist() == expected


def naive_edges(old: Any, new: Any) -> Any:
    """The rule as it is written down, pair by pair."""
    found = np.zeros(old.shape, dtype=bool)
    for i in range(old.shape[0]):
        for j in range(old.shape[1]):
            F = old[i, j] / old[i].sum() if old[i].sum() else 0.0
            G = new[i, j] / new[:, j].sum() if new[:, j].sum() else 0.0
            Q = old[i, j] / new[:, j].sum() if new[:, j].sum() else np.inf
            R = new[i, j] / old[i].sum() if old[i].sum() else np.inf
            found[i, j] = (F >= 0.6 and G >= 0.6) or (G >= 0.6 and Q >= 0.1) or (F >= 0.6 and R >= 0.1)
    return found


@st.composite
def drawn_evidence(draw: Any, *, with_panel: bool = True) -> Evidence:
    """Draw tables of which most rows lie on a few pairs, and places that fit none or all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_before, n_after = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    tables = []
    for _ in range(2):
        drawn = rng.dirichlet(np.full(n_before * n_after, draw(st.sampled_from([0.05, 0.3, 1.0]))))
        tables.append(drawn.reshape(n_before, n_after) + 1e-6 * rng.random((n_before, n_after)))
        tables[-1] /= tables[-1].sum()
    shapes = [
        Shape(table.sum(axis=axis) * 500, rng.normal(size=(k, 2)) * 4, rng.uniform(0.5, 2, (k, 2)))
        for table, axis, k in ((tables[0], 1, n_before), (tables[1], 0, n_after))
    ]
    panel = None
    if with_panel and draw(st.booleans()):
        mean = tables[draw(st.integers(0, 1))] * draw(st.sampled_from([30.0, 400.0]))
        panel = rng.poisson(mean) + rng.random(mean.shape) / 100
    return Evidence(tables[0], tables[1], panel, shapes[0], shapes[1])


@given(drawn_evidence(with_panel=False))
def test_regions_are_read_as_written_down(drawn: Evidence) -> None:
    np.testing.assert_array_equal(by_region(drawn), naive_edges(drawn.on_old, drawn.on_new))


@given(drawn_evidence(), st.randoms(use_true_random=False))
def test_new_names_of_labels_change_nothing(drawn: Evidence, random: Any) -> None:
    rows = np.array(random.sample(range(drawn.on_old.shape[0]), drawn.on_old.shape[0]))
    columns = np.array(random.sample(range(drawn.on_old.shape[1]), drawn.on_old.shape[1]))
    mixed = np.ix_(rows, columns)

    def reordered(shape: Shape, order: Any) -> Shape:
        return Shape(shape.counts[order], shape.centers[order], shape.deviations[order])

    renamed = Evidence(
        drawn.on_old[mixed],
        drawn.on_new[mixed],
        None if drawn.panel is None else drawn.panel[mixed],
        reordered(drawn.before, rows),
        reordered(drawn.after, columns),
    )
    np.testing.assert_array_equal(find_edges(renamed), find_edges(drawn)[mixed])


@given(drawn_evidence(with_panel=False))
def test_time_turned_round_turns_splits_into_mergers(drawn: Evidence) -> None:
    back = Evidence(drawn.on_new.T, drawn.on_old.T, None, drawn.after, drawn.before)
    np.testing.assert_array_equal(by_region(back), by_region(drawn).T)


# conservation: two that became one, one that became two, where no row is left between them ----------------------


@pytest.mark.parametrize(
    ("place", "merged"),
    [(5.0, True), (0.0, False), (2.0, False), (3.0, False), (4.0, True)],
    ids=["between both", "where it was", "hardly moved", "a little nearer", "rather near"],
)
def test_a_lone_old_one_merged_where_place_and_mass_say_so(
    evidence: Make, place: float, merged: bool
) -> None:
    tables = ([[5, 0], [5, 0], [0, 9]], [[10, 0], [0, 0], [0, 9]])
    given = evidence(*tables, before=[0, 10, 90], after=[place, 90])
    found = by_conservation(given, by_region(given))
    assert found.astype(int).tolist() == [[1, 0], [int(merged), 0], [0, 1]]


def test_mass_that_does_not_add_up_is_no_merger(evidence: Make) -> None:
    tables = ([[5, 0], [5, 0], [0, 9]], [[5, 0], [0, 0], [0, 9]])
    lost = evidence(*tables, before=[0, 10, 90], after=[5, 90], counts=([500, 500, 900], [550, 1350]))
    assert not find_edges(lost)[1].any()


@pytest.mark.parametrize(("place", "split"), [(5.0, True), (0.0, False)])
def test_a_lone_new_one_was_split_off_where_place_and_mass_say_so(
    evidence: Make, place: float, split: bool
) -> None:
    tables = ([[10, 0, 0], [0, 0, 9]], [[5, 5, 0], [0, 0, 9]])
    given = evidence(*tables, before=[place, 90], after=[0, 10, 90])
    assert find_edges(given).astype(int).tolist() == [[1, int(split), 0], [0, 0, 1]]


def test_a_segment_that_is_nowhere_is_not_conserved(evidence: Make) -> None:
    given = evidence([[5], [5]], [[10], [0]], before=[0, 10], after=[np.inf])
    assert find_edges(given).astype(int).tolist() == [[1], [0]]


# customers, the second witness -------------------------------------------------------------------------------------


def two_kept_and_one_far(evidence: Make, panel: Any, third: float = 205.0) -> Evidence:
    """Three segments that carry on by region; the third one's center is five deviations away."""
    eye = np.eye(3) * 100
    return evidence(eye, eye, after=[0, 100, third], panel=panel)


def test_customers_break_a_match_that_others_fill(evidence: Make) -> None:
    gone = np.diag([100.0, 100.0, 0.0])
    assert (
        find_edges(two_kept_and_one_far(evidence, gone)).astype(int).tolist() == np.diag([1, 1, 0]).tolist()
    )


@pytest.mark.parametrize(
    ("panel", "third"),
    [
        pytest.param(np.diag([100.0, 100.0, 60.0]), 205.0, id="most stayed"),
        pytest.param(np.diag([100.0, 100.0, 0.0]), 202.0, id="it is near"),
        pytest.param(np.diag([25.0, 25.0, 0.0]), 205.0, id="too few were expected"),
        pytest.param(np.diag([20.0, 20.0, 0.0]), 205.0, id="too few are known at all"),
        pytest.param(None, 205.0, id="nobody is known"),
    ],
)
def test_else_the_region_stands(evidence: Make, panel: Any, third: float) -> None:
    found = find_edges(two_kept_and_one_far(evidence, panel, third))
    assert found.astype(int).tolist() == np.eye(3, dtype=int).tolist()


def test_customers_who_moved_as_one_join_what_regions_do_not(evidence: Make) -> None:
    """A segment walked off into empty land: by rows it is retired there and born here."""
    tables = ([[9, 0, 0], [0, 9, 0], [9, 0, 0]], [[9, 0, 9], [0, 9, 0], [0, 0, 0]])
    given = evidence(*tables, panel=np.diag([90.0, 90.0, 80.0]))
    assert not find_edges(replace(given, panel=None))[2].any()
    assert find_edges(given).astype(int).tolist() == np.eye(3, dtype=int).tolist()


@pytest.mark.parametrize(("here", "there", "joined"), [(60, 20, True), (60, 40, False), (8, 0, False)])
def test_a_lone_one_joins_where_most_of_its_customers_are(
    evidence: Make, here: int, there: int, joined: bool
) -> None:
    tables = ([[9, 0], [0, 9], [5, 4]], [[18, 0], [0, 9], [0, 0]])
    given = evidence(*tables, before=[0, 100, 500], panel=[[90, 0], [0, 90], [here, there]])
    assert find_edges(given).astype(int).tolist() == [[1, 0], [0, 1], [int(joined), 0]]


def test_where_nobody_is_loyal_customers_join_nothing(evidence: Make) -> None:
    tables = ([[9, 0, 0], [0, 9, 0], [9, 0, 0]], [[9, 0, 9], [0, 9, 0], [0, 0, 0]])
    given = evidence(*tables, panel=[[10, 90, 0], [90, 10, 0], [0, 0, 80]])
    assert not find_edges(given)[2].any()


def test_no_step_changes_what_it_was_given(evidence: Make) -> None:
    given = two_kept_and_one_far(evidence, np.diag([100.0, 100.0, 0.0]))
    edges = by_region(given)
    kept, panel = edges.copy(), given.panel.copy()
    by_conservation(given, edges)
    find_edges(given)
    np.testing.assert_array_equal(edges, kept)
    np.testing.assert_array_equal(given.panel, panel)
