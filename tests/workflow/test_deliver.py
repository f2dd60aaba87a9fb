from __future__ import annotations

from pathlib import Path

import pytest

import segmint
from segmint.workflow.deliver import Delivered
from segmint.workflow.library import rename_segment
from segmint.workflow.planning import RunOptions
from segmint.workflow.studies import named_study

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
    rename_segment(segmint.load_model(delivered.model), delivered.model, "S1", "Restaurants")
    again = segmint.run(segmint.example_table("wholesale_customers"), tmp_path, options=QUICK, track=False)
    assert again.study_id == delivered.study_id
    for study in (again.study, named_study(segmint.load_study(again.folder), tmp_path)):
        assert study.model is not None
        assert study.model.card("S1").name == "Restaurants"
    assert again.report is not None
    assert "Restaurants" in again.report.read_text(encoding="utf-8")
    assert segmint.load_model(delivered.model).card("S1").name == "Restaurants"
