"""The ranked audience: who is taken, in which order, and who was never a candidate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from segmint.likeness.reach import Reach
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector, TextVector


@dataclass(frozen=True, eq=False)
class Audience:
    """Rows that are most like the seeds, the most alike first.

    Attributes
    ----------
    rows
        Their places in the data, shape (n_taken,).
    keys
        Their keys, same shape.
    score
        How much they are like the seeds, never rising; its meaning is the rule's.
    group
        The group of seeds that each is nearest to, from 0.
    n_candidates
        Out of how many they were taken.
    n_identical
        How many of them have exactly the features of another of them.
    n_tied
        Candidates left out whose score is that of the last one taken: the order of the rows decided.
    """

    rows: IntVector
    keys: TextVector | IntVector
    score: FloatVector
    group: IntVector
    n_candidates: int
    n_identical: int
    n_tied: int

    @property
    def rank(self) -> IntVector:
        """1 for the most alike, then 2, 3, …"""
        return np.arange(1, len(self.rows) + 1)

    @property
    def share(self) -> float:
        """The part of the candidates that was taken, 0 … 1."""
        return len(self.rows) / self.n_candidates


@dataclass(frozen=True, eq=False)
class Taken:
    """The best of some scores: their places from the best on, and how many left out have the last one's score."""

    places: IntVector
    n_tied: int


def best(scores: FloatVector, n: int) -> Taken:
    """Return the ``n`` highest scores; of equals the first.

    Examples
    --------
    >>> best(np.array([1.0, 3.0, 1.0, 2.0]), 3)
    Taken(places=array([1, 3, 0]), n_tied=1)
    """
    last = np.partition(scores, len(scores) - n)[len(scores) - n]
    above = np.flatnonzero(scores > last)
    equal = np.flatnonzero(scores == last)
    places = np.concatenate([above, equal[: n - len(above)]])
    order = np.lexsort((places, -scores[places]))
    return Taken(places[order].astype(np.int64), len(above) + len(equal) - n)


def first_rows(keys: TextVector) -> dict[str, int]:
    """Return the first row of each key.

    Examples
    --------
    >>> sorted(first_rows(np.array(["a", "b", "a"], dtype=object)).items())
    [('a', 0), ('b', 1)]
    """
    return dict(zip(keys[::-1].tolist(), range(len(keys) - 1, -1, -1), strict=True))


def candidates(first: Mapping[str, int], n_rows: int, barred: Collection[str]) -> BoolVector:
    """Return which rows may be taken: the first of each key, unless the key is barred.

    Parameters
    ----------
    first
        The first row of each key.
    n_rows
        How many rows there are.
    barred
        The keys of seeds, and those to be left out.

    Examples
    --------
    >>> candidates({"a": 0, "b": 1, "c": 3}, 4, ["c"]).tolist()
    [True, True, False, False]
    """
    free = np.zeros(n_rows, dtype=np.bool_)
    free[np.fromiter(first.values(), dtype=np.int64, count=len(first))] = True
    free[[first[key] for key in barred if key in first]] = False
    return free


def audience_of(
    scores: FloatVector, free: BoolVector, keys: TextVector | IntVector, Z: FloatMatrix, reach: Reach
) -> Audience:
    """Take the candidates that are most alike; their groups are not told yet (all 0).

    Parameters
    ----------
    scores
        Of all rows, shape (n_rows,).
    free
        Which of them may be taken.
    keys, Z
        Of all rows.
    reach
        How many.
    """
    rows = np.flatnonzero(free)
    taken = best(scores[rows], reach.of(len(rows)))
    chosen = rows[taken.places]
    return Audience(
        rows=chosen,
        keys=keys[chosen],
        score=scores[chosen],
        group=np.zeros(len(chosen), dtype=np.int64),
        n_candidates=len(rows),
        n_identical=identical(Z[chosen]),
        n_tied=taken.n_tied,
    )


def identical(Z: FloatMatrix) -> int:
    """Return how many rows equal another one in everything.

    Examples
    --------
    >>> identical(np.array([[1.0], [2.0], [1.0]]))
    2
    """
    whole = np.ascontiguousarray(Z + 0.0).view(np.dtype((np.void, Z.itemsize * Z.shape[1]))).ravel()
    counts = np.unique(whole, return_counts=True)[1]
    return int(counts[counts > 1].sum())
