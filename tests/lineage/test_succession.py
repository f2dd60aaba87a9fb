"""A new version takes over ids, numbers and names, and tells where its segments come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.labels import UNASSIGNED
from segmint.lineage.customers import Earlier, labels_of
from segmint.lineage.succession import landmarks_of, succeed
from segmint.model.lineage import Kind
from segmint.model.segment_model import SegmentModel

PARENT = "c" * 64
Make = Callable[..., SegmentModel]
WEST, EAST, NORTH = (20.0, 20.0), (80.0, 20.0), (50.0, 90.0)


def columns_of(rows: Any) -> dict[str, Any]:
    return {"income": rows[:, 0], "visits": rows[:, 1]}


def keys_of(rows: Any, first: int = 0) -> Any:
    return np.array([f"k{first + i}" for i in range(len(rows))], dtype=object)


def followed(
    version: Make,
    parent: SegmentModel,
    rows: Any,
    centers: Any,
    *,
    content: str = PARENT,
    earlier: Any = None,
) -> SegmentModel:
    """Train a version by hand and let it carry the parent's segments on."""
    child = version(rows, centers, fingerprint=f"{abs(hash(rows.tobytes())):064x}"[-64:], parent=content)
    return succeed(parent, content, child, keys=keys_of(rows), columns=columns_of(rows), earlier=earlier)


@pytest.fixture
def parent(version: Make, groups: Any) -> SegmentModel:
    """Three segments of 90, 60 and 40 customers; people named the first and the third one."""
    model = version(groups(0, (*WEST, 90), (*EAST, 60), (*NORTH, 40)), [WEST, EAST, NORTH])
    return model.renamed("S1", "Hawks").renamed("S3", "夜ふかし")


def by_id(model: SegmentModel) -> dict[str, Any]:
    return {card.id: card for card in model.cards}


def test_ids_numbers_and_names_are_carried_on(version: Make, groups: Any, parent: SegmentModel) -> None:
    """Sizes turn round, so that labels do too."""
    child = followed(version, parent, groups(1, (*WEST, 40), (*EAST, 60), (*NORTH, 90)), [WEST, EAST, NORTH])
    assert [card.label for card in child.cards] == [2, 1, 0]
    assert [(card.id, card.number, card.name, card.name_given) for card in child.cards] == [
        (card.id, card.number, card.name, card.name_given) for card in parent.cards
    ]
    for card in child.cards:
        was = by_id(parent)[card.id]
        assert card.center["income"] == pytest.approx(was.center["income"], abs=3)
    assert child.lineage is not None
    assert child.lineage.same and child.lineage.retired == ()


def test_the_story_fits_the_model(version: Make, groups: Any, parent: SegmentModel) -> None:
    rows = groups(1, (*WEST, 40), (*EAST, 60), (*NORTH, 90))
    child = followed(version, parent, rows, [WEST, EAST, NORTH])
    story = child.lineage
    assert story is not None
    assert (story.parent, story.generation, story.highest) == (PARENT, 1, 3)
    assert story.before == (*(card.id for card in parent.cards), UNASSIGNED)
    by_label = sorted(child.cards, key=lambda card: card.label)
    assert story.after == (*(card.id for card in by_label), UNASSIGNED)
    flow = np.array(story.flow)
    assert flow.sum() == len(rows) == story.churn.n_present
    assert flow.sum(axis=0)[:-1].tolist() == [card.size for card in by_label]
    shares = {event.before: (event.share_before, event.share_after) for event in story.events}
    for card in child.cards:
        assert shares[(card.id,)] == pytest.approx((by_id(parent)[card.id].share, card.share))


def test_a_newborn_gets_an_id_and_a_number_that_were_never_given(
    version: Make, groups: Any, parent: SegmentModel
) -> None:
    rows = groups(1, (*WEST, 90), (*EAST, 60), (*NORTH, 40), (50, -50, 30))
    child = followed(version, parent, rows, [WEST, EAST, NORTH, (50, -50)])
    (born,) = set(by_id(child)) - set(by_id(parent))
    assert by_id(child)[born].number == 4
    assert child.lineage is not None and child.lineage.highest == 4
    assert [event.kinds for event in child.lineage.events][-1] == (Kind.BORN,)


def test_numbers_of_the_retired_are_not_used_again(version: Make, groups: Any, parent: SegmentModel) -> None:
    second = followed(version, parent, groups(1, (*WEST, 90), (*EAST, 60)), [WEST, EAST])
    assert [card.number for card in second.cards] == [1, 2]
    assert second.lineage is not None
    assert second.lineage.retired == (parent.card("S3").id,) and second.lineage.highest == 3
    rows = groups(2, (*WEST, 90), (*EAST, 60), (*NORTH, 40))
    third = followed(version, second, rows, [WEST, EAST, NORTH], content="d" * 64)
    assert [card.number for card in third.cards] == [1, 2, 4]
    assert third.card("S4").id not in by_id(parent)
    assert third.card("S4").name != "夜ふかし"
    assert third.lineage is not None
    assert (third.lineage.generation, third.lineage.highest) == (2, 4)


def test_a_split_leaves_the_name_with_the_larger_part(
    version: Make, groups: Any, parent: SegmentModel
) -> None:
    apart = [(16.0, 20.0), (26.0, 20.0)]
    rows = groups(1, (*apart[0], 60), (*apart[1], 30), (*EAST, 60), (*NORTH, 40))
    # the old rows lay between both: cut them where the new rule does
    old = replace(parent, landmarks=landmarks_of(version(rows, [WEST, EAST, NORTH])))
    child = followed(version, old, rows, [*apart, EAST, NORTH])
    assert child.lineage is not None
    split = next(event for event in child.lineage.events if event.kinds == (Kind.SPLIT,))
    assert split.before == (parent.card("S1").id,) and len(split.after) == 2
    assert child.card("Hawks").id == parent.card("S1").id
    assert child.card("Hawks").size == 60
    assert child.lineage.churn.along == pytest.approx(30 / 190)


def test_where_it_is_not_the_same_segmentation_no_id_is_carried_on(version: Make, groups: Any) -> None:
    rows = groups(0, (50, 50, 300))
    parent = version(rows, [(49, 50), (51, 50)], steadiness=0.5)
    child = version(rows, [(50, 49), (50, 51)], steadiness=0.5, fingerprint="b" * 64)
    made = succeed(parent, PARENT, child, keys=keys_of(rows), columns=columns_of(rows))
    assert made.lineage is not None
    assert not made.lineage.same
    assert not set(by_id(made)) & set(by_id(parent))
    assert not any(event.stated for event in made.lineage.events)
    assert [card.number for card in made.cards] == [3, 4]
    assert made.lineage.churn.today == 1.0


def test_a_new_segment_is_not_called_like_one_that_is_carried_on(version: Make, groups: Any) -> None:
    old = groups(0, (*WEST, 90), (*EAST, 60))
    parent = version(old, [WEST, EAST]).renamed("S1", "GROUP 3").renamed("S2", "Group 3 (2)")
    child = followed(version, parent, groups(1, (*WEST, 90), (*EAST, 60), (*NORTH, 40)), [WEST, EAST, NORTH])
    names = [card.name for card in child.cards]
    assert names == ["GROUP 3", "Group 3 (2)", "Group 3 (3)"]


def test_known_customers_tell_total_own_and_model(version: Make, groups: Any, parent: SegmentModel) -> None:
    old = groups(0, (*WEST, 90), (*EAST, 60), (*NORTH, 40))
    new = old.copy()
    new[:9] = EAST  # nine walked from west to east
    labels = labels_of(parent, columns_of(old))
    keys = keys_of(old)
    known = followed(version, parent, new, [WEST, EAST, NORTH], earlier=Earlier(keys, labels))
    assert known.lineage is not None
    told = known.lineage.churn
    assert (told.n_known, told.total, told.own, told.model) == (190, pytest.approx(9 / 190), told.total, None)
    whole = followed(
        version, parent, new, [WEST, EAST, NORTH], earlier=Earlier(keys, labels, columns_of(old))
    )
    assert whole.lineage is not None
    told = whole.lineage.churn
    assert (told.own, told.model, told.interaction) == (pytest.approx(9 / 190), 0.0, pytest.approx(0.0))


def test_a_model_saved_without_landmarks_is_carried_on_all_the_same(
    version: Make, groups: Any, parent: SegmentModel
) -> None:
    old = replace(parent, landmarks=None)
    assert landmarks_of(old).overlaps.tolist() == [card.stability for card in parent.cards]
    child = followed(version, old, groups(1, (*WEST, 40), (*EAST, 60), (*NORTH, 90)), [WEST, EAST, NORTH])
    assert set(by_id(child)) == set(by_id(parent))
    assert child.lineage is not None and child.lineage.churn.usual is None
    unknown = replace(old, cards=tuple(replace(card, stability=None) for card in old.cards))
    assert landmarks_of(unknown).overlaps.tolist() == [0.0] * 3


def test_other_units_of_the_preparation_change_nothing(
    version: Make, groups: Any, parent: SegmentModel
) -> None:
    rows = groups(1, (*WEST, 40), (*EAST, 60), (*NORTH, 90))
    other = version(rows, [WEST, EAST, NORTH], fingerprint="b" * 64, step=(10.0, 3.0))
    made = succeed(parent, PARENT, other, keys=keys_of(rows), columns=columns_of(rows))
    assert set(by_id(made)) == set(by_id(parent))
    assert made.lineage is not None and made.lineage.churn.today == 0.0


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 5), st.integers(1, 5))
def test_ids_are_unique_and_those_that_are_new_were_never_there(seed: int, k0: int, k1: int) -> None:
    rng = np.random.default_rng(seed)
    build = _build()
    sites = rng.permutation(8)
    places = [(30.0 * (site % 3), 30.0 * (site // 3)) for site in sites.tolist()]
    drawn = [rng.permutation(len(places))[:k].tolist() for k in (k0, k1)]
    models, generations = [], []
    for turn, chosen in enumerate(drawn):
        rows = build.make_rows(seed % 1000 + turn, *((*places[i], 40) for i in chosen))
        models.append(build.make_model(rows, [places[i] for i in chosen], fingerprint=f"{turn}" * 64))
        generations.append(rows)
    rows = generations[1]
    made = succeed(models[0], PARENT, models[1], keys=keys_of(rows), columns=columns_of(rows))
    ids, old = [card.id for card in made.cards], set(by_id(models[0]))
    assert len(set(ids)) == len(ids) == k1
    carried = set(ids) & old
    assert set(ids) - carried == {card.id for card in models[1].cards if card.id in ids}
    story = made.lineage
    assert story is not None
    told = {
        (old, new) for event in story.events if event.stated for old in event.before for new in event.after
    }
    assert carried == {new for old, new in told if old == new}
    if not story.same:
        assert carried == set()
    numbers = [card.number for card in made.cards]
    assert len(set(numbers)) == k1 and story.highest == max(k0, *numbers)
    fresh = [card.number for card in made.cards if card.id not in carried]
    assert all(number > k0 for number in fresh)
    assert len({card.name.casefold() for card in made.cards}) == k1


def _build() -> Any:
    """Give the builders of ``conftest.py`` to a property, which takes no fixture."""
    import sys

    return next(module for name, module in sys.modules.items() if name.endswith("lineage.conftest"))
