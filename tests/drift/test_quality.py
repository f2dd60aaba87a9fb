from __future__ import annotations

import numpy as np
import pytest

from segmint.drift.columns import describe_columns, describe_levels, describe_numbers
from segmint.drift.quality import check_quality
from segmint.model.schema import Feature, Kind, Role, Schema

RNG = np.random.default_rng(0)
TRAINING = {
    "spend": np.exp(RNG.normal(3, 1, 4_000)),
    "visits": RNG.poisson(4.0, 4_000).astype(np.float64),
    "rate": np.minimum(1.0, np.round(RNG.integers(4, 24, 4_000) / 12, 6)),
    "plan": RNG.choice(np.array(["basic", "plus", None], dtype=object), 4_000, p=[0.6, 0.38, 0.02]),
}
REFERENCE = {
    "spend": describe_numbers(TRAINING["spend"]),
    "visits": describe_numbers(TRAINING["visits"]),
    "rate": describe_numbers(TRAINING["rate"]),
    "plan": describe_levels(TRAINING["plan"]),
}


def batch(seed: int, n: int = 800):
    rng = np.random.default_rng(seed)
    return {name: rng.choice(column, n) for name, column in TRAINING.items()}


def found(columns):
    return [(finding.column, finding.what) for finding in check_quality(REFERENCE, columns)]


def some(column, share, value):
    column = column.copy()
    column[: int(share * len(column))] = value
    return column


@pytest.mark.parametrize("seed", range(20))
def test_sound_data_have_no_finding(seed):
    assert found(batch(seed, 60 + 100 * seed)) == []


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("spend", lambda c: c * 1000, "unit"),
        ("spend", lambda c: c * 0.01, "unit"),
        ("visits", lambda c: c * 60, "unit"),
        ("visits", lambda c: c * 0.01, "unit"),
        ("rate", lambda c: c * 1000, "unit"),
        ("rate", lambda c: c * 0.01, "unit"),
        ("spend", lambda c: np.full_like(c, np.nan), "empty"),
        ("spend", lambda c: some(c, 0.08, np.nan), "missing"),
        ("spend", lambda c: some(c, 0.3, 0.0), "value"),
        ("visits", lambda c: some(c, 0.5, 4.0), "value"),
        ("spend", lambda c: some(c, 0.02, 1e7), "range"),
        ("plan", lambda c: some(c, 0.04, "gold"), "levels"),
        ("plan", lambda c: some(c, 0.1, None), "missing"),
        ("plan", lambda c: some(c, 1.0, None), "empty"),
    ],
)
def test_each_kind_of_damage_is_named_with_its_column(name, change, what):
    columns = batch(7)
    columns[name] = change(columns[name])
    (finding,) = check_quality(REFERENCE, columns)
    assert (finding.column, finding.what) == (name, what)
    assert f"“{name}”" in str(finding.said)
    assert finding.to_json()["said"] == str(finding.said)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: {**c, "spend": c["spend"] * 1.5},
        lambda c: {**c, "spend": c["spend"] * 5},
        lambda c: {**c, "visits": c["visits"] + 2},
        lambda c: {**c, "spend": some(c["spend"], 0.02, np.nan)},
        lambda c: {**c, "plan": some(c["plan"], 0.01, "gold")},
    ],
)
def test_customers_who_behave_otherwise_are_not_broken_data(change):
    assert found(change(batch(9))) == []


def test_the_factor_is_told_and_the_right_one():
    (finding,) = check_quality(REFERENCE, {**batch(3), "spend": batch(3)["spend"] * 100})
    assert finding.figures == {"factor": 100}
    (finding,) = check_quality(REFERENCE, {**batch(3), "spend": batch(3)["spend"] / 1000})
    assert finding.figures == {"factor": 0.001}


def test_a_few_rows_and_columns_that_training_lacks_say_nothing():
    assert found({"spend": np.array([1e9, 2e9]), "other": np.zeros(50)}) == []
    assert found({"spend": np.empty(0)}) == []
    assert found({"spend": np.full(10, np.nan)}) == []
    assert found({"spend": np.full(30, np.nan)}) == [("spend", "empty")]


def test_columns_that_cluster_are_described_and_nothing_of_fewer_than_five_rows():
    schema = Schema(
        (
            Feature("a", Kind.NUMBER, Role.CLUSTER),
            Feature("b", Kind.CATEGORY, Role.CLUSTER),
            Feature("c", Kind.NUMBER, Role.DESCRIBE),
        )
    )
    numbers = np.concatenate([np.arange(100.0), [5e6] * 4])
    levels = np.array(["x"] * 100 + ["rare"] * 4, dtype=object)
    described = describe_columns({"a": numbers, "b": levels, "c": numbers}, schema)
    assert set(described) == {"a", "b"}
    assert described["a"].quantiles.max() < 100 and described["a"].values.size == 0
    assert described["b"].levels == ("x",) and not described["b"].complete
