"""Theory made visible: where K-Means starts decides where it ends. Task 4.1."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import make_blobs

from segmint.charts.lessons import optima_chart
from segmint.data import read
from segmint.data.dataset import Dataset
from segmint.families.kmeans import fit_kmeans
from segmint.lab.lesson import Assignment, Lesson, Table, rows_of
from segmint.prepare.fit import prepare
from segmint.seeds import derive
from segmint.types import FloatVector
from segmint.words import numbers, say, sentence

INITS = ("k-means++", "random")
N_SEEDS = 200
N_BLOBS = 15
TOLERANCE = 1e-6  # relative: two inertias closer than this are the same optimum


def initialization(assignment: Assignment) -> Lesson:
    """Task 4.1: k-means++ against random starts over many seeds, with the spread of the optima."""
    dataset = rows_of(assignment, fifteen_blobs)
    X = prepare(dataset).matrix.X
    k = min(N_BLOBS, int(np.unique(X, axis=0).shape[0]))
    inertias = {init: _inertias(X, k, init, assignment) for init in INITS}
    best = min(float(values.min()) for values in inertias.values())
    excess = {init: values / best - 1 if best > 0 else values for init, values in inertias.items()}
    figures = {init: _summary(values) for init, values in excess.items()}
    rows = tuple(
        (
            init,
            numbers.share(f["reached"]),
            numbers.share(f["median"]),
            numbers.share(f["worst"]),
            numbers.count(f["n_optima"]),
        )
        for init, f in figures.items()
    )
    head = (
        say("lab.head.start"),
        say("lab.head.reached"),
        say("lab.head.median"),
        say("lab.head.worst"),
        say("lab.head.optima"),
    )
    plus, random = figures["k-means++"], figures["random"]
    return Lesson(
        headline=sentence("lab.t41.headline", n=N_SEEDS, plus=plus["reached"], random=random["reached"], k=k),
        findings=(
            sentence("lab.t41.spread", plus=plus["worst"], random=random["worst"]),
            sentence(
                "lab.t41.restarts", plus=_restarts(plus["reached"]), random=_restarts(random["reached"])
            ),
        ),
        tables=(Table(head, rows),),
        pictures={"optima": optima_chart(excess)},
        explanation=tuple(
            sentence(f"lab.t41.{part}") for part in ("why", "random", "plus_plus", "mixtures", "practice")
        ),
        figures={"k": k, **figures},
    )


def fifteen_blobs() -> Dataset:
    """Return fifteen round groups of forty points: enough of them that random starts miss some."""
    import pyarrow as pa

    points, _ = make_blobs(
        n_samples=600, centers=N_BLOBS, cluster_std=0.8, center_box=(-12, 12), random_state=42
    )
    return read(pa.table({"x": points[:, 0], "y": points[:, 1]}))


def _inertias(X, k: int, init: str, assignment: Assignment) -> FloatVector:  # type: ignore[no-untyped-def]
    values = np.empty(N_SEEDS)
    for number in range(N_SEEDS):
        seed = derive(assignment.seed, "lab 4.1", number)
        values[number] = fit_kmeans(X, k, n_init=1, seed=seed, init=init)[2]
        assignment.progress("fitted", number + 1, N_SEEDS)
    return values


def _summary(excess: FloatVector) -> dict[str, float]:
    """Return the share of starts that reach the best optimum, and how far the others stay above it."""
    return {
        "reached": float(np.mean(excess <= 1e-3)),
        "median": float(np.median(excess)),
        "worst": float(excess.max()),
        "n_optima": int(np.unique(np.round(excess / TOLERANCE)).size),
    }


def _restarts(reached: float) -> int:
    """Return how many starts make it 99 % sure that one of them reaches the best optimum."""
    if reached >= 0.99:
        return 1
    if reached <= 0:
        return N_SEEDS
    return int(np.ceil(np.log(0.01) / np.log(1 - reached)))
