"""A target that is read is refused, by any of its names; whatever is no file is left aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read, spare_inputs
from segmint.errors import UsageError


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    path = tmp_path / "sales.csv"
    path.write_text("id,paid\na,1\nb,x\n")
    return path


def test_each_name_of_an_input_is_refused(sales: Path) -> None:
    hard, soft = sales.with_name("hard.csv"), sales.with_name("soft.csv")
    os.link(sales, hard)
    soft.symlink_to(sales)
    for target in (sales, str(sales), f"{sales.parent}/../{sales.parent.name}/sales.csv", hard, soft):
        with pytest.raises(UsageError) as refused:
            spare_inputs(target, None, "other.csv", sales)
        assert refused.value.code == "data.target_is_input"


def test_other_files_and_what_is_no_file_are_left_aside(sales: Path) -> None:
    copy = sales.with_name("copy.csv")
    copy.write_bytes(sales.read_bytes())
    spare_inputs(copy, sales)
    spare_inputs(sales.with_name("free.csv"), sales)
    spare_inputs(None, sales)
    spare_inputs(sales, None, "-", "sqlite:///sales.db", {"id": ["a"]}, "nul\0")


def test_rows_set_aside_do_not_replace_their_source(sales: Path) -> None:
    before = sales.read_bytes()
    with pytest.raises(UsageError) as refused:
        read(sales, ReadOptions(lenient=True, quarantine=sales))
    assert refused.value.code == "data.target_is_input"
    assert sales.read_bytes() == before
