"""Whether a topic's words belong together: how often they stand together, against chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from segmint.model.word_counts import WordCounts
from segmint.types import FloatMatrix, FloatVector, IntVector

N_WORDS: Final = 10
WINDOW: Final = 110
"""Words of a window, as C_V has it."""
_EPSILON: Final = 1e-12


@dataclass(frozen=True, eq=False)
class Together:
    """How often words stand in one place (a document or a window) and with each other.

    Attributes
    ----------
    places
        The place of each word in the two arrays below, by its place in the vocabulary; −1 for others.
    share
        Shape (n, n): the share of the places that hold both words; on the diagonal, the word.
    """

    places: IntVector
    share: FloatMatrix

    def of(self, words: IntVector) -> FloatMatrix:
        """Return the shares of some words with each other."""
        chosen = self.places[words]
        return self.share[np.ix_(chosen, chosen)]


def in_documents(counts: WordCounts, words: IntVector) -> Together:
    """Count in how many of the documents that hold a word at all words stand together."""
    places = _places(words, counts.n_words)
    wanted = places[counts.words] >= 0
    rows, columns = counts.texts[wanted], places[counts.words[wanted]]
    held = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(counts), len(words)))
    return Together(
        places, np.asarray((held.T @ held).todense()) / max(1, int((np.diff(counts.starts) > 0).sum()))
    )


def in_windows(sequences: Sequence[IntVector], words: IntVector, n_words: int) -> Together:
    """Count in how many windows words stand together; a document shorter than a window is one window.

    Parameters
    ----------
    sequences
        The words of each document in order, as places in the vocabulary.
    words
        The words that are counted, as places in the vocabulary.
    n_words
        Size of the vocabulary.
    """
    places = _places(words, n_words)
    both, n_windows = np.zeros((len(words), len(words))), 0
    for sequence in sequences:
        held = _windows(places[sequence], len(words))
        n_windows += len(held)
        seen = np.flatnonzero(held.any(axis=0))
        inside = held[:, seen].astype(np.float64)
        both[np.ix_(seen, seen)] += inside.T @ inside
    return Together(places, both / max(1, n_windows))


def _windows(sequence: IntVector, n: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return which words each window of a document holds, shape (n_windows, n)."""
    marks = np.zeros((len(sequence) + 1, n), dtype=np.int32)
    inside = np.flatnonzero(sequence >= 0)
    marks[inside + 1, sequence[inside]] = 1
    total = np.cumsum(marks, axis=0)
    width = min(WINDOW, len(sequence))
    return np.asarray(total[width:] > total[: len(total) - width])


def _places(words: IntVector, n_words: int) -> IntVector:
    places = np.full(n_words, -1, dtype=np.int64)
    places[words] = np.arange(len(words))
    return places


def c_npmi(top: Sequence[IntVector], together: Together) -> FloatVector:
    """Return the mean normalized pointwise mutual information of the pairs of each topic's words.

    log((p(ab) + ε) / p(a) p(b)) / −log(p(ab) + ε). Range −1 … 1, higher is better, 0 by chance.
    Aletras, Stevenson (2013), aclanthology.org/W13-0102.

    Parameters
    ----------
    top
        The first words of each topic.
    together
        Counted in documents.

    Returns
    -------
    FloatVector
        Shape (n_topics,); 0 for a topic of one word.
    """
    return np.array([_mean_of_pairs(_npmi(together.of(words))) for words in top])


def c_v(top: Sequence[IntVector], together: Together) -> FloatVector:
    """Return the coherence C_V: how alike each word's associations are to those of the whole topic.

    Each word's vector of NPMI with all words of the topic; the mean cosine of these with their sum. Range
    −1 … 1, higher is better. Röder, Both, Hinneburg (2015), doi:10.1145/2684822.2685324.

    Parameters
    ----------
    top
        The first words of each topic.
    together
        Counted in windows of 110 words.

    Returns
    -------
    FloatVector
        Shape (n_topics,).
    """
    return np.array([_mean_cosine(_npmi(together.of(words))) for words in top])


def _npmi(share: FloatMatrix) -> FloatMatrix:
    alone = np.diag(share)
    both = share + _EPSILON
    return np.asarray(np.log(both / np.outer(alone, alone)) / -np.log(both))


def _mean_of_pairs(values: FloatMatrix) -> float:
    above = np.triu_indices(len(values), 1)
    return float(values[above].mean()) if len(above[0]) else 0.0


def _mean_cosine(vectors: FloatMatrix) -> float:
    whole = vectors.sum(axis=0)
    length = np.sqrt((vectors * vectors).sum(axis=1)) * np.sqrt((whole * whole).sum())
    return float(((vectors @ whole) / np.where(length > 0, length, 1.0)).mean()) if len(vectors) else 0.0
