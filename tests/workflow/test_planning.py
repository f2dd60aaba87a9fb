from __future__ import annotations

import pytest

import segmint
from segmint.data.dataset import Dataset
from segmint.errors import ResourceError, SegmintError
from segmint.families.fit import Cost
from segmint.workflow.planning import RunOptions, plan_run, whole_run


@pytest.fixture(scope="module")
def wholesale() -> Dataset:
    return segmint.read(segmint.example_table("wholesale_customers"))


def test_a_plan_says_what_will_be_fitted_and_what_it_costs(wholesale: Dataset) -> None:
    planned = plan_run(wholesale, RunOptions(families=("kmeans", "ward"), ks=(2, 3)))
    assert [c.family for c in planned.configurations] == ["kmeans", "kmeans", "ward", "ward"]
    assert planned.name == "wholesale_customers"
    assert planned.geometry.X.shape == (440, 6)
    assert 0 < planned.forecast.seconds < plan_run(wholesale).forecast.seconds


def test_what_does_not_fit_is_refused_before_a_fit(wholesale: Dataset) -> None:
    with pytest.raises(ResourceError):
        plan_run(wholesale, RunOptions(memory=1e6))


def test_a_name_that_cannot_be_kept_is_refused_before_a_fit(wholesale: Dataset) -> None:
    with pytest.raises(SegmintError):
        plan_run(wholesale, RunOptions(name="../x"))


def test_a_report_costs_more_and_tracking_more_again() -> None:
    study = Cost(10.0, 4e8)
    untold, told = whole_run(study, track=False), whole_run(study)
    assert study.seconds < untold.seconds < told.seconds
    assert study.memory < untold.memory < told.memory
