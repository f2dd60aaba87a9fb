"""Which of the two methods is better, over several seeds, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.labels import NOISE, adjusted_rand
from segmint.measure.mutual_information import normalized_mutual_information
from segmint.seeds import derive
from segmint.topics.coherence import c_v, in_windows
from segmint.topics.corpus import Corpus
from segmint.topics.matching import stability
from segmint.topics.methods import METHODS, Fitted
from segmint.topics.sketches import mean_coherence, words_of_all
from segmint.topics.words import exclusivity
from segmint.types import IntVector, Progress, silent
from segmint.words import Sentence, sentence

WITHOUT_LABELS: Final = ("coherence", "stability")
"""What tells the methods apart where no labels are given."""
WITH_LABELS: Final = "nmi"


@dataclass(frozen=True)
class Seeds:
    """One method at the chosen number of topics, fitted to all documents with several seeds.

    Attributes
    ----------
    method
        ``lda`` or ``kmeans``.
    values
        By measure, one value a seed: ``coherence`` (C_NPMI), ``c_v``, ``exclusivity``, ``stability``, and
        ``nmi`` and ``ari`` where labels were given; higher is better for all of them.
    """

    method: str
    values: Mapping[str, tuple[float, ...]]

    def interval(self, measure: str) -> tuple[float, float]:
        """Return the least and the greatest value over the seeds."""
        return min(self.values[measure]), max(self.values[measure])

    def mean(self, measure: str) -> float:
        """Return the mean over the seeds."""
        return float(np.mean(self.values[measure]))


@dataclass(frozen=True, eq=False)
class SeedFits:
    """What was measured about a method's fits, and the one with the greatest likelihood, or the least inertia."""

    seeds: Seeds
    best: Fitted


@dataclass(frozen=True)
class Better:
    """Which method is better, and by what.

    Attributes
    ----------
    method
        ``lda``, ``kmeans``, or ``None`` for neither.
    measures
        What told them apart: NMI with the labels, or coherence and stability.
    reasons
        A sentence a measure.
    """

    method: str | None
    measures: tuple[str, ...]
    reasons: tuple[Sentence, ...]


def fit_seeds(
    corpus: Corpus,
    n_topics: int,
    n_seeds: int,
    *,
    seed: int,
    truth: IntVector | None = None,
    progress: Progress = silent,
) -> dict[str, SeedFits]:
    """Fit both methods to all documents with several seeds.

    Parameters
    ----------
    corpus
        The documents.
    n_topics
        K.
    n_seeds
        How many.
    seed
        The root seed.
    truth
        Labels to compare with, shape (n_documents,), ``NOISE`` for none; they take no part in the fitting.
    progress
        Called as the work goes on.
    """
    found, done = {}, 0
    for name in METHODS:
        fits = []
        for number in range(n_seeds):
            fits.append(
                METHODS[name].fit(corpus.counts, corpus.idf, n_topics, derive(seed, name, "all", number))
            )
            done += 1
            progress("compared", done, n_seeds * len(METHODS))
        found[name] = _measured(corpus, name, fits, truth)
    return found


def _measured(corpus: Corpus, name: str, fits: Sequence[Fitted], truth: IntVector | None) -> SeedFits:
    firsts = [fit.top(corpus.lexicon.naming) for fit in fits]
    together = in_windows(corpus.sequences, words_of_all(firsts), corpus.counts.n_words)
    values = {
        "coherence": mean_coherence(corpus, firsts).tolist(),
        "c_v": [float(c_v(first, together).mean()) for first in firsts],
        "exclusivity": [
            float(exclusivity(fit.weights, first).mean()) for fit, first in zip(fits, firsts, strict=True)
        ],
        "stability": stability(firsts).tolist(),
    }
    if truth is not None:
        labels = [METHODS[name].labels(fit, corpus.counts, corpus.idf) for fit in fits]
        values["nmi"] = [normalized_mutual_information(*_both(truth, found)) for found in labels]
        values["ari"] = [adjusted_rand(*_both(truth, found)) for found in labels]
    seeds = Seeds(name, {key: tuple(given) for key, given in values.items()})
    return SeedFits(seeds, max(fits, key=lambda fit: fit.goodness))


def _both(truth: IntVector, found: IntVector) -> tuple[IntVector, IntVector]:
    """Return two labelings of the documents that have a label in both."""
    known = (truth != NOISE) & (found != NOISE)
    return truth[known], found[known]


def compare(seeds: Mapping[str, Seeds]) -> Better:
    """Say which method is better: the one whose intervals over the seeds lie wholly above the other's.

    With labels by NMI alone. Without, by coherence and stability: better in one of them and not worse in the
    other. Where the intervals (least to greatest of the seeds) overlap, neither is.

    Parameters
    ----------
    seeds
        What was measured about both methods (see :func:`fit_seeds`).
    """
    first, second = seeds.values()
    measures = (WITH_LABELS,) if WITH_LABELS in first.values else WITHOUT_LABELS
    ahead = {measure: _ahead(first, second, measure) for measure in measures}
    winners = {name for name in ahead.values() if name is not None}
    winner = winners.pop() if len(winners) == 1 else None
    return Better(
        winner, measures, tuple(_said(first, second, measure, ahead[measure]) for measure in measures)
    )


def _ahead(first: Seeds, second: Seeds, measure: str) -> str | None:
    (low, high), (other_low, other_high) = first.interval(measure), second.interval(measure)
    if low > other_high:
        return first.method
    return second.method if other_low > high else None


def _said(first: Seeds, second: Seeds, measure: str, ahead: str | None) -> Sentence:
    winner, other = (second, first) if ahead == second.method else (first, second)
    (low, high), (other_low, other_high) = winner.interval(measure), other.interval(measure)
    return sentence(
        f"topics.better.{measure}_{'ahead' if ahead else 'overlap'}",
        method=str(sentence(f"topics.method.{winner.method}")),
        other=str(sentence(f"topics.method.{other.method}")),
        low=low,
        high=high,
        other_low=other_low,
        other_high=other_high,
        n=len(winner.values[measure]),
    )
