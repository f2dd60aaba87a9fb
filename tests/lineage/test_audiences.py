"""What becomes of an audience that is chosen by a segment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.labels import UNASSIGNED
from segmint.lineage.audiences import audiences, estimated_apart, estimated_churn, ids_of
from segmint.model.cores import CoresAssigner
from segmint.model.lineage import Churn, Lineage
from segmint.model.segment_model import SegmentModel


def lineage(before: list[str], after: list[str], flow: Any) -> Lineage:
    churn = Churn(int(np.sum(flow)), 0.0, 0, None, None, None, None, 0.0, None)
    rows = tuple(tuple(int(n) for n in row) for row in flow)
    return Lineage("", 1, True, 1.0, (), 9, (*before, UNASSIGNED), (*after, UNASSIGNED), rows, churn)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 4), st.integers(0, 2**32))
def test_audiences_are_the_customers_of_each_id(k0: int, k1: int, shared: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shared = min(shared, k0, k1)
    before = [f"seg-{i}" for i in range(k0)]
    after = [*before[:shared], *(f"seg-new-{j}" for j in range(k1 - shared))]
    rng.shuffle(after)
    flow = rng.integers(0, 30, (k0 + 1, k1 + 1))
    story = lineage(before, after, flow)
    people = [
        (old, new)
        for i, old in enumerate(story.before)
        for j, new in enumerate(story.after)
        for _ in range(flow[i, j])
    ]
    found = {one.id: one for one in audiences(story)}
    assert set(found) - {UNASSIGNED} == {*before, *after}
    for name, one in found.items():
        old, new = [a == name for a, _ in people], [b == name for _, b in people]
        assert one.stay == sum(a and b for a, b in zip(old, new, strict=True))
        assert one.leave == sum(a and not b for a, b in zip(old, new, strict=True))
        assert one.come == sum(b and not a for a, b in zip(old, new, strict=True))
        ever = sum(a or b for a, b in zip(old, new, strict=True))
        assert one.changed == pytest.approx((one.leave + one.come) / max(ever, 1))
    changed = [one.changed for one in audiences(story)]
    assert changed == sorted(changed, reverse=True)


def test_those_without_a_segment_are_an_audience_where_there_are_any() -> None:
    none = lineage(["a"], ["a"], [[5, 0], [0, 0]])
    some = lineage(["a"], ["a"], [[5, 2], [0, 0]])
    assert [one.id for one in audiences(none)] == ["a"]
    assert {one.id: (one.stay, one.leave, one.come) for one in audiences(some)} == {
        "a": (5, 2, 0), UNASSIGNED: (0, 0, 2),
    }  # fmt: skip


def test_churn_is_estimated_on_weighted_rows(version: Callable[..., SegmentModel], groups: Any) -> None:
    rows = groups(0, (20, 20, 30), (80, 80, 20))
    before = version(rows, [(20, 20), (80, 80)])
    columns = {"income": np.array([20.0, 80.0, 80.0]), "visits": np.array([20.0, 80.0, 80.0])}
    first, second = (card.id for card in before.cards)
    assert ids_of(before, columns).tolist() == [first, second, second]
    weights = np.array([6, 1, 1])
    assert estimated_churn(before, before, columns, weights) == 0.0
    other = version(rows, [(20, 20), (80, 80)], fingerprint="b" * 64)
    assert estimated_churn(before, other, columns, weights) == 1.0
    assert estimated_apart(before, other, columns, weights) == 0.0
    half = replace(other, cards=(replace(other.cards[0], id=first), other.cards[1]))
    assert estimated_churn(before, half, columns, weights) == pytest.approx(0.25)
    cores = CoresAssigner(np.array([[20.0, 20.0]]), np.array([0]), np.array([1.0]), exact=False)
    nowhere = replace(before, assigner=replace(cores, points=before.preparation.forward(columns)[:1]))
    assert estimated_apart(before, nowhere, columns, weights) == pytest.approx(
        0.25
    )  # no segment is no partner
    shifted = version(rows, [(20, 80), (80, 20)])  # every row lies between both, so one takes all
    assert estimated_apart(before, shifted, columns, weights) == pytest.approx(0.25)
