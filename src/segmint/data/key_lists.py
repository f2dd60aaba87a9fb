"""Lists of keys: one a line, or the key's column of a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from segmint.data.chunks import read_chunks
from segmint.data.encoding import TextFile, utf8_file
from segmint.data.files import FORMATS, open_file
from segmint.data.keys import key_texts
from segmint.data.options import ReadOptions
from segmint.errors import SourceError
from segmint.model.parsing import BLANKS
from segmint.model.schema import Feature, Kind, Role, Schema

_SEPARATORS = re.compile(r"[,;\t|]")
_LINE_ENDS = f"{BLANKS}\r\n"
_TEXTS = frozenset({"csv", "tsv"})


def read_keys(source: str | Path, key: str) -> Sequence[str]:
    """Read a list of keys, in its order; repeated ones stay.

    Parameters
    ----------
    source
        A text with one key a line (a first line that is the key's column name is left out), or a table of any
        form that :func:`segmint.data.read` takes, with the key's column.
    key
        The name of the key's column.

    Raises
    ------
    SourceError
        If it cannot be read, or is neither; no key is shown.
    SchemaError
        If a table has no such column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "ids.txt"
    ...     _ = path.write_text("007\\n\\nA-1\\n")
    ...     read_keys(path, "customer")
    ['007', 'A-1']
    """
    named = [suffix for suffix in Path(source).suffixes if suffix.lower() in FORMATS]
    options = ReadOptions(format=None if named else "csv")
    with open_file(source, options) as file:
        if file.format in _TEXTS:
            lines = _lines(utf8_file(file, None))
            if not _is_table(lines, key):
                return _alone(lines, key, file.name)
    schema = Schema((Feature(key, Kind.CATEGORY, Role.CLUSTER),))  # what is read, and the key as well
    reading = ReadOptions(key=key, format=options.format)
    return [str(text) for chunk in read_chunks(source, schema, reading) for text in chunk.keys.tolist()]


def listed_keys(keys: Iterable[Any]) -> Sequence[str]:
    """Return keys that are at hand as the texts by which the reader knows them; missing ones are left out.

    Examples
    --------
    >>> listed_keys([12680.0, None]), listed_keys(["007", 7])
    (['12680'], ['007', '7'])
    """
    given = list(keys)
    if not given:
        return []
    try:
        texts = key_texts(pa.array(given, from_pandas=True)).tolist()
    except pa.ArrowException:  # of several kinds: each as it is
        return [str(key) for key in given if key is not None]
    return [text for text in texts if text is not None]


def _lines(text: TextFile) -> list[str]:
    with text.path.open(encoding="utf-8-sig") as stream:
        found = (line.strip(_LINE_ENDS) for line in stream)
        return [line for line in found if line]


def _is_table(lines: Sequence[str], key: str) -> bool:
    """Return whether the first line is a header of several columns, one of them the key's."""
    cells = [_bare(cell) for cell in _SEPARATORS.split(lines[0])] if lines else []
    return len(cells) > 1 and key in cells


def _alone(lines: Sequence[str], key: str, name: str) -> list[str]:
    """Return the keys of a text that has one a line."""
    crowded = next((number for number, line in enumerate(lines, 1) if _SEPARATORS.search(line)), None)
    if crowded is not None:
        raise SourceError("data.no_key_list", where=name, column=key)
    found = [_bare(line) for line in lines]
    return found[1:] if found and found[0] == key else found


def _bare(cell: str) -> str:
    text = cell.strip(BLANKS)
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
