from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.data.files import open_file
from segmint.errors import SourceError, UsageError

TABLE = "id,age,income\n" + "".join(f"c{n},{20 + n % 7},{1000.5 + n}\n" for n in range(40))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(TABLE)
    return path


def refused(source: str | Path, **options: object) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read(source, ReadOptions(**options))  # type: ignore[arg-type]
    return caught.value


def test_a_file_is_read_by_text_or_by_path(table: Path) -> None:
    assert read(str(table)).fingerprint == read(table).fingerprint
    assert read(table).source == "customers.csv"


def test_a_gzip_file_is_the_same_table(table: Path, tmp_path: Path) -> None:
    compressed = tmp_path / "customers.csv.gz"
    compressed.write_bytes(gzip.compress(TABLE.encode()))
    assert read(compressed).fingerprint == read(table).fingerprint


def test_several_gzip_members_are_one_file(table: Path, tmp_path: Path) -> None:
    compressed = tmp_path / "customers.csv.gz"
    half = len(TABLE) // 2
    compressed.write_bytes(gzip.compress(TABLE[:half].encode()) + gzip.compress(TABLE[half:].encode()))
    assert read(compressed).fingerprint == read(table).fingerprint


@pytest.mark.parametrize("name", ["a*b.csv", "what?.csv", "[x].csv", "it's.csv", "naïve ñ.csv"])
def test_a_file_name_is_a_name_and_no_pattern(tmp_path: Path, name: str, table: Path) -> None:
    (tmp_path / "axb.csv").write_text("other\n1\n2\n")
    path = tmp_path / name
    path.write_text(TABLE)
    assert read(path).fingerprint == read(table).fingerprint


def test_a_missing_file(tmp_path: Path) -> None:
    error = refused(tmp_path / "nothing.csv")
    assert error.code == "data.no_file"
    assert str(tmp_path) not in error.text()


def test_a_folder_a_fifo_and_a_device_are_no_files(tmp_path: Path) -> None:
    folder, fifo = tmp_path / "folder.csv", tmp_path / "fifo.csv"
    folder.mkdir()
    os.mkfifo(fifo)
    assert refused(folder).code == "data.not_a_file"
    assert refused(fifo).code == "data.not_a_file"
    assert refused("/dev/zero", format="csv").code == "data.not_a_file"


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl", "a.xlsx", "a.csv.gz"])
def test_an_empty_file_holds_no_data(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    assert refused(path).code == "data.no_data"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"PAR1\x15\x04"),
        ("a.csv", b"PK\x03\x04\x14\x00"),
        ("a.csv", b"%PDF-1.7"),
        ("a.csv", gzip.compress(TABLE.encode(), mtime=0)),
        ("a.csv.gz", TABLE.encode()),
        ("a.csv.gz", gzip.compress(b"PAR1\x15\x04", mtime=0)),
        ("a.parquet", TABLE.encode()),
        ("a.xlsx", TABLE.encode()),
        ("a.jsonl", TABLE.encode()),
        ("a.json", b'[{"a": 1}]'),
    ],
)
def test_content_that_is_not_what_the_name_says(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refused(path).code == "data.other_content"


def test_a_database_is_asked_for_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"SQLite format 3\x00")
    error = refused(path)
    assert error.code == "data.database_file"
    assert "sqlite:///" in str(error)


def test_an_unknown_extension_needs_a_format(tmp_path: Path) -> None:
    path = tmp_path / "customers.export"
    path.write_text(TABLE)
    with pytest.raises(UsageError):
        read(path)
    assert read(path, ReadOptions(format="csv")).n_rows == 40


def test_a_cut_gzip_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(os.urandom(5000).hex().encode())[:-300])
    assert refused(path).code == "data.damaged"


def test_standard_input(monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    for content in (TABLE.encode(), gzip.compress(TABLE.encode())):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        dataset = read("-")
        assert (dataset.fingerprint, dataset.source) == (read(table).fingerprint, "standard input")


def test_empty_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert refused("-").code == "data.no_data"


def test_a_file_that_changes_while_it_is_read(table: Path) -> None:
    with pytest.raises(SourceError) as caught, open_file(table, ReadOptions()) as opened:
        opened.path.read_bytes()
        with table.open("a") as out:
            out.write("c99,20,1\n")
    assert caught.value.code == "data.changed"


def test_a_file_that_is_replaced_while_it_is_read(table: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught, open_file(table, ReadOptions()):
        other = tmp_path / "other"
        other.write_text(TABLE)
        other.replace(table)
    assert caught.value.code == "data.changed"


def test_a_gzip_bomb_is_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str]
) -> None:
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=6) as out:
        out.write(b"a,b\n")
        for _ in range(300):
            out.write(b"0" * (1 << 20))
    assert refused_cheaply(path) == "data.bomb"


def test_many_equal_rows_are_no_bomb(tmp_path: Path) -> None:
    path = tmp_path / "equal.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000 + b"2,1\n" * 100_000))
    assert read(path).n_rows == 200_000
