"""Every event is one sentence with its own figures, and says no more than is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from segmint.labels import UNASSIGNED
from segmint.lineage.telling import headline, tell
from segmint.model import schema
from segmint.model.lineage import Churn, Event, Kind, Lineage
from segmint.model.segment_model import SegmentModel

Make = Callable[..., SegmentModel]


@pytest.fixture
def versions(version: Make, groups: Any) -> tuple[SegmentModel, SegmentModel]:
    """Two versions of three segments; only the first one's center moved, in visits."""
    before = version(groups(0, (20, 20, 90), (80, 20, 60), (50, 90, 40)), [(20, 20), (80, 20), (50, 90)])
    rows = groups(0, (20, 35, 90), (80, 20, 60), (50, 90, 40))
    after = version(rows, [(20, 35), (80, 20), (50, 90)], fingerprint="b" * 64)
    ids = {card.label: card.id for card in before.cards}
    cards = tuple(replace(card, id=ids[card.label]) if card.label < 2 else card for card in after.cards)
    return before, replace(after, cards=cards)


def event(kinds: tuple[Kind, ...], before: Any, after: Any, **changes: Any) -> Event:
    told = Event(kinds, tuple(before), tuple(after), 0.45, 0.3, 7.5, 0.9, 0.95, True)
    return replace(told, **changes)


def ids(model: SegmentModel, *numbers: int) -> list[str]:
    return [model.card(f"S{number}").id for number in numbers]


def test_a_sentence_for_each_kind(versions: tuple[SegmentModel, SegmentModel]) -> None:
    before, after = versions
    one, two = ids(before, 1), ids(before, 1, 2)
    fresh = [card.id for card in after.cards if card.id not in {c.id for c in before.cards}]
    said = {
        Kind.KEPT: event((Kind.KEPT,), one, one),
        Kind.MOVED: event((Kind.MOVED,), one, one),
        Kind.GROWN: event((Kind.GROWN,), one, one),
        Kind.SHRUNK: event((Kind.SHRUNK,), one, one),
        Kind.SPLIT: event((Kind.SPLIT,), one, [*one, *fresh]),
        Kind.MERGED: event((Kind.MERGED,), two, one),
        Kind.BORN: event((Kind.BORN,), [], fresh),
        Kind.RETIRED: event((Kind.RETIRED,), one, []),
        Kind.REORGANIZED: event((Kind.REORGANIZED,), two, [*one, *fresh]),
    }
    assert set(said) == set(Kind)
    texts = {kind: str(tell(each, before, after)) for kind, each in said.items()}
    assert len(set(texts.values())) == len(Kind)
    for kind, text in texts.items():
        assert "{" not in text and "seg-" not in text, kind
        assert "S1 Group 1" in text or kind is Kind.BORN, kind
    assert "S3 Group 3" in texts[Kind.BORN] and "30" in texts[Kind.BORN]
    for kind in (Kind.GROWN, Kind.SHRUNK):
        assert "45" in texts[kind] and "30" in texts[kind]
    for kind in (Kind.MERGED, Kind.REORGANIZED):
        assert "S2 Group 2" in texts[kind]


def test_a_move_names_the_feature_that_changed_most_in_its_own_unit(
    versions: tuple[SegmentModel, SegmentModel],
) -> None:
    before, after = versions
    one = ids(before, 1)
    text = str(tell(event((Kind.MOVED,), one, one), before, after))
    assert "visits" in text and "income" not in text and "7.5" in text
    then, now = (model.card("S1").center["visits"] for model in versions)
    assert text.index(f"{then:.0f}"[:2]) < text.index(f"{now:.0f}"[:2])
    both = str(tell(event((Kind.MOVED, Kind.SHRUNK), one, one), before, after))
    assert "visits" in both and "45" in both and "30" in both


def test_a_unit_stands_behind_its_number(versions: tuple[SegmentModel, SegmentModel]) -> None:
    before, after = versions
    one = ids(before, 1)
    cards = tuple(
        replace(card, center={**card.center, "visits": before.card("S1").center["visits"], "income": 60.0})
        if card.id in one
        else card
        for card in after.cards
    )
    text = str(tell(event((Kind.MOVED,), one, one), before, replace(after, cards=cards)))
    assert "income" in text and "60.0 k$" in text


def test_a_move_without_a_feature_that_could_be_told_names_none(
    versions: tuple[SegmentModel, SegmentModel],
) -> None:
    """Only categories cluster, or a segment has too few rows for a mean: no “most in –, 0 → 0”."""
    before, after = versions
    one = ids(before, 1)
    bare = replace(after, cards=tuple(replace(card, center={}) for card in after.cards))
    text = str(tell(event((Kind.MOVED,), one, one), before, bare))
    assert "7.5" in text
    assert "0 → 0" not in text and "–" not in text, text


@pytest.mark.parametrize(
    ("levels", "named"),
    [
        pytest.param(({"basic": 0.5, "plus": 0.5}, {"basic": 0.52, "plus": 0.48}), True, id="hardly changed"),
        pytest.param(({"basic": 1.0}, {"basic": 0.02, "plus": 0.98}), False, id="changed most"),
        pytest.param(({"basic": 1.0}, {}), False, id="not told any more"),
        pytest.param(({"basic": 0.5}, {"plus": 0.5}), True, id="no level that both tell"),
    ],
)
def test_a_move_names_no_number_where_a_category_changed_more(
    versions: tuple[SegmentModel, SegmentModel], levels: Any, named: bool
) -> None:
    before, after = (
        replace(
            model,
            schema=schema.Schema(
                (*model.schema, schema.Feature("plan", schema.Kind.CATEGORY, schema.Role.CLUSTER))
            ),
            cards=tuple(replace(card, levels={"plan": told} if told else {}) for card in model.cards),
        )
        for model, told in zip(versions, levels, strict=True)
    )
    one = ids(before, 1)
    assert ("visits" in str(tell(event((Kind.MOVED,), one, one), before, after))) is named


@pytest.mark.parametrize(("gone", "fresh"), [(True, False), (False, True), (True, True)])
def test_what_is_not_sure_is_not_claimed(
    versions: tuple[SegmentModel, SegmentModel], gone: bool, fresh: bool
) -> None:
    before, after = versions
    old, new = (ids(before, 1) if gone else []), (ids(after, 3) if fresh else [])
    kind = Kind.KEPT if gone and fresh else Kind.RETIRED if gone else Kind.BORN
    text = str(tell(event((kind,), old, new, stated=False, steadiness=0.55), before, after))
    assert ".55" in text or "0.55" in text
    assert "kept" not in text and "retired" not in text
    assert ("S1" in text) is gone and ("S3" in text) is fresh


@pytest.mark.parametrize(("gone", "fresh"), [(True, False), (False, True), (True, True)])
def test_of_a_steady_segment_it_is_not_said_that_it_is_found_too_rarely(
    versions: tuple[SegmentModel, SegmentModel], gone: bool, fresh: bool
) -> None:
    before, after = versions
    old, new = (ids(before, 1) if gone else []), (ids(after, 3) if fresh else [])
    text = str(tell(event((Kind.KEPT,), old, new, stated=False, steadiness=1.0), before, after))
    assert "only" not in text and "too few customers" in text


def lineage(before: list[str], after: list[str], *, same: bool = True, supported: float = 1.0) -> Lineage:
    churn = Churn(0, 0.0, 0, None, None, None, None, 0.0, None)
    return Lineage("", 1, same, supported, (), 9, (*before, UNASSIGNED), (*after, UNASSIGNED), (), churn)


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        (["a", "b", "c"], ["c", "a", "b"], ["All three segments are carried on"]),
        (["a", "b", "c"], ["c", "a", "b", "d"], ["All three", "one is new"]),
        (["a", "b", "c"], ["c", "a", "b", "d", "e"], ["All three", "two are new"]),
        (["a", "b", "c"], ["a", "d"], ["1 of 3", "two are retired", "one is new"]),
    ],
)
def test_the_headline_counts(before: list[str], after: list[str], parts: list[str]) -> None:
    text = str(headline(lineage(before, after)))
    assert all(part in text for part in parts), text


def test_what_cannot_be_followed_is_not_called_retired() -> None:
    lost = event((Kind.KEPT,), ["b", "c"], ["d"], stated=False, steadiness=0.5)
    text = str(headline(replace(lineage(["a", "b", "c"], ["a", "d"]), events=(lost,))))
    assert text == "1 of 3 segments are carried on; two cannot be followed, one is new"
    mixed = str(headline(replace(lineage(["a", "b", "c", "e"], ["a", "d"]), events=(lost,))))
    assert mixed == "1 of 4 segments are carried on; one is retired, two cannot be followed, one is new"


def test_both_segments_are_both() -> None:
    assert str(headline(lineage(["a", "b"], ["b", "a"]))) == "Both segments are carried on"


def test_a_headline_tells_nothing_of_none() -> None:
    text = str(headline(lineage(["a", "b", "c"], ["a", "b"])))
    assert "one is retired" in text
    assert "no are new" not in text and "zero" not in text, text


def test_a_headline_of_one_segment_is_singular() -> None:
    text = str(headline(lineage(["a"], ["a"])))
    assert "one segments" not in text and "segments are" not in text, text


def test_the_headline_says_where_it_is_another_segmentation() -> None:
    text = str(headline(lineage(["a", "b"], ["c", "d"], same=False, supported=0.25)))
    assert "not the same segmentation" in text and "25" in text
    assert "carried on" not in text
