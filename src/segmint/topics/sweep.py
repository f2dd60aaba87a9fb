"""Every number of topics, with both methods, on several samples of the documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.errors import UsageError
from segmint.labels import FEWEST_TOLD
from segmint.model.topic_model import MOST_TOPICS
from segmint.model.word_counts import WordCounts
from segmint.seeds import derive, generator
from segmint.topics.coherence import c_npmi, in_documents
from segmint.topics.corpus import Corpus
from segmint.topics.matching import Top, stability
from segmint.topics.methods import METHODS, Fitted
from segmint.topics.perplexity import halves, perplexity
from segmint.topics.words import exclusivity
from segmint.types import FloatVector, IntVector, Progress, silent

KS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
HELD_OUT: Final = 0.2
_FEWEST_HELD_OUT: Final = 1


@dataclass(frozen=True)
class Tried:
    """One method at one number of topics on one sample of the documents.

    Attributes
    ----------
    method, n_topics, sample
        Which one.
    coherence
        Mean C_NPMI of the topics' words over all documents, −1 … 1, higher is better.
    exclusivity
        Mean share of a word's weight that its topic has, 0 … 1, higher is better.
    stability
        Share of the words that the other samples find again, 0 … 1, higher is better.
    perplexity
        Of held-out documents, lower is better; ``None`` for K-Means, which gives no probabilities.
    """

    method: str
    n_topics: int
    sample: int
    coherence: float
    exclusivity: float
    stability: float
    perplexity: float | None


@dataclass(frozen=True, eq=False)
class Sample:
    """Four fifths of the documents to fit, and the words of the others in two halves."""

    number: int
    fitted: WordCounts
    seen: WordCounts
    foreseen: WordCounts


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


def draw_samples(corpus: Corpus, n_samples: int, *, seed: int) -> list[Sample]:
    """Draw samples of the usable documents without replacement."""
    n = len(corpus.usable)
    n_held_out = max(_FEWEST_HELD_OUT, round(HELD_OUT * n)) if n > FEWEST_TOLD else 0
    samples = []
    for number in range(n_samples):
        order = generator(seed, "sample", number).permutation(corpus.usable)
        held_out = corpus.counts.take(np.sort(order[:n_held_out]))
        seen, foreseen = halves(held_out, seed=derive(seed, "halves", number))
        samples.append(Sample(number, corpus.counts.take(np.sort(order[n_held_out:])), seen, foreseen))
    return samples


def run_sweep(
    corpus: Corpus, ks: Sequence[int], samples: Sequence[Sample], *, seed: int, progress: Progress = silent
) -> tuple[Tried, ...]:
    """Fit and measure every number of topics with both methods on every sample.

    Parameters
    ----------
    corpus
        The documents; coherence is counted in all of them.
    ks
        Numbers of topics.
    samples
        See :func:`draw_samples`.
    seed
        The root seed.
    progress
        Called as the work goes on.
    """
    found: list[Tried] = []
    done, total = 0, len(ks) * len(METHODS) * len(samples)
    for k in ks:
        for name in METHODS:
            fits = []
            for fitted in _fits(corpus, name, k, samples, seed):
                fits.append(fitted)
                done += 1
                progress("swept", done, total)
            found += _measured(corpus, name, k, fits, samples)
    return tuple(found)


def _fits(corpus: Corpus, name: str, k: int, samples: Sequence[Sample], seed: int) -> Iterator[Fitted]:
    for sample in samples:
        yield METHODS[name].sketch(sample.fitted, corpus.idf, k, derive(seed, name, k, sample.number))


def _measured(
    corpus: Corpus, name: str, k: int, fits: Sequence[Fitted], samples: Sequence[Sample]
) -> Iterator[Tried]:
    coherence = mean_coherence(corpus, fits)
    firsts = [fit.top(corpus.lexicon.naming) for fit in fits]
    again = stability(firsts)
    for place, (fit, sample) in enumerate(zip(fits, samples, strict=True)):
        yield Tried(
            name,
            k,
            sample.number,
            float(coherence[place]),
            float(exclusivity(fit.weights, firsts[place]).mean()),
            float(again[place]),
            foreseen(fit, sample),
        )


def mean_coherence(corpus: Corpus, fits: Sequence[Fitted]) -> FloatVector:
    """Return the mean C_NPMI of each fit's topics, counted in all documents, shape (n_fits,)."""
    firsts = [fit.top(corpus.lexicon.naming) for fit in fits]
    together = in_documents(corpus.counts, words_of_all(firsts))
    return np.array([c_npmi(first, together).mean() for first in firsts])


def words_of_all(firsts: Sequence[Top]) -> IntVector:
    """Return the first words of all topics of all fits, each once."""
    return np.unique(np.concatenate([words for first in firsts for words in first]))


def foreseen(fit: Fitted, sample: Sample) -> float | None:
    """Return the perplexity of a sample's held-out words; ``None`` for clusters, or where none are held out."""
    if fit.alpha is None or not len(sample.foreseen.words):
        return None
    return perplexity(sample.seen, sample.foreseen, fit.weights, fit.alpha)


def without_topics(sample: Sample) -> float | None:
    """Return the perplexity of the held-out words by the frequencies of the words alone: one topic."""
    if not len(sample.foreseen.words):
        return None
    counts = sample.fitted
    n = np.bincount(counts.words, counts.counts, minlength=counts.n_words) + 0.1
    return perplexity(sample.seen, sample.foreseen, (n / n.sum())[None, :], np.ones(1))
