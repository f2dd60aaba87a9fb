from __future__ import annotations

import pyarrow as pa
import pytest

from segmint.data.cells import NumberStyle
from segmint.data.styles import number_style
from segmint.errors import SegmintError


@pytest.mark.parametrize(
    ("columns", "style"),
    [
        ([["1.5", "2"]], NumberStyle(".")),
        ([["12,5", "3"]], NumberStyle(",", grouped=True)),
        ([["1,234.5"]], NumberStyle(".", grouped=True)),
        ([["1.234,5"]], NumberStyle(",", grouped=True)),
        ([["1,234,567"]], NumberStyle(".", grouped=True)),
        ([["1.234.567"]], NumberStyle(",", grouped=True)),
        ([["1 234", "12"]], NumberStyle(".", grouped=True)),
        ([["1.234"]], NumberStyle(".")),
        ([["1,234"], ["0,5"]], NumberStyle(",", grouped=True)),
        ([["1,234"], ["0.5"]], NumberStyle(".", grouped=True)),
        ([["Paris, France"], ["1.5"]], NumberStyle(".")),
        ([["12,5", "NA", None]], NumberStyle(",", grouped=True)),
        ([["a, b"] * 300], NumberStyle(".")),
    ],
)
def test_marks_that_leave_no_doubt(columns: list[list[str | None]], style: NumberStyle) -> None:
    assert number_style([pa.array(column, pa.string()) for column in columns], "a.csv", None) == style


@pytest.mark.parametrize(
    ("columns", "code"),
    [([["1,234", "5,678"]], "data.unsure_decimal"), ([["0,5"], ["0.5"]], "data.mixed_decimals")],
)
def test_marks_that_leave_doubt_are_refused(columns: list[list[str]], code: str) -> None:
    with pytest.raises(SegmintError) as refused:
        number_style([pa.array(column) for column in columns], "a.csv", None)
    assert refused.value.code == code


def test_a_given_mark_settles_it() -> None:
    assert number_style([pa.array(["1,234"])], "a.csv", ",").decimal == ","
    with pytest.raises(SegmintError):
        number_style([], "a.csv", ";")
