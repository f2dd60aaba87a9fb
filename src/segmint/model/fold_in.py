"""New texts in old topics: the mixture of each, by a rule that needs numpy only and draws nothing at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts
from segmint.types import FloatMatrix, FloatVector, IntVector

MOST_ROUNDS: Final = 300
TOLERANCE: Final = 1e-6
"""A text is finished when no topic's number of words moves by more than this share of its words."""
CELLS: Final = 1 << 18
"""Different words of texts times topics that are folded in at once; one text alone may have more."""


def fold_in(model: TopicModel, texts: Sequence[str]) -> FloatMatrix:
    """Return the share of each topic in each text.

    See :func:`mixtures`. A text without a word of the vocabulary gets the prior, α / Σα.

    Parameters
    ----------
    model
        The topic model.
    texts
        New texts, or old ones.

    Returns
    -------
    FloatMatrix
        Shape (n_texts, n_topics), rows sum to 1.

    Examples
    --------
    >>> from segmint.model.lexicon import Lexicon
    >>> words = Lexicon("en", "en", ("goal", "match", "share", "stock"))
    >>> topics = np.array([[0.49, 0.49, 0.01, 0.01], [0.01, 0.01, 0.49, 0.49]])
    >>> model = TopicModel("news", words, topics, np.full(2, 0.1), np.ones(4), topics, 100, 0)
    >>> fold_in(model, ["The match had one goal.", "nothing"]).round(2).tolist()
    [[0.95, 0.05], [0.5, 0.5]]
    """
    return mixtures(model.lexicon.count(texts), model.topic_word, model.alpha)


def mixtures(counts: WordCounts, topic_word: FloatMatrix, alpha: FloatVector) -> FloatMatrix:
    """Return the mixture θ of each text, given what the topics say.

    The collapsed variational fixed point with the topics held: γ_wk ∝ φ_kw (α_k + n_k − γ_wk), n_k = Σ_w c_w
    γ_wk, and θ_k = (α_k + n_k) / Σ_j (α_j + n_j). It is what the trainer's Gibbs sampler gives on average.
    Asuncion, Welling, Smyth, Teh (2009), arXiv:1205.2662, section 2.4 (CVB0).

    Parameters
    ----------
    counts
        The texts.
    topic_word
        φ, shape (n_topics, n_words), above 0.
    alpha
        Shape (n_topics,), above 0.

    Returns
    -------
    FloatMatrix
        Shape (n_texts, n_topics), rows sum to 1; the same bits for one text as for many.
    """
    found = np.empty((len(counts), len(alpha)))
    first = 0
    words = np.ascontiguousarray(topic_word.T)
    for chunk in counts.chunks(CELLS // len(alpha)):
        found[first : first + len(chunk)] = mixtures_of_entries(chunk, words[chunk.words], alpha)
        first += len(chunk)
    return found


def mixtures_of_entries(counts: WordCounts, phi: FloatMatrix, alpha: FloatVector) -> FloatMatrix:
    """Return the same where what a topic says of a word may differ from text to text.

    Parameters
    ----------
    counts
        The texts; all are folded in at once.
    phi
        Of each word in each text, shape (n_entries, n_topics), above 0.
    alpha
        Shape (n_topics,), above 0.
    """
    n_topic = _topic_counts(counts, phi, alpha) + alpha
    return np.asarray(n_topic / n_topic.sum(axis=1, keepdims=True))


def _topic_counts(counts: WordCounts, phi: FloatMatrix, alpha: FloatVector) -> FloatMatrix:
    """Return n, the number of words of each text that fall to each topic, shape (n_texts, n_topics)."""
    finished = np.zeros((len(counts), len(alpha)))
    left = np.flatnonzero(np.diff(counts.starts))
    now = counts.take(left)  # texts without a word have no entries: phi is theirs as well
    gamma = _normalized(phi * alpha)
    n_topic = _sums(now, gamma)
    for _ in range(MOST_ROUNDS):
        if not len(left):
            break
        gamma = _normalized(phi * np.maximum((n_topic + alpha)[now.texts] - gamma, 0.0))
        moved, n_topic = n_topic, _sums(now, gamma)
        done = np.abs(n_topic - moved).max(axis=1) <= TOLERANCE * now.lengths
        if done.any():
            finished[left[done]] = n_topic[done]
            kept = ~done[now.texts]
            phi, gamma, n_topic = phi[kept], gamma[kept], n_topic[~done]
            left, now = left[~done], now.take(np.flatnonzero(~done))
    finished[left] = n_topic
    return finished


def responsibilities(counts: WordCounts, topic_word: FloatMatrix, shares: FloatMatrix) -> FloatMatrix:
    """Return how much of each word in each text falls to each topic: γ_wk ∝ φ_kw θ_k.

    Parameters
    ----------
    counts
        The texts.
    topic_word
        φ, shape (n_topics, n_words).
    shares
        θ, shape (n_texts, n_topics).

    Returns
    -------
    FloatMatrix
        Shape (n_entries, n_topics), rows sum to 1.
    """
    return _normalized(topic_word.T[counts.words] * shares[counts.texts])


def _normalized(weights: FloatMatrix) -> FloatMatrix:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _sums(counts: WordCounts, gamma: FloatMatrix) -> FloatMatrix:
    """Add up each text's words; every text has one."""
    if not len(counts):
        return np.zeros((0, gamma.shape[1]))
    starts: IntVector = counts.starts[:-1]
    return np.asarray(np.add.reduceat(gamma * counts.counts[:, None], starts, axis=0))
