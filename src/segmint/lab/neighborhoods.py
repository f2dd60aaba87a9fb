"""Phase II: k nearest neighbors beside clustering, metrics of texts, the curse of dimensionality. Task 2.3."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from sklearn.cluster import KMeans
from sklearn.neighbors import KNeighborsRegressor

from segmint.charts.neighborhoods import Curse, Told, curse_picture, metrics_picture, supervision_picture
from segmint.data import example_table, read
from segmint.data.dataset import Dataset
from segmint.errors import UsageError
from segmint.lab.lesson import Assignment, Lesson, Table, rows_of
from segmint.lab.requests import Weighed, shipped_requests
from segmint.likeness.metrics import METRICS, pairwise
from segmint.likeness.shared import SPARSE, all_distances
from segmint.measure.agreement import adjusted_rand
from segmint.model.schema import Kind, Role
from segmint.prepare.fit import Prepared, prepare
from segmint.seeds import generator, random_state
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import numbers, say, sentence

K: Final = 10
FOLDS: Final = 5
FEWEST: Final = 30
MOST_CLASSES: Final = 20
FEW: Final = 3
"""How many requests of each intent are known where labels are few."""
DRAWS: Final = 20
DIMENSIONS: Final = (2, 4, 8, 16, 32, 64, 128, 256, 512)
CURSED: Final = ("euclidean", "manhattan", "chebyshev", "cosine")
_POINTS, _QUERIES = 1_000, 30
_WIDEST: Final = 256  # directions of the texts; they have some four hundred words


@dataclass(frozen=True)
class Supervised:
    """What neighbors tell of one label, and what clusters say of it without having seen it.

    ``accuracy`` and ``majority`` are shares of ``n_rows`` rows; ``ari`` compares as many clusters as labels.
    """

    name: str
    n_rows: int
    n_classes: int
    majority: float
    accuracy: float
    ari: float


def neighborhoods(assignment: Assignment) -> Lesson:
    """Task 2.3: k-NN with labels and values beside K-Means without, six metrics of texts, distances by dimension."""
    prepared, names = _prepared(assignment)
    X = prepared.matrix.X
    told = [_supervised(prepared, name, assignment.seed) for name in names]
    fits = _regressions(prepared, assignment.seed)
    texts = shipped_requests()
    by_metric = _by_metric(texts, assignment.seed)
    curse = (*_generated(assignment.seed), *_real(X, texts, assignment.seed))
    first, best = told[0], max(by_metric, key=lambda name: by_metric[name].few)
    worst = min(by_metric, key=lambda name: by_metric[name].few)
    every = [one.every for one in by_metric.values()]
    column = max(fits, key=lambda name: fits[name])
    cubes = next(one for one in curse if one.name == "euclidean").contrast
    return Lesson(
        headline=sentence(
            "lab.t23.headline", name=first.name, accuracy=first.accuracy, majority=first.majority, ari=first.ari
        ),
        findings=(
            *(sentence(f"lab.t23.{_told(one)}", name=one.name, accuracy=one.accuracy, majority=one.majority,
                       ari=one.ari, n=one.n_classes, k=K, folds=FOLDS) for one in told),
            sentence("lab.t23.regression", column=column, r2=fits[column], n=len(fits), low=min(fits.values()),
                     worst=min(fits, key=lambda name: fits[name])),
            sentence("lab.t23.metrics", low=min(every), high=max(every), n=len(texts.texts), k=K),
            sentence("lab.t23.few", best=_metric(best), a=by_metric[best].few, worst=_metric(worst),
                     b=by_metric[worst].few, few=FEW, draws=DRAWS),
            sentence("lab.t23.curse", low=cubes[0], high=cubes[-1], d=DIMENSIONS[-1],
                     requests=next(one for one in curse if one.name == "requests").contrast[-1], words=_WIDEST),
            *([sentence("lab.t23.own")] if assignment.data is not None else []),
        ),
        tables=(_labels_table(told), _columns_table(fits), _metrics_table(by_metric), _curse_table(curse)),
        pictures=_pictures(prepared, first, by_metric, texts, curse, assignment.seed),
        explanation=tuple(
            sentence(f"lab.t23.{part}") for part in ("objectives", "knn", "cosine", "jaccard", "shares", "dimension", "fails")
        ),
        figures={
            "labels": {one.name: {"accuracy": one.accuracy, "majority": one.majority, "ari": one.ari} for one in told},
            "r2": fits,
            "metrics": {name: asdict(one) for name, one in by_metric.items()},
            "curse": {one.name: dict(zip(one.dimensions, one.contrast, strict=True)) for one in curse},
        },
    )  # fmt: skip


def _told(one: Supervised) -> str:
    """Return which finding a label gives: neighbors know it where they are right clearly oftener than the majority."""
    margin = 2 * np.sqrt(one.majority * (1 - one.majority) / one.n_rows)
    return "known" if one.accuracy > one.majority + margin else "unknown"


def wholesale() -> Dataset:
    """Return the shipped customers of a wholesaler: six columns of spending; channel and region only describe."""
    return read(example_table("wholesale_customers"))


def _prepared(assignment: Assignment) -> tuple[Prepared, list[str]]:
    """Return the prepared table, and the columns of labels: flags and categories that only describe."""
    dataset = rows_of(assignment, wholesale)
    prepared = prepare(dataset)
    names = [
        feature.name
        for feature in dataset.schema
        if feature.role is Role.DESCRIBE
        and feature.kind in (Kind.FLAG, Kind.CATEGORY)
        and 2 <= len(_levels(prepared, feature.name)) <= MOST_CLASSES
    ]
    if not names:
        raise UsageError("lab.no_label", most=MOST_CLASSES)
    if prepared.matrix.X.shape[0] < FEWEST:
        raise UsageError("lab.too_few_rows", n=prepared.matrix.X.shape[0], fewest=FEWEST)
    return prepared, names


def _levels(prepared: Prepared, name: str) -> list[str]:
    return sorted({str(value) for value in prepared.columns[name] if value is not None})


def _labels(prepared: Prepared, name: str) -> tuple[IntVector, IntVector]:
    """Return the rows whose label is known, and their labels numbered."""
    place = {level: number for number, level in enumerate(_levels(prepared, name))}
    found = [
        (row, place[str(value)]) for row, value in enumerate(prepared.columns[name]) if value is not None
    ]
    rows, labels = zip(*found, strict=True)
    return np.array(rows, dtype=np.int64), np.array(labels, dtype=np.int64)


def folds_of(labels: IntVector, seed: int) -> IntVector:
    """Deal rows out to folds so that each has its share of each label; shape (n_samples,)."""
    order = np.lexsort((generator(seed, "lab", "folds").random(labels.size), labels))
    folds = np.empty(labels.size, np.int64)
    folds[order] = np.arange(labels.size) % FOLDS
    return folds


def voted(distances: FloatMatrix, labels: IntVector, folds: IntVector, k: int = K) -> IntVector:
    """Return for each row the commonest label of its k nearest rows in the other folds.

    Parameters
    ----------
    distances
        Of each row to each, shape (n_samples, n_samples).
    labels, folds
        Shape (n_samples,), from 0 on.
    k
        How many neighbors vote; of labels with as many votes the one of the nearer neighbors wins.
    """
    found = np.empty_like(labels)
    for fold in range(FOLDS):
        mine, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        near = np.argsort(distances[np.ix_(mine, others)], axis=1, kind="stable")[:, :k]
        ballots = labels[others][near]
        votes = np.zeros((mine.size, int(labels.max()) + 1))
        for place in range(ballots.shape[1]):
            votes[np.arange(mine.size), ballots[:, place]] += 1 + 1e-3 * 0.5**place
        found[mine] = votes.argmax(axis=1)
    return found


def _supervised(prepared: Prepared, name: str, seed: int) -> Supervised:
    rows, labels = _labels(prepared, name)
    X = prepared.matrix.X[rows]
    distances = pairwise(METRICS["euclidean"], X, X)
    right = voted(distances, labels, folds_of(labels, seed)) == labels
    counts = np.bincount(labels)
    clusters = _clusters(X, counts.size, seed)
    return Supervised(
        name, rows.size, counts.size, float(counts.max() / rows.size), float(right.mean()),
        adjusted_rand(labels, clusters),
    )  # fmt: skip


def _clusters(X: FloatMatrix, n_clusters: int, seed: int) -> IntVector:
    fit = KMeans(n_clusters, n_init=10, random_state=random_state(seed, "lab", "knn")).fit(X)
    return np.asarray(fit.labels_, dtype=np.int64)


def _regressions(prepared: Prepared, seed: int) -> dict[str, float]:
    """Return R² of each prepared number from all the others, by neighbors in the other folds; 0 is the mean's."""
    X = prepared.matrix.X
    if X.shape[1] < 2:
        raise UsageError("lab.one_column")
    folds = folds_of(np.zeros(len(X), np.int64), seed)
    return {name: _r2(X, j, folds) for j, name in enumerate(prepared.matrix.feature_names)}


def _r2(X: FloatMatrix, j: int, folds: IntVector) -> float:
    others, wanted = np.delete(X, j, axis=1), X[:, j]
    told, mean = np.empty(len(X)), np.empty(len(X))
    for fold in range(FOLDS):
        mine = folds == fold
        told[mine] = KNeighborsRegressor(K).fit(others[~mine], wanted[~mine]).predict(others[mine])
        mean[mine] = wanted[~mine].mean()
    left = float(np.square(wanted - mean).sum())
    return 1.0 - float(np.square(wanted - told).sum()) / left if left > 0 else 0.0


def _by_metric(texts: Weighed, seed: int) -> dict[str, Told]:
    """Return how often k-NN tells the texts' labels by each metric, best with few known labels first."""
    labels = np.asarray(texts.labels)
    folds, draws = folds_of(labels, seed), [_few(labels, seed, draw) for draw in range(DRAWS)]
    found = {name: _told_by(all_distances(name, texts.W), labels, folds, draws) for name in SPARSE}
    return dict(sorted(found.items(), key=lambda item: -item[1].few))


def _few(labels: IntVector, seed: int, draw: int) -> IntVector:
    """Draw a few rows of each label: all that is known."""
    rng = generator(seed, "lab", "few", draw)
    return np.concatenate(
        [rng.permutation(np.flatnonzero(labels == one))[:FEW] for one in range(int(labels.max()) + 1)]
    )


def _told_by(distances: FloatMatrix, labels: IntVector, folds: IntVector, draws: list[IntVector]) -> Told:
    shares = []
    for known in draws:
        told = labels[known][distances[:, known].argmin(axis=1)]
        asked = np.ones(labels.size, np.bool_)
        asked[known] = False
        shares.append(float((told == labels)[asked].mean()))
    low, high = np.quantile(shares, (0.1, 0.9))
    every = float((voted(distances, labels, folds) == labels).mean())
    return Told(every, float(np.mean(shares)), float(low), float(high))


# ---------------------------------------------------------------------------------- the curse of dimensionality


def contrast(metric: str, X: FloatMatrix, Q: FloatMatrix) -> float:
    """Return the median over queries of (farthest − nearest) / nearest, rows equal to the query left out; ≥ 0."""
    distances = pairwise(METRICS[metric], Q, X)
    away = np.where(distances > 1e-9, distances, np.inf).min(axis=1)
    known = np.isfinite(away)
    return float(np.median(distances.max(axis=1)[known] / away[known] - 1)) if known.any() else 0.0


def _generated(seed: int) -> list[Curse]:
    """Return the contrast of points drawn evenly from a cube, by metric and dimension."""
    rng = generator(seed, "lab", "curse")
    drawn = [(rng.random((_POINTS, d)) - 0.5, rng.random((_QUERIES, d)) - 0.5) for d in DIMENSIONS]
    return [Curse(metric, DIMENSIONS, tuple(contrast(metric, X, Q) for X, Q in drawn)) for metric in CURSED]


def _real(X: FloatMatrix, texts: Weighed, seed: int) -> list[Curse]:
    """Return the contrast of the table by its columns, and of the texts by their widest directions."""
    rng = generator(seed, "lab", "curse-real")
    columns = tuple(range(2, X.shape[1] + 1))
    asked = rng.permutation(len(X))[:_QUERIES]
    table = tuple(contrast("euclidean", X[:, :d], X[asked][:, :d]) for d in columns)
    rows = texts.W[rng.permutation(len(texts.W))[: _POINTS + _QUERIES]]
    left, widths, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    turned = left * widths
    dimensions = tuple(d for d in DIMENSIONS if d <= _WIDEST)
    told = tuple(contrast("euclidean", turned[_QUERIES:, :d], turned[:_QUERIES, :d]) for d in dimensions)
    return [Curse("table", columns, table), Curse("requests", dimensions, told)]


# ------------------------------------------------------------------------------------------ tables and pictures


def _metric(name: str) -> str:
    return say(f"lab.t23.metric_{name.replace('-', '_')}")


def _labels_table(told: list[Supervised]) -> Table:
    head = tuple(
        say(f"lab.head.{name}") for name in ("label", "classes", "majority", "knn_accuracy", "kmeans_ari")
    )
    rows = (
        (one.name, numbers.count(one.n_classes), numbers.share(one.majority), numbers.share(one.accuracy),
         numbers.agreement(one.ari))
        for one in told
    )  # fmt: skip
    return Table(head, tuple(rows))


def _columns_table(fits: dict[str, float]) -> Table:
    head = (say("lab.head.column"), say("lab.head.r2"))
    return Table(head, tuple((name, numbers.agreement(value)) for name, value in fits.items()))


def _metrics_table(by_metric: dict[str, Told]) -> Table:
    head = (say("lab.head.metric"), say("lab.head.few_right", few=FEW), say("lab.head.knn_accuracy"))
    rows = (
        (_metric(name), numbers.share(one.few), numbers.share(one.every)) for name, one in by_metric.items()
    )
    return Table(head, tuple(rows))


def _curse_table(curse: tuple[Curse, ...]) -> Table:
    generated = [one for one in curse if one.name in CURSED]
    texts = next(one for one in curse if one.name == "requests")
    by_dimension = dict(zip(texts.dimensions, texts.contrast, strict=True))
    head = (
        say("lab.head.dimensions"),
        *(_metric(one.name) for one in generated),
        say("lab.t23.curse_requests"),
    )
    rows = tuple(
        (numbers.count(d), *(numbers.unit(one.contrast[place]) for one in generated),
         numbers.unit(by_dimension[d]) if d in by_dimension else numbers.MISSING)
        for place, d in enumerate(DIMENSIONS)
    )  # fmt: skip
    return Table(head, rows)


def _pictures(
    prepared: Prepared, first: Supervised, by_metric: dict[str, Told], texts: Weighed, curse: tuple[Curse, ...],
    seed: int,
) -> dict[str, object]:  # fmt: skip
    rows, labels = _labels(prepared, first.name)
    X = prepared.matrix.X[rows]
    clusters = _clusters(X, first.n_classes, seed)
    right = voted(pairwise(METRICS["euclidean"], X, X), labels, folds_of(labels, seed))
    names = {one.name: say(f"lab.t23.curse_{one.name}") for one in curse}
    metrics = {_metric(name): value for name, value in by_metric.items()}
    base = float(np.bincount(np.asarray(texts.labels)).max() / len(texts.texts))
    pictures = (
        supervision_picture(_flat(X), labels, right, clusters, first.name, _levels(prepared, first.name),
                            first.accuracy, first.ari),
        metrics_picture(metrics, len(texts.texts), base, FEW, DRAWS),
        curse_picture(curse, names),
    )  # fmt: skip
    return {one.name: one.titled() for one in pictures}


def _flat(X: FloatMatrix) -> FloatMatrix:
    """Return rows in their two widest directions, shape (n_samples, 2)."""
    centered: FloatVector = X - X.mean(axis=0)
    return np.asarray(centered @ np.linalg.svd(centered, full_matrices=False)[2][:2].T)
