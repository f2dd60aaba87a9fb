from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SchemaError, SegmintError, SourceError

HEAD = "id,age,spend\n"
GOOD = [f"k{n},{20 + n % 9},{n * 3.25}\n" for n in range(30)]


def written(tmp_path: Path, text: str, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


BAD = {
    "short": ("k98,5\n", "data.ragged"),
    "long row": ("k98,5,6,7\n", "data.ragged"),
    "unclosed": ('k98,"5,6\n', "data.unclosed"),
    "after the quote": ('k98,"5"x,6\n', "data.quote"),
    "long cell": (f"k98,{'5' * ((1 << 20) + 1)},6\n", "data.long"),
    "long line": (",".join(["5" * (1 << 20)] * 5) + "\n", "data.long_line"),
    "very long cell": (f"k98,{'5' * (17 << 20)},6\n", "data.long"),
}


@pytest.mark.parametrize(("line", "code"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("at", [0, 17, 30])
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: str, code: str, at: int) -> None:
    path = written(tmp_path, HEAD + "".join([*GOOD[:at], line, *GOOD[at:]]))
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.code == code
    assert caught.value.where == f"a.csv, line {at + 2}"
    assert "k98" not in caught.value.text()


@pytest.mark.parametrize(("line", "code"), BAD.values(), ids=BAD.keys())
def test_bad_lines_are_set_aside_and_counted_when_lenient(tmp_path: Path, line: str, code: str) -> None:
    path = written(tmp_path, HEAD + "".join([*GOOD[:3], line, *GOOD[3:20], line, *GOOD[20:]]))
    aside = tmp_path / "aside.csv"
    dataset = read(path, ReadOptions(lenient=True, quarantine=aside))
    assert dataset.fingerprint == read(written(tmp_path, HEAD + "".join(GOOD), "good.csv")).fingerprint
    assert [n.figures["n"] for n in dataset.notices if n.key == "data.notice.rejected_where"] == [2]
    csv.field_size_limit(32 << 20)
    with aside.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["line"] for row in rows] == ["5", "23"]
    assert rows[0]["text"] == line.removesuffix("\n")
    assert aside.stat().st_mode & 0o077 == 0


def test_lines_count_from_the_top_of_the_file(tmp_path: Path) -> None:
    note = '"two\nlines"'
    rows = "".join(f"k{n},{note},{n}.5\n" for n in range(20))
    path = written(tmp_path, f"id,note,x\n\n{rows}\nk20,short\n")
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.where == "a.csv, line 44"


def test_skipped_lines_count_too(tmp_path: Path) -> None:
    path = written(tmp_path, 'An "odd title\n' + HEAD + "".join(GOOD) + "k99,1\n")
    with pytest.raises(SourceError) as caught:
        read(path, ReadOptions(skip_rows=1))
    assert caught.value.where == "a.csv, line 33"


@pytest.mark.parametrize("line", ["Total,,97.5\n", "TOTAL,261,1413.75\n", "Grand total:,1,2\n"])
def test_a_line_of_totals_is_refused(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, HEAD + "".join(GOOD) + line)
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.code == "data.totals"
    assert caught.value.where == "a.csv, line 32"
    assert read(path, ReadOptions(lenient=True)).n_rows == 30


def test_a_short_line_of_totals_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, HEAD + "".join(GOOD) + "Total,97\n"))
    assert caught.value.code == "data.totals"


def test_a_level_called_total_is_no_line_of_totals(tmp_path: Path) -> None:
    rows = "".join(f"{'Total' if n % 2 else 'Basic'},{n * 1.5}\n" for n in range(20))
    assert read(written(tmp_path, "plan,x\n" + rows)).n_rows == 20


def test_nothing_of_a_cell_is_lost(tmp_path: Path) -> None:
    cells = [
        "=1+1",
        "+x",
        "@a",
        "-y",
        'say "hi"',
        "a,b",
        " spaced ",
        "ünï",
        "tab\there",
        "\u202ebidi",
        "<b>",
        "'",
    ]
    lines = [f'"{cell.replace(chr(34), chr(34) * 2)}",{n}.5' for n, cell in enumerate(cells)]
    dataset = read(written(tmp_path, "id,x\n" + "\n".join(lines)))
    assert dataset.keys.tolist() == cells


def test_more_columns_than_a_table_has_are_refused_after_the_first_line(tmp_path: Path) -> None:
    n = 100_000
    path = written(tmp_path, ",".join(f"c{i}" for i in range(n)) + "\n" + (",".join("1" * n) + "\n") * 3)
    begun = time.perf_counter()
    with pytest.raises(SchemaError) as caught:
        read(path)
    assert caught.value.code == "data.too_many_columns"
    assert time.perf_counter() - begun < 2


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_little_time(tmp_path: Path) -> None:
    rows = "".join(
        f"{n},{n % 83},{n * 0.37:.4f},{n % 7},x{n % 5},{n * 1.1:.3f},{n % 2},{-n}\n" for n in range(100_000)
    )
    path = written(tmp_path, "id,a,b,c,d,e,f,g\n" + rows)
    begun = time.perf_counter()
    assert read(path).n_rows == 100_000
    assert time.perf_counter() - begun < 5


def test_no_error_of_a_bad_file_shows_a_value(tmp_path: Path) -> None:
    secrets = ["s3cret,1", 's3cret,"1,2', "s3cret,1,2,3", 's3cret,"1"s3cret,2', "Total,s3cret,x"]
    for line in secrets:
        with pytest.raises(SegmintError) as caught:
            read(written(tmp_path, HEAD + "".join(GOOD) + line + "\n"))
        assert "s3cret" not in str(caught.value)
