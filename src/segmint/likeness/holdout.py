"""How well seeds that were hidden are found: against chance, and against the segments alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from segmint.intervals import difference, exact
from segmint.likeness.crowd import Crowd
from segmint.likeness.scoring import Rule
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

FOLDS = 5
COMPARED_ROWS = 50_000
"""Rows beside the seeds that hidden ones are ranked among; of more a sample stands for all."""
PAIR = 2
"""Of two hidden seeds that lie near each other each finds the other, so that so many count as one: over seeds drawn from
everybody the number that is found varies up to twice as much as that of independent ones."""


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float

    def scaled(self, by: float) -> Interval:
        """Return all three times a number > 0."""
        return Interval(self.value * by, self.low * by, self.high * by)

    def to_json(self) -> dict[str, float]:
        """Return it as plain data."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class HoldOut:
    """What happened to hidden seeds.

    Attributes
    ----------
    n_hidden
        Seeds that were hidden once each.
    n_compared
        Other rows that they were ranked among.
    reach
        The share of the candidates that was taken, 0 … 1: what chance finds of the hidden.
    found
        The share of the hidden that was taken, 0 … 1, higher is better; see :func:`segmint.intervals.exact`.
    by_segments
        The share that the segments alone find: those with the largest share of seeds first, until the reach is full.
    gain
        ``found`` less ``by_segments``, −1 … 1; see :func:`segmint.intervals.difference`.
    """

    n_hidden: int
    n_compared: int
    reach: float
    found: Interval
    by_segments: float
    gain: Interval

    @property
    def lift(self) -> Interval:
        """How many times as many as chance: found / reach, 0 … 1 / reach; 1 is chance."""
        return self.found.scaled(1 / self.reach)

    def to_json(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        return {
            "verdict": self.verdict,
            "n_hidden": self.n_hidden,
            "n_compared": self.n_compared,
            "found": self.found.to_json(),
            "lift": self.lift.to_json(),
            "found_by_segments": self.by_segments,
            "lift_of_segments": self.lift_of_segments,
            "gain_over_segments": self.gain.to_json(),
        }

    @property
    def verdict(self) -> Literal["better", "unsure", "worse"]:
        """Whether the interval of the lift lies above chance, around it, or below."""
        return _beside(self.lift, 1.0)

    @property
    def beside_segments(self) -> Literal["better", "unsure", "worse"]:
        """The same beside the segments alone."""
        return _beside(self.gain, 0.0)

    @property
    def lift_of_segments(self) -> float:
        """The same for the segments alone."""
        return self.by_segments / self.reach


def _beside(interval: Interval, other: float) -> Literal["better", "unsure", "worse"]:
    if interval.low > other:
        return "better"
    return "worse" if interval.high < other else "unsure"


def n_scored(n_customers: int) -> int:
    """Return how many rows are scored for an audience and its hold-out together.

    Examples
    --------
    >>> n_scored(1_000_000), n_scored(1_000)
    (1250000, 6000)
    """
    return n_customers + FOLDS * min(n_customers, COMPARED_ROWS)


@dataclass(frozen=True, eq=False)
class Trial:
    """What a hold-out needs.

    Attributes
    ----------
    Z
        All rows in the units of everybody.
    labels
        Their segments, ``labels.NOISE`` among them.
    seeds, others
        Rows that are seeds; rows that may be taken and are none. No row is in both.
    crowd
        Everybody.
    """

    Z: FloatMatrix
    labels: IntVector
    seeds: IntVector
    others: IntVector
    crowd: Crowd


def hold_out(rule: Rule, trial: Trial, reach: float, seed: int) -> HoldOut:
    """Hide a fifth of the seeds five times, and see how many of them are taken.

    Parameters
    ----------
    rule
        How likeness is scored.
    trial
        The rows.
    reach
        The share of the candidates (hidden seeds among them) that is taken, 0 < reach ≤ 1.
    seed
        Draws the folds and, of many rows, those that are compared.

    Returns
    -------
    HoldOut
        Each seed counts once. The number of groups, landmarks and bandwidth are found anew without the hidden.
    """
    rng = generator(seed, "lookalike", "hold-out")
    seeds = rng.permutation(trial.seeds)
    others = trial.others
    if len(others) > COMPARED_ROWS:
        others = np.sort(rng.choice(others, COMPARED_ROWS, replace=False))
    weight = len(trial.others) / max(1, len(others))
    found, by_segments = np.empty(len(seeds)), np.empty(len(seeds))
    for fold in range(FOLDS):
        hidden = np.arange(len(seeds)) % FOLDS == fold
        seen, unseen = seeds[~hidden], seeds[hidden]
        score = rule(trial.Z[seen], trial.crowd.landmarks)
        found[hidden] = taken(score(trial.Z[unseen]), score(trial.Z[others]), weight, reach)
        shares = _seed_shares(trial.labels, seen)
        by_segments[hidden] = taken(shares[trial.labels[unseen]], shares[trial.labels[others]], weight, reach)
    return HoldOut(len(seeds), len(others), reach, *_measured(found, by_segments))


def taken(hidden: FloatVector, others: FloatVector, weight: float, reach: float) -> FloatVector:
    """Return the chance of each hidden seed to be taken, 0 … 1.

    The best ``reach`` of all are taken; where only some of equal scores have room, chance decides.

    Parameters
    ----------
    hidden, others
        Scores; each of the others stands for ``weight`` rows.
    weight, reach
        See above.

    Examples
    --------
    >>> taken(np.array([9.0, 1.0]), np.array([1.0, 0.0]), 1.0, 0.5).tolist()
    [1.0, 0.5]
    """
    levels, places = np.unique(np.concatenate([hidden, others]), return_inverse=True)
    weights = np.concatenate([np.ones(len(hidden)), np.full(len(others), weight)])
    held = np.bincount(places, weights=weights, minlength=len(levels))
    above = held[::-1].cumsum()[::-1] - held
    room = reach * held.sum()
    return np.asarray(np.clip((room - above) / held, 0.0, 1.0)[places[: len(hidden)]])


def _seed_shares(labels: IntVector, seeds: IntVector) -> FloatVector:
    """Return the share of seeds in each segment; noise, −1, finds the last place."""
    n = int(labels.max(initial=0)) + 2
    counts = np.bincount(labels % n, minlength=n)
    return np.asarray(np.bincount(labels[seeds] % n, minlength=n) / np.maximum(1, counts))


def _measured(found: FloatVector, by_segments: FloatVector) -> tuple[Interval, float, Interval]:
    """Return the share found, the share that segments find, and the gain, of the chances of each hidden seed."""
    p, q, n = float(found.mean()), float(by_segments.mean()), len(found) / PAIR
    alike = bool(np.ptp(found)) and bool(np.ptp(by_segments))
    together = float(np.corrcoef(found, by_segments)[0, 1]) if alike else 0.0
    return Interval(p, *exact(p, n)), q, Interval(p - q, *difference(p, q, together, n))
