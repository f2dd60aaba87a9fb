"""A file, a frame and a dataset of the same rows get the same segments, or a dataset is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.errors import SchemaError
from segmint.model.assignment import Assignment
from segmint.model.segment_model import SegmentModel
from segmint.workflow.assign import assign

OPTIONS = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=5)
SIZES = ("1", "1", "2", "2", "3", "3")


def rows(sizes: tuple[object, ...] = SIZES) -> dict[str, list[object]]:
    """Return rows whose size says as much as their hours."""
    return {
        "hours": [10.0 * (n % 6) + n / 60 for n in range(60)],
        "visits": [n % 6 for n in range(60)],
        "size": [sizes[n % 6] for n in range(60)],
    }


def trained(table: dict[str, list[object]], **reading) -> SegmentModel:
    options = segmint.ReadOptions(
        features=("hours", "visits", "size"), kinds={"size": "category", "visits": "count"}, **reading
    )
    model = segmint.study(segmint.read(pa.table(table), options), OPTIONS).model
    assert model is not None
    return model


@pytest.fixture(scope="module")
def model() -> SegmentModel:
    return trained(rows())


def written(table: dict[str, list[object]], path: Path) -> Path:
    lines = [",".join(map(str, row)) for row in zip(*table.values(), strict=True)]
    path.write_text("\n".join([",".join(table), *lines]) + "\n")
    return path


def same(a: Assignment, b: Assignment) -> bool:
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("segment_ids", "segment_names", "confidence", "runner_up", "novelty")
    )


def test_a_category_that_was_read_as_a_number_is_refused(model: SegmentModel) -> None:
    numbers = pa.table(rows(sizes=(1, 1, 2, 2, 3, 3)))
    read_alone = segmint.read(numbers)
    assert read_alone.schema.feature("size").kind in ("number", "count")
    with pytest.raises(SchemaError) as refused:
        assign(model, read_alone)
    assert refused.value.code == "workflow.other_columns"
    assert [line.split("”")[0] for line in refused.value.details] == ["− “size"]
    by_the_models_kinds = segmint.read(numbers, segmint.ReadOptions(kinds={"size": "category"}))
    assert same(assign(model, by_the_models_kinds), assign(model, numbers))


def test_a_file_a_frame_and_a_dataset_get_the_same_segments(model: SegmentModel, tmp_path: Path) -> None:
    frame = pa.table(rows())
    path = written(rows(), tmp_path / "new.csv")
    from_file = segmint.read(path, segmint.ReadOptions(kinds={"size": "category"}))
    given = [frame, path, segmint.read(frame), from_file]
    first, *others = (assign(model, each) for each in given)
    assert len(set(first.segment_ids)) > 1
    assert all(same(first, other) for other in others)


def test_numbers_and_counts_are_the_same_values(model: SegmentModel) -> None:
    table = rows() | {"visits": [0.5 + n % 6 for n in range(60)]}
    dataset = segmint.read(pa.table(table))
    assert dataset.schema.feature("visits").kind == "number"
    assert same(assign(model, dataset), assign(model, pa.table(table)))


@pytest.mark.parametrize("column", ["visits", "size"])
def test_a_column_without_a_value_has_no_kind_of_its_own(model: SegmentModel, column: str) -> None:
    for kind in (pa.string(), pa.float64()):
        frame = pa.table(rows() | {column: pa.nulls(60, kind)})
        assert same(assign(model, segmint.read(frame)), assign(model, frame))


def test_levels_that_were_taken_for_free_text_are_levels(model: SegmentModel) -> None:
    frame = pa.table(rows())
    dataset = segmint.read(frame, segmint.ReadOptions(kinds={"size": "text"}))
    assert same(assign(model, dataset), assign(model, frame))


@pytest.mark.parametrize("column", ["size", "hours"])
def test_what_means_missing_in_the_model_is_no_value(column: str, tmp_path: Path) -> None:
    model = trained(rows(), missing_values=("9",))
    path = written(rows() | {column: ["9", *rows()[column][1:]]}, tmp_path / "new.csv")
    kinds = {"size": "category"}
    with pytest.raises(SchemaError) as refused:
        assign(model, segmint.read(path, segmint.ReadOptions(kinds=kinds)))
    assert refused.value.details == (f"− “{column}”: holds a value that means missing in the model",)
    told = segmint.read(path, segmint.ReadOptions(kinds=kinds, missing_values=("9",)))
    assert same(assign(model, told), assign(model, path))
