"""Theory made visible: where K-Means starts decides where it ends. Task 4.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
from sklearn.datasets import make_blobs

from segmint.charts.lessons import REACHED, optima_chart
from segmint.data import read
from segmint.data.dataset import Dataset
from segmint.families.kmeans import fit_kmeans
from segmint.lab.lesson import Assignment, Lesson, Table, rows_of
from segmint.prepare.fit import prepare
from segmint.seeds import derive
from segmint.types import FloatMatrix, FloatVector
from segmint.words import Sentence, numbers, say, sentence

INITS = ("k-means++", "random")
N_SEEDS = 200
N_BLOBS = 15


def initialization(assignment: Assignment) -> Lesson:
    """Task 4.1: k-means++ against random starts over many seeds, with the spread of the optima."""
    dataset = rows_of(assignment, fifteen_blobs)
    X = prepare(dataset).matrix.X
    k = min(N_BLOBS, int(np.unique(X, axis=0).shape[0]))
    inertias = {init: _inertias(X, k, init, assignment) for init in INITS}
    best = min(float(values.min()) for values in inertias.values())
    excess = {init: values / best - 1 if best > 0 else values for init, values in inertias.items()}
    ends = {init: ends_of(values) for init, values in excess.items()}
    plus, random = ends["k-means++"], ends["random"]
    return Lesson(
        headline=sentence("lab.t41.headline", n=N_SEEDS, plus=plus.reached, random=random.reached, k=k),
        findings=(
            sentence("lab.t41.spread", plus=plus.worst, random=random.worst),
            sentence("lab.t41.same", within=REACHED),
            _restarts_told(plus.reached, random.reached),
        ),
        tables=(_table(ends),),
        pictures={"optima": optima_chart(excess)},
        explanation=tuple(
            sentence(f"lab.t41.{part}") for part in ("why", "random", "plus_plus", "mixtures", "practice")
        ),
        figures={"k": k, "within": REACHED, **{init: asdict(end) for init, end in ends.items()}},
    )


def _table(ends: Mapping[str, Ends]) -> Table:
    rows = [
        (
            init,
            numbers.share(end.reached),
            numbers.share(end.median),
            numbers.share(end.worst),
            numbers.count(end.n_optima),
        )
        for init, end in ends.items()
    ]
    heads = ("start", "reached", "median", "worst", "optima")
    return Table(tuple(say(f"lab.head.{head}") for head in heads), tuple(rows))


def fifteen_blobs() -> Dataset:
    """Return fifteen round groups of forty points: enough of them that random starts miss some."""
    points, _ = make_blobs(
        n_samples=600, centers=N_BLOBS, cluster_std=0.8, center_box=(-12, 12), random_state=42
    )
    return read(pa.table({"x": points[:, 0], "y": points[:, 1]}))


def _inertias(X: FloatMatrix, k: int, init: str, assignment: Assignment) -> FloatVector:
    values = np.empty(N_SEEDS)
    for number in range(N_SEEDS):
        seed = derive(assignment.seed, "lab 4.1", number)
        values[number] = fit_kmeans(X, k, n_init=1, seed=seed, init=init)[2]
        assignment.progress("fitted", number + 1, N_SEEDS)
    return values


@dataclass(frozen=True)
class Ends:
    """Where the single starts of one kind end; see :func:`ends_of`."""

    reached: float
    median: float
    worst: float
    n_optima: int


def ends_of(excess: FloatVector) -> Ends:
    """Summarize where single starts end.

    Ends that lie within ``REACHED`` of each other count as one optimum, as in the picture: where a row
    lies on a border it may go either way, which makes another local optimum and no other segmentation.

    Parameters
    ----------
    excess
        Inertia over the best of all starts, minus 1; ≥ 0; shape (n_starts,).

    Returns
    -------
    Ends
        The share of starts that reach the best optimum, the median and the largest excess, and the number
        of different optima.

    Examples
    --------
    >>> ends_of(np.array([0.0, 0.0005, 0.5, 0.5]))
    Ends(reached=0.5, median=0.25025, worst=0.5, n_optima=2)
    """
    n_optima, first = 0, -np.inf
    for value in np.sort(excess).tolist():
        if value > first + REACHED:
            n_optima, first = n_optima + 1, value
    reached = float(np.mean(excess <= REACHED))
    return Ends(reached, float(np.median(excess)), float(excess.max()), n_optima)


def _restarts_told(plus: float, random: float) -> Sentence:
    """Say how many starts it takes; where one kind never got there, that is all that is known of it."""
    if plus > 0 and random > 0:
        return sentence("lab.t41.restarts", plus=_restarts(plus), random=_restarts(random))
    init, reached, other = ("k-means++", plus, "random") if plus > 0 else ("random", random, "k-means++")
    return sentence("lab.t41.restarts_one", init=init, n=_restarts(reached), other=other, tried=N_SEEDS)


def _restarts(reached: float) -> int:
    """Return how many starts make it 99 % sure that one of them reaches the best optimum, as a share > 0 did."""
    if reached >= 0.99:
        return 1
    return int(np.ceil(np.log(0.01) / np.log(1 - reached)))
