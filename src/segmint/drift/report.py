"""What is said of a batch: plain data, and sentences for the person who uses the segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from segmint.drift.ageing import Agreement
from segmint.drift.distances import Distances
from segmint.drift.newcomers import Newcomers, Trait
from segmint.drift.quality import Finding
from segmint.drift.verdict import ALARMS, Cause, Verdict
from segmint.labels import FEWEST_TOLD
from segmint.model.description import finite
from segmint.words import Sentence, sentence

MOST_SAID = 3
LEAST_PART = 0.05
"""Of the whole difference: a smaller move is not said."""
LEAST_CHANGE = 0.01
CHANGED_TOO = 0.1
"""From this part of the whole on, what is not the cause is said to have changed as well."""
OTHERWISE = 0.1
"""Fresh fits that agree with the model by so much less than usual are not said to agree as ever."""
LEAST_MOVE = 0.1


@dataclass(frozen=True)
class Statistic:
    """One of the eight statistics of the test.

    Attributes
    ----------
    name, title
        See ``statistics.statistics``.
    value
        On the scale of a normal deviate, larger for more difference.
    p, adjusted
        0 … 1: its probability by chance, by itself and paid for by watching all eight.
    effect, threshold
        How large the difference is, and from where on it counts; see ``effects``.
    """

    name: str
    value: float
    p: float
    adjusted: float
    effect: float
    threshold: float

    @property
    def title(self) -> str:
        """What it looks at, in a few words."""
        return str(sentence(f"drift.statistic.{self.name}"))


@dataclass(frozen=True)
class Part:
    """A cause's part of the whole difference, 0 … 1, with its 90 % interval."""

    cause: Cause
    part: float
    low: float
    high: float


@dataclass(frozen=True)
class Move:
    """A feature in which a segment moved.

    Attributes
    ----------
    feature
        The prepared feature's name.
    deviations, low, high
        The move in the segment's standard deviations, and its 90 % interval.
    widened
        By what share its rows spread wider.
    part
        Of the whole difference, 0 … 1.
    before, now
        The segment's center, prepared.
    before_in_units, now_in_units
        The same in original units; ``None`` where there are none.
    """

    feature: str
    deviations: float
    low: float
    high: float
    widened: float
    part: float
    before: float
    now: float
    before_in_units: float | None = None
    now_in_units: float | None = None


@dataclass(frozen=True)
class SegmentChange:
    """One segment in training and in the batch: its share, and where it moved (largest part first)."""

    label: int
    name: str
    share_before: float
    share_now: float
    rows_now: int
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class DriftReport:
    """The verdict on one batch, with its reasons.

    Attributes
    ----------
    verdict, cause
        What is said, and why; no cause where nothing drifted or data are too few.
    p
        0 … 1: the probability of a batch that differs as much by chance, over all statistics together. Of fewer
        than 50 rows and of broken data nothing is tested: this, and all that follows from a test, is NaN or empty.
    alpha, looks
        The false-alarm rate that was asked for over all looks, and their number.
    n_reference, n_rows
        Rows of training and of the batch.
    statistics
        All eight, in their order.
    divergence
        The Jensen–Shannon divergence of training and batch as far as chance does not explain it, in bits.
    parts
        What it consists of: something new, who comes, how they behave.
    segments
        Each segment's change, in the order of labels.
    new_before, new_now
        The share of rows that belong nowhere.
    unassigned_before, unassigned_now
        The share of rows without a segment.
    confidence_before, confidence_now
        The mean confidence of rows with a segment.
    agreement
        What fresh fits say; ``None`` where none was made.
    findings
        What is wrong with the data.
    columns
        By column: distances of training and batch, where the raw columns were given.
    newcomers
        The rows that are unlike anybody in training; ``None`` where the batch came in parts, or broken.
    """

    verdict: Verdict
    cause: Cause | None
    p: float
    alpha: float
    looks: int
    n_reference: int
    n_rows: int
    statistics: tuple[Statistic, ...]
    divergence: float
    parts: tuple[Part, ...]
    segments: tuple[SegmentChange, ...]
    new_before: float
    new_now: float
    unassigned_before: float
    unassigned_now: float
    confidence_before: float
    confidence_now: float
    agreement: Agreement | None
    findings: tuple[Finding, ...]
    columns: Mapping[str, Distances]
    newcomers: Newcomers | None = None

    @property
    def drifted(self) -> bool:
        """Whether somebody must act: drift, or broken data."""
        return self.verdict in ALARMS

    @property
    def moved(self) -> tuple[tuple[SegmentChange, Move], ...]:
        """All moves of segments, largest part of the whole first."""
        found = [(segment, move) for segment in self.segments for move in segment.moves]
        return tuple(sorted(found, key=lambda item: -item[1].part))

    def sentences(self) -> tuple[Sentence, ...]:
        """Say the verdict, the cause, what it consists of, and what to do."""
        return (self._said(), *self._reasons(), *self._ageing(), *self._advice())

    def to_json(self) -> dict[str, Any]:
        """Return all of it as plain data; what is not known is ``None``."""
        told = {
            "verdict": self.verdict.value,
            "cause": None if self.cause is None else self.cause.value,
            "p": self.p,
            "alpha": self.alpha,
            "looks": self.looks,
            "n_reference": self.n_reference,
            "n_rows": self.n_rows,
            "statistics": [{**asdict(item), "title": item.title} for item in self.statistics],
            "divergence": self.divergence,
            "parts": [{**asdict(item), "cause": item.cause.value} for item in self.parts],
            "segments": [asdict(item) for item in self.segments],
            "new": {"before": self.new_before, "now": self.new_now},
            "unassigned": {"before": self.unassigned_before, "now": self.unassigned_now},
            "confidence": {"before": self.confidence_before, "now": self.confidence_now},
            "agreement": None if self.agreement is None else asdict(self.agreement),
            "findings": [finding.to_json() for finding in self.findings],
            "newcomers": None if self.newcomers is None else asdict(self.newcomers),
            "columns": {name: distances.to_json() for name, distances in self.columns.items()},
            "sentences": [str(item) for item in self.sentences()],
        }
        return {name: finite(value) for name, value in told.items()}

    def _said(self) -> Sentence:
        name = self.verdict.name.lower()
        return sentence(f"drift.verdict.{name}", n=self.n_rows, p=self.p, alpha=self.alpha)

    def _reasons(self) -> tuple[Sentence, ...]:
        if self.findings:
            return tuple(finding.said for finding in self.findings)
        if self.verdict is Verdict.WATCH:
            first = min(self.statistics, key=lambda item: item.adjusted)
            return (sentence("drift.watched", title=first.title),)
        if self.cause is None:
            return ()
        part = self._part(self.cause)
        figures = {"part": part, "before": self.new_before, "now": self.new_now, "left": self._left()}
        cause = sentence(f"drift.cause.{self._named()}", **figures)
        return (cause, *self._new(), *self._shares(), *self._moves())

    def _moves(self) -> tuple[Sentence, ...]:
        """Say how segments moved, but for a mere change of shares: what is left of a move then is not told apart from chance."""
        if self.cause is Cause.MIX and self._part(Cause.BEHAVIOR) < CHANGED_TOO:
            return ()
        moves = [said(segment, move) for segment, move in self.moved if move.part >= LEAST_PART]
        return tuple(moves[:MOST_SAID])

    def _left(self) -> list[str]:
        """Return the segments of which too few are left to say how they behave."""
        return [one.name for one in self.segments if one.rows_now < FEWEST_TOLD and one.share_before > 0]

    def _part(self, cause: Cause) -> float:
        return next((part.part for part in self.parts if part.cause is cause), 0.0)

    def _named(self) -> str:
        """Return the key of what is said of the cause: of mix and behavior, whether the other changed as well."""
        assert self.cause is not None, "a cause is told where there is one"
        name = self.cause.name.lower()
        if self.cause is Cause.MIX and self._left():
            return "mix_left"
        other = {Cause.MIX: Cause.BEHAVIOR, Cause.BEHAVIOR: Cause.MIX}.get(self.cause)
        return f"{name}_too" if other is not None and self._part(other) >= CHANGED_TOO else name

    def _new(self) -> tuple[Sentence, ...]:
        if self.cause is not Cause.NEW or self.newcomers is None or self.newcomers.beside is None:
            return ()
        beside = self.segments[self.newcomers.beside].name
        traits = [str(trait_said(trait)) for trait in self.newcomers.traits]
        key = "drift.newcomers" if traits else "drift.newcomers_alike"
        return (sentence(key, n=self.newcomers.n, segment=beside, traits=traits),)

    def _shares(self) -> tuple[Sentence, ...]:
        if self.cause is not Cause.MIX:
            return ()
        changed = sorted(self.segments, key=lambda item: -abs(item.share_now - item.share_before))
        return tuple(
            sentence("drift.share", segment=item.name, before=item.share_before, now=item.share_now)
            for item in changed[:MOST_SAID]
            if abs(item.share_now - item.share_before) >= LEAST_CHANGE
        )

    def _ageing(self) -> tuple[Sentence, ...]:
        if self.agreement is None or self.verdict is not Verdict.DRIFT:
            return ()
        if not self.agreement.judged:
            return (sentence("drift.ageing.not_judged", usual=self.agreement.usual),)
        otherwise = self.agreement.usual - self.agreement.adjusted_rand > OTHERWISE
        kind = "aged" if self.agreement.aged else "otherwise" if otherwise else "as_ever"
        return (sentence(f"drift.ageing.{kind}", a=self.agreement.adjusted_rand, usual=self.agreement.usual),)

    def _advice(self) -> tuple[Sentence, ...]:
        if self.cause is not None:
            return (sentence(f"drift.advice.{self._named()}"),)
        return (sentence(f"drift.advice.{self.verdict.name.lower()}"),)


def said(segment: SegmentChange, move: Move) -> Sentence:
    """Say how a segment moved in one feature: in original units where there are some."""
    if abs(move.deviations) < LEAST_MOVE:
        kind = "wider" if move.widened > 0 else "narrower"
        return sentence(
            f"drift.moved.{kind}",
            segment=segment.name,
            feature=move.feature,
            share=abs(move.widened),
            part=move.part,
        )
    direction = "up" if move.deviations > 0 else "down"
    if move.before_in_units is None or move.now_in_units is None:
        key, figures = f"drift.moved.{direction}", {}
    else:
        key, figures = (
            f"drift.moved_in_units.{direction}",
            {"before": move.before_in_units, "now": move.now_in_units},
        )
    return sentence(
        key,
        segment=segment.name,
        feature=move.feature,
        deviations=abs(move.deviations),
        part=move.part,
        **figures,
    )


def trait_said(trait: Trait) -> Sentence:
    """Say what sets new rows apart in one feature: in original units where there are some."""
    if trait.mean is None or trait.mean_of_training is None:
        direction = "up" if trait.deviations > 0 else "down"
        return sentence(f"drift.trait.{direction}", feature=trait.feature, deviations=abs(trait.deviations))
    return sentence("drift.trait.units", feature=trait.feature, mean=trait.mean, usual=trait.mean_of_training)
