"""Rows by their hash: all rows of one code lie side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segmint.types import IntVector

Codes: TypeAlias = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Buckets:
    """One hash table.

    Attributes
    ----------
    codes
        The rows' codes in ascending order, shape (n_samples,).
    rows
        The number of each of these rows.
    """

    codes: Codes
    rows: IntVector

    @classmethod
    def of(cls, codes: Codes) -> Buckets:
        """Sort rows by their code; rows of one code keep their order."""
        order = np.argsort(codes, kind="stable")
        return cls(codes[order], order)

    def sizes(self, codes: Codes) -> tuple[IntVector, IntVector]:
        """Return where the bucket of each code begins, and how many rows are in it."""
        first = np.searchsorted(self.codes, codes, side="left")
        return first, np.searchsorted(self.codes, codes, side="right") - first

    def members(self, queries: IntVector, codes: Codes) -> tuple[IntVector, IntVector]:
        """Return each query once a row in the bucket of its code, and these rows.

        Examples
        --------
        >>> table = Buckets.of(np.array([4, 9, 4], dtype=np.uint64))
        >>> found = table.members(np.array([0, 1]), np.array([4, 5], dtype=np.uint64))
        >>> found[0].tolist(), found[1].tolist()
        ([0, 0], [0, 2])
        """
        first, counts = self.sizes(codes)
        inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(queries, counts), self.rows[np.repeat(first, counts) + inside]


def mixed(parts: npt.NDArray[np.int64], salt: Codes) -> Codes:
    """Return one code of several whole numbers: Σ partᵢ · saltᵢ modulo 2⁶⁴.

    Parameters
    ----------
    parts
        Shape (n_parts, …).
    salt
        Odd random numbers, shape (n_parts,).
    """
    total = np.zeros(parts.shape[1:], np.uint64)
    for part, factor in zip(parts, salt, strict=True):
        total += part.astype(np.uint64) * factor
    return total


def odd_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> Codes:
    """Return odd random numbers of 64 bits."""
    return rng.integers(0, 1 << 63, shape, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
