"""Which words stand for a topic, and how much they are its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from segmint.types import FloatMatrix, FloatVector, IntVector

LAMBDA: Final = 0.6
_TINY: Final = 1e-300


def relevance(topic_word: FloatMatrix, word_share: FloatVector, *, weight: float = LAMBDA) -> FloatMatrix:
    """Return how much each word stands for each topic: λ log φ_kw + (1 − λ) log(φ_kw / p_w).

    At λ = 1 the topic's most frequent words come first, at 0 those that hardly stand elsewhere; readers told
    topics best at .6. Sievert, Shirley (2014), aclanthology.org/W14-3110.

    Parameters
    ----------
    topic_word
        φ, shape (n_topics, n_words).
    word_share
        p, shape (n_words,): the share of each word in the corpus, above 0.
    weight
        λ, 0 … 1.

    Returns
    -------
    FloatMatrix
        Shape (n_topics, n_words), higher is more.

    Examples
    --------
    >>> relevance(np.array([[0.6, 0.4]]), np.array([0.8, 0.2]), weight=0.0).round(2).tolist()
    [[-0.29, 0.69]]
    """
    phi = np.maximum(topic_word, _TINY)
    return np.asarray(weight * np.log(phi) + (1.0 - weight) * np.log(phi / word_share))


def exclusivity(weights: FloatMatrix, top: Sequence[IntVector]) -> FloatVector:
    """Return how much each topic's first words are its own: the mean of φ_kw / Σ_j φ_jw.

    Range 1 / n_topics … 1, higher is better. Bischof, Airoldi (2012), icml.cc/2012/papers/113.pdf.

    Parameters
    ----------
    weights
        Shape (n_topics, n_words), ≥ 0; K-Means' centers serve as well.
    top
        The first words of each topic.

    Returns
    -------
    FloatVector
        Shape (n_topics,); 0 for a topic without words.

    Examples
    --------
    >>> exclusivity(np.array([[0.9, 0.1], [0.3, 0.7]]), [np.array([0]), np.array([1])]).tolist()
    [0.75, 0.875]
    """
    total = weights.sum(axis=0)
    owned = [weights[k, words] / total[words] for k, words in enumerate(top)]
    return np.array([share.mean() if len(share) else 0.0 for share in owned])
