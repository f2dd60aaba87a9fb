"""The journeys that there are: each a table of features and the sums that their formulas name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from segmint.behavior import players, rfm
from segmint.behavior.features import BehaviorFeature
from segmint.data.engine import Connection
from segmint.model.recipe import Journey, Recipe
from segmint.words import Sentence


@dataclass(frozen=True)
class JourneyRules:
    """What a journey computes.

    Attributes
    ----------
    features
        Its features.
    make_sums
        Makes the table ``sums`` of the staged ``events``: engine, recipe, the day that counts as today.
    notices
        Says what was left out, and how the rules were applied.
    """

    features: tuple[BehaviorFeature, ...]
    make_sums: Callable[[Connection, Recipe, int], None]
    notices: Callable[[Connection, Recipe], tuple[Sentence, ...]]


JOURNEYS: Final[Mapping[Journey, JourneyRules]] = {
    "rfm": JourneyRules(rfm.FEATURES, rfm.make_sums, rfm.notices),
    "players": JourneyRules(players.FEATURES, players.make_sums, players.notices),
}
