"""What the columns of events are for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from segmint.errors import BundleError, UsageError
from segmint.model.recipe import RECIPE, Recipe
from segmint.model.schema import Kind
from segmint.model.shapes import conform

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
        If a purpose is none of the journey's, a setting is no text or number that a recipe holds, the key is not
        named, purchases have no date, players have neither date nor duration, or both an amount and a price, a
        price without a quantity, or cancelled orders without an order, are named.
    """
    columns = recipe.columns
    _check_form(recipe)
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
    if recipe.settings.get("cancelled") and "order" not in columns:
        raise UsageError("behavior.cancelled_without_order")


def _check_form(recipe: Recipe) -> None:
    """Refuse what no file and no bundle may keep, and what is for another journey."""
    try:
        conform(recipe.to_json(), RECIPE, "recipe")
    except BundleError:
        raise UsageError("behavior.bad_recipe") from None
    unknown = [purpose for purpose in recipe.columns if purpose not in OF_JOURNEY[recipe.journey]]
    if unknown:
        raise UsageError("behavior.unknown_purpose", journey=recipe.journey, purposes=unknown)
    gap = recipe.settings.get("gap_minutes", 1)
    if isinstance(gap, (bool, str)) or not (math.isfinite(gap) and gap > 0):
        raise UsageError("behavior.bad_gap", minutes=gap)
