"""How often which word stands in which text, as three plain arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segmint.types import FloatVector, IntVector


@dataclass(frozen=True, eq=False)
class WordCounts:
    """Texts as counts of words: compressed rows.

    Attributes
    ----------
    starts
        Shape (n_texts + 1,): the entries of text i are ``starts[i]`` to ``starts[i + 1]``.
    words
        Shape (n_entries,): places in the vocabulary, rising within a text.
    counts
        Shape (n_entries,): how often the word stands in the text, above 0.
    n_words
        Size of the vocabulary.
    """

    starts: IntVector
    words: IntVector
    counts: FloatVector
    n_words: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> FloatVector:
        """The number of counted words of each text, shape (n_texts,)."""
        total = np.concatenate([[0.0], np.cumsum(self.counts)])
        return np.asarray(total[self.starts[1:]] - total[self.starts[:-1]])

    @property
    def texts(self) -> IntVector:
        """The text of each entry, shape (n_entries,)."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    @property
    def document_frequency(self) -> IntVector:
        """In how many texts each word stands, shape (n_words,)."""
        return np.bincount(self.words, minlength=self.n_words).astype(np.int64)

    def take(self, texts: IntVector) -> WordCounts:
        """Return some of the texts, in the order that is given."""
        sizes = np.diff(self.starts)[texts]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        entries = np.repeat(self.starts[texts] - starts[:-1], sizes) + np.arange(starts[-1])
        return WordCounts(starts, self.words[entries], self.counts[entries], self.n_words)

    def chunks(self, n_entries: int) -> Iterator[WordCounts]:
        """Return the texts in pieces of at most so many entries; of one text each where it has more."""
        first = 0
        while first < len(self):
            most = self.starts[first] + n_entries
            after = max(first + 1, int(np.searchsorted(self.starts, most, side="right")) - 1)
            yield self.take(np.arange(first, after))
            first = after


def count_words(texts: Iterable[Sequence[str]], places: Mapping[str, int]) -> WordCounts:
    """Count the words of texts; words without a place are left out.

    Examples
    --------
    >>> counted = count_words([["b", "a", "b"], []], {"a": 0, "b": 1})
    >>> counted.starts.tolist(), counted.words.tolist(), counted.counts.tolist()
    ([0, 2, 2], [0, 1], [1.0, 2.0])
    """
    starts, words, counts = [0], [], []
    for text in texts:
        found = np.unique([places[term] for term in text if term in places], return_counts=True)
        words.append(found[0].astype(np.int64))
        counts.append(found[1].astype(np.float64))
        starts.append(starts[-1] + len(found[0]))
    return WordCounts(
        np.asarray(starts, dtype=np.int64),
        np.concatenate([*words, np.zeros(0, np.int64)]),
        np.concatenate([*counts, np.zeros(0)]),
        len(places),
    )
