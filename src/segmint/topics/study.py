"""All that was found out about a corpus, as plain data without a text, a key or a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmint.model.topic_model import TopicModel
from segmint.topics.choice import Choice
from segmint.topics.comparison import Better, Seeds
from segmint.topics.mixed import Split
from segmint.types import FloatMatrix, IntVector


@dataclass(frozen=True)
class Word:
    """A word of a topic: its probability in the topic, and in the corpus."""

    word: str
    in_topic: float
    in_all: float


@dataclass(frozen=True)
class Topic:
    """One topic, and the cluster of K-Means that shares the most documents with it.

    Attributes
    ----------
    number
        From 1 on, by the share of all documents' words.
    words
        By relevance (λ = .6).
    share
        Of the words of all documents, 0 … 1.
    n_documents
        Of which it is the largest topic.
    coherence
        C_NPMI of its ten most probable words.
    place
        On the map.
    cluster_words
        The first words of the cluster of the same number.
    cluster_size
        Its documents.
    n_common
        Documents that are in both.
    """

    number: int
    words: tuple[Word, ...]
    share: float
    n_documents: int
    coherence: float
    place: tuple[float, float]
    cluster_words: tuple[str, ...]
    cluster_size: int
    n_common: int

    @property
    def title(self) -> str:
        """The first three words."""
        return ", ".join(word.word for word in self.words[:3])


@dataclass(frozen=True)
class Agreement:
    """How far the two methods agree about the documents: adjusted Rand index and NMI, 1 for wholly."""

    ari: float
    nmi: float


@dataclass(frozen=True, eq=False)
class TopicStudy:
    """What :func:`segmint.find_topics` found.

    Attributes
    ----------
    model
        What assigns new texts.
    source
        The name of the source.
    corpus
        Facts about the documents: see :class:`CorpusFacts`.
    choice, seeds, better, perplexity_of_words, topics, agreement, n_split, examples
        The number of topics and why; both methods over the seeds; which is better; the held-out perplexity
        by the words' frequencies alone; the topics; how far both methods agree; how many documents LDA
        splits, and a few of them.
    crossing
        Documents by largest topic and cluster, shape (n_topics, n_topics).
    sample
        Mixtures of some documents, drawn evenly from each topic's, without keys, shape (n, n_topics).
    """

    model: TopicModel
    source: str
    corpus: CorpusFacts
    choice: Choice
    seeds: Mapping[str, Seeds]
    better: Better
    perplexity_of_words: float | None
    topics: tuple[Topic, ...]
    agreement: Agreement
    n_split: int
    examples: tuple[Split, ...]
    crossing: IntVector
    sample: FloatMatrix


@dataclass(frozen=True)
class CorpusFacts:
    """Facts about the documents; ``labeled`` how many have a label, ``None`` where none were given."""

    n_texts: int
    n_documents: int
    n_empty: int
    n_words: int
    n_vocabulary: int
    n_phrases: int
    median_length: float
    short: bool
    language: str | None
    spoken: str | None
    confidence: float
    declared: bool
    labeled: int | None = None
    n_labels: int | None = None
