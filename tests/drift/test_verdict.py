from __future__ import annotations

import numpy as np
import pytest

from segmint.drift.ageing import Agreement
from segmint.drift.causes import Split
from segmint.drift.verdict import Cause, name_cause
from segmint.model.drift_reference import Profile


def profile(new):
    return Profile(
        np.array([600.0, 400.0 - new]), np.array([new, 0.0, 0.0]), np.zeros((2, 1, 9)), np.zeros(1)
    )


def named(*, new=0.0, mix, behavior, significant, came=0.0, agreement=None):
    parts = Split(new, mix, np.array([[behavior], [0.0]]), np.zeros((3, 2)))
    return name_cause(parts, profile(0.0), profile(came), agreement, frozenset(significant))


@pytest.mark.parametrize(
    ("significant", "mix", "behavior", "cause"),
    [
        ({"mix"}, 0.1, 0.2, Cause.MIX),
        ({"mix", "shape"}, 0.1, 0.2, Cause.MIX),
        ({"center"}, 0.2, 0.1, Cause.BEHAVIOR),
        ({"dependence", "shift"}, 0.2, 0.1, Cause.BEHAVIOR),
        ({"mix", "center"}, 0.2, 0.1, Cause.MIX),
        ({"mix", "spread"}, 0.1, 0.2, Cause.BEHAVIOR),
        ({"mix"}, 0.1, 0.4, Cause.BEHAVIOR),
        ({"center"}, 0.4, 0.1, Cause.MIX),
        ({"shape"}, 0.2, 0.1, Cause.MIX),
        ({"shape"}, 0.1, 0.2, Cause.BEHAVIOR),
    ],
)
def test_of_mix_and_behavior_the_one_with_a_significant_statistic_is_named(significant, mix, behavior, cause):
    assert named(mix=mix, behavior=behavior, significant=significant) is cause


def test_new_rows_come_first_where_they_are_many():
    asked = {"mix": 0.1, "behavior": 0.1, "significant": {"novelty"}}
    assert named(new=0.2, came=60.0, **asked) is Cause.NEW
    assert named(new=0.2, came=1.0, **asked) is not Cause.NEW


def test_a_model_ages_only_where_segments_moved():
    aged = Agreement(adjusted_rand=0.4, price=0.3, usual=0.95, judged=True, aged=True)
    assert named(mix=0.1, behavior=0.2, significant={"center"}, agreement=aged) is Cause.AGES
    assert named(mix=0.3, behavior=0.0, significant={"mix"}, agreement=aged) is Cause.MIX


def test_a_few_new_rows_are_the_cause_where_nothing_else_differs():
    """A level that training did not know, in fewer rows than a hundredth."""
    assert named(new=0.3, mix=0.0, behavior=0.0, came=3.0, significant={"center"}) is Cause.NEW
    assert named(new=0.3, mix=0.0, behavior=0.1, came=3.0, significant={"center"}) is Cause.BEHAVIOR
