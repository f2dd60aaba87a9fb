"""What mixed membership means: documents of two topics, which K-Means must put into one cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.model.fold_in import responsibilities
from segmint.topics.corpus import Corpus
from segmint.types import FloatMatrix, FloatVector, IntVector

SECOND_FROM: Final = 0.25
"""A document is split where its second topic holds this share of it, or more."""
FEWEST_WORDS: Final = 4
"""A document of fewer counted words is not called split: one word would be a quarter of it."""
_EXAMPLES: Final = 6
_WORDS: Final = 4


@dataclass(frozen=True)
class Pull:
    """What draws a document to a topic: its share, and the words that fall to it most."""

    topic: int
    share: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """A document of two topics.

    Attributes
    ----------
    cluster
        The cluster into which K-Means puts it.
    pulls
        Its two largest topics.
    """

    cluster: int
    pulls: tuple[Pull, Pull]


def second_shares(shares: FloatMatrix) -> FloatVector:
    """Return the share of each document's second topic, shape (n_documents,)."""
    return np.asarray(np.sort(shares, axis=1)[:, -2])


def split_documents(corpus: Corpus, shares: FloatMatrix) -> IntVector:
    """Return the documents whose second topic holds a quarter of them or more, the evenest first."""
    second = second_shares(shares)
    found = np.flatnonzero((second >= SECOND_FROM) & (corpus.counts.lengths >= FEWEST_WORDS))
    return found[np.lexsort((found, -second[found]))].astype(np.int64)


def choose_examples(corpus: Corpus, shares: FloatMatrix) -> tuple[int, ...]:
    """Return a few split documents, of different pairs of topics as far as there are.

    Parameters
    ----------
    corpus
        The documents.
    shares
        θ, shape (n_documents, n_topics).
    """
    chosen: dict[tuple[int, ...], int] = {}
    for document in split_documents(corpus, shares).tolist():
        pair = tuple(sorted(np.argsort(-shares[document], kind="stable")[:2].tolist()))
        if pair not in chosen and len(chosen) < _EXAMPLES:
            chosen[pair] = document
    return tuple(chosen.values())


def describe_split(
    corpus: Corpus, topic_word: FloatMatrix, shares: FloatMatrix, clusters: IntVector, document: int
) -> Split:
    """Return what draws a document to its two topics.

    Parameters
    ----------
    corpus
        The documents.
    topic_word
        φ, shape (n_topics, n_words).
    shares
        θ, shape (n_documents, n_topics).
    clusters
        The cluster of each document, shape (n_documents,).
    document
        Its place in the corpus.
    """
    counts = corpus.counts.take(np.array([document]))
    own = shares[document]
    pulled = responsibilities(counts, topic_word, own[None, :]) * counts.counts[:, None]
    first, second = np.argsort(-own, kind="stable")[:2].tolist()

    def pull(topic: int, other: int) -> Pull:
        mine = np.flatnonzero(pulled[:, topic] > pulled[:, other])
        order = mine[np.argsort(-pulled[mine, topic], kind="stable")][:_WORDS]
        words = tuple(corpus.lexicon.vocabulary[word] for word in counts.words[order].tolist())
        return Pull(topic, float(own[topic]), words)

    return Split(int(clusters[document]), (pull(first, second), pull(second, first)))
