"""Numbers that stand for dates: told apart by what they look like, read where it is said how."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

import segmint
from segmint.data.numbered_dates import written_dates
from segmint.errors import ValueRuleError
from segmint.model.schema import Kind

DIGITS = [20061231, 20070101, 19991231]
SECONDS = [1167523200, 1167609600, 946598400]


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (DIGITS, "digits"),
        ([float(one) for one in DIGITS], "digits"),
        ([str(one) for one in DIGITS], "digits"),
        (SECONDS, "seconds"),
        ([1000 * one for one in SECONDS], "seconds"),
        ([f"{one}.25" for one in SECONDS], "seconds"),
        ([20061331, 20070100], ""),  # no such month, no such day
        ([4815162342], ""),  # seconds of no year in which somebody buys
        ([20061231, 1, 2], ""),
        (["31.12.2006"], ""),
        ([True], ""),
    ],
)
def test_what_numbers_stand_for(cells: list[Any], written: str) -> None:
    assert written_dates(pa.array(cells), Kind.DATE) == written
    assert written_dates(pa.array(cells), Kind.NUMBER) == ""


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.float64(), pa.string()])
def test_eight_digits_are_dates_where_that_is_said(kind: pa.DataType) -> None:
    numbers = pa.array([*DIGITS, None]).cast(kind)
    table = pa.table({"id": ["a", "b", "c", "d"], "spend": [1.0, 2.0, 5.0, 9.0], "joined": numbers})
    said = segmint.ReadOptions(key="id", date_formats={"joined": "%Y%m%d"})
    assert segmint.read(table, said).table.column("joined").to_pylist() == [13513.0, 13514.0, 10956.0, None]
    other = table.set_column(2, "joined", pa.array([20061231, 20061331, None, 5]).cast(kind))
    with pytest.raises(ValueRuleError) as refused:
        segmint.read(other, said)
    assert (refused.value.code, refused.value.figures["n"]) == ("data.unfit", 2)
    assert "2006" not in refused.value.text()
