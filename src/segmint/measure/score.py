"""A measure, and the score it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["higher", "lower", "none"]
NoisePolicy = Literal["left out", "counted", "not defined"]
Cost = Literal["linear", "pairs"]


@dataclass(frozen=True)
class Measure:
    """What a number means: data, so that no code needs to know a measure by name.

    Attributes
    ----------
    name, title
        ``silhouette`` · ``Silhouette``.
    direction
        Whether ``higher`` or ``lower`` is better; ``none`` where neither is (inertia falls with K).
    lowest, highest
        The range, infinite where it is open.
    noise
        ``left out``: noise rows are not scored and the noise share stands beside it.
    cost
        ``linear`` in the rows, or ``pairs`` of rows (then a budget may make it sampled).
    needs
        ``labels``, ``centers`` or ``likelihood``: what a fit must have.
    """

    name: str
    title: str
    direction: Direction
    lowest: float
    highest: float
    noise: NoisePolicy
    cost: Cost
    needs: Literal["labels", "centers", "likelihood"]


@dataclass(frozen=True)
class Score:
    """The value of one measure for one labeling.

    Attributes
    ----------
    value
        ``None`` where the measure is not defined (a silhouette of one cluster).
    standard_error
        Of a sampled value; ``None`` when exact.
    n_scored
        Rows that entered: all but noise when exact, the sample's size when sampled.
    """

    value: float | None
    standard_error: float | None = None
    n_scored: int = 0

    @property
    def exact(self) -> bool:
        """Whether every row entered."""
        return self.standard_error is None

    def to_json(self) -> dict[str, Any]:
        """Return the score as plain data."""
        return {"value": self.value, "standard_error": self.standard_error, "n_scored": self.n_scored}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Score:
        """Read what :meth:`to_json` wrote."""
        return cls(stored["value"], stored["standard_error"], stored["n_scored"])
