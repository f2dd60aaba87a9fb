"""Who changes segment, and why: the parts add up, and each is what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.labels import NOISE
from segmint.lineage.customers import Earlier, Labels, churn_of, label_customers, labels_of
from segmint.model.segment_model import SegmentModel


@st.composite
def labels_of_customers(draw: Any) -> tuple[Labels, dict[int, int], tuple[int, int]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, k0, k1 = draw(st.integers(1, 40)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    n_known = draw(st.integers(0, n))
    known = rng.permutation(n)[:n_known]
    b, d = rng.integers(-1, k0, n), rng.integers(-1, k1, n)
    c = rng.integers(-1, k1, n_known) if draw(st.booleans()) else None
    pairs = zip(rng.permutation(k1).tolist(), rng.permutation(k0).tolist(), strict=False)
    heirs = dict(list(pairs)[: draw(st.integers(0, 4))])
    return Labels(b, d, known, rng.integers(-1, k0, n_known), c), heirs, (k0, k1)


def churn(
    labels: Labels, heirs: dict[int, int], shape: tuple[int, int], along: Any = None, usual: Any = ()
) -> Any:
    given = np.zeros(shape, dtype=bool) if along is None else along
    return churn_of(labels, heirs, *shape, along=given, usual=np.array(usual, dtype=float))


def names(labels: Any, heirs: dict[int, int] | None = None) -> list[str]:
    """Give each label the name of its identity: the old one's, or one of its own."""
    if heirs is None:
        return ["nowhere" if i == NOISE else f"old {i}" for i in labels.tolist()]
    return [
        "nowhere" if j == NOISE else f"old {heirs[j]}" if j in heirs else f"new {j}" for j in labels.tolist()
    ]


def share(one: list[str], other: list[str]) -> float:
    return sum(first != second for first, second in zip(one, other, strict=True)) / len(one)


@given(labels_of_customers())
def test_each_part_is_what_it_says(drawn: Any) -> None:
    labels, heirs, shape = drawn
    found = churn(labels, heirs, shape)
    b, d = names(labels.b), names(labels.d, heirs)
    assert found.today == pytest.approx(share(b, d))
    assert (found.n_present, found.n_known) == (len(b), labels.known.size)
    if not labels.known.size:
        assert (found.total, found.own, found.model, found.interaction) == (None,) * 4
        return
    a = names(labels.a)
    assert found.total == pytest.approx(share(a, [d[i] for i in labels.known]))
    assert found.own == pytest.approx(share(a, [b[i] for i in labels.known]))
    if labels.c is None:
        assert (found.model, found.interaction) == (None, None)
        assert found.by_the_model == found.today
    else:
        assert found.model == pytest.approx(share(a, names(labels.c, heirs)))
        assert found.by_the_model == found.model


@given(labels_of_customers())
def test_total_is_own_and_model_and_interaction(drawn: Any) -> None:
    labels, heirs, shape = drawn
    found = churn(labels, heirs, shape)
    if found.model is not None:
        assert found.total == pytest.approx(found.own + found.model + found.interaction, abs=1e-15)


@given(labels_of_customers())
def test_the_same_model_moves_nobody(drawn: Any) -> None:
    labels, _, (k, _) = drawn
    same = Labels(labels.b, labels.b, labels.known, labels.a, labels.a)
    found = churn(same, {i: i for i in range(k)}, (k, k))
    assert found.today == 0.0
    if labels.known.size:
        assert found.model == found.interaction == 0.0
        assert found.total == found.own


@given(labels_of_customers())
def test_the_same_rows_change_nothing_themselves(drawn: Any) -> None:
    labels, heirs, shape = drawn
    still = Labels(labels.b, labels.d, labels.known, labels.b[labels.known], labels.d[labels.known])
    found = churn(still, heirs, shape)
    if labels.known.size:
        assert found.own == found.interaction == 0.0
        assert found.total == found.model


@given(labels_of_customers())
def test_a_flow_holds_all_rows_noise_last(drawn: Any) -> None:
    labels, _, shape = drawn
    flow = np.array(labels.flow(shape))
    assert flow.shape == (shape[0] + 1, shape[1] + 1)
    assert flow.sum() == len(labels.b)
    for i in range(shape[0] + 1):
        for j in range(shape[1] + 1):
            old, new = (NOISE if i == shape[0] else i), (NOISE if j == shape[1] else j)
            assert flow[i, j] == np.sum((labels.b == old) & (labels.d == new))


@given(labels_of_customers())
def test_a_panel_holds_who_is_known_in_both(drawn: Any) -> None:
    labels, _, shape = drawn
    panel = labels.panel(shape)
    if not labels.known.size:
        assert panel is None
        return
    d = labels.d[labels.known]
    assert panel.sum() == np.sum((labels.a != NOISE) & (d != NOISE))
    for i in range(shape[0]):
        for j in range(shape[1]):
            assert panel[i, j] == np.sum((labels.a == i) & (d == j))


@given(labels_of_customers())
def test_along_is_a_part_of_today(drawn: Any) -> None:
    labels, heirs, shape = drawn
    every = churn(labels, heirs, shape, along=np.ones(shape, dtype=bool))
    moved = np.array(names(labels.b)) != np.array(names(labels.d, heirs))
    both = (labels.b != NOISE) & (labels.d != NOISE)
    assert every.along == pytest.approx(np.mean(moved & both))
    assert churn(labels, heirs, shape).along == 0.0 <= every.along <= every.today


def test_usual_is_what_nine_in_ten_refits_stay_below() -> None:
    nobody = np.empty(0, dtype=np.int64)
    labels = Labels(np.array([0]), np.array([0]), nobody, nobody, None)
    assert churn(labels, {0: 0}, (1, 1), usual=np.arange(11) / 10).usual == pytest.approx(0.9)
    assert churn(labels, {0: 0}, (1, 1)).usual is None


def test_customers_are_met_by_their_keys(version: Callable[..., SegmentModel], groups: Any) -> None:
    rows = groups(0, (20, 20, 30), (80, 80, 20))
    before = version(rows, [(20, 20), (80, 80)])
    after = version(rows[:, ::-1], [(20, 20), (80, 80)], fingerprint="b" * 64)
    keys = np.array([f"k{i}" for i in range(50)], dtype=object)
    columns = {"income": rows[:, 0], "visits": rows[:, 1]}
    order = np.random.default_rng(0).permutation(50)[:35]  # some have left
    strangers = np.array(["gone 1", "gone 2"], dtype=object)
    then = Earlier(
        np.concatenate([strangers, keys[order]]),
        np.concatenate([[0, 0], labels_of(before, columns)[order]]),
        {name: np.concatenate([[0.0, 0.0], column[order]]) for name, column in columns.items()},
    )
    found = label_customers(before, after, keys, columns, then)
    assert sorted(found.known.tolist()) == sorted(order.tolist())
    np.testing.assert_array_equal(found.a, found.b[found.known])
    np.testing.assert_array_equal(found.c, found.d[found.known])


def test_nobody_known_is_not_an_error(version: Callable[..., SegmentModel], groups: Any) -> None:
    rows = groups(0, (20, 20, 30), (80, 80, 20))
    model = version(rows, [(20, 20), (80, 80)])
    columns = {"income": rows[:, 0], "visits": rows[:, 1]}
    keys = np.arange(50).astype(str).astype(object)
    for earlier in (
        None,
        Earlier(np.array(["x"], dtype=object), np.array([0]), {n: c[:1] for n, c in columns.items()}),
    ):
        found = label_customers(model, model, keys, columns, earlier)
        assert found.known.size == 0 and found.panel((2, 2)) is None
        assert churn(found, {0: 0, 1: 1}, (2, 2)).total is None
