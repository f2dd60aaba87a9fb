"""One sentence on what sets a segment apart, with numbers in original units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segmint.model.cards import Effect
from segmint.model.schema import Schema
from segmint.profile.titles import capitalized, is_plural, readable_name, unit_of
from segmint.profile.traits import Trait
from segmint.words import Sentence, sentence


def summarize(
    traits: Sequence[Trait],
    effects: Mapping[str, Effect],
    schema: Schema,
    *,
    size: int,
) -> Sentence:
    """Say in one sentence by how much the traits that name a segment differ from the average of all rows.

    Parameters
    ----------
    traits
        The one or two traits that name the segment, strongest first.
    effects
        The segment's effects by column; empty where there are no other rows.
    schema
        Gives the columns' names and units.
    size
        Rows of the segment.

    Examples
    --------
    >>> from segmint.model.schema import Feature, Kind, Role
    >>> schema = Schema((Feature("Income (k$)", Kind.NUMBER, Role.CLUSTER),))
    >>> trait = Trait("Income (k$)", None, 1.5)
    >>> effect = Effect("Income (k$)", None, 90.0, 55.0, 64.0, 1.5, used=True)
    >>> str(summarize([trait], {"Income (k$)": effect}, schema, size=10))
    'Income is 26.0 k$ above the average'
    """
    told = [trait for trait in traits if trait.feature in effects]
    if not told:
        return sentence("profile.summary.everyone", n=size)
    if told[0].level is not None:
        return _level_sentence(effects[told[0].feature])
    order = {name: number for number, name in enumerate(schema.names)}
    numbers = sorted(
        (trait for trait in told if trait.level is None),
        key=lambda trait: (not trait.apart, order[trait.feature]),
    )
    directions = [_direction(trait, effects[trait.feature]) for trait in numbers]
    figures: dict[str, float | str] = {}
    for place, trait in zip(("first", "second"), numbers, strict=False):
        figures |= _figures(place, effects[trait.feature], schema)
    return Sentence(f"profile.summary.{'_'.join(directions)}", figures)


def _figures(place: str, effect: Effect, schema: Schema) -> dict[str, float | str]:
    name = readable_name(effect.feature)
    return {
        place: capitalized(name) if place == "first" else name,
        f"{place}_n": 2 if is_plural(name) else 1,
        f"{place}_by": abs(effect.inside - effect.overall),
        f"{place}_unit": unit_of(schema.feature(effect.feature)),
    }


def _direction(trait: Trait, effect: Effect) -> str:
    if not trait.apart:
        return "near"
    return "above" if effect.inside > effect.overall else "below"


def _level_sentence(effect: Effect) -> Sentence:
    return sentence(
        "profile.summary.level",
        name=readable_name(effect.feature),
        level=effect.level,
        inside=effect.inside,
        overall=effect.overall,
    )
