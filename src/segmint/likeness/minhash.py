"""Hashes of sets: the smallest of random numbers over what is in a set, several of them a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.likeness.buckets import Codes, mixed, odd_numbers
from segmint.likeness.projections import in_any_table
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector, IntVector

EMPTY = np.iinfo(np.int64).max
"""The hash of an empty set: all empty sets are alike."""


@dataclass(frozen=True, eq=False)
class MinHashing:
    """Signatures of ``n_bands`` bands with ``n_rows`` hashes each; sets that agree in a whole band are compared.

    One hash of two sets agrees with probability |A ∩ B| / |A ∪ B|. Broder (1997), doi:10.1109/SEQUEN.1997.666900;
    bands: Leskovec, Rajaraman, Ullman (2014), Mining of Massive Datasets, §3.4.

    Attributes
    ----------
    numbers
        A random number for each possible member, a hash each: shape (n_bands, n_rows, n_members).
    salt
        What a band's code is mixed with, shape (n_bands, n_rows).
    """

    numbers: IntVector
    salt: Codes

    @classmethod
    def drawn(cls, ready: FloatMatrix, *, n_bands: int, n_rows: int, seed: int = 0) -> MinHashing:
        """Draw random numbers for rows of flags."""
        rng = generator(seed, "minhash", n_bands, n_rows)
        numbers = rng.integers(0, EMPTY, (n_bands, n_rows, ready.shape[1]), dtype=np.int64)
        return cls(numbers, odd_numbers(rng, (n_bands, n_rows)))

    def signatures(self, ready: FloatMatrix) -> IntVector:
        """Return the smallest number over each row's members, shape (n_bands, n_rows, n_samples)."""
        rows, members = np.nonzero(ready)
        result = np.full((*self.numbers.shape[:2], ready.shape[0]), EMPTY)
        if rows.size:
            holding, starts = np.unique(rows, return_index=True)
            for band, numbers in zip(result, self.numbers, strict=True):
                for hashes, own in zip(band, numbers, strict=True):
                    hashes[holding] = np.minimum.reduceat(own[members], starts)
        return result

    def codes(self, ready: FloatMatrix) -> Codes:
        """Return the code of each row in each band."""
        signed = self.signatures(ready)
        return np.stack([mixed(band, salt) for band, salt in zip(signed, self.salt, strict=True)])

    def probes(self, ready: FloatMatrix) -> Codes:
        """Return each query's own codes."""
        return self.codes(ready)[:, None, :]

    def collision(self, distance: FloatVector) -> FloatVector:
        """Return 1 − distance: the share of what two sets have in common, for Jaccard distances."""
        return np.asarray(1.0 - distance)

    def found(self, distance: FloatVector) -> FloatVector:
        """Return 1 − (1 − J^n_rows)^n_bands with J of :meth:`collision`.

        Examples
        --------
        >>> hashing = MinHashing(np.zeros((20, 5, 1), np.int64), np.ones((20, 5), np.uint64))
        >>> hashing.found(np.array([0.2, 0.8])).round(3).tolist()
        [1.0, 0.006]
        """
        return in_any_table(self.collision(distance), *reversed(self.numbers.shape[:2]))
