"""One method at one number of topics on one sample: fitted in short, and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.seeds import derive
from segmint.topics.coherence import c_npmi, in_documents
from segmint.topics.corpus import Corpus
from segmint.topics.matching import Top, stability
from segmint.topics.methods import METHODS, Fitted
from segmint.topics.perplexity import perplexity
from segmint.topics.samples import Sample
from segmint.topics.words import exclusivity
from segmint.types import FloatVector, IntVector

N_FORESEEN: Final = 2
"""Samples whose held-out words are foreseen: perplexity is told and has no vote."""


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
class Sketch:
    """A fit and all that can be measured about it alone: see :class:`Tried`; ``top`` are the first words."""

    method: str
    n_topics: int
    sample: int
    coherence: float
    exclusivity: float
    perplexity: float | None
    top: Top


def sketch(corpus: Corpus, method: str, n_topics: int, sample: Sample, *, seed: int) -> Sketch:
    """Fit a method to a sample with half of the rounds or a third of the starts, and measure it.

    Parameters
    ----------
    corpus
        The documents; coherence is counted in all of them.
    method, n_topics, sample
        What is fitted to what.
    seed
        The root seed; each fit has one of its own.
    """
    seed = derive(seed, method, n_topics, sample.number)
    fit = METHODS[method].sketch(sample.fitted, corpus.idf, n_topics, seed)
    top = fit.top(corpus.lexicon.naming)
    return Sketch(
        method,
        n_topics,
        sample.number,
        float(mean_coherence(corpus, [top])[0]),
        float(exclusivity(fit.weights, top).mean()),
        foreseen(fit, sample) if sample.number < N_FORESEEN else None,
        top,
    )


def tried_of(sketches: Sequence[Sketch]) -> tuple[Tried, ...]:
    """Add to each fit how much of its words the other samples find again, by method and number of topics."""
    groups: dict[tuple[str, int], list[Sketch]] = {}
    for one in sketches:
        groups.setdefault((one.method, one.n_topics), []).append(one)
    return tuple(
        Tried(
            one.method, one.n_topics, one.sample, one.coherence, one.exclusivity, float(again), one.perplexity
        )
        for group in groups.values()
        for one, again in zip(group, stability([one.top for one in group]), strict=True)
    )


def mean_coherence(corpus: Corpus, firsts: Sequence[Top]) -> FloatVector:
    """Return the mean C_NPMI of each fit's topics by their first words, counted in all documents, shape (n_fits,)."""
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
