"""What the columns of events are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from segmint.errors import UsageError
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind

KINDS: Final[Mapping[str, Kind]] = {
    "date": Kind.DATE,
    "order": Kind.TEXT,
    "quantity": Kind.NUMBER,
    "price": Kind.NUMBER,
    "amount": Kind.NUMBER,
    "category": Kind.TEXT,
    "game": Kind.TEXT,
    "level": Kind.NUMBER,
    "duration": Kind.NUMBER,
}
"""Purposes beside ``key``, each with the kind of its cells."""

OF_JOURNEY: Final[Mapping[str, tuple[str, ...]]] = {
    "rfm": ("key", "date", "order", "quantity", "price", "amount", "category"),
    "players": ("key", "date", "game", "duration", "level", "amount"),
}


def check_recipe(recipe: Recipe) -> None:
    """Refuse a recipe whose columns can't make features.

    Raises
    ------
    UsageError
        If the key is not named, purchases have no date, players have neither date nor duration, or both an
        amount and a price, or a price without a quantity, are named.
    """
    columns = recipe.columns
    if "key" not in columns:
        raise UsageError("behavior.no_key")
    if recipe.journey == "rfm" and "date" not in columns:
        raise UsageError("behavior.no_date")
    if recipe.journey == "players" and not {"date", "duration"} & {*columns}:
        raise UsageError("behavior.no_play")
    if "price" in columns and "amount" in columns:
        raise UsageError("behavior.two_amounts")
    if "price" in columns and "quantity" not in columns:
        raise UsageError("behavior.price_alone")
