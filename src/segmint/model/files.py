"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_LEFT_AFTER: Final = 3600.0
"""Seconds after which nobody is still writing a scratch file."""


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file in one step: under another name first, onto the disk, then renamed.

    Whatever happens before the last step, what lay under the name before is untouched.

    Parameters
    ----------
    path
        The file; its folder is made where it is missing.
    parts
        Its bytes.
    """
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
    try:
        with scratch.open("xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    for folder in (path.parent, *(folder.parent for folder in made)):
        sync_folder(folder)
    _clear(path)


def _clear(path: Path) -> None:
    """Remove what killed processes left: scratch files of this name, an hour older than the file just written.

    Younger ones may be those of another process that is at it.
    """
    scratch = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{12}}\.part")
    with suppress(OSError):
        stale = path.stat().st_mtime - _LEFT_AFTER
        for found in path.parent.iterdir():
            if scratch.fullmatch(found.name) and found.lstat().st_mtime < stale:
                found.unlink()


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder last, where the system can; some refuse to open or to sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
