"""What a feature of behavior is: a name, a kind, a unit, and the formula that the engine computes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from segmint.model.recipe import Recipe
from segmint.model.schema import Feature, Kind, Missing, Role, Schema
from segmint.words import sentence

CURRENCY: Final = "currency"
"""Stands for the unit of the amounts, which a recipe may name."""
TIMES: Final = "times"
"""The setting that says whether the dates have times of day; found out where it is not there."""


@dataclass(frozen=True)
class BehaviorFeature:
    """One feature of behavior.

    Meaning, formula and source are in the words: ``behavior.feature.NAME``.

    Attributes
    ----------
    name
        The column's name.
    kind, role
        As in a schema.
    unit
        ``days``, ``orders``, …, :data:`CURRENCY`, or ``None`` for a share or a ratio.
    needs
        Purposes of columns (see :func:`purposes_of`) without which it can't be computed.
    formula
        Its formula over the journey's sums, in the engine's terms.
    option
        The setting that asks for it; ``None`` for one that is always there.
    """

    name: str
    kind: Kind
    role: Role
    unit: str | None
    needs: tuple[str, ...]
    formula: str
    option: str | None = None


def purposes_of(recipe: Recipe) -> frozenset[str]:
    """Return the purposes that a recipe's columns serve.

    Quantity × price is an amount; an amount, or else a quantity, is a ``size``; dates have a ``time`` unless it is
    known that they have none.
    """
    named = {*recipe.columns}
    amount = {"amount"} if "price" in named else set()
    size = {"size"} if {"amount", "price", "quantity"} & named else set()
    time = {"time"} if "date" in named and recipe.settings.get(TIMES, True) else set()
    return frozenset(named | amount | size | time)


def computable(
    features: Iterable[BehaviorFeature], recipe: Recipe
) -> tuple[tuple[BehaviorFeature, ...], tuple[BehaviorFeature, ...]]:
    """Return the features that a recipe asks for and has the columns for, and those whose columns are absent."""
    there = purposes_of(recipe)
    asked = [one for one in features if one.option is None or recipe.settings.get(one.option)]
    made = tuple(one for one in asked if there.issuperset(one.needs))
    return made, tuple(one for one in asked if one not in made)


def schema_of(features: Iterable[BehaviorFeature], recipe: Recipe) -> Schema:
    """Return the schema of the features' table, its key first.

    Examples
    --------
    >>> recency = BehaviorFeature("recency", Kind.COUNT, Role.CLUSTER, "days", ("date",), "")
    >>> schema_of([recency], Recipe("rfm", {"key": "id"})).feature("recency").unit
    'days'
    """
    reason = sentence("behavior.reason", journey=recipe.journey)
    key = Feature(recipe.columns["key"], Kind.TEXT, Role.KEY, reason=reason, given=True)
    unit = _unit_of_amounts(recipe.settings)
    return Schema(
        (
            key,
            *(
                Feature(
                    one.name, one.kind, one.role, unit=unit if one.unit == CURRENCY else one.unit,
                    missing=Missing.MEDIAN, reason=reason, given=True,
                )
                for one in features
            ),
        )
    )  # fmt: skip


def _unit_of_amounts(settings: Mapping[str, Any]) -> str | None:
    unit = settings.get("currency")
    return str(unit) if unit else None
