"""Sums of many events, part of the customers by part: what a part groups fits into memory, so that time stays linear."""

from __future__ import annotations

from typing import Final

from segmint.behavior.journeys import JourneyRules
from segmint.behavior.staging import Staged
from segmint.model.recipe import Recipe
from segmint.types import Progress

PART_EVENTS: Final = 20_000_000
"""Events of a part, on average. Each part takes as long as another; grouped all at once the price of an event grows."""


def make_sums(
    events: Staged,
    journey: JourneyRules,
    recipe: Recipe,
    at: int,
    progress: Progress,
    *,
    most: int = PART_EVENTS,
) -> None:
    """Make a journey's table ``sums``.

    Parameters
    ----------
    events
        The staged events.
    journey, recipe, at
        What makes the sums of the table ``events``, and what it is told.
    progress
        Step ``features``.
    most
        Events of a part; where there are fewer they are one part.
    """
    connection, n_parts = events.connection, -(-events.n_events // most)
    if n_parts < 2:
        journey.make_sums(connection, recipe, at)
        return
    for part in range(n_parts):
        progress("features", part, n_parts)
        connection.execute("CREATE SCHEMA part")
        mine = f"SELECT *, rowid FROM main.events WHERE hash(key) % {n_parts} = {part}"  # a customer is in one part
        connection.execute(f"CREATE VIEW part.events AS {mine}")
        connection.execute("SET search_path = 'part'")
        journey.make_sums(connection, recipe, at)
        connection.execute("SET search_path = 'main'")
        into = "INSERT INTO main.sums" if part else "CREATE TABLE main.sums AS"
        connection.execute(f"{into} SELECT * FROM part.sums")
        connection.execute("DROP SCHEMA part CASCADE")
