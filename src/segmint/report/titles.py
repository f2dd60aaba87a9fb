"""How columns are called on cards: plain words, and the unit apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from segmint.charts.profiles import snapped
from segmint.model.cards import Effect
from segmint.model.schema import Schema
from segmint.profile.titles import capitalized, readable_name, unit_of
from segmint.words import say
from segmint.words.numbers import share, unit


@dataclass(frozen=True)
class Titles:
    """Name and unit of each column, by the column's own name."""

    names: Mapping[str, str]
    units: Mapping[str, str]

    def name(self, column: str) -> str:
        """Return the name in plain words, with a capital."""
        return self.names.get(column, column)

    def unit(self, column: str) -> str:
        """Return the unit, or nothing."""
        return self.units.get(column, "")

    def feature(self, effect: Effect) -> str:
        """Return the name of what an effect compares: a column, or a column's level."""
        name = self.name(effect.feature)
        return name if effect.level is None else say("charts.profile.level", feature=name, level=effect.level)

    def value(self, effect: Effect, value: float) -> str:
        """Return a mean with its unit, or a share."""
        value = snapped(value, effect)
        return share(value) if effect.level is not None else self.with_unit(effect.feature, unit(value))

    def with_unit(self, column: str, text: str) -> str:
        """Return a number that is written already with its column's unit, on one line with it."""
        return f"{text}\u00a0{self.unit(column)}".rstrip()


def column_titles(schema: Schema) -> Titles:
    """Return how the columns of a schema are called; those whose plain names are equal keep their own."""
    plain = {feature.name: capitalized(readable_name(feature.name)) for feature in schema}
    counts = Counter(plain.values())
    names = {column: title if counts[title] == 1 else column for column, title in plain.items()}
    units = {feature.name: unit_of(feature).strip() for feature in schema if feature.numeric}
    return Titles(names, units)
