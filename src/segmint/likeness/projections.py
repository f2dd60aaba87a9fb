"""Hashes of random projections: signs for angles, steps of a width for Euclidean distances."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from segmint.likeness.buckets import Codes, mixed, odd_numbers
from segmint.seeds import generator
from segmint.types import FloatMatrix, FloatVector

_SAMPLE = 256
_erf = np.frompyfunc(math.erf, 1, 1)


@dataclass(frozen=True, eq=False)
class SignHashing:
    """On which side of random planes a row lies: one bit a plane, ``n_bits`` of them a code.

    Of two rows at the angle θ a bit agrees with probability 1 − θ/π. Charikar (2002), doi:10.1145/509907.509965.
    With probes, the bits whose planes lie nearest to the query are turned one by one, as in Lv et al. (2007),
    Multi-probe LSH (VLDB), §4.

    Attributes
    ----------
    planes
        Normals, shape (n_tables, n_bits, n_seen).
    n_probes
        Buckets looked up in each table, 1 … n_bits + 1.
    """

    planes: FloatMatrix
    n_probes: int = 1

    @classmethod
    def drawn(
        cls, ready: FloatMatrix, *, n_tables: int, n_bits: int, n_probes: int = 1, seed: int = 0
    ) -> SignHashing:
        """Draw planes for rows of as many features."""
        rng = generator(seed, "planes", n_tables, n_bits)
        return cls(rng.normal(size=(n_tables, n_bits, ready.shape[1])), min(n_probes, n_bits + 1))

    def codes(self, ready: FloatMatrix) -> Codes:
        """Return the code of each row in each table."""
        return np.stack([self._code(ready @ planes.T >= 0) for planes in self.planes])

    def probes(self, ready: FloatMatrix) -> Codes:
        """Return each query's code, then codes with one bit turned: those nearest to their planes first."""
        result = np.empty((len(self.planes), self.n_probes, ready.shape[0]), np.uint64)
        for table, planes in zip(result, self.planes, strict=True):
            sides = ready @ planes.T
            table[0] = self._code(sides >= 0)
            order = np.argsort(np.abs(sides), axis=1, kind="stable")
            for probe in range(1, self.n_probes):
                table[probe] = table[0] ^ (np.uint64(1) << order[:, probe - 1].astype(np.uint64))
        return result

    def collision(self, distance: FloatVector) -> FloatVector:
        """Return 1 − θ/π for cosine distances 1 − cos θ.

        Examples
        --------
        >>> hashing = SignHashing(np.zeros((8, 4, 2)))
        >>> hashing.collision(np.array([0.0, 1.0, 2.0])).tolist()
        [1.0, 0.5, 0.0]
        >>> hashing.found(np.array([1.0])).round(3).tolist()
        [0.403]
        """
        return np.asarray(1.0 - np.arccos(np.clip(1.0 - distance, -1.0, 1.0)) / np.pi)

    def found(self, distance: FloatVector) -> FloatVector:
        """Return 1 − (1 − p^n_bits)^n_tables with p of :meth:`collision`."""
        return in_any_table(self.collision(distance), self.planes.shape[1], self.planes.shape[0])

    @staticmethod
    def _code(bits: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Codes:
        weights = np.uint64(1) << np.arange(bits.shape[1], dtype=np.uint64)
        return np.asarray((bits * weights).sum(axis=1, dtype=np.uint64))


@dataclass(frozen=True, eq=False)
class StableHashing:
    """In which step of a width a row's random projections lie: ``n_hashes`` of them a code.

    Of two rows at the Euclidean distance c a hash agrees with probability
    1 − 2Φ(−w/c) − 2 (1 − exp(−w²/2c²)) / (√(2π) w/c). Datar et al. (2004), doi:10.1145/997817.997857.
    With probes, the neighboring step is tried where a projection lies nearest to its border (see :class:`SignHashing`).

    Attributes
    ----------
    directions
        Shape (n_tables, n_hashes, n_seen).
    offsets
        Where steps begin, in widths, shape (n_tables, n_hashes).
    salt
        What codes are mixed with, the same shape.
    width
        The width of a step, in the metric's units.
    n_probes
        Buckets looked up in each table, 1 … n_hashes + 1.
    """

    directions: FloatMatrix
    offsets: FloatMatrix
    salt: Codes
    width: float
    n_probes: int = 1

    @classmethod
    def drawn(
        cls,
        ready: FloatMatrix,
        *,
        n_tables: int,
        n_hashes: int,
        widths: float = 1.0,
        n_probes: int = 1,
        seed: int = 0,
    ) -> StableHashing:
        """Draw directions; a step is ``widths`` times the usual distance of a row to its nearest of 256 drawn rows."""
        rng = generator(seed, "directions", n_tables, n_hashes)
        shape = (n_tables, n_hashes)
        return cls(
            rng.normal(size=(*shape, ready.shape[1])),
            rng.random(shape),
            odd_numbers(rng, shape),
            widths * _usual_distance(ready, rng),
            min(n_probes, n_hashes + 1),
        )

    def codes(self, ready: FloatMatrix) -> Codes:
        """Return the code of each row in each table."""
        parts = (self._steps(ready, table)[0] for table in range(len(self.directions)))
        return np.stack([mixed(steps, salt) for steps, salt in zip(parts, self.salt, strict=True)])

    def probes(self, ready: FloatMatrix) -> Codes:
        """Return each query's code, then codes with one step moved: those nearest to a border first."""
        result = np.empty((len(self.directions), self.n_probes, ready.shape[0]), np.uint64)
        for number, (table, salt) in enumerate(zip(result, self.salt, strict=True)):
            steps, inside = self._steps(ready, number)
            table[0] = mixed(steps, salt)
            order = np.argsort(np.minimum(inside, 1 - inside), axis=0, kind="stable")
            up = np.where(inside > 0.5, salt[:, None], np.uint64(0) - salt[:, None])  # one step more or less
            for probe in range(1, self.n_probes):
                chosen = order[probe - 1]
                table[probe] = table[0] + up[chosen, np.arange(chosen.size)]
        return result

    def collision(self, distance: FloatVector) -> FloatVector:
        """Return the probability that one hash agrees, by Euclidean distance of ready rows.

        Examples
        --------
        >>> hashing = StableHashing(np.zeros((1, 1, 2)), np.zeros((1, 1)), np.ones((1, 1), np.uint64), 4.0)
        >>> hashing.collision(np.array([0.0, 1.0, 4.0])).round(3).tolist()
        [1.0, 0.801, 0.369]
        """
        ratio = self.width / np.maximum(distance, 1e-12 * self.width)
        below = 0.5 * (1 + np.asarray(_erf(-ratio / math.sqrt(2)), dtype=np.float64))
        edge = 2 / (math.sqrt(2 * math.pi) * ratio) * (1 - np.exp(-(ratio**2) / 2))
        return np.asarray(1 - 2 * below - edge)

    def found(self, distance: FloatVector) -> FloatVector:
        """Return 1 − (1 − p^n_hashes)^n_tables with p of :meth:`collision`."""
        return in_any_table(self.collision(distance), self.directions.shape[1], self.directions.shape[0])

    def _steps(
        self, ready: FloatMatrix, table: int
    ) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int64]], FloatMatrix]:
        """Return each hash's step and how far inside it rows lie (0 … 1), shape (n_hashes, n_samples)."""
        at = self.directions[table] @ ready.T / self.width + self.offsets[table][:, None]
        below = np.floor(at)
        return np.clip(below, -(2.0**62), 2.0**62).astype(np.int64), at - below


def in_any_table(collision: FloatVector, n_hashes: int, n_tables: int) -> FloatVector:
    """Return 1 − (1 − p^r)^L: the probability that all r hashes agree in at least one of L tables.

    Examples
    --------
    >>> in_any_table(np.array([0.5]), 2, 2).tolist()
    [0.4375]
    """
    return np.asarray(1.0 - (1.0 - collision**n_hashes) ** n_tables)


def _usual_distance(ready: FloatMatrix, rng: np.random.Generator) -> float:
    """Return the median over drawn rows of the distance to the nearest other drawn row; 1 where all are equal."""
    rows = ready[rng.choice(len(ready), min(_SAMPLE, len(ready)), replace=False)]
    squares = ((rows[:, None, :] - rows[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    nearest = np.sqrt(squares.min(axis=1))
    positive = nearest[(nearest > 0) & np.isfinite(nearest)]
    return float(np.median(positive)) if positive.size else 1.0
