"""A race of the numbers of topics: those that are clearly behind are fitted to no more samples.

K-Means, which takes a tenth of the time, runs every sample at every K; LDA is what the race spares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from segmint.topics.corpus import Corpus
from segmint.topics.samples import Sample
from segmint.topics.scores import score_table
from segmint.topics.sketches import Sketch, Tried, sketch, tried_of
from segmint.types import Progress, silent

STEADY: Final = "kmeans"
RACED: Final = "lda"
FIRST: Final = 2
"""Samples that every K gets."""
FEWEST: Final = 4
"""Samples that the best two get at least."""
MARGIN: Final = 0.2
"""Over the number of samples: 1.7 times what so many err by on news (sd of a difference), more on short texts."""


def run_race(
    corpus: Corpus,
    ks: Sequence[int],
    samples: Sequence[Sample],
    *,
    seed: int,
    margin: float = MARGIN,
    progress: Progress = silent,
) -> tuple[Tried, ...]:
    """Fit and measure numbers of topics with both methods, with LDA only while a number may still be the best.

    After every sample, from the second on, those are out whose mean score is lower than the best one's by more
    than :data:`MARGIN` / samples; of the best two none is before the fourth. It ends when one is left, or with
    the samples. Racing: Maron, Moore (1994), Hoeffding races; the margin is measured (docs/topics.md).

    Parameters
    ----------
    corpus
        The documents; coherence is counted in all of them.
    ks
        Numbers of topics.
    samples
        See :func:`segmint.topics.samples.draw_samples`.
    seed
        The root seed; each fit has one of its own, whatever the margin.
    margin
        What stands in the place of :data:`MARGIN`; with ``math.inf`` nothing is spared: the whole sweep.
    progress
        Called as the work goes on; the total falls as numbers are out.

    Returns
    -------
    tuple[Tried, ...]
        The fits that were made.
    """
    steady = _run_steady(corpus, ks, samples, seed, progress)
    raced: list[Sketch] = []
    running = tuple(ks)
    for n, sample in enumerate(samples, start=1):
        for place, k in enumerate(running):
            raced.append(sketch(corpus, RACED, k, sample, seed=seed))
            done, left = len(steady) + len(raced), len(running) * (len(samples) - n + 1) - place - 1
            progress("swept", done, done + max(1, left))
        if n >= FIRST:
            scores = score_table((*steady, *tried_of(raced)), ks, len(samples)).mean(axis=1)
            running = still_running(dict(zip(ks, scores.tolist(), strict=True)), running, n, margin)
            if len(running) == 1:
                break
    progress("swept", len(steady) + len(raced), len(steady) + len(raced))
    return (*steady, *tried_of(raced))


def _run_steady(
    corpus: Corpus, ks: Sequence[int], samples: Sequence[Sample], seed: int, progress: Progress
) -> tuple[Tried, ...]:
    """Fit the method that takes little time to every sample at every K."""
    found: list[Sketch] = []
    for k in ks:
        for sample in samples:
            found.append(sketch(corpus, STEADY, k, sample, seed=seed))
            progress("swept", len(found), 2 * len(ks) * len(samples))
    return tried_of(found)


def still_running(
    means: Mapping[int, float], running: Sequence[int], n: int, margin: float = MARGIN
) -> tuple[int, ...]:
    """Return the numbers of topics that may still be the best after n samples (see :func:`run_race`).

    Examples
    --------
    >>> means = {4: 0.72, 5: 0.80, 6: 0.77, 7: 0.10}
    >>> still_running(means, (4, 5, 6, 7), 2), still_running(means, (5, 6), 8)
    ((4, 5, 6), (5,))
    >>> still_running(means, (5, 7), 2), still_running(means, (5, 7), 4)
    ((5, 7), (5,))
    """
    ranked = sorted(running, key=lambda k: (-means[k], k))
    within = [k for k in ranked if means[ranked[0]] - means[k] <= margin / n]
    return tuple(sorted(ranked[: max(len(within), 2 if n < FEWEST else 1)]))
