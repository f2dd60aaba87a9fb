"""What an Excel workbook would need before it is opened: its parts may lie about their size."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from segmint.data.files import BOMB_FLOOR, BOMB_RATIO, LocalFile
from segmint.errors import SourceError

MAX_UNPACKED = 1 << 30
"""Bytes of all parts, and characters of all cells, at most."""
_SPARSE_CELLS = 4 << 20
_SPARSE_RATIO = 50
"""Cells of the rectangle for each cell that is there: the reader makes room for the whole rectangle."""
_BLOCK = 1 << 20
_TAIL = 64
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"')
_SHARED = re.compile(rb't="s"[^>]*><v>([0-9]+)</v>')


@dataclass
class _Sheet:
    """What is counted of one sheet."""

    cells: int = 0
    rows: int = 0
    columns: int = 0
    shared: int = 0

    def take(self, block: bytes) -> None:
        for column, row in _CELL.findall(block):
            self.cells += 1
            self.rows = max(self.rows, int(row))
            self.columns = max(self.columns, _column_number(column))
        self.shared += block.count(b't="s"')

    @property
    def sparse(self) -> bool:
        area = self.rows * self.columns
        return area > _SPARSE_CELLS and area > _SPARSE_RATIO * self.cells


def refuse_bomb(file: LocalFile) -> None:
    """Unpack every part once, block by block, and refuse what would take more than a table needs.

    Raises
    ------
    SourceError
        If it is no workbook, unpacks beyond belief, has two cells a world apart, or repeats a long text
        beyond belief.
    """
    try:
        with zipfile.ZipFile(file.path) as archive:
            _check(archive, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise SourceError("data.damaged", where=file.name, format="Excel") from None


def _check(archive: zipfile.ZipFile, file: LocalFile) -> None:
    size = file.path.stat().st_size
    unpacked, longest, shared = 0, 0, 0
    for member in archive.namelist():
        sheet = _Sheet()
        is_sheet, is_texts = member.startswith("xl/worksheets/"), member == "xl/sharedStrings.xml"
        open_text = 0
        for block in _blocks(archive, member):
            unpacked += len(block)
            if unpacked > MAX_UNPACKED or (unpacked > BOMB_FLOOR and unpacked > BOMB_RATIO * size):
                raise SourceError("data.bomb", where=file.name, ratio=BOMB_RATIO)
            if is_sheet:
                sheet.take(block)
            elif is_texts:
                parts = block.split(b"<si")
                longest = max(longest, open_text + len(parts[0]), *map(len, parts[1:]), 0)
                open_text = len(parts[-1]) + (open_text if len(parts) == 1 else 0)
        shared += sheet.shared
        if sheet.sparse:
            raise SourceError(
                "data.sparse", where=file.name, cells=sheet.cells, area=sheet.rows * sheet.columns
            )
    if longest * shared > MAX_UNPACKED and _characters(archive) > MAX_UNPACKED:
        raise SourceError("data.bomb", where=file.name, ratio=BOMB_RATIO)


def _blocks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield a part in blocks that end between two tags."""
    with archive.open(member) as stream:
        held = b""
        while block := stream.read(_BLOCK):
            whole = held + block
            cut = whole.rfind(b"<c ", max(0, len(whole) - _TAIL)) if len(whole) > _TAIL else -1
            cut = len(whole) if cut < 0 else cut
            held = whole[cut:]
            yield whole[:cut]
        if held:
            yield held


def _characters(archive: zipfile.ZipFile) -> int:
    """Return how many bytes the texts of all cells have, each shared text as often as it is used."""
    lengths = [len(part) for part in archive.read("xl/sharedStrings.xml").split(b"<si")[1:]]
    sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
    return sum(
        lengths[int(found.group(1))] if int(found.group(1)) < len(lengths) else 0
        for name in sheets
        for found in _SHARED.finditer(archive.read(name))
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
