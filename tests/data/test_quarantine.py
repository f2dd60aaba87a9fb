from __future__ import annotations

import csv
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SourceError

GOOD = "".join(f"k{n},{20 + n % 9},{n * 3.25}\n" for n in range(30))


def written(tmp_path: Path, bad: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(f"id,age,spend\n{GOOD}{bad}{GOOD.replace('k', 'm')}")
    return path


def test_rows_set_aside_for_any_reason_are_kept_with_line_reason_and_text(tmp_path: Path) -> None:
    aside = tmp_path / "aside.csv"
    path = written(tmp_path, "x1,5\nx2,5,much\nx3,5,1e999\n")
    dataset = read(path, ReadOptions(lenient=True, quarantine=aside))
    assert dataset.n_rows == 60
    with aside.open(newline="") as stream:
        rows = {int(row["line"]): row for row in csv.DictReader(stream)}
    assert sorted(rows) == [32, 33, 34]
    assert [rows[line]["text"] for line in sorted(rows)] == ["x1,5", "x2,5,much", "x3,5,1e999"]
    assert "spend" in rows[33]["reason"]
    assert rows[33]["reason"] != rows[34]["reason"]


def test_without_a_file_they_are_counted_only(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, "x1,5\nx2,5,much\n"), ReadOptions(lenient=True))
    assert [n.figures["n"] for n in dataset.notices if n.key == "data.notice.rejected_where"] == [2]
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_only_the_owner_reads_it_even_if_it_was_there(tmp_path: Path) -> None:
    aside = tmp_path / "aside.csv"
    aside.write_text("old")
    aside.chmod(0o644)
    read(written(tmp_path, "x1,5\n"), ReadOptions(lenient=True, quarantine=aside))
    assert aside.stat().st_mode & 0o777 == 0o600
    assert "old" not in aside.read_text()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, ""), ReadOptions(lenient=True, quarantine=tmp_path / "no" / "aside.csv"))
    assert caught.value.code == "data.unwritable"
