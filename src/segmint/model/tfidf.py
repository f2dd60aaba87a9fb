"""Texts as weighed words, and the nearest of the clusters' centers, by numpy only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from segmint.labels import NOISE
from segmint.model.topic_model import TopicModel
from segmint.model.word_counts import WordCounts
from segmint.types import FloatMatrix, FloatVector, IntVector


def inverse_frequency(counts: WordCounts) -> FloatVector:
    """Return the weight of each word, log((1 + n) / (1 + df)) + 1: rare words weigh more.

    Shape (n_words,), 1 or more. Sparck Jones (1972), doi:10.1108/eb026526, smoothed as scikit-learn does.
    """
    return np.log((1.0 + len(counts)) / (1.0 + counts.document_frequency)) + 1.0


def weigh(counts: WordCounts, idf: FloatVector) -> FloatVector:
    """Return the weight of each entry: (1 + log count) × idf, each text of length 1.

    Parameters
    ----------
    counts
        The texts.
    idf
        Shape (n_words,), above 0.

    Returns
    -------
    FloatVector
        Shape (n_entries,); Salton, Buckley (1988), doi:10.1016/0306-4573(88)90021-0.
    """
    weights = (1.0 + np.log(counts.counts)) * idf[counts.words]
    length = np.sqrt(np.bincount(counts.texts, weights * weights, minlength=len(counts)))
    return np.asarray(weights / length[counts.texts])


def nearest_clusters(model: TopicModel, texts: Sequence[str]) -> IntVector:
    """Return the cluster whose center lies nearest to each text; ``NOISE`` for one without a known word.

    Examples
    --------
    >>> from segmint.model.lexicon import Lexicon
    >>> words = Lexicon("en", "en", ("goal", "match", "share", "stock"))
    >>> centers = np.array([[0.7, 0.7, 0.0, 0.0], [0.0, 0.0, 0.7, 0.7]])
    >>> model = TopicModel("news", words, centers, np.full(2, 0.1), np.ones(4), centers, 100, 0)
    >>> nearest_clusters(model, ["The stock rose.", "nothing"]).tolist()
    [1, -1]
    """
    return nearest(model.lexicon.count(texts), model.idf, model.centers)


def nearest(counts: WordCounts, idf: FloatVector, centers: FloatMatrix) -> IntVector:
    """Return the nearest center of each text: the largest 2 x·c − c·c, ties to the first."""
    weights = weigh(counts, idf)
    texts, squares = counts.texts, (centers * centers).sum(axis=1)
    best = np.full(len(counts), -np.inf)
    found = np.full(len(counts), NOISE, dtype=np.int64)
    known = np.diff(counts.starts) > 0
    for cluster, center in enumerate(centers):
        likeness = 2.0 * np.bincount(texts, weights * center[counts.words], minlength=len(counts))
        nearer = known & (likeness - squares[cluster] > best)
        best[nearer] = (likeness - squares[cluster])[nearer]
        found[nearer] = cluster
    return found
