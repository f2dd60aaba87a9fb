"""The journey of likeness: a table goes in; each row's nearest rows, or the measure of every index, come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from segmint.charts.recall import recall_picture
from segmint.data import open_writer, read
from segmint.data.dataset import Dataset
from segmint.errors import UsageError
from segmint.geometry.indexes import EXACT, INDEXES, check_serves, lacks_faiss, variants_for
from segmint.geometry.recommending import FOUND, Recommendation, recommend
from segmint.geometry.speeds import Speed, drawn_queries, measure_speeds
from segmint.likeness.exact import ExactIndex
from segmint.likeness.index import Index, Neighbors, Points
from segmint.likeness.metrics import Metric, metric_named
from segmint.likeness.recall import recall
from segmint.likeness.selves import neighbors_of_rows
from segmint.model.files import write_file
from segmint.prepare.fit import Prepared, prepare
from segmint.prepare.options import PreparationOptions
from segmint.types import FloatMatrix, Progress, silent
from segmint.words import Sentence, sentence
from segmint.workflow.neighbor_rows import rows_for, with_levels

CHUNK: Final = 1024
"""Rows whose neighbors are found and written at once."""


@dataclass(frozen=True, kw_only=True)
class NeighborOptions:
    """How near rows are looked for.

    Attributes
    ----------
    k
        Neighbors of each row, 1 … n_samples − 1.
    metric
        A name in :data:`segmint.likeness.metrics.METRICS`.
    index
        A name in :data:`segmint.geometry.indexes.INDEXES`.
    preparation
        How columns become features.
    seed
        Of the indexes that draw, and of the queries that measure.
    """

    k: int = 10
    metric: str = "euclidean"
    index: str = EXACT
    preparation: PreparationOptions = field(default_factory=PreparationOptions)
    seed: int = 0


_OF_COVARIANCES: Final = frozenset({"prepare.notice.one_hot", "prepare.notice.more_features"})
"""What is said of a prepared table for the sake of covariances, which other metrics have not."""
_WITH_COVARIANCES: Final = "mahalanobis"


@dataclass(frozen=True, eq=False)
class Ready:
    """A table whose rows can be compared.

    Attributes
    ----------
    dataset, prepared
        As they were read and prepared.
    metric
        How far rows are apart.
    X
        The rows as the metric takes them, shape (n_samples, n_features).
    points
        The rows as it sees them.
    options
        What was asked for.
    """

    dataset: Dataset
    prepared: Prepared
    metric: Metric
    X: FloatMatrix
    points: Points
    options: NeighborOptions

    @property
    def n_features(self) -> int:
        """The number of features that are compared."""
        return int(self.X.shape[1])

    @property
    def notices(self) -> tuple[Sentence, ...]:
        """What was found out when the table was read, prepared and compared."""
        alike = (
            (sentence("workflow.notice.all_alike", metric=self.metric.name),) if _alike(self.points) else ()
        )
        apart = frozenset() if self.metric.name == _WITH_COVARIANCES else _OF_COVARIANCES
        prepared = (said for said in self.prepared.notices if said.key not in apart)
        return (*self.dataset.notices, *prepared, *alike)


@dataclass(frozen=True, eq=False)
class Chosen:
    """The index that answers.

    Attributes
    ----------
    kind, setting
        Its row in the table of indexes, and its parameters.
    index
        What answers.
    recall
        The share of the nearest rows that it finds, measured on some rows; 1 of exact ones.
    n_measured
        On how many rows; 0 where nothing had to be measured.
    """

    kind: str
    setting: dict[str, Any]
    index: Index
    recall: float
    n_measured: int


def checked_metric(options: NeighborOptions) -> Metric:
    """Return the metric that was asked for, before anything is read.

    Raises
    ------
    UsageError
        If there is no such metric, no such index, or the index does not serve the metric.
    """
    metric = metric_named(options.metric)
    check_serves(options.index, metric)
    return metric


def ready(source: Any, options: NeighborOptions) -> Ready:
    """Read a table (unless it was read) and prepare its rows for a metric.

    Raises
    ------
    UsageError
        If there is no such metric or index, or fewer other rows than neighbors are asked for.
    DataError
        If the table can't be prepared, or its values are not what the metric compares.
    """
    metric = checked_metric(options)
    dataset = with_levels(metric, source if isinstance(source, Dataset) else read(source))
    prepared = prepare(dataset, options.preparation)
    n_samples = prepared.matrix.n_samples
    if options.k >= n_samples:
        raise UsageError("likeness.too_many_neighbors", k=options.k, n=n_samples, most=n_samples - 1)
    rows = rows_for(metric, prepared, dataset.schema)
    return Ready(dataset, prepared, metric, rows.X, rows.points(metric), options)


def _alike(points: Points) -> bool:
    """Return whether all rows are equal to the metric."""
    first, rows = points.ready[0], points.ready
    if not np.array_equal(first, rows[-1], equal_nan=True):  # nearly always: not all rows are looked at
        return False
    return bool(np.all((rows == first) | (np.isnan(rows) & np.isnan(first))))


def neighbors(source: Any, options: NeighborOptions | None = None) -> Neighbors:
    """Return the nearest other rows of each row of a table, in memory.

    Parameters
    ----------
    source
        What :func:`segmint.read` gave, or whatever it takes.
    options
        See :class:`NeighborOptions`.

    Returns
    -------
    Neighbors
        Row numbers count the rows that are used, from 0.

    Examples
    --------
    >>> import segmint
    >>> found = neighbors(segmint.example_table("wholesale_customers"), NeighborOptions(k=2))
    >>> found.rows.shape
    (440, 2)
    """
    made = ready(source, options or NeighborOptions())
    parts = list(answers(made, choose(made)))
    return Neighbors(
        np.concatenate([part.rows for part in parts]), np.concatenate([part.distances for part in parts])
    )


def choose(made: Ready) -> Chosen:
    """Return the index that was asked for: of an approximate kind, the first setting that finds .95 of some rows.

    Settings come the cheapest first; where none finds so many, it is the one that finds most.
    """
    if made.options.index == EXACT:
        return Chosen(EXACT, {}, ExactIndex(made.points), 1.0, 0)
    variants = [
        one for one in variants_for(made.points, seed=made.options.seed) if one.kind == made.options.index
    ]
    if INDEXES[made.options.index].exact:
        return Chosen(variants[0].kind, dict(variants[0].setting), variants[0].index, 1.0, 0)
    queries, k = drawn_queries(made.points.n_samples, made.options.seed), made.options.k
    truth = neighbors_of_rows(ExactIndex(made.points), made.X, queries, k)
    best: Chosen | None = None
    for one in variants:
        found = recall(neighbors_of_rows(one.index, made.X, queries, k), truth)
        if best is None or found > best.recall:
            best = Chosen(one.kind, dict(one.setting), one.index, found, len(queries))
        if found >= FOUND:
            break
    assert best is not None, "every kind has a setting"
    return best


def answers(made: Ready, chosen: Chosen, progress: Progress = silent) -> Iterator[Neighbors]:
    """Yield the nearest other rows of each row, some rows at a time."""
    n_samples = made.points.n_samples
    for first in range(0, n_samples, CHUNK):
        rows = np.arange(first, min(first + CHUNK, n_samples))
        yield neighbors_of_rows(chosen.index, made.X, rows, made.options.k)
        progress("neighbors", int(rows[-1]) + 1, n_samples)


def write_neighbors(target: str | Path, made: Ready, chosen: Chosen, progress: Progress = silent) -> int:
    """Write one line a neighbor: key, neighbor, distance, rank (1 is the nearest); return how many.

    Parameters
    ----------
    target
        A file that ends in ``.csv``, ``.tsv`` (each also ``.gz``) or ``.parquet``.
    made, chosen
        The rows and the index that answers.
    progress
        Called as rows are written.
    """
    keys, first = made.prepared.keys, 0
    with open_writer(target) as writer:
        for found in answers(made, chosen, progress):
            n_queries, k = found.rows.shape
            there = found.rows.ravel() >= 0
            writer.write(
                {
                    "key": np.repeat(keys[first : first + n_queries], k)[there],
                    "neighbor": keys[found.rows.ravel()[there]],
                    "distance": found.distances.ravel()[there],
                    "rank": np.tile(np.arange(1, k + 1), n_queries)[there],
                }
            )
            first += n_queries
    return writer.n_rows


def bench(made: Ready, progress: Progress = silent) -> tuple[tuple[Speed, ...], Recommendation]:
    """Measure every index on the table's own rows, and recommend one."""
    options = made.options
    speeds = measure_speeds(made.points, made.X, options.k, seed=options.seed, progress=progress)
    advice = recommend(speeds)
    if lacks_faiss(made.metric):
        advice = replace(advice, reasons=(*advice.reasons, sentence("likeness.without_faiss")))
    return speeds, advice


def draw_bench(target: Path, made: Ready, speeds: tuple[Speed, ...], advice: Recommendation) -> Path:
    """Draw recall against queries a second as a PNG file."""
    n_queries = len(drawn_queries(made.points.n_samples, made.options.seed))
    picture = recall_picture(
        speeds,
        advice,
        k=made.options.k,
        n_queries=n_queries,
        n_rows=made.points.n_samples,
        metric=made.metric.name,
    )
    write_file(target, [picture.png()], refusal="workflow.unwritable_figure")
    return target
