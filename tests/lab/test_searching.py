"""Task 2.4: a tree that counts its nodes, hashes against theory, a recommender of texts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from segmint.charts import png
from segmint.errors import UsageError
from segmint.lab.catalog import task
from segmint.lab.lesson import Assignment, Lesson
from segmint.lab.searching import Tried, _best, _verdict, visited_share
from segmint.likeness.index import Neighbors
from segmint.likeness.kd_nodes import grow, search
from segmint.likeness.selves import without_self


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    answer = task("2.4").answer
    assert answer is not None
    return answer(Assignment(workspace=tmp_path_factory.mktemp("lsh")))


@pytest.mark.parametrize("d", [1, 2, 5, 20])
def test_the_tree_that_counts_is_exact(d: int) -> None:
    rng = np.random.default_rng(d)
    X, Q = rng.normal(size=(700, d)), rng.normal(size=(25, d))
    tree, theirs = grow(X), cKDTree(X)
    for query in Q:
        found = search(tree, query, 7)
        distances, rows = theirs.query(query, 7)
        assert found.rows.tolist() == rows.tolist()
        assert found.distances == pytest.approx(distances)


def test_equal_rows_and_ties() -> None:
    X = np.repeat([[0.0, 0.0], [3.0, 4.0]], [40, 40], axis=0)
    tree = grow(X, leaf=4)  # rows that are all equal can't be cut
    found = search(tree, np.array([0.0, 0.0]), 41)
    assert found.rows.tolist() == list(range(41))
    assert found.distances[-1] == 5.0


def test_the_leaves_hold_every_row_once() -> None:
    tree = grow(np.random.default_rng(1).normal(size=(333, 3)))
    assert sorted(np.concatenate([tree.rows[leaf] for leaf in tree.leaves]).tolist()) == list(range(333))
    assert max(tree.rows[leaf].size for leaf in tree.leaves) <= 16


def test_what_is_left_out_lies_beyond_the_last_neighbor() -> None:
    X = np.random.default_rng(7).normal(size=(500, 2))
    tree, query = grow(X), np.array([0.3, 0.1])
    found = search(tree, query, 5)
    left_out = set(tree.leaves.tolist()) - set(found.visited.tolist())
    assert len(left_out) > 20
    for leaf in left_out:
        assert np.linalg.norm(X[tree.rows[leaf]] - query, axis=1).min() >= found.distances[-1]


def test_one_leaf_is_visited_as_a_whole() -> None:
    X = np.random.default_rng(0).normal(size=(12, 2))
    assert visited_share(X, X[:3], k=2) == 1.0


def test_a_row_is_not_its_own_neighbor() -> None:
    found = Neighbors(np.array([[4, 7, 9], [1, 2, 3]]), np.array([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]]))
    assert without_self(found, np.array([7, 8])).rows.tolist() == [[4, 9], [1, 2]]


def test_more_dimensions_more_nodes_and_real_rows_fewer(lesson: Lesson) -> None:
    generated, texts = lesson.figures["visits"]["generated"], lesson.figures["visits"]["texts"]
    values = list(generated.values())
    assert all(a < b for a, b in pairwise(values))
    assert generated[2] < 0.06 and generated[32] > 0.98
    assert texts[32] < 0.6


def test_hashes_agree_as_theory_says(lesson: Lesson) -> None:
    for one in lesson.figures["collisions"].values():
        assert len(one["similarity"]) >= 6
        assert one["measured"] == pytest.approx(one["theory"], abs=0.03)
        assert all(a < b for a, b in zip(one["measured"], one["measured"][1:], strict=False))


def test_bands_turn_where_they_should(lesson: Lesson) -> None:
    wide, narrow = lesson.figures["bands"]["32x2"], lesson.figures["bands"]["8x8"]
    for similarity, found in wide.items():
        assert found == pytest.approx(1 - (1 - similarity**2) ** 32, abs=0.12)
    middle = min(wide, key=lambda similarity: abs(similarity - 0.5))
    assert wide[middle] > 0.9 > 0.2 > narrow[middle]


def test_fewer_bits_find_more_and_look_at_more(lesson: Lesson) -> None:
    tried = lesson.figures["tried"]
    few, many = tried["8 tables of 6 signs"], tried["8 tables of 10 signs"]
    assert few["recall"] > many["recall"] and few["looked"] > many["looked"]
    assert tried["32 tables of 6 signs"]["recall"] > 0.9
    assert all(0 < one["looked"] < 1 for one in tried.values())


def test_the_best_looks_at_the_fewest_of_those_that_find_nine_in_ten() -> None:
    a, b, c = Tried("a", 0.95, 0.5, 1), Tried("b", 0.92, 0.3, 1), Tried("c", 0.4, 0.01, 1)
    assert _best([a, b, c]) is b
    assert _best([c, Tried("d", 0.6, 0.2, 1)]).name == "d"


def test_three_requests_are_recommended_for(lesson: Lesson) -> None:
    examples = lesson.figures["examples"]
    assert len(examples) == 3
    assert all(one["text"] not in one["nearest"] for one in examples)
    assert all(0 <= one["recall"] <= 1 and 0 < one["looked"] < 2800 for one in examples)


def test_pictures_are_drawn(lesson: Lesson) -> None:
    assert set(lesson.pictures) == {"boxes", "visits", "collisions", "bands"}
    assert all(png(picture)[:4] == b"\x89PNG" for picture in lesson.pictures.values())


def test_ones_own_texts_are_not_shown(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    words = [
        "parcel",
        "refund",
        "invoice",
        "driver",
        "window",
        "garden",
        "coffee",
        "ticket",
        "engine",
        "letter",
    ]
    lines = ["id,message", *(f"{n},{' '.join(rng.choice(words, 4))}" for n in range(150))]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(lines) + "\n")
    lesson = task("2.4").answer(Assignment(tmp_path, data=str(path)))  # type: ignore[misc]
    assert lesson.figures["examples"] == [] and len(lesson.tables) == 2
    assert not any("“" in str(one) for one in lesson.findings)


def test_too_few_texts_and_none_at_all(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("message\n" + "the parcel is late\nrefund the parcel\n" * 10)
    with pytest.raises(UsageError, match="needs 60"):
        task("2.4").answer(Assignment(tmp_path, data=str(path)))  # type: ignore[misc]
    path.write_text("a,b\n" + "1,2\n3,4\n" * 40)
    with pytest.raises(UsageError, match="column of texts"):
        task("2.4").answer(Assignment(tmp_path, data=str(path)))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("recall", "seconds", "said"),
    [(0.95, 2.0, "does not pay"), (0.95, 0.5, "best setting"), (0.5, 0.5, "none of these")],
)
def test_the_verdict_is_honest(recall: float, seconds: float, said: str) -> None:
    told = str(_verdict(Tried("exact", 1.0, 1.0, 1.0), Tried("tables", recall, 0.1, seconds), 500))
    assert said in told
