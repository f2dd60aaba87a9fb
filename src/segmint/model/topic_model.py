"""A topic model: a vocabulary, what each topic says, and where the clusters of the other method lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from segmint.model.lexicon import Lexicon
from segmint.types import FloatMatrix, FloatVector, IntVector

FORMAT = 1
MOST_TOPICS = 100


@dataclass(frozen=True, eq=False)
class TopicModel:
    """LDA's topics and the clusters of TF-IDF K-Means on one vocabulary.

    Attributes
    ----------
    name
        What people call the model.
    lexicon
        How a text becomes words; the same for both methods.
    topic_word
        Shape (n_topics, n_words): the probability of each word in each topic; rows sum to 1.
    alpha
        Shape (n_topics,): the prior of a document's mixture, above 0.
    idf
        Shape (n_words,): the weight of each word, 1 or more.
    centers
        Shape (n_clusters, n_words): the centers of the clusters, ≥ 0.
    n_documents
        How many documents the training had.
    seed
        Of the training.
    versions
        Of the programs that trained it.
    format
        The number of the file's form.
    """

    name: str
    lexicon: Lexicon
    topic_word: FloatMatrix
    alpha: FloatVector
    idf: FloatVector
    centers: FloatMatrix
    n_documents: int
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def n_topics(self) -> int:
        """The number of topics."""
        return len(self.topic_word)


def top_words(weights: FloatMatrix, n_words: int) -> list[IntVector]:
    """Return the places of each row's largest weights, the largest first; ties by place; zeros left out.

    Examples
    --------
    >>> [row.tolist() for row in top_words(np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 1.0]]), 2)]
    [[1, 2], [2]]
    """
    order = np.argsort(-weights, axis=1, kind="stable")[:, :n_words]
    return [row[weights[topic][row] > 0] for topic, row in enumerate(order)]
