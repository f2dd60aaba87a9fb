"""The two methods behind one shape: what each topic or cluster says, and which document belongs where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.labels import NOISE
from segmint.model.fold_in import mixtures
from segmint.model.tfidf import nearest
from segmint.model.topic_model import top_words
from segmint.model.word_counts import WordCounts
from segmint.topics.clusters import Clusters, fit_clusters
from segmint.topics.coherence import N_WORDS
from segmint.topics.lda import Topics, fit_lda
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector

_OWN: Final = 0.1


@dataclass(frozen=True, eq=False)
class Fitted:
    """Topics of LDA, or clusters of K-Means.

    Attributes
    ----------
    weights
        Shape (n_topics, n_words), ≥ 0: φ, or the centers.
    alpha
        The prior of the mixtures, shape (n_topics,); ``None`` for clusters.
    goodness
        By which fits of the same documents are told apart: log-likelihood, or −inertia; higher is better.
    """

    weights: FloatMatrix
    alpha: FloatVector | None
    goodness: float

    def top(self, naming: BoolVector) -> list[IntVector]:
        """Return the first ten words of each, of those that may name a topic, shape (n_words,).

        A word that a topic holds less than a tenth as much as topics do on average is none of its own.
        """
        own = self.weights >= _OWN * self.weights.mean(axis=0)
        return top_words(self.weights * (naming & own), N_WORDS)


@dataclass(frozen=True)
class Method:
    """One of the methods.

    Attributes
    ----------
    name
        ``lda`` or ``kmeans``.
    fit, sketch
        ``fit(counts, idf, n_topics, seed)``; the second with half of the rounds or a third of the starts, for a
        sweep.
    labels
        ``labels(fitted, counts, idf)``: the largest topic or the nearest cluster of each document, shape
        (n_documents,); ``NOISE`` for one without a word.
    """

    name: str
    fit: Callable[[WordCounts, FloatVector, int, int], Fitted]
    sketch: Callable[[WordCounts, FloatVector, int, int], Fitted]
    labels: Callable[[Fitted, WordCounts, FloatVector], IntVector]


SKETCH: Final = {"burn_in": 100, "n_samples": 5}
"""Rounds of LDA in a sweep: half of those of a fit."""
FEW_STARTS: Final = 3


def _fit_topics(counts: WordCounts, _: FloatVector, n_topics: int, seed: int) -> Fitted:
    return _of_topics(fit_lda(counts, n_topics, seed=seed))


def _sketch_topics(counts: WordCounts, _: FloatVector, n_topics: int, seed: int) -> Fitted:
    return _of_topics(fit_lda(counts, n_topics, seed=seed, **SKETCH))


def _of_topics(found: Topics) -> Fitted:
    return Fitted(found.topic_word, found.alpha, found.log_likelihood)


def _largest(fitted: Fitted, counts: WordCounts, _: FloatVector) -> IntVector:
    assert fitted.alpha is not None, "topics have a prior"
    return largest_topic(mixtures(counts, fitted.weights, fitted.alpha), counts)


def largest_topic(shares: FloatMatrix, counts: WordCounts) -> IntVector:
    """Return each document's largest topic, shape (n_documents,); ``NOISE`` for one without a word."""
    return np.where(np.diff(counts.starts) > 0, shares.argmax(axis=1), NOISE).astype(np.int64)


def _fit_clusters(counts: WordCounts, idf: FloatVector, n_topics: int, seed: int) -> Fitted:
    return _of_clusters(fit_clusters(counts, idf, n_topics, seed=seed))


def _sketch_clusters(counts: WordCounts, idf: FloatVector, n_topics: int, seed: int) -> Fitted:
    return _of_clusters(fit_clusters(counts, idf, n_topics, seed=seed, n_starts=FEW_STARTS))


def _of_clusters(found: Clusters) -> Fitted:
    return Fitted(found.centers, None, -found.inertia)


def _nearest(fitted: Fitted, counts: WordCounts, idf: FloatVector) -> IntVector:
    return nearest(counts, idf, fitted.weights)


METHODS: Final[Mapping[str, Method]] = {
    "lda": Method("lda", _fit_topics, _sketch_topics, _largest),
    "kmeans": Method("kmeans", _fit_clusters, _sketch_clusters, _nearest),
}
"""By name, in the order in which they are shown."""
