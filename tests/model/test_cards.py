from __future__ import annotations

import json
from dataclasses import replace

from segmint.model.cards import Condition, Effect, Rule, SegmentCard
from segmint.words import sentence

CARD = SegmentCard(
    id="5f3a",
    number=2,
    label=1,
    name="High income, low score",
    name_given=False,
    size=35,
    share=0.175,
    center={"income": 88.2},
    quantiles={"income": (71.0, 78.0, 85.0, 97.0, 113.0)},
    levels={"gender": {"Male": 0.54, "Female": 0.46}},
    effects=(Effect("income", None, 88.2, 54.7, 60.6, 1.46, True), Effect("gender", "Male", 0.54, 0.4, 0.44, 0.25, False)),
    rule=Rule((Condition("income", lower=70.0), Condition("gender", level="Male", negated=True)), 0.9, 0.8, 67),
    stability=0.97,
    silhouette=None,
    summary=sentence("common.rows", n=35),
)  # fmt: skip


def test_a_card_comes_back_from_json() -> None:
    stored = json.loads(json.dumps(CARD.to_json(), allow_nan=False))
    assert SegmentCard.from_json(stored) == CARD


def test_a_card_without_a_rule_comes_back_from_json() -> None:
    bare = replace(CARD, rule=None, effects=(), levels={}, stability=None)
    assert SegmentCard.from_json(json.loads(json.dumps(bare.to_json()))) == bare


def test_the_display_number_is_short() -> None:
    assert CARD.short == "S2"
