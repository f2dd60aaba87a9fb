"""Latent Dirichlet allocation by tomotopy's Gibbs sampler, kept as plain arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import tomotopy

from segmint.model.word_counts import WordCounts
from segmint.seeds import random_state
from segmint.types import FloatMatrix, FloatVector

ALPHA: Final = 0.1
ETA: Final = 0.1
BURN_IN: Final = 200
N_SAMPLES: Final = 10
BETWEEN: Final = 10
"""Rounds between two samples of the topics, which are averaged: one alone is noise for a tenth of its words."""
INSTRUCTIONS: Final = tomotopy.isa
"""The processor's instructions that tomotopy uses: other ones draw other random numbers from the same seed."""


@dataclass(frozen=True, eq=False)
class Topics:
    """Fitted topics.

    Attributes
    ----------
    topic_word
        φ, shape (n_topics, n_words), rows sum to 1, above 0.
    alpha
        Shape (n_topics,): the prior of a document's mixture, fitted.
    log_likelihood
        Of a word of the training, in nats.
    """

    topic_word: FloatMatrix
    alpha: FloatVector
    log_likelihood: float


def fit_lda(
    counts: WordCounts, n_topics: int, *, seed: int, burn_in: int = BURN_IN, n_samples: int = N_SAMPLES
) -> Topics:
    """Fit topics to documents.

    Blei, Ng, Jordan (2003), jmlr.org/papers/v3/blei03a; collapsed Gibbs sampling by Griffiths, Steyvers (2004),
    doi:10.1073/pnas.0307752101, with α fitted every ten rounds: Wallach, Mimno, McCallum (2009). The topics are
    the mean of ten samples of one chain, ten rounds apart, in which they keep their places. One worker, so that the same seed gives the same bits on processors with the same :data:`INSTRUCTIONS`.

    Parameters
    ----------
    counts
        The documents; those without a word do not count.
    n_topics
        K, 1 or more.
    seed
        Of this fit.
    burn_in
        How often each word is drawn anew before the first sample.
    n_samples
        Samples of the topics that are averaged.

    Returns
    -------
    Topics
        Topics in the order in which the sampler holds them.

    Examples
    --------
    >>> from segmint.model.word_counts import count_words
    >>> texts = [["goal", "match"]] * 20 + [["share", "stock"]] * 20
    >>> counts = count_words(texts, {"goal": 0, "match": 1, "share": 2, "stock": 3})
    >>> fit_lda(counts, 2, seed=0).topic_word.max(axis=0).round(1).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """
    model = tomotopy.LDAModel(k=n_topics, alpha=ALPHA, eta=ETA, seed=random_state(seed, "lda", n_topics))
    for words in documents_of(counts):
        model.add_doc(words)
    model.train(burn_in, workers=1)
    topic_word = np.zeros((n_topics, counts.n_words))
    for _ in range(n_samples):
        model.train(BETWEEN, workers=1)
        topic_word += sample(model, counts.n_words) / n_samples
    alpha = np.broadcast_to(np.asarray(model.alpha, dtype=np.float64), (n_topics,)).copy()
    return Topics(topic_word, alpha, float(model.ll_per_word))


def sample(model: tomotopy.LDAModel, n_words: int) -> FloatMatrix:
    """Return φ as the sampler holds it now, shape (n_topics, n_words), rows sum to 1; unseen words by the prior."""
    places = np.array([int(word) for word in model.used_vocabs], dtype=np.int64)
    topic_word = np.full((model.k, n_words), model.eta)
    for topic in range(model.k):
        topic_word[topic, places] = model.get_topic_word_dist(topic, normalize=False)
    return np.asarray(topic_word / topic_word.sum(axis=1, keepdims=True))


def documents_of(counts: WordCounts) -> Iterator[list[str]]:
    """Return each document that has a word as the sampler takes it: the place of each word, as a text."""
    names = [str(place) for place in range(counts.n_words)]
    repeats = counts.counts.astype(np.int64)
    for first, last in zip(counts.starts[:-1], counts.starts[1:], strict=True):
        if last > first:
            yield [names[place] for place in np.repeat(counts.words[first:last], repeats[first:last])]
