"""The verdict on a batch, and the cause that goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum
from typing import Final

import numpy as np

from segmint.drift.ageing import Agreement
from segmint.drift.causes import Split, new_share
from segmint.drift.combination import Combined
from segmint.drift.effects import THRESHOLDS
from segmint.drift.statistics import STATISTICS
from segmint.model.drift_reference import Profile

FEWEST_ROWS = 50
WATCHED = 0.5  # times its threshold, an effect is worth watching
NEARLY = 5.0  # times alpha, a probability is worth watching
NEW_MORE = 0.01
NEW_PART, NEW_PART_AGED = 0.25, 0.6
NEW_ALONE = 0.9  # few new rows, but nothing else differs: a level that is new, say
NEW_DEVIATE = 3.5
MOVED_PART = 0.1
"""Where segments only changed their sizes, the model does not age: a fit's borders follow sizes as well."""


SUPPORTED_PART = 0.25
WITHIN: Final = frozenset({"center", "center_dense", "spread", "dependence"})
"""The statistics of what segments do; those over all rows change with the mix as well."""


class Verdict(StrEnum):
    """What is said of a batch."""

    STABLE = "stable"
    WATCH = "watch"
    DRIFT = "drift"
    INSUFFICIENT = "insufficient data"
    BROKEN = "broken data"


ALARMS: Final = frozenset({Verdict.DRIFT, Verdict.BROKEN})
"""The verdicts on which somebody must act."""


class Cause(StrEnum):
    """Why a batch differs."""

    BROKEN = "broken data"
    NEW = "something new"
    MIX = "who comes"
    BEHAVIOR = "how they behave"
    AGES = "the model ages"


def alpha_of_one(alpha: float, looks: int) -> float:
    """Return the false-alarm rate that one of several looks may have.

    α / (2 L) for L > 1: all looks share training's own error, and so deep in the tails a probability is known
    to a factor of two only (measured).

    Examples
    --------
    >>> alpha_of_one(0.01, 1), alpha_of_one(0.052, 52)
    (0.01, 0.0005)
    """
    return alpha if looks == 1 else alpha / (2 * looks)


def judge(combined: Combined, effects: Mapping[str, float], n_rows: int, *, alpha: float) -> Verdict:
    """Return the verdict on a batch whose data are sound.

    ``drift`` where p < α and a statistic that is significant by itself has an effect above its threshold;
    ``watch`` where such an effect reaches half of it, or p < 5 α; ``insufficient data`` below 50 rows.

    Parameters
    ----------
    combined
        What the test says.
    effects
        The effect of each statistic, see ``effects.effects``.
    n_rows
        Rows of the batch.
    alpha
        The false-alarm rate of this one look.
    """
    if n_rows < FEWEST_ROWS:
        return Verdict.INSUFFICIENT
    largest = max((effects[name] / THRESHOLDS[name] for name in significant(combined, alpha)), default=0.0)
    if largest >= 1.0:
        return Verdict.DRIFT
    return Verdict.WATCH if largest >= WATCHED or combined.p < NEARLY * alpha else Verdict.STABLE


def significant(combined: Combined, alpha: float) -> frozenset[str]:
    """Return the statistics that say by themselves what chance rarely says: paid for watching all, p < α."""
    return frozenset(name for name, p in zip(STATISTICS, combined.adjusted, strict=True) if p < alpha)


def name_cause(
    parts: Split, before: Profile, now: Profile, agreement: Agreement | None, alarmed: Set[str]
) -> Cause:
    """Return the cause of a drift: something new, an aged model, or one of mix and behavior.

    New are rows beyond their segment's reach where their share rose by a point, more than chance does, and
    makes a quarter of the whole difference; or, however few they are, where they make nine tenths of it. A
    segment that falls apart leaves its reach too: where a new fit
    would cut otherwise, new rows must make three fifths of the difference. Of mix and behavior the larger part
    is named, or the one that alone has a significant statistic, where it is a quarter of the two at least.

    Parameters
    ----------
    parts
        What the difference consists of.
    before, now
        The profiles of training and batch.
    agreement
        What fresh fits say; ``None`` where none was made.
    alarmed
        The statistics that are significant by themselves (see :func:`significant`).
    """
    aged = agreement is not None and agreement.aged and parts.parts["behavior"] >= MOVED_PART
    if _rose(before, now) and parts.parts["new"] >= (NEW_PART_AGED if aged else NEW_PART):
        return Cause.NEW
    if aged:
        return Cause.AGES
    if parts.parts["new"] >= NEW_ALONE:
        return Cause.NEW
    mix, behavior = parts.mix, float(parts.behavior.sum())
    if ("mix" in alarmed) != bool(WITHIN & alarmed):
        only, other = (mix, behavior) if "mix" in alarmed else (behavior, mix)
        if only >= SUPPORTED_PART * (only + other):
            return Cause.MIX if "mix" in alarmed else Cause.BEHAVIOR
    return Cause.MIX if mix > behavior else Cause.BEHAVIOR


def _rose(before: Profile, now: Profile) -> bool:
    """Return whether more rows belong nowhere than chance explains."""
    n, m = (float(profile.near.sum() + profile.new.sum()) for profile in (before, now))
    p, q = new_share(before), new_share(now)
    pooled = (p * n + q * m) / (n + m)
    deviation = np.sqrt(max(pooled * (1.0 - pooled), 1.0 / (n + m)) * (1.0 / n + 1.0 / m))
    return bool(q - p >= NEW_MORE and q - p > NEW_DEVIATE * deviation)
