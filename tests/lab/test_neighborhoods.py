"""Task 2.3: neighbors beside clusters, metrics of texts, the curse of dimensionality."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from segmint.charts import png
from segmint.data import ReadOptions
from segmint.errors import UsageError
from segmint.lab.catalog import task
from segmint.lab.lesson import Assignment, Lesson
from segmint.lab.neighborhoods import contrast, folds_of, voted
from segmint.likeness.metrics import METRICS, pairwise
from segmint.likeness.shared import SPARSE, all_distances


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    answer = task("2.3").answer
    assert answer is not None
    return answer(Assignment(workspace=tmp_path_factory.mktemp("knn")))


@pytest.mark.parametrize("metric", SPARSE)
def test_sums_over_shared_columns_are_the_metric_s_own(metric: str) -> None:
    rng = np.random.default_rng(3)
    W = rng.random((40, 25)) * (rng.random((40, 25)) < 0.2)
    W[W.sum(axis=1) == 0, 0] = 1.0
    assert all_distances(metric, W) == pytest.approx(pairwise(METRICS[metric], W, W), abs=1e-7)


def test_the_vote_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, 90)
    X = rng.normal(size=(90, 3)) + labels[:, None]
    folds = folds_of(labels, 1)
    own = (voted(pairwise(METRICS["euclidean"], X, X), labels, folds, k=5) == labels).mean()
    theirs = cross_val_score(KNeighborsClassifier(5), X, labels, cv=PredefinedSplit(folds))
    assert own == pytest.approx(theirs.mean())  # five folds of one size; an odd k of two labels has no ties


def test_folds_hold_their_share_of_each_label() -> None:
    labels = np.repeat([0, 1], [70, 20])
    folds = folds_of(labels, 0)
    assert all(np.bincount(labels[folds == fold]).tolist() == [14, 4] for fold in range(5))


def test_channel_is_learned_and_region_is_not(lesson: Lesson) -> None:
    channel, region = lesson.figures["labels"]["Channel"], lesson.figures["labels"]["Region"]
    assert channel["majority"] == pytest.approx(298 / 440)
    assert channel["accuracy"] > 0.87 and 0.2 < channel["ari"] < 0.7
    assert region["accuracy"] < region["majority"] + 0.02 and abs(region["ari"]) < 0.05
    assert "know nothing" in str(lesson.findings[1])


def test_columns_that_go_together_are_told(lesson: Lesson) -> None:
    r2 = lesson.figures["r2"]
    assert set(r2) == {"Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"}
    assert r2["Grocery"] > 0.5 > 0.3 > r2["Delicassen"]


def test_the_metric_matters_where_labels_are_few(lesson: Lesson) -> None:
    told = lesson.figures["metrics"]
    assert set(told) == set(SPARSE)
    assert max(one["every"] for one in told.values()) - min(one["every"] for one in told.values()) < 0.02
    assert told["hellinger"]["few"] > told["euclidean"]["few"] + 0.15
    assert told["jaccard"]["few"] > told["manhattan"]["few"] + 0.05


def test_distances_draw_together_and_real_rows_less(lesson: Lesson) -> None:
    curse = lesson.figures["curse"]
    for metric in ("euclidean", "manhattan", "chebyshev", "cosine"):
        values = list(curse[metric].values())
        assert all(before > after for before, after in itertools.pairwise(values))
    assert curse["euclidean"][512] < 0.3 < 10 < curse["euclidean"][2]
    assert curse["requests"][256] > 5 * curse["euclidean"][256]


def test_the_contrast_of_three_points() -> None:
    X = np.array([[0.0], [1.0], [4.0]])
    assert contrast("euclidean", X, X[:1]) == pytest.approx((4 - 1) / 1)  # the query itself is left out


def test_pictures_are_drawn(lesson: Lesson) -> None:
    assert set(lesson.pictures) == {"supervision", "metrics", "curse"}
    assert all(png(picture)[:4] == b"\x89PNG" for picture in lesson.pictures.values())


def test_a_table_without_a_label_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "a,b\n" + "".join(f"{n % 7 + 20.5 * (n % 2)},{n % 5 + 30.5 * (n % 3)}\n" for n in range(60))
    )
    with pytest.raises(UsageError, match="--describe"):
        task("2.3").answer(Assignment(tmp_path, data=str(path)))  # type: ignore[misc]


def test_ones_own_table(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rng = np.random.default_rng(2)
    rows = [f"{rng.normal() + 9 * (n % 2):.3f},{rng.normal():.3f},{'ab'[n % 2]}" for n in range(80)]
    path.write_text("\n".join(["spend,hours,kind", *rows]) + "\n")
    options = ReadOptions(describe=("kind",))
    lesson = task("2.3").answer(Assignment(tmp_path, data=str(path), options=options))  # type: ignore[misc]
    assert lesson.figures["labels"]["kind"]["accuracy"] > 0.95
