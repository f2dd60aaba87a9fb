"""Phase II: how a k-d tree prunes, how hashing finds likely neighbors, and a recommender of texts. Task 2.4."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import numpy as np

from segmint.charts.searching import (
    Agreement,
    Bands,
    Visits,
    bands_picture,
    boxes_picture,
    collisions_picture,
    visits_picture,
)
from segmint.errors import UsageError
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.lab.requests import Weighed, own_texts, shipped_requests
from segmint.likeness.exact import ExactIndex
from segmint.likeness.hashed import HashedIndex
from segmint.likeness.index import Neighbors, Points
from segmint.likeness.kd_nodes import KDNodes, grow, search
from segmint.likeness.metrics import METRICS
from segmint.likeness.minhash import MinHashing
from segmint.likeness.projections import SignHashing
from segmint.likeness.recall import recall, recall_rows
from segmint.likeness.selves import without_self
from segmint.seeds import generator
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence, numbers, say, sentence

NEAREST: Final = 10
DIMENSIONS: Final = (2, 4, 8, 16, 32)
TREE_ROWS, TREE_QUERIES = 4_000, 60
FEWEST: Final = 60
GOOD: Final = 0.9
"""The part of the true neighbors below which an answer is not taken for one."""
HASHES: Final = 512
QUERIES: Final = 300
SIGNS: Final = ((8, 6), (8, 10), (32, 6), (32, 10))
"""Tables and bits of the hash tables that are tried."""
BANDS: Final = ((32, 2), (16, 4), (8, 8))
"""Bands and hashes a band: 64 hashes each."""
_REPEATS: Final = 8
_PAIR_ROWS: Final = 1_200
_BIN_PAIRS: Final = 300


@dataclass(frozen=True)
class Tried:
    """What one index found: recall of the ten nearest, rows looked at as a share, seconds a query."""

    name: str
    recall: float
    looked: float
    seconds: float


def searching(assignment: Assignment) -> Lesson:
    """Task 2.4: nodes a k-d tree visits by dimension, collisions of hashes, and what both find in real texts."""
    texts = shipped_requests() if assignment.data is None else own_texts(assignment)
    if len(texts.texts) < FEWEST or texts.W.shape[1] < 2:
        raise UsageError("lab.too_few_texts", n=len(texts.texts), fewest=FEWEST)
    seed = assignment.seed
    visits = (_generated(seed), _real(texts, seed))
    agreements, bands = _collisions(texts, seed)
    points = Points.of(METRICS["cosine"], texts.W)
    rows = generator(seed, "lab", "queries").permutation(len(texts.texts))[:QUERIES]
    exact, tried = _tried(points, texts, rows, seed)
    cube, real = visits
    best = _best(tried)
    error = max(abs(a - b) for one in agreements for a, b in zip(one.measured, one.theory, strict=True))
    examples = _examples(points, texts, seed) if assignment.data is None else ()
    return Lesson(
        headline=sentence(
            "lab.t24.headline", low=cube.share[0], high=cube.share[-1], d=cube.dimensions[-1], recall=best.recall,
            looked=best.looked,
        ),
        findings=(
            sentence("lab.t24.tree", n=TREE_ROWS, low=cube.share[0], middle=cube.share[2], e=cube.dimensions[2],
                     high=cube.share[-1], d=cube.dimensions[-1], real=real.share[-1], r=real.dimensions[-1]),
            sentence("lab.t24.collide", error=error, hashes=HASHES),
            *(sentence("lab.t24.tried", name=one.name, recall=one.recall, looked=one.looked) for one in tried),
            _verdict(exact, best, len(texts.texts)),
            *(sentence("lab.t24.example", text=one["text"], recall=one["recall"], looked=one["looked"], n=len(texts.texts))
              for one in examples),
        ),
        tables=(_tried_table(exact, tried), _visits_table(visits), *([_examples_table(examples)] if examples else [])),
        pictures=_pictures(visits, agreements, bands, seed),
        explanation=tuple(
            sentence(f"lab.t24.{part}") for part in ("kd_tree", "kd_fails", "lsh", "bands", "recommender", "fails")
        ),
        figures={
            "visits": {one.name: dict(zip(one.dimensions, one.share, strict=True)) for one in visits},
            "collisions": {
                one.name: {"similarity": one.similarity, "measured": one.measured, "theory": one.theory}
                for one in agreements
            },
            "bands": {f"{one.n_bands}x{one.n_rows}": dict(zip(one.similarity, one.found, strict=True)) for one in bands},
            "tried": {one.name: {"recall": one.recall, "looked": one.looked} for one in tried},
            "examples": list(examples),
        },
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- the k-d tree


def visited_share(X: FloatMatrix, Q: FloatMatrix, k: int = NEAREST) -> float:
    """Return the mean share of a tree's nodes that the search for the k nearest of each query visits."""
    tree = grow(X)
    return float(np.mean([search(tree, query, k).visited.size for query in Q]) / tree.n_nodes)


def _generated(seed: int) -> Visits:
    rng = generator(seed, "lab", "tree")
    shares = []
    for d in DIMENSIONS:
        points = rng.normal(size=(TREE_ROWS + TREE_QUERIES, d))
        shares.append(visited_share(points[TREE_QUERIES:], points[:TREE_QUERIES]))
    return Visits("generated", DIMENSIONS, tuple(shares))


def _real(texts: Weighed, seed: int) -> Visits:
    """Return the same of the texts in their widest directions."""
    rows = texts.W / np.linalg.norm(texts.W, axis=1, keepdims=True)
    values, directions = np.linalg.eigh(rows.T @ rows)
    turned = rows @ directions[:, np.argsort(values)[::-1]]
    order = generator(seed, "lab", "tree-real").permutation(len(rows))
    asked, held = order[: min(TREE_QUERIES, len(rows) // 4)], order[min(TREE_QUERIES, len(rows) // 4) :]
    dimensions = tuple(d for d in DIMENSIONS if d <= turned.shape[1])
    shares = tuple(visited_share(turned[held, :d], turned[asked, :d]) for d in dimensions)
    return Visits("texts", dimensions, shares)


def _flat_tree(seed: int) -> tuple[KDNodes, FloatVector, BoolVector, float]:
    """Return a tree in the plane, a query, which nodes it visits, and how far its tenth neighbor is."""
    points = generator(seed, "lab", "plane").normal(size=(600, 2))
    tree, query = grow(points, leaf=8), np.array([0.9, -0.4])
    found = search(tree, query, NEAREST)
    visited = np.zeros(tree.n_nodes, np.bool_)
    visited[found.visited] = True
    return tree, query, visited, float(found.distances[-1])


# ------------------------------------------------------------------------------------------------- collisions


def _collisions(texts: Weighed, seed: int) -> tuple[tuple[Agreement, ...], tuple[Bands, ...]]:
    """Measure on pairs of texts how often hashes agree, and how often bands find a pair, by similarity."""
    W = texts.W[generator(seed, "lab", "pairs").permutation(len(texts.W))[:_PAIR_ROWS]]
    cosine, jaccard = (Points.of(METRICS[name], W) for name in ("cosine", "jaccard"))
    flags = jaccard.ready
    both, sizes = flags @ flags.T, flags.sum(axis=1)
    alike = {
        "cosine": np.clip(cosine.ready @ cosine.ready.T, -1, 1),
        "jaccard": both / (sizes[:, None] + sizes[None, :] - both),
    }
    sign = SignHashing.drawn(cosine.ready, n_tables=HASHES, n_bits=1, seed=seed)
    least = MinHashing.drawn(flags, n_bands=1, n_rows=HASHES, seed=seed)
    hashes = {"cosine": sign.codes(cosine.ready), "jaccard": least.signatures(flags)[0]}
    agreements = []
    for name, hashing in (("cosine", sign), ("jaccard", least)):
        pairs = _pairs(alike[name], generator(seed, "lab", "bins", name))
        places, measured, theory = [], [], []
        for a, b in pairs:
            near = alike[name][a, b]
            places.append(float(near.mean()))
            measured.append(float((hashes[name][:, a] == hashes[name][:, b]).mean()))
            theory.append(float(hashing.collision(1 - near).mean()))
        agreements.append(Agreement(name, tuple(places), tuple(measured), tuple(theory)))
    pairs = _pairs(alike["jaccard"], generator(seed, "lab", "bins", "bands"))
    return tuple(agreements), tuple(_found(flags, alike["jaccard"], pairs, *shape, seed) for shape in BANDS)


def _pairs(alike: FloatMatrix, rng: np.random.Generator) -> list[tuple[IntVector, IntVector]]:
    """Draw pairs of rows from each tenth of the similarity in which there are twenty."""
    a, b = np.triu_indices(len(alike), 1)
    tenth = np.clip(np.floor(alike[a, b] * 10), 0, 9).astype(np.int64)
    drawn = []
    for place in range(10):
        own = np.flatnonzero(tenth == place)
        if own.size >= 20:
            some = rng.choice(own, min(_BIN_PAIRS, own.size), replace=False)
            drawn.append((a[some], b[some]))
    return drawn


def _found(
    flags: FloatMatrix, alike: FloatMatrix, pairs: list[tuple[IntVector, IntVector]], n_bands: int, n_rows: int, seed: int
) -> Bands:  # fmt: skip
    codes = [
        MinHashing.drawn(flags, n_bands=n_bands, n_rows=n_rows, seed=seed + turn).codes(flags)
        for turn in range(_REPEATS)
    ]
    found = tuple(
        float(np.mean([(one[:, a] == one[:, b]).any(axis=0).mean() for one in codes])) for a, b in pairs
    )
    places = tuple(float(alike[a, b].mean()) for a, b in pairs)
    theory = tuple(float((1 - (1 - alike[a, b] ** n_rows) ** n_bands).mean()) for a, b in pairs)
    return Bands(n_bands, n_rows, places, found, theory)


# ---------------------------------------------------------------------------------------------- the recommender


def _tried(points: Points, texts: Weighed, rows: IntVector, seed: int) -> tuple[Tried, list[Tried]]:
    """Return the exact search and the hash tables over all texts, asked for the neighbors of some of them."""
    Q, k = texts.W[rows], NEAREST + 1  # a text's first neighbor is itself
    truth, seconds = _timed(ExactIndex(points), Q, k)
    exact = Tried(say("lab.t24.exact"), 1.0, 1.0, seconds)
    tried = []
    for n_tables, n_bits in SIGNS:
        index = HashedIndex(
            points, SignHashing.drawn(points.ready, n_tables=n_tables, n_bits=n_bits, seed=seed)
        )
        found, seconds = _timed(index, Q, k)
        name = say("lab.t24.sign", tables=n_tables, bits=n_bits)
        tried.append(
            Tried(
                name,
                recall(without_self(found, rows), without_self(truth, rows)),
                _looked(found, points),
                seconds,
            )
        )
    return exact, tried


def _timed(index: ExactIndex | HashedIndex, Q: FloatMatrix, k: int) -> tuple[Neighbors, float]:
    """Return the answer and the seconds a query; tables are made before."""
    index.query(Q[:1], k)
    start = perf_counter()
    found = index.query(Q, k)
    return found, (perf_counter() - start) / len(Q)


def _looked(found: Neighbors, points: Points) -> float:
    return 1.0 if found.n_looked_at is None else float(found.n_looked_at.mean() / points.n_samples)


def _best(tried: list[Tried]) -> Tried:
    """Return the tables that look at the fewest rows of those that find nine in ten; else those that find most."""
    good = [one for one in tried if one.recall >= GOOD]
    return min(good, key=lambda one: one.looked) if good else max(tried, key=lambda one: one.recall)


def _verdict(exact: Tried, best: Tried, n: int) -> Sentence:
    key = "misses" if best.recall < GOOD else "loses" if best.seconds >= exact.seconds else "wins"
    return sentence(f"lab.t24.{key}", name=best.name, recall=best.recall, looked=best.looked, n=n,
                    a=1000 * best.seconds, b=1000 * exact.seconds)  # fmt: skip


def _examples(points: Points, texts: Weighed, seed: int) -> tuple[dict[str, Any], ...]:
    """Return three requests, their nearest by the exact search, and which of them hash tables find."""
    labels, rng = np.asarray(texts.labels), generator(seed, "lab", "asked")
    chosen = rng.permutation(int(labels.max()) + 1)[:3]
    rows = np.array([rng.choice(np.flatnonzero(labels == one)) for one in chosen], dtype=np.int64)
    hashing = SignHashing.drawn(points.ready, n_tables=8, n_bits=10, seed=seed)
    index, k = HashedIndex(points, hashing), NEAREST + 1
    truth = without_self(ExactIndex(points).query(texts.W[rows], k), rows)
    found = without_self(index.query(texts.W[rows], k), rows)
    shares, looked = recall_rows(found, truth), np.asarray(found.n_looked_at)
    return tuple(
        {
            "text": texts.texts[row],
            "nearest": [texts.texts[one] for one in truth.rows[place, :2].tolist()],
            "hashed": [texts.texts[one] for one in found.rows[place, :2].tolist() if one >= 0],
            "recall": float(shares[place]),
            "looked": int(looked[place]),
        }
        for place, row in enumerate(rows.tolist())
    )


# ------------------------------------------------------------------------------------------ tables and pictures


def _tried_table(exact: Tried, tried: list[Tried]) -> Table:
    head = tuple(say(f"lab.head.{name}") for name in ("index", "recall", "looked", "milliseconds"))
    rows = tuple(
        (one.name, numbers.share(one.recall), numbers.share(one.looked), numbers.unit(1000 * one.seconds))
        for one in (exact, *tried)
    )
    return Table(head, rows)


def _visits_table(visits: tuple[Visits, ...]) -> Table:
    head = (say("lab.head.dimensions"), *(say(f"charts.searching.{one.name}") for one in visits))
    by = [dict(zip(one.dimensions, one.share, strict=True)) for one in visits]
    rows = tuple(
        (str(d), *(numbers.share(one[d]) if d in one else numbers.MISSING for one in by)) for d in DIMENSIONS
    )
    return Table(head, rows)


def _examples_table(examples: tuple[dict[str, Any], ...]) -> Table:
    head = tuple(say(f"lab.head.{name}") for name in ("asked", "exact_nearest", "hashed_nearest", "recall"))
    rows = tuple(
        (one["text"], one["nearest"][0], one["hashed"][0] if one["hashed"] else numbers.MISSING,
         numbers.percent(one["recall"]))
        for one in examples
    )  # fmt: skip
    return Table(head, rows, of_texts=True)


def _pictures(
    visits: tuple[Visits, ...], agreements: tuple[Agreement, ...], bands: tuple[Bands, ...], seed: int
) -> dict[str, Any]:
    tree, query, visited, radius = _flat_tree(seed)
    pictures = (
        boxes_picture(tree, query, visited, radius, NEAREST),
        visits_picture(visits, NEAREST),
        collisions_picture(agreements, HASHES),
        bands_picture(bands),
    )
    return {one.name: one.titled() for one in pictures}
