from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.data.cells import NumberStyle, parse_cells
from segmint.model import parsing
from segmint.model.schema import Feature, Kind, Role


def feature(kind: Kind, date_format: str | None = None, missing_values: tuple[str, ...] = ()) -> Feature:
    return Feature("a", kind, Role.CLUSTER, date_format=date_format, missing_values=missing_values)


CELLS = st.one_of(
    st.text(st.sampled_from("0123456789.,-+eE_ \u00a0'٣infaNA"), max_size=9),
    st.floats(allow_nan=False).map(repr),
    st.dates().map(str),
)


@given(st.lists(CELLS, min_size=1, max_size=20), st.sampled_from([".", ","]), st.booleans())
def test_a_column_and_a_single_cell_get_the_same_numbers(
    cells: list[str], decimal: str, grouped: bool
) -> None:
    style = NumberStyle(decimal, grouped)
    found = parse_cells(pa.array(cells, pa.string()), feature(Kind.NUMBER), style)
    for cell, value, unfit in zip(cells, found.values.to_pylist(), found.unfit, strict=True):
        missing = parsing.is_missing(cell, parsing.ABSENT)
        expected = None if missing else parsing.parse_number(cell, decimal=decimal, grouped=grouped)
        assert value == expected
        assert unfit == (expected is None and not missing)


_PLAIN_CELLS = st.one_of(
    st.none(), st.text(st.sampled_from("0123456789+-.eE"), max_size=6), st.floats(allow_nan=False).map(repr)
)


@given(st.lists(_PLAIN_CELLS, min_size=1, max_size=6), st.integers(0, 3))
def test_numbers_read_at_once_are_numbers_read_one_by_one(cells: list[str | None], start: int) -> None:
    column = pa.array(["7"] * start + cells + ["x"], pa.string()).slice(start, len(cells))
    found = parse_cells(column, feature(Kind.NUMBER), NumberStyle())
    for cell, value, unfit in zip(cells, found.values.to_pylist(), found.unfit, strict=True):
        missing = parsing.is_missing(cell, parsing.ABSENT)
        expected = None if cell is None or missing else parsing.parse_number(cell)
        assert value == expected
        assert unfit == (expected is None and not missing)


@given(st.lists(CELLS, min_size=1, max_size=20))
def test_a_column_and_a_single_cell_get_the_same_dates(cells: list[str]) -> None:
    found = parse_cells(pa.array(cells, pa.string()), feature(Kind.DATE), NumberStyle())
    for cell, value in zip(cells, found.values.to_pylist(), strict=True):
        assert value == (None if parsing.is_missing(cell, parsing.ABSENT) else parsing.parse_date(cell))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_number_is_read_exactly(numbers: list[float]) -> None:
    found = parse_cells(pa.array([repr(number) for number in numbers]), feature(Kind.NUMBER), NumberStyle())
    assert [math.copysign(1, n) for n in found.values.to_pylist()] == [math.copysign(1, n) for n in numbers]
    assert found.values.to_pylist() == numbers


@pytest.mark.parametrize(
    ("cells", "kind", "kept"),
    [
        (["Yes", "no", "1", "0.0", "maybe"], Kind.FLAG, ["true", "false", "true", "false", None]),
        ([" north ", "2.0", "02", ""], Kind.CATEGORY, ["north", "2", "02", None]),
        (["NA", "x"], Kind.CATEGORY, ["NA", "x"]),
        ([True, None, False], Kind.FLAG, ["true", None, "false"]),
        ([1.0, 2.0, None], Kind.CATEGORY, ["1", "2", None]),
        ([1.5, float("nan")], Kind.NUMBER, [1.5, None]),
        ([True, False], Kind.COUNT, [1.0, 0.0]),
    ],
)
def test_what_is_kept(cells: list[object], kind: Kind, kept: list[object]) -> None:
    assert parse_cells(pa.array(cells), feature(kind), NumberStyle()).values.to_pylist() == kept


def test_declared_words_are_missing() -> None:
    found = parse_cells(
        pa.array(["x", "none given"]), feature(Kind.CATEGORY, missing_values=("none given",)), NumberStyle()
    )
    assert found.values.to_pylist() == ["x", None] and not found.unfit.any()


def test_infinite_values_do_not_fit() -> None:
    assert parse_cells(pa.array([1.0, math.inf, -math.inf]), feature(Kind.NUMBER), NumberStyle()).unfit.tolist() == [
        False, True, True,
    ]  # fmt: skip


def test_typed_dates_are_days() -> None:
    moments = pa.array([0, 43_200_000_000], pa.timestamp("us"))
    assert parse_cells(moments, feature(Kind.DATE), NumberStyle()).values.to_pylist() == [0.0, 0.5]
    aware = pa.array([43_200], pa.timestamp("s", tz="Europe/Paris"))
    assert parse_cells(aware, feature(Kind.DATE), NumberStyle()).values.to_pylist() == [0.5]
    assert parse_cells(pa.array([1.5]), feature(Kind.DATE), NumberStyle()).unfit.tolist() == [True]
