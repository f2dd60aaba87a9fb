"""faiss behind the protocol of indexes: a graph of near rows (HNSW), and cells around centers (IVF)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from segmint.errors import UsageError
from segmint.geometry.kd_index import measured
from segmint.likeness.index import Neighbors, Points
from segmint.types import FloatMatrix, IntVector

_TRAINED_ON = 64  # rows a cell's center is learned from


def available() -> bool:
    """Return whether faiss is installed."""
    return importlib.util.find_spec("faiss") is not None


def faiss_library() -> Any:
    """Return faiss.

    Raises
    ------
    UsageError
        If it is not installed; the error names the extra that installs it.
    """
    try:
        return importlib.import_module("faiss")
    except ImportError:
        raise UsageError("likeness.no_faiss") from None


@contextmanager
def one_thread() -> Iterator[None]:
    """Let faiss use one thread for a while; nothing happens where it is not installed."""
    if not available():
        yield
        return
    faiss = faiss_library()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


@dataclass(frozen=True, eq=False)
class HNSWIndex:
    """A navigable graph. Malkov, Yashunin (2020), doi:10.1109/TPAMI.2018.2889473.

    It works in 32 bits; the distances that it tells are computed anew in 64. Equal rows in the table are linked
    to each other only where they are fewer than ``n_links``.

    Attributes
    ----------
    points
        The rows; the metric must be a function of the Euclidean distance.
    n_links
        Links of each row.
    effort
        How many rows are kept in view while searching; more is slower and finds more.
    """

    points: Points
    n_links: int = 16
    effort: int = 64

    @cached_property
    def graph(self) -> Any:
        """The graph, made when it is first asked for."""
        faiss = faiss_library()
        graph = faiss.IndexHNSWFlat(self.points.ready.shape[1], self.n_links)
        graph.hnsw.efConstruction = 80
        graph.add(_singles(self.points.ready))
        return graph

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return about the k nearest rows of each query."""
        graph, seen = self.graph, self.points.seen(Q)
        graph.hnsw.efSearch = max(self.effort, k)
        return measured(self.points, seen, _rows(graph.search(_singles(seen), k)))

    def with_effort(self, effort: int) -> HNSWIndex:
        """Return the same graph, searched with another effort."""
        other = HNSWIndex(self.points, self.n_links, effort)
        other.__dict__["graph"] = self.graph
        return other


@dataclass(frozen=True, eq=False)
class IVFIndex:
    """Rows in cells around centers; the nearest cells are looked through. Jégou et al. (2011), doi:10.1109/TPAMI.2010.57.

    Attributes
    ----------
    points
        The rows; the metric must be a function of the Euclidean distance.
    n_cells
        Into how many cells the rows are put.
    n_probes
        How many cells are looked through; more is slower and finds more.
    seed
        Of the centers.
    """

    points: Points
    n_cells: int
    n_probes: int = 8
    seed: int = 0

    @cached_property
    def cells(self) -> Any:
        """The cells, made when they are first asked for."""
        faiss = faiss_library()
        rows, n_seen = _singles(self.points.ready), self.points.ready.shape[1]
        flat = faiss.IndexFlatL2(n_seen)
        cells = faiss.IndexIVFFlat(flat, n_seen, self.n_cells, faiss.METRIC_L2)
        cells.cp.seed = self.seed % (1 << 31)
        cells.cp.max_points_per_centroid = _TRAINED_ON
        cells.cp.min_points_per_centroid = 1
        cells.cp.niter = 10
        cells.train(rows)
        cells.add(rows)
        return cells

    def query(self, Q: FloatMatrix, k: int) -> Neighbors:
        """Return the k nearest rows in the cells nearest to each query."""
        cells, seen = self.cells, self.points.seen(Q)
        cells.nprobe = min(self.n_probes, self.n_cells)
        return measured(self.points, seen, _rows(cells.search(_singles(seen), k)))

    def with_probes(self, n_probes: int) -> IVFIndex:
        """Return the same cells, of which another number is looked through."""
        other = IVFIndex(self.points, self.n_cells, n_probes, self.seed)
        other.__dict__["cells"] = self.cells
        return other


def _singles(rows: FloatMatrix) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    largest = float(np.finfo(np.float32).max)
    return np.ascontiguousarray(np.clip(rows, -largest, largest), dtype=np.float32)


def _rows(found: tuple[Any, Any]) -> IntVector:
    return np.asarray(found[1], dtype=np.int64)
