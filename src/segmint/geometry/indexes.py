"""The table of indexes: which kinds serve a metric, and the settings of each that are worth a try on a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from segmint.errors import UsageError
from segmint.geometry import faiss_index, kd_index
from segmint.geometry.faiss_index import HNSWIndex, IVFIndex
from segmint.geometry.kd_index import KDTreeIndex
from segmint.likeness.exact import ExactIndex
from segmint.likeness.hashed import HashedIndex
from segmint.likeness.index import Index, Points
from segmint.likeness.metrics import Metric
from segmint.likeness.minhash import MinHashing
from segmint.likeness.projections import SignHashing, StableHashing

EXACT: Final = "exact"


@dataclass(frozen=True, eq=False)
class Variant:
    """One setting of an index over a table.

    Attributes
    ----------
    kind
        Its row in :data:`INDEXES`.
    setting
        Its parameters by name.
    index
        What answers queries. A structure is built when the first setting over it is made or asked, and shared by settings.
    """

    kind: str
    setting: Mapping[str, Any]
    index: Index


@dataclass(frozen=True)
class IndexKind:
    """One kind of index.

    Attributes
    ----------
    name
        Its name in the table.
    exact
        Whether it finds every nearest row.
    hashed
        Whether it is locality-sensitive hashing.
    serves
        Whether it can answer by a metric.
    variants
        ``variants(points, seed)``: settings over one table, the cheapest first.
    """

    name: str
    exact: bool
    hashed: bool
    serves: Callable[[Metric], bool]
    variants: Callable[[Points, int], Iterator[Variant]]


def _exact(points: Points, seed: int) -> Iterator[Variant]:
    del seed
    yield Variant(EXACT, {}, ExactIndex(points))


def _kd_tree(points: Points, seed: int) -> Iterator[Variant]:
    del seed
    yield Variant("kd-tree", {}, KDTreeIndex(points))


def _bits(points: Points, rows_in_a_bucket: int) -> int:
    """Return how many bits a code needs for buckets of about so many rows, were they filled evenly."""
    return min(62, max(2, (points.n_samples // rows_in_a_bucket).bit_length()))


def _signs(points: Points, seed: int) -> Iterator[Variant]:
    for n_tables in (4, 16):
        bits = _bits(points, 64)
        hashing = SignHashing.drawn(points.ready, n_tables=n_tables, n_bits=bits, seed=seed)
        index = HashedIndex(points, hashing)
        for n_probes in sorted({1, min(4, bits + 1), bits + 1}):
            yield Variant(
                "lsh",
                {"n_tables": n_tables, "n_bits": bits, "n_probes": n_probes},
                _probing(index, replace(hashing, n_probes=n_probes)),
            )


def _steps(points: Points, seed: int) -> Iterator[Variant]:
    for n_tables, n_hashes, widths in ((8, 8, 2.0), (8, 8, 4.0), (16, 12, 4.0)):
        hashing = StableHashing.drawn(
            points.ready, n_tables=n_tables, n_hashes=n_hashes, widths=widths, seed=seed
        )
        index = HashedIndex(points, hashing)
        for n_probes in (1, n_hashes + 1):
            yield Variant(
                "lsh",
                {"n_tables": n_tables, "n_hashes": n_hashes, "widths": widths, "n_probes": n_probes},
                _probing(index, replace(hashing, n_probes=n_probes)),
            )


def _probing(index: HashedIndex, hashing: SignHashing | StableHashing) -> HashedIndex:
    """Return an index with other probes over the same tables."""
    other = HashedIndex(index.points, hashing)
    other.__dict__["tables"] = index.tables
    return other


def _projections(points: Points, seed: int) -> Iterator[Variant]:
    angles = points.metric.name in ("cosine", "correlation")
    return (_signs if angles else _steps)(points, seed)


def _minhash(points: Points, seed: int) -> Iterator[Variant]:
    for n_bands, n_rows in ((16, 4), (32, 4), (32, 2), (64, 2)):
        hashing = MinHashing.drawn(points.ready, n_bands=n_bands, n_rows=n_rows, seed=seed)
        yield Variant("minhash", {"n_bands": n_bands, "n_rows": n_rows}, HashedIndex(points, hashing))


def _hnsw(points: Points, seed: int) -> Iterator[Variant]:
    del seed
    index = HNSWIndex(points)
    for effort in (16, 64, 256):
        yield Variant("hnsw", {"n_links": index.n_links, "effort": effort}, index.with_effort(effort))


def _ivf(points: Points, seed: int) -> Iterator[Variant]:
    n_cells = max(1, min(4096, round(points.n_samples**0.5)))
    index = IVFIndex(points, n_cells, seed=seed)
    for n_probes in (1, 4, 16, 64):
        if n_probes <= n_cells:
            yield Variant("ivf", {"n_cells": n_cells, "n_probes": n_probes}, index.with_probes(n_probes))


def _of_euclid(metric: Metric) -> bool:
    return metric.of_square is not None


INDEXES: Final[Mapping[str, IndexKind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            IndexKind(EXACT, True, False, lambda metric: True, _exact),  # noqa: ARG005
            IndexKind("kd-tree", True, False, kd_index.serves, _kd_tree),
            IndexKind("lsh", False, True, _of_euclid, _projections),
            IndexKind("minhash", False, True, lambda metric: metric.name == "jaccard", _minhash),
            IndexKind("hnsw", False, False, lambda m: _of_euclid(m) and faiss_index.available(), _hnsw),
            IndexKind("ivf", False, False, lambda m: _of_euclid(m) and faiss_index.available(), _ivf),
        )
    }
)


def check_serves(name: str, metric: Metric) -> None:
    """Refuse an index that can't answer by a metric.

    Raises
    ------
    UsageError
        If there is none of that name, it does not serve the metric, or it is not installed.
    """
    if name in ("hnsw", "ivf") and _of_euclid(metric):
        faiss_index.faiss_library()
    serving = [kind.name for kind in INDEXES.values() if kind.serves(metric)]
    if name not in serving:
        raise UsageError("likeness.no_such_index", name=name, metric=metric.name, known=serving)


def lacks_faiss(metric: Metric) -> bool:
    """Return whether faiss would serve a metric, but is not installed."""
    return _of_euclid(metric) and not faiss_index.available()


def variants_for(points: Points, *, seed: int = 0) -> Iterator[Variant]:
    """Yield every setting of every kind that serves a table's metric, the exact index first.

    Examples
    --------
    >>> import numpy as np
    >>> from segmint.likeness.metrics import METRICS
    >>> points = Points.of(METRICS["chebyshev"], np.arange(8.0).reshape(-1, 2))
    >>> [variant.kind for variant in variants_for(points)]
    ['exact', 'kd-tree']
    """
    for kind in INDEXES.values():
        if kind.serves(points.metric):
            yield from kind.variants(points, seed)
