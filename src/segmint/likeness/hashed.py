"""An index of hash tables: rows that share a bucket with a query in any table are compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from segmint.likeness.buckets import Buckets, Codes
from segmint.likeness.index import Neighbors, Points, nearest_of
from segmint.types import FloatMatrix, FloatVector, IntVector

_CANDIDATES = 1 << 21  # pairs held at once: bounds memory


class Hashing(Protocol):
    """What gives near rows the same code more often than far ones."""

    def codes(self, ready: FloatMatrix) -> Codes:
        """Return the code of each row in each table, shape (n_tables, n_samples)."""

    def probes(self, ready: FloatMatrix) -> Codes:
        """Return the codes to look up for queries, their own first: shape (n_tables, n_probes, n_queries)."""

    def collision(self, distance: FloatVector) -> FloatVector:
        """Return the probability by theory that one hash of two rows at a distance of the metric agrees."""

    def found(self, distance: FloatVector) -> FloatVector:
        """Return the probability that two rows at a distance share a bucket in any table, without probes."""


@dataclass(frozen=True, eq=False)
class HashedIndex:
    """Hash tables over the rows.

    Attributes
    ----------
    points
        The rows.
    hashing
        How rows get their codes.

    Examples
    --------
    >>> from segmint.likeness.metrics import METRICS
    >>> from segmint.likeness.projections import SignHashing
    >>> X = np.array([[1.0, 0.0], [1.0, 0.01], [-1.0, 0.0]])
    >>> points = Points.of(METRICS["cosine"], X)
    >>> index = HashedIndex(points, SignHashing.drawn(points.ready, n_tables=4, n_bits=2, seed=0))
    >>> index.query(X[:1], 2).rows.tolist()
    [[0, 1]]
    """

    points: Points
    hashing: Hashing

    @cached_property
    def tables(self) -> tuple[Buckets, ...]:
        """The tables, made when they are first asked for."""
        return tuple(Buckets.of(codes) for codes in self.hashing.codes(self.points.ready))

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return the k nearest of the rows that share a bucket with each query."""
        seen, n_queries = self.points.seen(Q), Q.shape[0]
        codes = self.hashing.probes(seen)
        rows, distances = np.empty((n_queries, k), np.int64), np.empty((n_queries, k))
        looked = np.empty(n_queries, np.int64)
        for part in self._parts(codes):
            queries, found = self._candidates(codes[:, :, part])
            near = self.points.apart(seen[part], queries, found)
            n_part = part.stop - part.start
            rows[part], distances[part] = nearest_of(queries, found, near, n_queries=n_part, k=k)
            looked[part] = np.bincount(queries, minlength=n_part)
        return Neighbors(rows, distances, looked)

    def _parts(self, codes: Codes) -> Iterator[slice]:
        """Yield slices of queries whose buckets hold about ``_CANDIDATES`` rows together, one query at least."""
        held = np.zeros(codes.shape[2], np.int64)
        for table, probes in zip(self.tables, codes, strict=True):
            for probe in probes:
                held += table.sizes(probe)[1]
        ends, first = np.cumsum(held), 0
        while first < held.size:
            begun = ends[first] - held[first]
            last = int(np.searchsorted(ends, begun + _CANDIDATES, side="right"))
            yield slice(first, max(first + 1, last))
            first = max(first + 1, last)

    def _candidates(self, codes: Codes) -> tuple[IntVector, IntVector]:
        """Return each pair of a query and a row that share a bucket, once."""
        own = np.arange(codes.shape[2])
        pairs = [np.empty(0, np.int64)]
        for table, probes in zip(self.tables, codes, strict=True):
            for probe in probes:
                queries, rows = table.members(own, probe)
                pairs.append(queries * self.points.n_samples + rows)
        found = np.concatenate(pairs)
        found.sort()
        kept = found[np.diff(found, prepend=-1) != 0]
        return kept // self.points.n_samples, kept % self.points.n_samples
