"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from segmint.data.files import kind_of
from segmint.errors import SourceError
from segmint.model.files import sync_folder


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[Path]:
    """Give a temporary file beside a target; it takes the target's name when all went well.

    If anything fails, the temporary file goes and what was there before stays.

    Parameters
    ----------
    path
        The target: a regular file, or a name that is free.
    mode
        The permissions of the new file, before the process's mask is taken off.

    Raises
    ------
    SourceError
        If the target is a folder, a FIFO or a device, or its folder cannot be written.
    """
    _refuse_special(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    with refusals(path.name):
        temporary.touch(mode=mode)
    try:
        yield temporary
        with refusals(path.name):
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Turn a disk's refusal (full, gone, not permitted) into an error that names the file."""
    try:
        yield
    except OSError as error:
        raise SourceError(
            "data.unwritable", where=name, reason=error.strerror or type(error).__name__
        ) from None


def _refuse_special(path: Path) -> None:
    """Refuse to put a file in the place of a folder, a FIFO or a device."""
    with refusals(path.name):
        found = path.stat().st_mode if path.exists() else stat.S_IFREG
    if not stat.S_ISREG(found):
        raise SourceError("data.not_a_file", where=path.name, kind=kind_of(found))
