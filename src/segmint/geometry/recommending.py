"""Which index a table deserves: a written rule over what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from segmint.geometry.indexes import EXACT
from segmint.geometry.speeds import Speed
from segmint.words import Sentence, sentence

FOUND: Final = 0.95
"""Recall from which on an approximate index is worth a look."""
TIMES: Final = 5.0
"""How many times as fast as the fastest exact answer it must be, to make up for what it misses."""


@dataclass(frozen=True)
class Recommendation:
    """What to use, and why.

    Attributes
    ----------
    chosen
        The recommended setting.
    exact
        The exact scan.
    headline
        The answer in one sentence.
    reasons
        What speaks for it, and what became of hashing.
    """

    chosen: Speed
    exact: Speed
    headline: Sentence
    reasons: tuple[Sentence, ...]

    @property
    def times(self) -> float:
        """How many times as fast as the exact scan the recommended index is."""
        return self.chosen.per_second / self.exact.per_second


def recommend(speeds: Sequence[Speed]) -> Recommendation:
    """Recommend the fastest exact index, unless an approximate one finds .95 and is five times as fast.

    Parameters
    ----------
    speeds
        What was measured, the exact scan among it.

    Examples
    --------
    >>> def speed(kind, recall, per_second):
    ...     return Speed(kind, {}, recall, recall, recall, per_second, per_second, per_second, 0.0, None)
    >>> measured = [speed("exact", 1.0, 100.0), speed("lsh", 0.96, 40.0), speed("hnsw", 0.98, 900.0)]
    >>> recommend(measured).chosen.kind, recommend(measured[:2]).chosen.kind
    ('hnsw', 'exact')
    """
    scan = next(one for one in speeds if one.kind == EXACT)
    sure = max((one for one in speeds if one.exact), key=lambda one: one.per_second)
    rivals = [one for one in speeds if not one.exact and one.recall >= FOUND]
    best: Speed | None = max(rivals, key=lambda one: one.per_second, default=None)
    chosen = best if best is not None and best.per_second >= TIMES * sure.per_second else sure
    reasons = (*_about_rival(speeds, sure, best, chosen), *_about_hashing(speeds, scan, chosen))
    return Recommendation(chosen, scan, _headline(speeds, chosen, scan, best), reasons)


def _headline(speeds: Sequence[Speed], chosen: Speed, scan: Speed, best: Speed | None) -> Sentence:
    figures = {"kind": chosen.kind, "times": chosen.per_second / scan.per_second, "recall": chosen.recall}
    if not chosen.exact:
        return sentence("likeness.approximate_wins", **figures)
    if chosen is not scan:
        return sentence("likeness.tree_wins", **figures)
    if all(one.exact for one in speeds):
        return sentence("likeness.exact_alone")
    if best is not None and best.per_second > scan.per_second:
        return sentence(
            "likeness.exact_is_enough", kind=best.kind, times=best.per_second / scan.per_second, least=TIMES
        )
    return sentence("likeness.exact_is_faster")


def _about_rival(
    speeds: Sequence[Speed], sure: Speed, best: Speed | None, chosen: Speed
) -> tuple[Sentence, ...]:
    """Return what the approximate indexes did, and when the chosen one pays for its building."""
    if chosen is best:
        saved = 1 / sure.per_second - 1 / chosen.per_second
        built = sum(one.built for one in speeds if one.kind == chosen.kind)
        return (sentence("likeness.pays_after", n=built / saved, built=built, kind=chosen.kind),)
    if best is None:
        nearest = max((one for one in speeds if not one.exact), key=lambda one: one.recall, default=None)
        if nearest is None:
            return ()
        return (
            sentence("likeness.none_finds_enough", kind=nearest.kind, recall=nearest.recall, least=FOUND),
        )
    if best.hashed:  # told below
        return ()
    figures = {"kind": best.kind, "recall": best.recall, "sure": sure.kind}
    return (
        sentence("likeness.rival_too_slow", **figures, times=best.per_second / sure.per_second, least=TIMES),
    )


def _about_hashing(speeds: Sequence[Speed], scan: Speed, chosen: Speed) -> tuple[Sentence, ...]:
    """Say where hashing loses: to the exact scan, or to what is recommended."""
    hashed = [one for one in speeds if one.hashed]
    if not hashed or chosen.hashed:
        return ()
    kind = hashed[0].kind
    enough = [one for one in hashed if one.recall >= FOUND]
    if not enough:
        best = max(hashed, key=lambda one: one.recall)
        return (
            sentence(
                "likeness.hashing_misses",
                kind=kind,
                recall=best.recall,
                least=FOUND,
                times=best.per_second / scan.per_second,
            ),
        )
    best = max(enough, key=lambda one: one.per_second)
    figures = {"kind": kind, "recall": best.recall, "times": best.per_second / scan.per_second}
    if best.per_second < scan.per_second:
        return (sentence("likeness.hashing_is_slower", **figures),)
    return (
        sentence(
            "likeness.hashing_beaten", **figures, by=chosen.kind, share=best.per_second / chosen.per_second
        ),
    )
