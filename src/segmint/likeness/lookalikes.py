"""From seeds to an audience with reasons: what the command and the service have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from segmint.errors import DataError, UsageError
from segmint.labels import FEWEST_TOLD
from segmint.likeness.audience import Audience, audience_of
from segmint.likeness.crowd import Crowd
from segmint.likeness.holdout import HoldOut, Trial, hold_out
from segmint.likeness.reach import Reach
from segmint.likeness.reasons import Usual, Yardstick, group_reasons, reason_texts
from segmint.likeness.scoring import DEFAULT_RULE, RULES
from segmint.likeness.seed_groups import find_groups
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, IntVector, Progress, RawColumns, TextVector, silent
from segmint.words import Sentence, sentence

Originals: TypeAlias = Callable[[IntVector], RawColumns]
"""Rows to their columns in original units."""


@dataclass(frozen=True, eq=False)
class Everyone:
    """Everybody who is compared, seeds among them.

    Attributes
    ----------
    keys
        Of the rows, shape (n_rows,): texts, or numbers that stand for them.
    X
        Prepared rows, shape (n_rows, n_features).
    labels
        Their segments, ``labels.NOISE`` among them.
    originals
        Gives the columns of some rows in original units.
    crowd
        The units of everybody.
    """

    keys: TextVector | IntVector
    X: FloatMatrix
    labels: IntVector
    originals: Originals
    crowd: Crowd


@dataclass(frozen=True, eq=False)
class Chosen:
    """The rows of the seeds, at least five, and which rows may be taken."""

    seeds: IntVector
    free: BoolVector


@dataclass(frozen=True)
class Asked:
    """How likeness is scored (a name of :data:`segmint.likeness.scoring.RULES`), how many, and the root seed."""

    reach: Reach
    rule: str = DEFAULT_RULE
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise UsageError("likeness.no_such_rule", wanted=self.rule, known=list(RULES))


@dataclass(frozen=True)
class Group:
    """One kind of seeds: how many, how many of the audience are nearest to it, and what is usual for them."""

    n_seeds: int
    n_taken: int
    reasons: tuple[Usual, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        reasons = [reason.to_json() for reason in self.reasons]
        return {"n_seeds": self.n_seeds, "n_taken": self.n_taken, "reasons": reasons}


@dataclass(frozen=True, eq=False)
class Lookalike:
    """An audience with its reasons, and how well the same way finds seeds that it does not know.

    Attributes
    ----------
    audience
        Who, in which order.
    segments, reasons
        The segment's name and the reasons of each; shape (n_taken,).
    groups
        The kinds of seeds, the largest first.
    hold_out
        How many of hidden seeds are found.
    n_seeds
        Seeds among the customers.
    notices
        What was counted, left out or repaired.
    """

    audience: Audience
    segments: TextVector
    reasons: TextVector
    groups: tuple[Group, ...]
    hold_out: HoldOut
    n_seeds: int
    notices: tuple[Sentence, ...]

    def to_json(self) -> dict[str, Any]:
        """Return what is told of the whole audience as plain data: nobody of it by name."""
        return {
            "n_seeds": self.n_seeds,
            "n_candidates": self.audience.n_candidates,
            "n_taken": len(self.audience.rows),
            "reach": self.audience.share,
            "hold_out": self.hold_out.to_json(),
            "groups": [group.to_json() for group in self.groups],
        }


def refuse_lists(n_seeds: int, n_listed: int, n_free: int, n_customers: int, *, n_decimal: int = 0) -> None:
    """Refuse lists of which nothing can be learned, or that leave nobody.

    ``n_decimal`` seeds would be among the customers if they were not written with decimals (``7.0`` for ``7``).

    Raises
    ------
    DataError
        If fewer than five seeds are there, or nobody may be taken.
    """
    if n_seeds < FEWEST_TOLD and n_decimal:
        raise DataError("likeness.decimal_seeds", n=n_seeds, listed=n_listed, decimal=n_decimal)
    if n_seeds < FEWEST_TOLD:
        raise DataError("likeness.few_seeds", n=n_seeds, listed=n_listed, fewest=FEWEST_TOLD)
    if not n_free:
        raise DataError("likeness.nobody_left", n=n_customers)


def find_lookalikes(
    model: SegmentModel, everyone: Everyone, chosen: Chosen, asked: Asked, progress: Progress = silent
) -> Lookalike:
    """Rank, measure, and say why.

    Parameters
    ----------
    model
        The segmentation that prepared the rows.
    everyone, chosen, asked
        Who is compared, who are the seeds, and what is wanted.
    progress
        Steps ``ranked`` and ``hidden_seeds``.

    Returns
    -------
    Lookalike
        The audience is never empty.
    """
    rule, crowd = RULES[asked.rule], everyone.crowd
    progress("ranked", 0, 1)
    Z = crowd.standard(everyone.X)
    groups = find_groups(Z[chosen.seeds])
    scores = rule(Z[chosen.seeds], crowd.landmarks)(Z)
    audience = audience_of(scores, chosen.free, everyone.keys, Z, asked.reach)
    audience = replace(audience, group=groups.nearest(Z[audience.rows]))
    progress("ranked", audience.n_candidates, audience.n_candidates)
    progress("hidden_seeds", 0, len(chosen.seeds))
    trial = Trial(Z, everyone.labels, chosen.seeds, np.flatnonzero(chosen.free), crowd)
    measured = hold_out(rule, trial, audience.share, asked.seed)
    progress("hidden_seeds", measured.n_hidden, measured.n_hidden)
    measure = Yardstick(model.preparation, crowd, groups)
    return _explained(model, everyone, measure, audience, measured)


def _explained(
    model: SegmentModel, everyone: Everyone, measure: Yardstick, audience: Audience, measured: HoldOut
) -> Lookalike:
    """Put segments and reasons beside an audience."""
    Z = measure.crowd.standard(everyone.X[audience.rows])
    return Lookalike(
        audience=audience,
        segments=model.by_label[1][everyone.labels[audience.rows]],
        reasons=reason_texts(measure, Z, audience.group, everyone.originals(audience.rows)),
        groups=_groups(measure, Z, audience),
        hold_out=measured,
        n_seeds=measured.n_hidden,
        notices=_ties(audience),
    )


def _groups(measure: Yardstick, Z: FloatMatrix, audience: Audience) -> tuple[Group, ...]:
    told = []
    for number, n_seeds in enumerate(measure.groups.sizes.tolist()):
        own = Z[audience.group == number]
        reasons = group_reasons(measure, own, number) if len(own) else ()
        told.append(Group(n_seeds, len(own), reasons))
    return tuple(told)


def _ties(audience: Audience) -> tuple[Sentence, ...]:
    counts = {"identical_rows": audience.n_identical, "tied": audience.n_tied}
    return tuple(sentence(f"likeness.notice.{what}", n=n) for what, n in counts.items() if n)
