"""Every number of topics, with both methods, on several samples of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from segmint.errors import UsageError
from segmint.labels import FEWEST_TOLD
from segmint.model.topic_model import MOST_TOPICS
from segmint.topics.corpus import Corpus
from segmint.topics.methods import METHODS
from segmint.topics.samples import Sample
from segmint.topics.sketches import Sketch, Tried, sketch, tried_of
from segmint.types import Progress, silent

KS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)


def plan(corpus: Corpus, wanted: Sequence[int] | None) -> tuple[int, ...]:
    """Return the numbers of topics to try: those with at least five documents a topic.

    Parameters
    ----------
    corpus
        The documents.
    wanted
        What was asked for; ``None`` for 2 to 8, 10, 12, 15 and 20.

    Raises
    ------
    UsageError
        If a number that was asked for is 1, above 100, or above a fifth of the usable documents.
    """
    most = min(MOST_TOPICS, max(2, len(corpus.usable) // FEWEST_TOLD))
    if wanted is None:
        return tuple(k for k in KS if k <= most)
    for k in wanted:
        if not 2 <= k <= most:
            raise UsageError("topics.bad_k", k=k, most=most, usable=len(corpus.usable))
    return tuple(wanted)


def run_sweep(
    corpus: Corpus, ks: Sequence[int], samples: Sequence[Sample], *, seed: int, progress: Progress = silent
) -> tuple[Tried, ...]:
    """Fit and measure every number of topics with both methods on every sample.

    What :func:`segmint.topics.race.run_race` spares; the race is checked against it.

    Parameters
    ----------
    corpus
        The documents; coherence is counted in all of them.
    ks
        Numbers of topics.
    samples
        See :func:`segmint.topics.samples.draw_samples`.
    seed
        The root seed.
    progress
        Called as the work goes on.
    """
    found: list[Sketch] = []
    planned = [(k, name, sample) for k in ks for name in METHODS for sample in samples]
    for k, name, sample in planned:
        found.append(sketch(corpus, name, k, sample, seed=seed))
        progress("swept", len(found), len(planned))
    return tried_of(found)
