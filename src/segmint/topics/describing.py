"""From fits to what is told about them: topics in order, their words, their partners among the clusters."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmint.labels import NOISE, adjusted_rand, contingency
from segmint.measure.mutual_information import normalized_mutual_information
from segmint.model.fold_in import mixtures
from segmint.model.tfidf import nearest
from segmint.model.topic_model import TopicModel, top_words
from segmint.topics.coherence import c_npmi, in_documents
from segmint.topics.corpus import Corpus
from segmint.topics.methods import Fitted, largest_topic
from segmint.topics.positions import positions
from segmint.topics.study import Agreement, Topic, Word
from segmint.topics.words import relevance
from segmint.types import FloatMatrix, FloatVector, IntVector

N_WORDS: Final = 10


def ordered(corpus: Corpus, topics: Fitted, clusters: Fitted) -> tuple[Fitted, Fitted]:
    """Number topics by their share of all words, and clusters by the topic that they share documents with."""
    assert topics.alpha is not None, "topics have a prior"
    shares = mixtures(corpus.counts, topics.weights, topics.alpha)
    order = np.argsort(-topic_shares(corpus, shares), kind="stable")
    topics = Fitted(topics.weights[order], topics.alpha[order], topics.goodness)
    partner = _partners(corpus, shares[:, order], clusters)
    return topics, Fitted(clusters.weights[partner], None, clusters.goodness)


def _partners(corpus: Corpus, shares: FloatMatrix, clusters: Fitted) -> IntVector:
    n = len(clusters.weights)
    found = nearest(corpus.counts, corpus.idf, clusters.weights)
    shared = contingency_of(largest_topic(shares, corpus.counts), found, n)
    return np.asarray(linear_sum_assignment(shared, maximize=True)[1], dtype=np.int64)


def contingency_of(topics: IntVector, clusters: IntVector, n: int) -> IntVector:
    """Return how many documents each topic and each cluster share, shape (n, n)."""
    shared = np.zeros((n, n), dtype=np.int64)
    found = contingency(topics, clusters)
    shared[: found.shape[0], : found.shape[1]] = found
    return shared


def topic_shares(corpus: Corpus, shares: FloatMatrix) -> FloatVector:
    """Return the share of each topic in the words of all documents, shape (n_topics,)."""
    lengths = corpus.counts.lengths
    return np.asarray((shares * lengths[:, None]).sum(axis=0) / lengths.sum())


def describe_topics(
    corpus: Corpus, model: TopicModel, shares: FloatMatrix, clusters: IntVector
) -> tuple[Topic, ...]:
    """Return the topics with their words, sizes and partners."""
    n = model.n_topics
    largest = largest_topic(shares, corpus.counts)
    shared = contingency_of(largest, clusters, n)
    naming = corpus.lexicon.naming
    ranked = top_words(np.exp(relevance(model.topic_word, corpus.word_share)) * naming, N_WORDS)
    probable = Fitted(model.topic_word, model.alpha, 0.0).top(naming)
    coherent = c_npmi(probable, in_documents(corpus.counts, np.unique(np.concatenate(probable))))
    places, weight = positions(model.topic_word), topic_shares(corpus, shares)
    named = corpus.lexicon.vocabulary
    centers = top_words(model.centers * naming, N_WORDS)
    return tuple(
        Topic(
            number=k + 1,
            words=tuple(
                Word(named[w], float(model.topic_word[k, w]), float(corpus.word_share[w])) for w in ranked[k]
            ),
            share=float(weight[k]),
            n_documents=int((largest == k).sum()),
            coherence=float(coherent[k]),
            place=(float(places[k, 0]), float(places[k, 1])),
            cluster_words=tuple(named[w] for w in centers[k]),
            cluster_size=int((clusters == k).sum()),
            n_common=int(shared[k, k]),
        )
        for k in range(n)
    )


def agreement(largest: IntVector, clusters: IntVector) -> Agreement:
    """Return how far the largest topics and the clusters agree about the documents that have words."""
    known = (largest != NOISE) & (clusters != NOISE)
    both = (largest[known], clusters[known])
    return Agreement(adjusted_rand(*both), normalized_mutual_information(*both))


def draw_mixtures(corpus: Corpus, shares: FloatMatrix, n_documents: int) -> FloatMatrix:
    """Return mixtures of some documents: as many of each topic as it has of all, evenly drawn, the purest first.

    Shape (at most n_documents, n_topics), ordered by their largest topic and its share.
    """
    largest = largest_topic(shares, corpus.counts)
    order = np.lexsort((-shares.max(axis=1), largest))
    order = order[largest[order] != NOISE]
    chosen = order[np.unique(np.linspace(0, len(order) - 1, n_documents).round().astype(np.int64))]
    return np.asarray(shares[chosen])
