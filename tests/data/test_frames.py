from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SchemaError, SegmintError, SourceError, UsageError, ValueRuleError
from segmint.model.schema import Kind

COLUMNS: dict[str, Any] = {
    "customer_id": [f"{n:05d}" for n in range(40)],
    "spend": [None if n == 7 else n * 1.25 for n in range(40)],
    "visits": [n % 11 for n in range(40)],
    "plan": ["basic", "pro", "team", "basic"] * 10,
    "vip": [n % 3 == 0 for n in range(40)],
}


def frames() -> dict[str, Any]:
    table = pa.table(COLUMNS)
    return {
        "pandas": pd.DataFrame(COLUMNS),
        "pandas with Arrow": table.to_pandas(types_mapper=pd.ArrowDtype),
        "pandas with an index": pd.DataFrame(COLUMNS, index=range(100, 140)),
        "polars": pl.DataFrame(COLUMNS),
        "polars, lazy": pl.LazyFrame(COLUMNS),
        "arrow": table,
        "duckdb": duckdb.from_arrow(table),
    }


@pytest.mark.parametrize("name", frames())
def test_every_kind_of_frame_is_the_same_table(name: str) -> None:
    dataset = read(frames()[name])
    assert dataset.fingerprint == read(pa.table(COLUMNS)).fingerprint
    assert dataset.keys.tolist() == COLUMNS["customer_id"]
    assert dataset.table.column("spend").to_pylist() == COLUMNS["spend"]
    assert [feature.kind for feature in dataset.schema] == [
        Kind.TEXT,
        Kind.NUMBER,
        Kind.COUNT,
        Kind.CATEGORY,
        Kind.FLAG,
    ]
    assert dataset.source == "frame"


def test_a_frame_is_not_changed() -> None:
    frame = pd.DataFrame(COLUMNS)
    before = frame.copy(deep=True)
    read(frame, ReadOptions(rename={"spend": "x"}, features=("x", "visits")))
    pd.testing.assert_frame_equal(frame, before)


def test_a_pandas_frame_with_gaps_in_whole_numbers_keeps_its_keys_whole() -> None:
    frame = pd.DataFrame({"id": [float(n) for n in range(30)], "x": np.linspace(0.5, 2, 30)})
    assert read(frame, ReadOptions(key="id")).keys.tolist() == [str(n) for n in range(30)]


def test_texts_of_a_frame_stay_texts() -> None:
    frame = pd.DataFrame({"x": np.linspace(0.5, 2, 30), "code": [str(n % 5) for n in range(30)]})
    assert read(frame).schema.feature("code").kind is Kind.CATEGORY
    assert read(frame, ReadOptions(kinds={"code": Kind.NUMBER})).table.column("code").to_pylist()[:2] == [
        0.0,
        1.0,
    ]


def test_a_column_of_mixed_objects_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        read(pd.DataFrame({"x": [1.5, "s3cret", object()] * 5, "y": range(15)}))
    assert "s3cret" not in caught.value.text()


@pytest.mark.parametrize("names", [["a", "a"], ["a", "A"], ["a", ""]])
def test_names_follow_the_rules_of_all_sources(names: list[str]) -> None:
    frame = pd.DataFrame(np.arange(20).reshape(10, 2) / 4, columns=names)
    with pytest.raises((SchemaError, SourceError)):
        read(frame)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_values_are_refused_with_row_and_column(value: float) -> None:
    frame = pd.DataFrame({"x": np.linspace(0.5, 2, 30), "y": np.linspace(1, 3, 30)})
    frame.loc[4, "y"] = value
    with pytest.raises(ValueRuleError) as caught:
        read(frame)
    assert "row 5" in caught.value.where
    assert "y" in caught.value.where


@pytest.mark.parametrize("source", [None, 5, [1, 2], {"a": [1, 2]}, np.zeros((3, 2)), object()])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(UsageError):
        read(source)


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), pd.DataFrame({"a": []}), pl.DataFrame({"a": []}), pa.table({})]
)
def test_a_frame_without_rows_holds_no_data(frame: Any) -> None:
    with pytest.raises(SegmintError) as caught:
        read(frame)
    assert caught.value.code == "data.no_data"
