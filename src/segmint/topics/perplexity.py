"""How well topics foresee words that they have not seen: half of each held-out document tells its mixture."""

from __future__ import annotations

import numpy as np

from segmint.model.fold_in import mixtures
from segmint.model.word_counts import WordCounts
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector


def halves(counts: WordCounts, *, seed: int) -> tuple[WordCounts, WordCounts]:
    """Part the words of each document at random into a half that is seen and a half that is foreseen.

    Of an odd number of words the seen half has one less or one more, by chance. Documents of one word are left
    out.
    """
    known = counts.take(np.flatnonzero(counts.lengths >= 2))
    entries = np.repeat(np.arange(len(known.words)), known.counts.astype(np.int64))
    texts = known.texts[entries]
    order = np.lexsort((generator(seed, "halves").random(len(entries)), texts))
    first = np.concatenate([[0], np.cumsum(known.lengths)])[:-1].astype(np.int64)
    rank = np.empty(len(entries), dtype=np.int64)
    rank[order] = np.arange(len(entries)) - first[texts[order]]
    seen = np.bincount(entries[rank % 2 == 0], minlength=len(known.words)).astype(np.float64)
    return _with(known, seen), _with(known, known.counts - seen)


def _with(counts: WordCounts, other: FloatVector) -> WordCounts:
    """Return the same documents with other counts; entries of none are left out."""
    kept = other > 0
    sizes: IntVector = np.bincount(counts.texts[kept], minlength=len(counts))
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return WordCounts(starts, counts.words[kept], other[kept], counts.n_words)


def perplexity(seen: WordCounts, foreseen: WordCounts, topic_word: FloatMatrix, alpha: FloatVector) -> float:
    """Return the perplexity of the foreseen words: exp(−Σ log Σ_k θ_k φ_kw / number of words).

    Among how many equally likely words each one is guessed. Range 1 … n_words and above, lower is better.
    Document completion: Wallach, Murray, Salakhutdinov, Mimno (2009), doi:10.1145/1553374.1553515, section 5.

    Parameters
    ----------
    seen, foreseen
        The halves of held-out documents (see :func:`halves`).
    topic_word
        φ, shape (n_topics, n_words).
    alpha
        Shape (n_topics,).
    """
    return perplexity_of(foreseen, mixtures(seen, topic_word, alpha), topic_word)


def perplexity_of(foreseen: WordCounts, shares: FloatMatrix, topic_word: FloatMatrix) -> float:
    """Return the perplexity of words whose documents' mixtures are known (see :func:`perplexity`).

    Parameters
    ----------
    foreseen
        The words.
    shares
        θ, shape (n_texts, n_topics).
    topic_word
        φ, shape (n_topics, n_words).
    """
    likely = np.einsum("ek,ke->e", shares[foreseen.texts], topic_word[:, foreseen.words])
    return float(np.exp(-(foreseen.counts * np.log(likely)).sum() / foreseen.counts.sum()))
