"""Landmarks in original units, for a preparation that may want other columns."""

from __future__ import annotations

import numpy as np

from segmint.lineage.raw import raw_rows
from segmint.model.preparation import LevelStep, NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.words import sentence

INF = np.inf
WHY = sentence("common.rows", n=1)
SCHEMA = Schema(
    (
        Feature("income", Kind.NUMBER, Role.CLUSTER, reason=WHY),
        Feature("visits", Kind.COUNT, Role.CLUSTER, reason=WHY),
        Feature("plan", Kind.CATEGORY, Role.CLUSTER, reason=WHY),
    )
)
INCOME = NumericStep("income", 30.0, -INF, INF, None, 50.0, 20.0)
VISITS = NumericStep("visits", 2.0, 0.0, 40.0, 0.0, 1.1, 0.5, 2.0)
PLAN = LevelStep("plan", ("basic", "plus"), (0.3, 0.3, 0.1), 0.7)


def prepared(*steps: NumericStep | LevelStep) -> Preparation:
    return Preparation(steps, {}, "standard")


def test_numbers_come_back_and_of_levels_the_nearest() -> None:
    raw = {
        "income": np.array([10.0, 90.0, 55.5]),
        "visits": np.array([0.0, 7.0, 39.0]),
        "plan": np.array(["basic", "plus", None], dtype=object),
    }
    own = prepared(INCOME, VISITS, PLAN)
    found = raw_rows(own.forward(raw), own, own, SCHEMA)
    np.testing.assert_allclose(found["income"], raw["income"])
    np.testing.assert_allclose(found["visits"], raw["visits"])
    assert found["plan"].tolist() == raw["plan"].tolist()


def test_a_mean_of_levels_is_what_most_have() -> None:
    own = prepared(PLAN)
    rows = own.forward({"plan": np.array(["plus", "plus", "plus", "basic", None], dtype=object)})
    assert raw_rows(rows.mean(axis=0)[None], own, own, SCHEMA)["plan"].tolist() == ["plus"]


def test_another_preparation_reads_them() -> None:
    logged = NumericStep("income", 1.0, 0.0, INF, 0.0, 3.0, 1.5)
    first, second = prepared(INCOME, VISITS), prepared(logged, VISITS)
    raw = {"income": np.array([10.0, 90.0]), "visits": np.array([1.0, 7.0])}
    found = raw_rows(first.forward(raw), first, second, SCHEMA)
    np.testing.assert_allclose(second.forward(found), second.forward(raw))


def test_a_column_that_was_not_used_is_missing_in_all() -> None:
    first, second = prepared(INCOME), prepared(INCOME, VISITS, PLAN)
    found = raw_rows(np.zeros((3, 1)), first, second, SCHEMA)
    assert np.isnan(found["visits"]).all() and found["plan"].tolist() == [None] * 3
    assert np.isfinite(second.forward(found)).all()
