"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmint.data.files import sync_folder
from segmint.errors import SourceError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary file beside a target; it takes the target's name when all went well.

    If anything fails, the temporary file goes and what was there before stays.

    Raises
    ------
    SourceError
        If the target is a folder or its folder cannot be written.
    """
    if path.is_dir():
        raise SourceError("data.not_a_file", where=path.name, kind="a folder")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        temporary.touch()
    except OSError as error:
        raise SourceError("data.unwritable", where=str(path.name), reason=error.strerror or "") from None
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
