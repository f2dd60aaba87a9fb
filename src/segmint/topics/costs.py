"""What topics will take, from the size of a corpus: seconds of one core, and bytes.

The figures were taken on the four corpora of docs/topics.md; a forecast is within a factor of two of what it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from segmint.topics import lda
from segmint.topics.clusters import N_STARTS
from segmint.topics.corpus import Corpus
from segmint.topics.methods import FEW_STARTS, SKETCH
from segmint.topics.race import FIRST
from segmint.topics.samples import HELD_OUT

_ROUNDS: Final = lda.BURN_IN + lda.N_SAMPLES * lda.BETWEEN
_FEW_ROUNDS: Final = SKETCH["burn_in"] + SKETCH["n_samples"] * lda.BETWEEN
_FINALISTS: Final = 2
"""Numbers of topics that a race is assumed to carry to its end."""
_LETTERS: Final = 7
"""Letters of a text for each of its words that count."""


@dataclass(frozen=True)
class Size:
    """The size of a corpus.

    Attributes
    ----------
    n_documents, n_words, n_entries, n_vocabulary
        Documents; words that count; different words of each document, added up; words of the vocabulary.
    longest
        Words of the longest document.
    """

    n_documents: int
    n_words: int
    n_entries: int
    n_vocabulary: int
    longest: int


def size_of(corpus: Corpus) -> Size:
    """Return the size of a corpus."""
    counts = corpus.counts
    longest = max(map(len, corpus.sequences), default=0)
    return Size(len(counts), int(counts.counts.sum()), len(counts.words), counts.n_words, longest)


def guess_size(texts: Sequence[str]) -> Size:
    """Return about the size that texts will have, before their words are counted.

    Examples
    --------
    >>> guess_size(["where is my parcel"] * 10)
    Size(n_documents=10, n_words=25, n_entries=25, n_vocabulary=25, longest=2)
    """
    letters = np.fromiter(map(len, texts), np.int64, len(texts))
    n = int(letters.sum()) // _LETTERS
    return Size(len(texts), n, n, min(n, 20_000), int(letters.max(initial=0)) // _LETTERS)


def seconds_of_race(size: Size, ks: Sequence[int], n_samples: int) -> float:
    """Forecast the choice of the number of topics; how many fits the race will make is assumed."""
    part = 1.0 - HELD_OUT
    lda_fits = [_lda(size, k, _FEW_ROUNDS) * part for k in ks]
    everyone = min(FIRST, n_samples)
    more = _FINALISTS * (n_samples - everyone) if len(ks) > 1 else 0
    foreseeing = everyone * sum(_mixing(size, k) for k in ks) * HELD_OUT / 2
    clusters = n_samples * sum(_clusters(size, k, FEW_STARTS) for k in ks)
    return everyone * sum(lda_fits) + more * float(np.mean(lda_fits)) + foreseeing + clusters


def seconds_of_comparison(size: Size, ks: Sequence[int], n_seeds: int, *, labeled: bool) -> float:
    """Forecast the fits of all documents and what is told about them, at a number of topics that may be any."""
    k = float(np.mean(ks))
    fits = n_seeds * (_lda(size, k, _ROUNDS) + _clusters(size, k, N_STARTS))
    windows = 2 * (2e-5 * size.n_documents + 2e-7 * size.n_words)
    mixing = (2 + (n_seeds if labeled else 0)) * _mixing(size, k)
    reading_again = 2 * (2e-5 * size.n_documents + 1e-6 * size.n_words)
    return fits + windows + mixing + reading_again


def _lda(size: Size, k: float, rounds: int) -> float:
    return rounds * (size.n_words * (22e-9 + 1.2e-9 * k) + size.n_documents * 1.5e-7) + 0.002


def _clusters(size: Size, k: float, starts: int) -> float:
    return starts * k * (size.n_entries * 15e-9 + 1e-4)


def _mixing(size: Size, k: float) -> float:
    return size.n_entries * k * 4.5e-7


def bytes_of(size: Size, ks: Sequence[int], n_samples: int, n_seeds: int) -> float:
    """Forecast the memory at the peak, what the process holds without documents left out."""
    k = max(ks)
    documents = 1000.0 * size.n_documents + 160.0 * size.n_words
    samples = 24.0 * size.n_entries * n_samples
    fits = 8.0 * n_seeds * k * size.n_vocabulary
    together = 24.0 * min(size.n_vocabulary, 30 * k) ** 2 + 16.0 * size.longest * min(
        size.n_vocabulary, 30 * k
    )
    return documents + samples + fits + together
