"""The mixtures of the texts that made the topics, as if they were new."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from segmint.model.fold_in import CELLS, mixtures_of_entries, responsibilities
from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts
from segmint.topics.lda import ETA
from segmint.types import FloatMatrix, FloatVector


def left_out_mixtures(model: TopicModel, counts: WordCounts, shares: FloatMatrix) -> FloatMatrix:
    """Return the mixture of each text in topics from which its own words were taken out.

    A text that helped to make the topics fits them better than a new one: its shares are purer, and everything that is
    learned of them (segments, what counts as drift) would expect that of new texts. Here a word w of text d speaks for
    topic k by φ = (n_kw − c_w γ_wk + η) / (n_k − n_dk + V η), where n are the expected counts of all texts: as a Gibbs
    sampler leaves out the word that it draws, but for the whole text. Griffiths, Steyvers (2004),
    doi:10.1073/pnas.0307752101, equation 5.

    Parameters
    ----------
    model
        The topic model.
    counts
        The texts that it was made of.
    shares
        Their mixtures as known texts, shape (n_texts, n_topics).

    Returns
    -------
    FloatMatrix
        Shape (n_texts, n_topics), rows sum to 1. A word that no other text has says nothing.

    Examples
    --------
    >>> from segmint.model.fold_in import mixtures
    >>> from segmint.model.lexicon import Lexicon
    >>> words = Lexicon("en", "en", ("goal", "match", "share", "stock"))
    >>> topics = np.array([[0.49, 0.49, 0.01, 0.01], [0.01, 0.01, 0.49, 0.49]])
    >>> model = TopicModel("news", words, topics, np.full(2, 0.1), np.ones(4), topics, 5, 0)
    >>> counts = words.count(["A goal in a match.", "The match, the goal!", "A stock", "shares of a stock", "One match"])
    >>> known = mixtures(counts, model.topic_word, model.alpha)
    >>> as_new = left_out_mixtures(model, counts, known)
    >>> bool((as_new.max(axis=1) < known.max(axis=1)).all())
    True
    """
    starts = np.cumsum([0, *map(len, counts.chunks(CELLS // model.n_topics))])
    pieces = [np.arange(*ends) for ends in pairwise(starts)]
    n_word = np.zeros((counts.n_words, model.n_topics))
    for texts in pieces:
        own = counts.take(texts)
        np.add.at(n_word, own.words, _own(own, model, shares[texts]))
    total = n_word.sum(axis=0)
    found = np.empty((len(counts), model.n_topics))
    for texts in pieces:
        found[texts] = _left_out(counts.take(texts), model, shares[texts], n_word, total)
    return found


def _own(counts: WordCounts, model: TopicModel, shares: FloatMatrix) -> FloatMatrix:
    """Return how many of each word in each text fall to each topic, shape (n_entries, n_topics)."""
    return np.asarray(responsibilities(counts, model.topic_word, shares) * counts.counts[:, None])


def _left_out(
    counts: WordCounts, model: TopicModel, shares: FloatMatrix, n_word: FloatMatrix, total: FloatVector
) -> FloatMatrix:
    own = _own(counts, model, shares)
    of_text = np.zeros((len(counts), model.n_topics))
    np.add.at(of_text, counts.texts, own)
    words = np.maximum(n_word[counts.words] - own, 0.0) + ETA
    said = words / ((total - of_text)[counts.texts] + counts.n_words * ETA)
    return mixtures_of_entries(counts, said, model.alpha)
