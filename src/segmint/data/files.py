"""What a file is: its format by name and by content, its compression, and whether it stays still."""

from __future__ import annotations

import errno
import gzip
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

from segmint.data.options import ReadOptions
from segmint.errors import SourceError, UsageError

Format = Literal["csv", "tsv", "parquet", "jsonl", "xlsx"]

FORMATS: dict[str, Format] = {
    ".csv": "csv", ".txt": "csv", ".data": "csv", ".dat": "csv", ".psv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".xlsx": "xlsx",
}  # fmt: skip
NAMES: tuple[Format, ...] = ("csv", "tsv", "parquet", "jsonl", "xlsx")
TEXT_FORMATS = frozenset({"csv", "tsv", "jsonl"})

_GZIP = b"\x1f\x8b"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "xlsx"),
    (_GZIP, "gzip"),
    (b"SQLite format 3\0", "SQLite"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ", "xz"),
    (b"ORC", "ORC"),
    (b"ARROW1", "Arrow"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x7fELF", "ELF"),
)
_DUCKDB_MAGIC = b"DUCK"

BOMB_FLOOR = 64 << 20
"""Decompressed bytes from which the ratio is judged."""
BOMB_RATIO = 200
"""Decompressed bytes a compressed one, above which it is no table that people send."""
MAX_DECOMPRESSED = 16 << 30
STANDARD_INPUT = "standard input"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class LocalFile:
    """A regular file, decompressed, whose content is of the stated format.

    Attributes
    ----------
    path
        Where the content is: the file itself, or a temporary copy.
    name
        The file's name, as people are shown it.
    format
        See :data:`NAMES`.
    folder
        A temporary folder that goes with it.
    """

    path: Path
    name: str
    format: Format
    folder: Path


@contextmanager
def open_file(source: str | Path, options: ReadOptions) -> Iterator[LocalFile]:
    """Give a file (or standard input, ``-``) to a reader, and check at the end that it did not change.

    Raises
    ------
    SourceError
        If it is missing, a folder, a FIFO or a device, empty, compressed beyond belief, of other
        content than its name says, if it changes while it is read, or if there is no room for a copy.
    UsageError
        If the format cannot be known.
    """
    name = STANDARD_INPUT if str(source) == "-" else Path(source).name
    with _refusals(name), tempfile.TemporaryDirectory(prefix="segmint-") as temporary:
        folder = Path(temporary)
        if str(source) == "-":
            yield _standard_input(folder, options)
            return
        path = Path(source)
        before = _identity(path)
        yield _prepared(path, folder, options)
        if _identity(path) != before:
            raise SourceError("data.changed", where=path.name)


@contextmanager
def open_again(source: Any, options: ReadOptions) -> Iterator[tuple[Any, ReadOptions]]:
    """Give a source that can be read more than once, and how: a copy of standard input, else the source itself.

    Raises
    ------
    SegmintError
        As :func:`open_file` does, of standard input.
    """
    if not isinstance(source, (str, Path)) or str(source) != "-":
        yield source, options
        return
    with open_file(source, options) as copy:
        named = copy.path.rename(copy.folder / STANDARD_INPUT)
        yield named, replace(options, format=copy.format)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turn what the disk refuses while a source is read or copied into an error of this project."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise SourceError("data.no_room", where=name) from None
        raise SourceError("data.unreadable", where=name, reason=error.strerror or "") from None


def file_format(name: str, given: str | None) -> Format:
    """Return the format that a file's name states, or the one that was given.

    Raises
    ------
    UsageError
        If neither says it.
    """
    if given is not None:
        if given not in NAMES:
            raise UsageError("data.unknown_format", given=given, known=list(NAMES))
        return given
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    found = FORMATS.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise UsageError("data.unknown_extension", where=name, known=sorted(FORMATS))
    return found


def _identity(path: Path) -> tuple[int, int, int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise SourceError("data.no_file", where=path.name or str(path)) from None
    except OSError as error:
        raise SourceError("data.unreadable", where=path.name, reason=error.strerror or "") from None
    if not stat.S_ISREG(found.st_mode):
        raise SourceError("data.not_a_file", where=path.name or str(path), kind=kind_of(found.st_mode))
    return (found.st_ino, found.st_dev, found.st_size, found.st_mtime_ns)


def kind_of(mode: int) -> str:
    """Return what a thing is that is no regular file, by its mode."""
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"


def _prepared(path: Path, folder: Path, options: ReadOptions) -> LocalFile:
    with path.open("rb") as stream:
        head = stream.read(512)
        _refuse_database(head, path)
        stated = file_format(path.name, options.format)
        if not head:
            raise SourceError("data.no_data", where=path.name)
        compressed = head.startswith(_GZIP)
        if compressed != (path.suffix.lower() == ".gz") and not (compressed and options.format):
            _refuse_content(path.name, "gzip" if compressed else _content_of(head), stated)
        if compressed:
            stream.seek(0)
            return _decompressed(stream, path.name, folder, stated, path.stat().st_size)
    _require_content(head, stated, path.name)
    link = folder / "source"
    link.symlink_to(path.resolve())
    return LocalFile(link, path.name, stated, folder)


def _refuse_database(head: bytes, path: Path) -> None:
    content = _content_of(head)
    if content in ("SQLite", "DuckDB"):
        address = f"{content.lower()}:///{path}"
        raise SourceError("data.database_file", where=path.name, content=content, address=address)


def _standard_input(folder: Path, options: ReadOptions) -> LocalFile:
    name = STANDARD_INPUT
    stated = file_format(name, options.format or "csv")
    copy = folder / "standard-input"
    with copy.open("wb") as out:
        while block := sys.stdin.buffer.read(1 << 20):
            out.write(block)
            if out.tell() > MAX_DECOMPRESSED:
                raise SourceError("data.too_large", where=name, limit=MAX_DECOMPRESSED)
    size = copy.stat().st_size
    if not size:
        raise SourceError("data.no_data", where=name)
    with copy.open("rb") as stream:
        head = stream.read(512)
        if head.startswith(_GZIP):
            stream.seek(0)
            return _decompressed(stream, name, folder, stated, size)
    _require_content(head, stated, name)
    return LocalFile(copy, name, stated, folder)


def _decompressed(stream: BinaryIO, name: str, folder: Path, stated: Format, size: int) -> LocalFile:
    copy = folder / "decompressed"
    written = 0
    try:
        with gzip.GzipFile(fileobj=stream) as source, copy.open("wb") as out:
            while block := source.read(1 << 20):
                written += len(block)
                if written > MAX_DECOMPRESSED or (written > BOMB_FLOOR and written > BOMB_RATIO * size):
                    raise SourceError("data.bomb", where=name, ratio=BOMB_RATIO)
                out.write(block)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise SourceError("data.damaged", where=name, format="gzip") from None
    if not written:
        raise SourceError("data.no_data", where=name)
    with copy.open("rb") as decompressed:
        _require_content(decompressed.read(512), stated, name)
    return LocalFile(copy, name, stated, folder)


def _content_of(head: bytes) -> str | None:
    """Return the format whose first bytes these are, ``None`` for what may be text."""
    if head[8:12] == _DUCKDB_MAGIC:
        return "DuckDB"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def _require_content(head: bytes, stated: Format, name: str) -> None:
    content = _content_of(head)
    if stated in TEXT_FORMATS:
        begins_as_object = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        if content is not None or (stated == "jsonl" and not begins_as_object):
            _refuse_content(name, "JSON array" if head.lstrip()[:1] == b"[" else content, stated)
    elif content != stated:
        _refuse_content(name, content, stated)


def _refuse_content(name: str, content: str | None, stated: str) -> None:
    raise SourceError("data.other_content", where=name, content=content or "text", stated=stated)
