"""How a delimited text is written: separator, header, lines above it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from segmint.data.encoding import TextFile
from segmint.data.options import ReadOptions
from segmint.data.records import Record, records
from segmint.errors import SourceError, UsageError
from segmint.model.parsing import parse_number
from segmint.words import Sentence, sentence

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space",
    "comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "pipe": "|", "space": " ", "\\t": "\t",
}  # fmt: skip
_SAMPLE_BYTES = 1 << 20
_SAMPLE_RECORDS = 200
_CONSISTENT = 0.8
"""Share of the first records that must have equally many cells for a separator to be believed."""
_MAX_TITLES = 20


@dataclass(frozen=True)
class Dialect:
    """What was found out.

    Attributes
    ----------
    delimiter
        One character.
    names
        The header's cells as they stand, or made up where there is no header.
    skip
        Lines above the first record of data.
    spread
        Whether those lines hold line ends inside quotes, so that lines are not records.
    notices
        What is not usual.
    """

    delimiter: str
    names: tuple[str, ...]
    skip: int
    spread: bool
    notices: tuple[Sentence, ...]


def detect(text: TextFile, options: ReadOptions, *, declared: str | None) -> Dialect:
    """Find out how a text is written.

    Parameters
    ----------
    text
        The file.
    options
        What is given need not be found.
    declared
        The separator that the format states (tab for TSV).

    Raises
    ------
    SourceError
        If two separators are equally possible, there are lines of title above the header, the first
        line of data is no header, or there is nothing below it.
    UsageError
        If the separator is not one character.
    """
    lines = _sample(text, options.skip_rows)
    skip, stated = _above(lines)
    lines = lines[skip:]
    if not lines:
        raise SourceError("data.no_data", where=text.name)
    delimiter = _given(options.delimiter) or stated or declared or _most_likely(lines, text.name)
    first_line = options.skip_rows + skip + 1
    found = list(islice(records(lines, delimiter, first_line=first_line), _SAMPLE_RECORDS))
    _refuse_titles(found, text.name)
    header, notices = found[0], []
    if header.fault is not None:
        raise SourceError(f"data.{header.fault}", where=f"{text.name}, line {header.line}")
    if delimiter != (declared or ","):
        notices.append(sentence("data.notice.delimiter", delimiter=DELIMITER_WORDS.get(delimiter, delimiter)))
    if _has_header(header, options.header, text.name):
        end = header.line + header.n_lines - 1
        spread = header.n_lines > 1 or options.skip_rows > 0
        return Dialect(delimiter, header.cells, end, spread, tuple(notices))
    notices.append(sentence("data.notice.no_header"))
    names = tuple(f"column_{number}" for number in range(1, len(header.cells) + 1))
    return Dialect(delimiter, names, header.line - 1, options.skip_rows > 0, tuple(notices))


def _sample(text: TextFile, skip: int) -> list[str]:
    with text.path.open(encoding="utf-8", newline=text.newline) as stream:
        for _ in islice(stream, skip):
            pass
        read = stream.read(_SAMPLE_BYTES)
        lines = read.split("\n")
        ended = not stream.read(1)
    if not ended and len(lines) > 1:
        lines.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _above(lines: Sequence[str]) -> tuple[int, str | None]:
    """Return how many blank and ``sep=`` lines there are, and the separator that one of them states."""
    skip, stated = 0, None
    for line in lines:
        found = re.fullmatch(r'"?sep=(.)"?', line.strip("\ufeff"), flags=re.IGNORECASE)
        if found is not None and stated is None:
            stated = found.group(1)
        elif line.strip():
            break
        skip += 1
    return skip, stated


def _given(delimiter: str | None) -> str | None:
    if delimiter is None:
        return None
    found = DELIMITER_WORDS.get(delimiter.lower(), delimiter) if len(delimiter) > 1 else delimiter
    if len(found) != 1 or found in '"\r\n':
        raise UsageError("data.bad_delimiter", given=delimiter)
    return found


def _most_likely(lines: Sequence[str], name: str) -> str:
    """Return the separator that gives every record equally many cells, the header too."""
    fits: list[str] = []
    headed: list[str] = []
    for delimiter in DELIMITERS:
        widths = _widths(lines, delimiter)
        usual, times = Counter(widths).most_common(1)[0]
        if usual > 1 and times >= _CONSISTENT * len(widths):
            fits.append(delimiter)
            if widths[0] == usual:
                headed.append(delimiter)
    candidates = headed or fits
    if len(candidates) > 1:
        words = [DELIMITER_WORDS[delimiter] for delimiter in candidates]
        raise SourceError("data.ambiguous_delimiter", where=name, delimiters=words)
    if candidates:
        return candidates[0]
    if _spaced(lines):
        return " "
    return max(DELIMITERS, key=lines[0].count)


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    found = islice(records(lines, delimiter), _SAMPLE_RECORDS)
    return [len(record.cells) for record in found if record.text] or [0]


def _spaced(lines: Sequence[str]) -> bool:
    """Return whether every line is two or more numbers with single spaces between them."""
    rows = [line.split(" ") for line in lines[:_SAMPLE_RECORDS]]
    same = len(rows[0]) > 1 and all(len(row) == len(rows[0]) for row in rows)
    return same and all(parse_number(cell) is not None for row in rows[1:] for cell in row)


def _refuse_titles(found: Sequence[Record], name: str) -> None:
    """Refuse lines above the header: fewer cells than all that follows, which begins with names."""
    widths = [len(record.cells) for record in found if record.text]
    if len(widths) < 3:
        return
    usual, times = Counter(widths[1:]).most_common(1)[0]
    begin = next((at for at, record in enumerate(found) if len(record.cells) == usual), 0)
    if (
        begin == 0
        or begin > _MAX_TITLES
        or usual < 2
        or times < 2
        or times < _CONSISTENT * (len(widths) - begin)
    ):
        return
    if max(len(record.cells) for record in found[:begin]) > usual or _holds_values(found[begin]):
        return
    first, header = found[0].line, found[begin].line
    lines = f"{first}" if header - 1 == first else f"{first}–{header - 1}"
    raise SourceError(
        "data.title_lines", where=f"{name}, line {first}", lines=lines, header=header, skip=header - 1
    )


def _has_header(header: Record, given: bool | None, name: str) -> bool:
    """Return whether a first record holds names; names are not all numbers."""
    if given is not None or not _all_numbers(header):
        return given is not False
    repeated = len(set(header.cells)) < len(header.cells)
    if repeated or not all(re.fullmatch("[0-9]+", cell.strip()) for cell in header.cells):
        return False
    raise SourceError("data.numbers_as_names", where=f"{name}, line {header.line}")


def _all_numbers(record: Record) -> bool:
    return bool(record.cells) and all(parse_number(cell) is not None for cell in record.cells)


def _holds_values(record: Record) -> bool:
    """Return whether a record holds a number that is no year: then it is no line of names."""
    return any(
        parse_number(cell) is not None and not re.fullmatch("[12][0-9]{3}", cell) for cell in record.cells
    )
