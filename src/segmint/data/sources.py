"""One door to every kind of source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segmint.data.databases import is_database, open_database
from segmint.data.delimited import open_delimited
from segmint.data.excel import open_excel
from segmint.data.files import open_file
from segmint.data.frames import open_frame
from segmint.data.json_lines import open_json_lines
from segmint.data.options import ReadOptions
from segmint.data.parquet import open_parquet
from segmint.data.quarantine import Aside
from segmint.data.rows import Rejects, Rows
from segmint.data.sparing import spare_inputs


@contextmanager
def open_source(source: Any, options: ReadOptions, rejects: Rejects, aside: Aside) -> Iterator[Rows]:
    """Open a file, standard input (``-``), the address of a database, or a frame.

    Raises
    ------
    UsageError
        If what is set aside would be written over the source.
    SegmintError
        As the sources' own readers do.
    """
    spare_inputs(options.quarantine, source)
    if not isinstance(source, (str, Path)):
        with open_frame(source, options, rejects) as rows:
            yield rows
    elif isinstance(source, str) and is_database(source):
        with open_database(source, options, rejects) as rows:
            yield rows
    else:
        with open_file(source, options) as file, _reader(file, options, rejects, aside) as rows:
            yield rows


def _reader(file: Any, options: ReadOptions, rejects: Rejects, aside: Aside) -> Any:
    if file.format == "parquet":
        return open_parquet(file, options, rejects)
    if file.format == "xlsx":
        return open_excel(file, options, rejects)
    if file.format == "jsonl":
        return open_json_lines(file, options, rejects, aside)
    return open_delimited(file, options, rejects, aside)
