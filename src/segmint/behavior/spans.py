"""How long the events last that features were made of: what is counted over days compares only over as many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from segmint.data.engine import Connection
from segmint.model.recipe import Recipe
from segmint.words import Sentence, sentence

DAYS: Final = "days"
"""The setting that keeps the days from the first event to the day that counts as today."""
DAYS_AFTER: Final = "days_after"
"""The setting that keeps the days from the last event to that day."""
MUCH: Final = 2.0
"""So many times as long, or a part of it as small, is another time."""
LATE: Final = 0.05
"""The share of the training's days that may pass after the last event, beyond those that passed in training."""


def with_span(connection: Connection, recipe: Recipe, today: int) -> Recipe:
    """Return a recipe that keeps how long the staged events last, as they stand by that day."""
    bounds = f"SELECT {today} - min(day), {today} - max(day) FROM events WHERE day <= {today}"
    days, after = connection.execute(bounds).fetchall()[0]
    return replace(recipe, settings={**recipe.settings, DAYS: int(days), DAYS_AFTER: int(after)})


def without_span(recipe: Recipe) -> Recipe:
    """Return a recipe that does not say how long its events last.

    Examples
    --------
    >>> without_span(Recipe("rfm", {}, None, {"returns": "net", "days": 30, "days_after": 1})).settings
    {'returns': 'net'}
    """
    kept = {name: value for name, value in recipe.settings.items() if name not in (DAYS, DAYS_AFTER)}
    return replace(recipe, settings=kept)


def compare_spans(trained: Recipe, made: Recipe) -> Iterator[Sentence]:
    """Say where events last much less or more than those of the training, or end long before the day of today.

    Parameters
    ----------
    trained
        The recipe that a model keeps; earlier versions kept no days there: then nothing is said.
    made
        That of the new events.

    Examples
    --------
    >>> of = lambda days, after=1: Recipe("rfm", {}, None, {"days": days, "days_after": after})
    >>> [said.key for said in compare_spans(of(283), of(9))]
    ['behavior.span.other']
    >>> [said.key for said in compare_spans(of(283), of(300, after=30))]
    ['behavior.span.late']
    """
    usual, now = _days(trained, DAYS), _days(made, DAYS)
    if not usual or now is None:
        return
    if not usual / MUCH <= now <= usual * MUCH:
        yield sentence("behavior.span.other", n=now, usual=usual)
    before, after = _days(trained, DAYS_AFTER) or 0, _days(made, DAYS_AFTER) or 0
    if after - before > max(1.0, LATE * usual):
        yield sentence("behavior.span.late", n=after, usual=before)


def _days(recipe: Recipe, name: str) -> int | None:
    """Return what a recipe keeps of days; anything but a number of them is none."""
    kept = recipe.settings.get(name)
    return kept if isinstance(kept, int) and not isinstance(kept, bool) and kept >= 0 else None
