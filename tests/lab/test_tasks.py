"""The practical work gives the exercise's answers."""

from __future__ import annotations

import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from segmint.charts import png
from segmint.data import ReadOptions
from segmint.errors import UsageError
from segmint.lab.catalog import TASKS, task
from segmint.lab.following import where_to_look
from segmint.lab.lesson import Assignment, Lesson
from segmint.lab.starting import ends_of
from segmint.model.assignment import assign
from segmint.model.bundle import load_bundle


@pytest.fixture
def answer(tmp_path: Path):
    def run(number: str, **more) -> Lesson:
        found = task(number).answer
        assert found is not None
        return found(Assignment(workspace=tmp_path, **more))

    return run


def test_there_are_twelve_tasks_and_each_is_answered() -> None:
    assert len(TASKS) == 12
    assert all(one.answer is not None for one in TASKS)


def test_a_task_that_is_not_there() -> None:
    with pytest.raises(UsageError):
        task("9.9")


def test_standardisation_of_the_fourteen_rows(answer) -> None:
    lesson = answer("1.1")
    # the mean of the fourteen incomes and scores, and their population standard deviations
    assert lesson.figures["means"] == pytest.approx([45.857, 44.5], abs=1e-3)
    assert lesson.figures["excerpt"][0] == pytest.approx([-1.2916, -0.1943], abs=1e-3)


def test_the_elbow_of_the_fourteen_rows(answer) -> None:
    lesson = answer("1.2")
    inertia = lesson.figures["inertia"]
    assert list(inertia) == list(range(1, 11))
    assert inertia[1] == pytest.approx(28.0)
    assert all(inertia[k] >= inertia[k + 1] for k in range(1, 10))
    assert lesson.figures["elbow"] == 3


def test_the_silhouettes_of_the_fourteen_rows(answer) -> None:
    silhouettes = answer("1.3").figures["silhouette"]
    assert silhouettes[4] == pytest.approx(0.6888, abs=5e-5)
    assert silhouettes[5] == pytest.approx(0.7213, abs=5e-5)


def test_kmeans_and_the_mixture_both_fail_on_moons(answer) -> None:
    figures = answer("2.1").figures
    assert figures["kmeans_wrong"] > 20
    assert figures["gaussian_mixture_wrong"] > 20


def test_dbscan_finds_the_moons(answer) -> None:
    figures = answer("2.2").figures
    assert figures["n_clusters"] == 2
    assert figures["wrong"] == 0
    assert figures["n_noise"] <= 1


def test_every_k_is_tracked(answer, tmp_path) -> None:
    lesson = answer("3.1")
    assert lesson.figures["n_runs"] == 10
    assert (tmp_path / "mlflow.db").is_file()


def test_the_runs_are_looked_for_where_they_were_sent(answer, tmp_path) -> None:
    assert f"--backend-store-uri sqlite:///{tmp_path / 'mlflow.db'}," in " ".join(
        map(str, answer("3.1").findings)
    )
    elsewhere = f"sqlite:///{tmp_path / 'team.db'}"
    said = " ".join(map(str, answer("3.1", tracking_uri=elsewhere).findings))
    assert f"--backend-store-uri {elsewhere}," in said
    assert "mlflow.db" not in said


def test_a_server_is_opened_in_the_browser_and_its_password_is_not_shown(tmp_path) -> None:
    said = str(where_to_look(Assignment(tmp_path, tracking_uri="https://ann:s3cret@mlflow.example:5000")))
    assert "open https://mlflow.example:5000 in the browser" in said
    database = str(where_to_look(Assignment(tmp_path, tracking_uri="postgresql://ann:s3cret@db/mlflow")))
    assert "--backend-store-uri postgresql://db/mlflow" in database


def test_the_share_that_reaches_the_best_and_the_number_of_optima_go_by_one_rule(answer) -> None:
    lesson = answer("4.1")
    ends = ends_of(np.array([0.0, 1e-5, 9e-4, 1.5e-3, 2.5e-3, 0.3]))
    assert (ends.reached, ends.n_optima) == (0.5, 3)
    assert lesson.figures["within"] == 1e-3
    assert "at most 0.1 %" in " ".join(map(str, lesson.findings))
    reached = f"{lesson.figures['k-means++']['reached']:.0%}"
    assert reached.removesuffix("%") in json.dumps(lesson.pictures["optima"].to_dict()["title"])


def test_plus_plus_reaches_the_best_more_often(answer) -> None:
    figures = answer("4.1").figures
    assert figures["k-means++"]["reached"] > figures["random"]["reached"]
    assert figures["k-means++"]["worst"] < figures["random"]["worst"]


@pytest.mark.parametrize("number", sorted({one.number for one in TASKS} - {"3.1"}))
def test_every_answer_has_words_and_a_picture(answer, number) -> None:
    lesson = answer(number)
    assert str(lesson.headline)
    assert len(lesson.explanation) >= 3
    assert all(len(str(part)) > 80 for part in lesson.explanation)
    assert lesson.pictures
    for chart in lesson.pictures.values():
        assert png(chart, scale=1).startswith(b"\x89PNG")


def test_ones_own_data(answer, tmp_path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b\n" + "".join(f"{n % 7 + 20 * (n % 2)},{n % 5 + 30 * (n % 3)}\n" for n in range(60)))
    lesson = answer("1.2", data=str(path))
    assert lesson.figures["elbow"] >= 2


def test_the_scaler_is_packed_with_the_model(answer, tmp_path) -> None:
    figures = answer("3.2").figures
    assert figures["wrong_without_scaler"] > 0
    assert figures["wrong_with_own_scaler"] > 0
    assert figures["checked_rows"] == 10_000
    model = load_bundle(figures["bundle"])
    asked = {name: np.array([value]) for name, value in figures["request"].items()}
    expected = assign(model, asked, np.array([0]))
    assert figures["answer"]["segment_id"] == expected.segment_ids[0]
    assert (Path(figures["image"]) / "Dockerfile").is_file()
    pipeline = joblib.load(figures["pipeline"])  # our own file, written a moment ago
    assert list(dict(pipeline.steps)) == ["scaler", "clusterer"]
    assert isinstance(pipeline["scaler"], StandardScaler)


def test_packing_needs_numbers(answer, tmp_path) -> None:
    table = tmp_path / "t.csv"
    rows = [f"{n % 2 * 50 + n % 5},{'ab'[n % 2]}" for n in range(60)]
    table.write_text("\n".join(["spend,kind", *rows]))
    with pytest.raises(UsageError):
        answer("3.2", data=str(table), options=ReadOptions(features=("spend", "kind")))


def test_both_planted_changes_are_found_and_named(tmp_path: Path) -> None:
    lesson = task("3.3").answer(Assignment(tmp_path))  # type: ignore[misc]
    told = lesson.figures
    assert told["as_before"]["verdict"] in ("stable", "watch")
    assert (told["moved"]["verdict"], told["moved"]["cause"]) == ("drift", "how they behave")
    assert (told["fewer"]["verdict"], told["fewer"]["cause"]) == ("drift", "who comes")
    assert {"looks", "sizes", "centers"} == set(lesson.pictures)
    assert "found and named" in str(lesson.headline)
