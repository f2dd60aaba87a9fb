"""Whether topics are found again: those of two fits, each with the one most like it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from segmint.types import FloatMatrix, FloatVector, IntVector

Top = Sequence[IntVector]
"""The first words of each topic of one fit."""


def shared_words(first: Top, second: Top) -> FloatMatrix:
    """Return the share of the first words that two fits' topics have in common, 0 … 1.

    Shape (topics of the first, topics of the second); of lists of different lengths, the share of the longer.
    """
    words = np.unique(np.concatenate([*first, *second]))
    both = _held(first, words) @ _held(second, words).T
    longer = np.maximum.outer([len(a) for a in first], [len(b) for b in second])
    return np.asarray(both / np.maximum(longer, 1))


def _held(top: Top, words: IntVector) -> FloatMatrix:
    """Return which of the words each topic has among its first, 0 or 1, shape (n_topics, n_words)."""
    held = np.zeros((len(top), len(words)))
    for topic, mine in enumerate(top):
        held[topic, np.searchsorted(words, mine)] = 1.0
    return held


def found_again(first: Top, second: Top) -> float:
    """Return the mean share of words that come again, each topic with a partner of its own.

    Range 0 … 1, higher is better. The partners are those with the most words in common: Kuhn (1955),
    doi:10.1002/nav.3800020109. After Greene, O'Callaghan, Cunningham (2014), doi:10.1007/978-3-662-44848-9_32.

    Examples
    --------
    >>> one, other = [np.array([0, 1]), np.array([2, 3])], [np.array([3, 2]), np.array([0, 4])]
    >>> found_again(one, other)
    0.75
    """
    shared = shared_words(first, second)
    return float(shared[linear_sum_assignment(shared, maximize=True)].sum() / max(shared.shape))


def stability(fits: Sequence[Top]) -> FloatVector:
    """Return for each fit how much of its topics the others find again, on average (see :func:`found_again`).

    Returns
    -------
    FloatVector
        Shape (n_fits,), 0 … 1, higher is better; NaN where there is one fit only.
    """
    n = len(fits)
    found = np.full((n, n), np.nan)
    for a in range(n):
        for b in range(a):
            found[a, b] = found[b, a] = found_again(fits[a], fits[b])
    return np.nanmean(found, axis=1) if n > 1 else np.full(n, np.nan)
