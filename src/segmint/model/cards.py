"""A segment as a person meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segmint.words import Sentence


@dataclass(frozen=True)
class Effect:
    """How one feature sets a segment apart from all other rows.

    Attributes
    ----------
    feature, level
        The column; for a flag or a category also the level whose share is compared, else ``None``.
    inside, outside, overall
        Mean (or share of the level) in the segment, in all other rows, and in all rows; original units.
        ``outside`` is ``None`` where fewer than five other rows have a value.
    size
        Cohen's d for numbers (difference over the pooled standard deviation), Cohen's h for shares
        (difference of the arcsine-transformed shares). Signed; .2 small, .5 medium, .8 large.
        Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapters 2 and 6.
    used
        Whether the column made the clusters (else it only describes).
    """

    feature: str
    level: str | None
    inside: float
    outside: float | None
    overall: float
    size: float
    used: bool


@dataclass(frozen=True)
class Condition:
    """One comparison of a rule: ``lower ≤ feature < upper``, or ``feature is level`` (or is not)."""

    feature: str
    lower: float | None = None
    upper: float | None = None
    level: str | None = None
    negated: bool = False


@dataclass(frozen=True)
class Rule:
    """A readable rule of thumb for a segment, judged on rows not used to write it.

    Attributes
    ----------
    conditions
        All must hold.
    precision, recall
        Of the held-out rows: the share of those that match that belong to the segment ("right"), and
        the share of the segment's that match ("found"); 0 … 1.
    n_held_out
        How many rows judged it.
    """

    conditions: tuple[Condition, ...]
    precision: float
    recall: float
    n_held_out: int


@dataclass(frozen=True)
class SegmentCard:
    """What is known of one segment, in original units.

    Attributes
    ----------
    id
        The segment's lasting id: a hash, never reused.
    number
        Its short display number: 1 … n, shown as ``S1``.
    label
        Its label in this version's assigner.
    name, name_given
        The name, and whether a person gave it.
    size, share
        Rows of the training data, and their share of all (noise included).
    center
        Mean of the raw values of each numeric feature (used or describing); here and below nothing is told
        of a feature of which fewer than five of the segment's rows have a value.
    quantiles
        For each numeric feature the raw values at .1, .25, .5, .75 and .9. One beyond which fewer than five rows
        lie is the mean of five; of fewer than ten rows there are none.
    levels
        For each flag or category the share of each level (at most the ten commonest).
    effects
        Largest first.
    rule
        ``None`` where no readable rule was found.
    stability
        Mean Jaccard overlap with itself over resamples, 0 … 1; ``None`` where it was not measured.
    silhouette
        Mean silhouette of the segment's rows, −1 … 1; ``None`` where it was not measured.
    summary
        One sentence on what sets it apart.
    """

    id: str
    number: int
    label: int
    name: str
    name_given: bool
    size: int
    share: float
    center: Mapping[str, float]
    quantiles: Mapping[str, tuple[float, float, float, float, float]]
    levels: Mapping[str, Mapping[str, float]]
    effects: tuple[Effect, ...]
    rule: Rule | None
    stability: float | None
    silhouette: float | None
    summary: Sentence

    @property
    def short(self) -> str:
        """The display number as it is written: ``S1``."""
        return f"S{self.number}"

    def spread(self, feature: str) -> tuple[float, float, float, float, float]:
        """Return a numeric feature's quantiles; its mean for each where too few rows have a value to tell them."""
        mean = self.center[feature]
        return self.quantiles.get(feature, (mean, mean, mean, mean, mean))

    def to_json(self) -> dict[str, Any]:
        """Return the card as plain data."""
        stored = asdict(self)
        stored["summary"] = self.summary.to_json()
        stored["quantiles"] = {name: list(values) for name, values in self.quantiles.items()}
        stored["effects"] = [asdict(effect) for effect in self.effects]
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SegmentCard:
        """Read what :meth:`to_json` wrote."""
        values = dict(stored)
        values["quantiles"] = {name: tuple(row) for name, row in stored["quantiles"].items()}
        values["effects"] = tuple(Effect(**effect) for effect in stored["effects"])
        rule = stored["rule"]
        values["rule"] = rule and Rule(
            tuple(Condition(**condition) for condition in rule["conditions"]),
            rule["precision"],
            rule["recall"],
            rule["n_held_out"],
        )
        values["summary"] = Sentence.from_json(stored["summary"])
        return cls(**values)
