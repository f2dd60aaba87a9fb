from __future__ import annotations

from pathlib import Path

import pytest

import segmint
from segmint.workflow.deliver import Delivered
from segmint.workflow.library import rename_segment
from segmint.workflow.planning import RunOptions
from segmint.workflow.studies import find_finalist, keep_decision, named_study

QUICK = RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=0)


@pytest.fixture
def delivered(tmp_path: Path) -> Delivered:
    return segmint.run(segmint.example_table("wholesale_customers"), tmp_path, options=QUICK, track=False)


def test_everything_of_a_run_lies_in_the_workspace(delivered: Delivered, tmp_path: Path) -> None:
    assert delivered.folder.parent == tmp_path / "studies"
    assert delivered.model == tmp_path / "models" / "wholesale_customers.segmint"
    assert delivered.report is not None
    assert delivered.report.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert delivered.tracked is None and delivered.tracking_failed is None


def test_names_that_people_gave_survive_the_same_run(delivered: Delivered, tmp_path: Path) -> None:
    assert delivered.model is not None
    rename_segment(delivered.model, "S1", "Restaurants")
    again = segmint.run(segmint.example_table("wholesale_customers"), tmp_path, options=QUICK, track=False)
    assert again.study_id == delivered.study_id
    for study in (again.study, named_study(segmint.load_study(again.folder), tmp_path)):
        assert study.model is not None
        assert study.model.card("S1").name == "Restaurants"
    assert again.report is not None
    assert "Restaurants" in again.report.read_text(encoding="utf-8")
    assert segmint.load_model(delivered.model).card("S1").name == "Restaurants"


def test_what_a_person_decided_survives_the_same_run(tmp_path: Path) -> None:
    table, both = segmint.example_table("wholesale_customers"), ("kmeans", "ward")
    options = RunOptions(families=both, ks=(2, 3), n_resamples=20)
    first = segmint.run(table, tmp_path, options=options, track=False)
    other = next(name for name in first.study.models if name != first.study.decision.configuration)
    family, k = first.study.trial(other).configuration.family, first.study.trial(other).n_clusters
    keep_decision(first.folder, f"{family}-{k}", "they know it", tmp_path)
    again = segmint.run(table, tmp_path, options=options, track=False)
    assert (again.study.decision.configuration, again.study.decision.chosen_by) == (other, "user")
    assert again.model is not None
    assert segmint.load_model(again.model).manifest.decided_because == "they know it"


@pytest.mark.parametrize("wanted", ["kmeans-2", "K-Means 2", "k means 2"])
def test_a_finalist_is_found_as_people_say_it(delivered: Delivered, wanted: str) -> None:
    assert find_finalist(delivered.study, wanted) == delivered.study.decision.configuration


def test_another_is_refused_with_those_that_can_be_chosen(delivered: Delivered) -> None:
    with pytest.raises(segmint.SegmintError, match=r"kmeans-2 \("):
        find_finalist(delivered.study, "kmeans-99")
