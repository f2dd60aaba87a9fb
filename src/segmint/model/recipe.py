"""How the features of a model were made of events: what makes them again of new events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from segmint.model.shapes import Maybe, OneOf, Setting, Table

RECIPE: Final = {
    "journey": OneOf(("rfm", "players")),
    "columns": Table(str, keys="[a-z]{1,20}", most=20),
    "date_format": Maybe(str),
    "settings": Table(Setting("[^\\x00-\\x1f]{0,40}"), keys="[a-z_]{1,40}", most=20),
}
"""The shape of a stored recipe, for :func:`segmint.model.shapes.conform`."""

Journey = Literal["rfm", "players"]
Settings = Mapping[str, str | int | float | bool]


@dataclass(frozen=True)
class Recipe:
    """What is computed of events, and which of their columns is what.

    Attributes
    ----------
    journey
        ``rfm`` (purchases) or ``players`` (play).
    columns
        The columns of the events by purpose: ``key``, ``date``, ``order``, ``quantity``, ``price``, ``amount``,
        ``category``, ``game``, ``level``, ``duration``.
    date_format
        How dates are written, in ``strptime``'s terms; ``None`` for the year first, and for dates with a type.
    settings
        Rules of the journey, such as what a cancelled order begins with.
    """

    journey: Journey
    columns: Mapping[str, str]
    date_format: str | None = None
    settings: Settings = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as plain data."""
        return {
            "journey": self.journey,
            "columns": dict(self.columns),
            "date_format": self.date_format,
            "settings": dict(self.settings),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Recipe:
        """Read what :meth:`to_json` wrote."""
        return cls(
            stored["journey"], dict(stored["columns"]), stored["date_format"], dict(stored["settings"])
        )
