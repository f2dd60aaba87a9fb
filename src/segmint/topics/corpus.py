"""The documents as both methods see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmint.errors import DataError
from segmint.model.lexicon import Lexicon
from segmint.model.tfidf import inverse_frequency
from segmint.model.word_counts import WordCounts, count_words
from segmint.topics.languages import Language
from segmint.topics.vocabulary import FEWEST_DOCUMENTS, SHORT, build_lexicon
from segmint.types import FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents, their language, and the one vocabulary.

    Attributes
    ----------
    language
        What they are written in.
    lexicon
        How they are read.
    sequences
        The words of each document in order, as places in the vocabulary.
    counts
        The same, counted.
    """

    language: Language
    lexicon: Lexicon
    sequences: tuple[IntVector, ...]
    counts: WordCounts

    @cached_property
    def idf(self) -> FloatVector:
        """The weight of each word, shape (n_words,)."""
        return inverse_frequency(self.counts)

    @cached_property
    def word_share(self) -> FloatVector:
        """The share of each word in all, shape (n_words,), above 0."""
        n = np.bincount(self.counts.words, self.counts.counts, minlength=self.counts.n_words)
        return np.asarray(n / n.sum())

    @property
    def n_documents(self) -> int:
        """The number of documents."""
        return len(self.counts)

    @cached_property
    def usable(self) -> IntVector:
        """The documents with a word of the vocabulary."""
        return np.flatnonzero(np.diff(self.counts.starts)).astype(np.int64)

    @property
    def n_empty(self) -> int:
        """The number of documents without a word of the vocabulary."""
        return self.n_documents - len(self.usable)

    @cached_property
    def median_length(self) -> float:
        """The median number of counted words of a usable document, function words left out."""
        naming = self.lexicon.naming[self.counts.words] * self.counts.counts
        lengths = np.bincount(self.counts.texts, naming, minlength=self.n_documents)[self.usable]
        return float(np.median(lengths))

    @property
    def short(self) -> bool:
        """Whether the texts are short."""
        return self.median_length < SHORT


def read_corpus(texts: Sequence[str], language: Language) -> Corpus:
    """Find the vocabulary of documents and count them.

    Raises
    ------
    DataError
        If fewer than two documents hold a word of the vocabulary.
    """
    lexicon = build_lexicon(texts, language.spoken)
    terms = [lexicon.terms(text) for text in texts]
    counts = count_words(terms, lexicon.places)
    usable = int((np.diff(counts.starts) > 0).sum())
    if usable < FEWEST_DOCUMENTS:
        raise DataError("topics.too_few", n=len(texts), usable=usable, fewest=FEWEST_DOCUMENTS)
    _refuse_alike(counts)
    sequences = tuple(np.array([lexicon.places[term] for term in found], dtype=np.int64) for found in terms)
    return Corpus(language, lexicon, sequences, counts)


def _refuse_alike(counts: WordCounts) -> None:
    """Refuse documents that all hold the same words."""
    known = counts.take(np.flatnonzero(np.diff(counts.starts)))
    first, *others = zip(known.starts[:-1], known.starts[1:], strict=True)
    words = known.words[first[0] : first[1]]
    if all(np.array_equal(known.words[a:b], words) for a, b in others):
        raise DataError("topics.all_alike", n=len(counts))
