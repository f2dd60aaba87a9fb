"""Files that change while they are read, bombs, forged counts: refused in little time and memory."""

from __future__ import annotations

import gzip
import json
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bad_input_doors import HEAD, SECRET, SECRET_DIGITS, cases, contents, raised, rows, same_refusal, squeezed

import segmint


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Append rows to a file, whole ones, as long as the body runs."""
    done = threading.Event()

    def append() -> None:
        with path.open("ab", buffering=0) as out:
            while not done.wait(0.002):
                out.write(f"more{out.tell()},1.5,3\n".encode())

    thread = threading.Thread(target=append)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_file_that_changes_while_it_is_read_is_refused(both: Any) -> None:
    table = both.write(HEAD + rows(100_000))
    with growing(table):
        error = raised(lambda: segmint.read(table))
    with growing(table):
        done = both.command("inspect", table)
    same_refusal(error, done, "data.changed", "table.csv", 3)


_MEASURED = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, done.stdout, done.stderr, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
_READ = """
import sys, segmint
try:
    getattr(segmint, sys.argv[1])(sys.argv[2])
except segmint.SegmintError as error:
    print(error.code, error.text(), sep="\\n", end="")
    sys.exit(error.exit_code)
"""


def cheaply(*command: object) -> tuple[int, str, str]:
    """Run a command; it must take less than 2 s of a processor's time and 512 MiB, its own start included."""
    launcher = [sys.executable, "-c", _MEASURED, *map(str, command)]
    done = subprocess.run(launcher, capture_output=True, text=True, check=True)
    code, out, error, seconds, mebibytes = json.loads(done.stdout)
    assert seconds < 2, seconds
    assert mebibytes < 512, mebibytes
    return code, out, error


def gzip_bomb(folder: Path) -> Path:
    path = folder / "table.csv.gz"
    with gzip.open(path, "wb", compresslevel=6) as out:
        out.write(f"id,spend\n{SECRET},".encode())
        for _ in range(100):
            out.write(b"0" * (1 << 20))
    return path


def equal_rows(folder: Path) -> Path:
    block = pa.table({"a": np.full(5_000_000, float(SECRET_DIGITS)), "b": np.zeros(5_000_000)})
    with pq.ParquetWriter(folder / "table.parquet", block.schema, compression="zstd") as writer:
        for _ in range(8):
            writer.write_table(block, row_group_size=5_000_000)
    return folder / "table.parquet"


def long_text(folder: Path) -> Path:
    codes = pa.array([0] * 200_000, pa.int32())
    texts = pa.DictionaryArray.from_arrays(codes, pa.array([SECRET * 60_000]))
    pq.write_table(
        pa.table({"x": texts, "y": np.arange(200_000)}), folder / "table.parquet", compression="zstd"
    )
    return folder / "table.parquet"


def far_cell(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in (["id", "spend"], [SECRET, 1.5], ["b", 2.5]):
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, "far")
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def forged_counts(folder: Path) -> Path:
    """Write a Parquet file whose footer says another number of rows than its group (thrift's zigzag varint)."""
    path = folder / "table.parquet"
    pq.write_table(pa.table({"x": np.arange(40) + 0.5, "y": np.full(40, float(SECRET_DIGITS))}), path)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - length : -8]
    changed = footer.replace(b"\x16" + bytes([2 * 40]), b"\x16" + bytes([2 * 41]), 1)
    assert changed != footer
    path.write_bytes(content[: -8 - length] + changed + content[-8:])
    return path


BOMBS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a gzip bomb": (gzip_bomb, "data.bomb"),
    "a Parquet bomb of equal rows": (equal_rows, "data.bomb"),
    "a Parquet bomb of one long text": (long_text, "data.bomb"),
    "an Excel sheet with a cell far away": (far_cell, "data.sparse"),
    "forged counts of rows": (forged_counts, "data.forged_counts"),
}
SLOW = ("a Parquet bomb of equal rows", "a Parquet bomb of one long text")


@pytest.mark.parametrize("name", cases(BOMBS, *SLOW))
def test_bombs_and_forged_counts_are_refused_cheaply(both: Any, name: str) -> None:
    make, code = BOMBS[name]
    _refused_cheaply(both, make(both.folder), code, "read", "inspect")


def test_a_bundle_that_only_says_that_it_is_large_is_refused_cheaply(both: Any) -> None:
    path = both.folder / "model.segmint"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", 2**24))
        file.truncate(900 * 2**20)  # a hole
    _refused_cheaply(both, path, "bundle.json", "load_model", "show")


def _refused_cheaply(both: Any, path: Path, code: str, function: str, command: str) -> None:
    program = Path(sys.executable).with_name("segmint")
    before = [] if path.stat().st_size > 1 << 28 else contents(both.folder)
    exit_code, out, _ = cheaply(sys.executable, "-c", _READ, function, path)
    found, _, text = out.partition("\n")
    assert (exit_code, found) == (3, code)
    exit_code, out, error = cheaply(program, command, path)
    assert (exit_code, out) == (3, "")
    assert "Traceback" not in error
    for part in text.split(". "):
        assert squeezed(part).removeprefix(f"{path.name}:").rstrip(".") in squeezed(error)
    assert SECRET_DIGITS not in text + error
    assert before in ([], contents(both.folder))
