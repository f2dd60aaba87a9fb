"""Which encoding a text file has, and one UTF-8 file for the engine."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segmint.data.files import LocalFile
from segmint.errors import SourceError, UsageError
from segmint.words import Sentence, sentence

_BLOCK = 4 << 20
_WINDOW = 1 << 18
_END = re.compile("[\r\n]")
_CELL_BEGINS = frozenset(',;\t|\r\n"')
"""What may stand before the quote that opens a cell."""
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextFile:
    """A text file in UTF-8 without a mark at its beginning, with one kind of line ends.

    ``n_lines`` counts its lines; the last one counts whether or not a line end follows it. ``long_lines``
    says that a line may be longer than 512 KiB. ``newline`` is what ``open`` takes to find its lines: where
    line ends were made one, a carriage return that is left belongs to a quoted cell.
    """

    path: Path
    name: str
    folder: Path
    n_lines: int
    long_lines: bool
    newline: str | None
    notices: tuple[Sentence, ...]


def utf8_file(file: LocalFile, encoding: str | None) -> TextFile:
    """Return a file's text in UTF-8: the file itself where it is that already, else a temporary copy.

    Parameters
    ----------
    file
        The file.
    encoding
        The encoding that was given; by default UTF-8, or what a byte-order mark says.

    Raises
    ------
    SourceError
        If a byte is not of the encoding, or is NUL; the error gives its offset.
    UsageError
        If there is no such encoding.
    """
    with file.path.open("rb") as stream:
        head = stream.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    chosen = marked or _known(encoding) or "utf-8"
    scan = _Scan()
    for text in _decoded(file, chosen, guessed=encoding is None):
        scan.take(text)
    notices = []
    if chosen != "utf-8":
        label = "UTF-8 with a byte-order mark" if chosen == "utf-8-sig" else chosen.upper()
        notices.append(sentence("data.notice.encoding", encoding=label))
    if scan.mixed:
        notices.append(sentence("data.notice.line_ends"))
    path, n_lines = file.path, scan.n_lines
    if chosen != "utf-8" or scan.mixed:
        path = file.folder / "text"
        texts = _decoded(file, chosen, guessed=False)
        written = _write(path, _with_one_line_end(texts) if scan.mixed else texts)
        n_lines = written if scan.mixed else n_lines
    newline = "\n" if scan.mixed else None
    return TextFile(path, file.name, file.folder, n_lines, scan.long, newline, tuple(notices))


class _Scan:
    """Counts line ends over blocks of text."""

    def __init__(self) -> None:
        self.crlf = self.lf = self.cr = 0
        self.last = ""
        self.long = False

    def take(self, text: str) -> None:
        joined = (self.last if self.last == "\r" else "") + text
        ends_open = joined.endswith("\r")
        body = joined[:-1] if ends_open else joined
        crlf = body.count("\r\n")
        self.crlf += crlf
        self.lf += body.count("\n") - crlf
        self.cr += body.count("\r") - crlf
        self.last = joined[-1:]
        # a line of two windows covers one of them whole
        starts = range(0, len(text) - _WINDOW + 1, _WINDOW)
        self.long = self.long or any(not _END.search(text, at, at + _WINDOW) for at in starts)

    @property
    def mixed(self) -> bool:
        return sum(bool(n) for n in (self.crlf, self.lf, self.cr + (self.last == "\r"))) > 1

    @property
    def n_lines(self) -> int:
        return self.crlf + self.lf + self.cr + (self.last != "\n")


def _known(encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise UsageError("data.unknown_encoding", given=encoding) from None


def _decoded(file: LocalFile, encoding: str, *, guessed: bool) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    offset = 0
    with file.path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                at = offset - held + error.start
                code = "data.not_utf8" if guessed and encoding.startswith("utf-8") else "data.not_encoding"
                raise SourceError(code, where=file.name, offset=at, encoding=encoding.upper()) from None
            if "\0" in text:
                before = len(text[: text.index("\0")].encode(encoding.removesuffix("-sig"), "surrogatepass"))
                raise SourceError("data.nul", where=file.name, offset=offset - held + before)
            yield text
            if not block:
                return
            offset += len(block)


def _write(path: Path, texts: Iterator[str]) -> int:
    """Write a text; return how many lines it has by line feeds."""
    n, last = 0, ""
    with path.open("w", encoding="utf-8", newline="") as out:
        for text in texts:
            out.write(text)
            n += text.count("\n")
            last = text[-1:] or last
    return n + (last != "\n")


def _with_one_line_end(texts: Iterator[str]) -> Iterator[str]:
    """Make all line ends line feeds, those inside quoted cells excepted: they are data."""
    ends, held = _LineEnds(), ""
    for text in texts:
        text = held + text
        held = "\r" if text.endswith("\r") else ""
        yield ends.made_one(text.removesuffix("\r") if held else text)
    yield ends.made_one(held)


class _LineEnds:
    """Follows quotes over blocks of text: one opens at the beginning of a cell only (RFC 4180)."""

    def __init__(self) -> None:
        self._inside = False
        self._before = "\n"

    def made_one(self, text: str) -> str:
        parts: list[str] = []
        for number, part in enumerate(text.split('"')):
            if number:
                self._meet_quote()
            parts.append(part if self._inside else part.replace("\r\n", "\n").replace("\r", "\n"))
            self._before = part[-1:] or self._before
        return '"'.join(parts)

    def _meet_quote(self) -> None:
        closes = self._inside
        self._inside = not closes and self._before in _CELL_BEGINS
        self._before = '"' if closes else ""  # a quote after a closed one was a doubled one
