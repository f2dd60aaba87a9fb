"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from segmint.errors import SegmintError

_LEFT_AFTER: Final = 3600.0
"""Seconds after which nobody is still writing a scratch file."""
_PERMISSIONS: Final = 0o777


def write_whole(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write a file in one step: under another name first, onto the disk, then renamed.

    Whatever happens before the last step, what lay under the name before is untouched. A file that is
    replaced hands on who may read and write it.

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
    mode = _mode(path)
    try:
        with open(scratch, "xb", opener=None if mode is None else _for_the_owner) as file:
            for part in parts:
                file.write(part)
            if mode is not None:
                with suppress(PermissionError):  # a drive without permissions: nobody loses any
                    scratch.chmod(mode)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    for folder in (path.parent, *(folder.parent for folder in made)):
        sync_folder(folder)
    _clear(path)


def write_file(path: str | Path, parts: Iterable[bytes | memoryview], *, refusal: str) -> None:
    """Write a file as :func:`write_whole` does; a refusal of the disk names the place.

    Parameters
    ----------
    path, parts
        The file and its bytes.
    refusal
        The code of the error.

    Raises
    ------
    SegmintError
        If the disk refuses the file (full, gone, not permitted); what lay there before is untouched.
    """
    path = Path(path)
    try:
        write_whole(path, parts)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SegmintError(refusal, where=path.name, reason=reason) from None


def _mode(path: Path) -> int | None:
    """Return the permissions of a file that is there."""
    try:
        return stat.S_IMODE(path.stat().st_mode) & _PERMISSIONS
    except FileNotFoundError:
        return None


def _for_the_owner(path: str, flags: int) -> int:
    """Open a scratch file that nobody else reads before its permissions are known."""
    return os.open(path, flags, 0o600)


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
