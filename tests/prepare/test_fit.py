from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmint.errors import DataError, SchemaError, ValueRuleError
from segmint.model.schema import Feature, Kind, Missing, Role
from segmint.prepare.fit import prepare
from segmint.prepare.options import PreparationOptions

CLUSTER = Role.CLUSTER


def test_only_clustering_columns_are_prepared_and_all_are_kept(dataset_of) -> None:
    dataset = dataset_of(
        {"age": [20, 30, 40], "city": ["x", "y", "x"]}, (Feature("city", Kind.CATEGORY, Role.DESCRIBE),)
    )
    prepared = prepare(dataset)
    assert prepared.matrix.feature_names == ("age",)
    assert list(prepared.columns) == ["age", "city"]
    assert prepared.keys.tolist() == ["c0", "c1", "c2"]
    assert prepared.kept.all() and prepared.notices == ()


def test_dropped_rows_leave_matrix_columns_and_keys_alike(dataset_of) -> None:
    features = (Feature("a", Kind.NUMBER, CLUSTER, missing=Missing.DROP),)
    prepared = prepare(dataset_of({"a": [1, np.nan, 3, 4], "b": [5, 6, np.nan, 9]}, features))
    assert prepared.kept.tolist() == [True, False, True, True]
    assert prepared.keys.tolist() == ["c0", "c2", "c3"]
    assert prepared.matrix.n_samples == 3 and len(prepared.columns["b"]) == 3
    assert prepared.notices[0].figures == {"n": 1, "total": 4, "columns": ["a"]}


def test_an_empty_column_drops_no_row(dataset_of) -> None:
    dataset = dataset_of({"a": [1.0, 2.0, 3.0], "b": [np.nan] * 3})
    prepared = prepare(dataset, PreparationOptions(missing=Missing.DROP))
    assert prepared.kept.all()
    assert [notice.key for notice in prepared.notices] == ["prepare.left_out.empty"]


def test_a_missing_value_is_an_error_where_the_policy_says_so(dataset_of) -> None:
    dataset = dataset_of({"a": [1.0, 2.0, 31.5], "income": [4.0, np.nan, 77.25]})
    with pytest.raises(ValueRuleError) as refused:
        prepare(dataset, PreparationOptions(missing=Missing.ERROR))
    assert refused.value.figures == {"column": "income", "n": 1, "row": 2}
    assert "77.25" not in str(refused.value)


@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity_is_refused_with_column_count_and_row(dataset_of, bad: float) -> None:
    with pytest.raises(ValueRuleError) as refused:
        prepare(dataset_of({"income": [1.0, bad, bad]}))
    assert refused.value.figures == {"column": "income", "n": 2, "row": 2}


def test_infinity_in_a_column_that_does_not_cluster_is_none_of_our_business(dataset_of) -> None:
    describing = (Feature("note", Kind.NUMBER, Role.DESCRIBE),)
    assert prepare(dataset_of({"a": [1.0, 2.0], "note": [np.inf, 1.0]}, describing)).matrix.n_features == 1


def test_a_text_column_cannot_cluster(dataset_of) -> None:
    features = (Feature("remark", Kind.TEXT, CLUSTER),)
    with pytest.raises(SchemaError, match="remark"):
        prepare(dataset_of({"remark": ["ab", "cd"]}, features))


def test_no_usable_column_is_refused_with_the_reasons(dataset_of) -> None:
    with pytest.raises(SchemaError) as refused:
        prepare(dataset_of({"a": [np.nan] * 3, "b": [np.nan] * 3}))
    assert len(refused.value.details) == 2
    assert "--features" in refused.value.remedy


def test_equal_rows_are_prepared_so_that_the_answer_can_be_none(dataset_of) -> None:
    prepared = prepare(dataset_of({"a": [1.0, 1.0, 1.0], "b": [7.0, 7.0, 7.0]}))
    assert prepared.matrix.X.tolist() == [[0.0], [0.0], [0.0]]
    assert any("all rows are the same" in str(notice) for notice in prepared.notices)


@pytest.mark.parametrize("columns", [{"a": [1.0]}, {"a": [1.0, np.nan, np.nan]}])
def test_fewer_than_two_rows_are_no_data(dataset_of, columns) -> None:
    with pytest.raises(DataError, match="no data"):
        prepare(dataset_of(columns), PreparationOptions(missing=Missing.DROP))


def test_columns_left_out_and_lost_precision_are_noticed(dataset_of) -> None:
    columns = {"a": [1.0, 2.0, 3.0], "same": [7.0, 7.0, 7.0], "wild": [1.0, 2.0, 1e300]}
    prepared = prepare(dataset_of(columns))
    assert [notice.key for notice in prepared.notices] == [
        "prepare.left_out.constant",
        "prepare.warning.precision",
    ]
    assert set(prepared.preparation.notes) == set(columns)
    assert all(str(notice) for notice in prepared.notices)


def test_wide_tables_and_one_hot_columns_are_noticed(dataset_of) -> None:
    rng = np.random.default_rng(0)
    columns = {f"x{i}": rng.normal(size=6) for i in range(7)} | {"city": ["a"] * 5 + ["b"]}
    found = {notice.key for notice in prepare(dataset_of(columns)).notices}
    assert {"prepare.notice.more_features", "prepare.notice.one_hot"} <= found


@pytest.mark.parametrize("scale", ["standard", "robust", "minmax", "none"])
def test_a_category_weighs_as_much_as_a_number(dataset_of, scale) -> None:
    rng = np.random.default_rng(0)
    columns = {"x": rng.normal(0, 30, size=400), "city": rng.choice(["a", "b", "c"], size=400)}
    prepared = prepare(dataset_of(columns), PreparationOptions(scale=scale))
    variances = prepared.matrix.X.var(axis=0)
    assert variances[1:].sum() == pytest.approx(variances[0], rel=0.2)


@pytest.mark.parametrize(("n", "levels"), [(4, ()), (5, ("anna",))])
def test_a_category_with_one_value_is_kept_by_name_from_five_rows_on(dataset_of, n, levels) -> None:
    prepared = prepare(dataset_of({"who": ["anna"] * n}, (Feature("who", Kind.CATEGORY, CLUSTER),)))
    (step,) = prepared.preparation.steps
    assert step.levels == levels
    assert not prepared.matrix.X.any()


def test_the_matrix_is_the_preparation_applied_and_cannot_be_written(dataset_of) -> None:
    rng = np.random.default_rng(3)
    prepared = prepare(dataset_of({"spent": rng.lognormal(5, 2, 300), "age": rng.normal(40, 9, 300)}))
    assert prepared.preparation.forward(prepared.columns).tobytes() == prepared.matrix.X.tobytes()
    with pytest.raises(ValueError, match="read-only"):
        prepared.matrix.X[0, 0] = 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    arrays(
        np.float64, st.integers(2, 80), elements=st.one_of(st.floats(allow_infinity=False), st.floats(0, 1e4))
    ),
    st.sampled_from(["standard", "robust", "minmax", "none"]),
)
def test_any_finite_column_gives_finite_rows_the_same_alone_and_together(dataset_of, column, scale) -> None:
    dataset = dataset_of({"x": column, "base": np.arange(len(column), dtype=float)})
    prepared = prepare(dataset, PreparationOptions(scale=scale))
    X = prepared.matrix.X
    assert np.isfinite(X).all() and np.isfinite(np.sum(X * X))
    for row in {0, len(column) // 2, len(column) - 1}:
        alone = prepared.preparation.forward({n: c[row : row + 1] for n, c in prepared.columns.items()})
        assert alone.tobytes() == X[row].tobytes()
