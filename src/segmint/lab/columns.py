"""Which column of a case study's events is what: as the options say, else by the names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from segmint.behavior.naming import guessed
from segmint.data import ReadOptions
from segmint.data.options import with_clean_names
from segmint.errors import UsageError
from segmint.model.recipe import Journey, Recipe

_OF_TABLES: Final[Mapping[str, str]] = {
    "features": "--features",
    "exclude": "--exclude",
    "describe": "--describe",
    "kinds": "--kind",
    "schema": "--schema",
    "missing": "--missing",
    "on_duplicate": "--on-duplicate",
}
"""Options that say what the columns of a table of customers are; a case study makes that table itself."""


def recipe_of(events: Any, journey: Journey, options: ReadOptions | None = None) -> Recipe:
    """Return how features are made of events.

    Parameters
    ----------
    events
        Whatever :func:`segmint.read` takes.
    journey
        ``rfm`` or ``players``.
    options
        How the events are written: ``key`` names the customer, ``date_formats`` the column of the dates and how they
        are written; the other columns are told from their names.

    Raises
    ------
    UsageError
        If options are given that events can't honor, no column is called like a customer's key, or purchases have no
        dates.
    DataError
        As :func:`segmint.read`; or if a column that was named is not there.

    Examples
    --------
    >>> import pyarrow as pa
    >>> events = pa.table({"who": ["a"], "bought": ["03/04/2026"], "paid": [5.0]})
    >>> options = ReadOptions(key="who", date_formats={"bought": "%d/%m/%Y"})
    >>> dict(recipe_of(events, "rfm", options).columns)
    {'key': 'who', 'date': 'bought', 'amount': 'paid'}
    """
    options = with_clean_names(options or ReadOptions())
    _require_of_events(options)
    written = next(iter(options.date_formats.values()), None)
    try:
        found = guessed(events, journey, options, _named(options))
    except UsageError as error:
        if error.code != "behavior.no_key_by_name":
            raise
        raise UsageError("lab.no_key_by_name", **error.figures) from None
    if journey == "rfm" and "date" not in found:
        raise UsageError("lab.no_date_by_name")
    return Recipe(journey, found, written)


def _named(options: ReadOptions) -> dict[str, str]:
    """Return the columns that the options name, by purpose."""
    named = {"key": options.key, "date": next(iter(options.date_formats), None)}
    return {purpose: name for purpose, name in named.items() if name is not None}


def _require_of_events(options: ReadOptions) -> None:
    """Refuse what would be ignored."""
    usual = ReadOptions()
    unused = [option for name, option in _OF_TABLES.items() if getattr(options, name) != getattr(usual, name)]
    if unused:
        raise UsageError("lab.not_of_events", options=unused)
    if len(options.date_formats) > 1:
        raise UsageError("lab.one_column_of_dates", columns=list(options.date_formats))
