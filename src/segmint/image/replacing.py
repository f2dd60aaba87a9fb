"""The folder of a build context is written whole or not at all; what people put into it is never lost.

::

    .NAME.MARK.part    1  written whole, with places for what is not ours
    NAME → .old        2  out of the way
    .old → .part       3  what is not ours moves over
    .part → NAME       4  the new package is there
    .old → .part       5  rubbish now, and deleted

Who is killed in between leaves an ``.old`` folder: until step 4 it becomes ``NAME`` again, afterwards it is
emptied into ``NAME``; whoever packages next does so. A ``.part`` without ``.old`` is rubbish.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from segmint.image.context import CONTENTS
from segmint.image.folder import check_folder, earlier_files, is_folder, others, refused
from segmint.image.refusals import refusals

_FRESH: Final = "part"
_OLD: Final = "old"


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder of their own.

    What an earlier package left there is gone then; what people put beside its files, such as ``secrets/``,
    is kept.

    Raises
    ------
    UsageError
        See :func:`segmint.image.folder.check_folder`; or if an interrupted packaging left files of yours
        behind that the folder has too.
    SegmintError
        If the disk refuses.
    """
    with refusals(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(folder.parent):
            _recover(folder)
            ours = check_folder(folder, files)
            mark = secrets.token_hex(6)
            fresh, old = (folder.with_name(f".{folder.name}.{mark}.{end}") for end in (_FRESH, _OLD))
            try:
                _write(fresh, files)
                _replace(folder, fresh, old, ours.union(files))
            except BaseException:
                _restore(folder, fresh, old)
                raise
            shutil.rmtree(fresh, ignore_errors=True)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that everybody may read: the image's user is none of those who build it."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        place.chmod(0o755)


def _replace(folder: Path, fresh: Path, old: Path, ours: frozenset[str]) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    kept = others(folder, ours)
    for path in kept:  # what needs room comes first
        (fresh / path).parent.mkdir(parents=True, exist_ok=True)
    folder.rename(old)
    _move(kept, old, fresh)
    fresh.rename(folder)
    old.rename(fresh)


def _restore(folder: Path, fresh: Path, old: Path) -> None:
    """Make undone what was begun; if not even that is possible, leave both folders to the next packaging."""
    if old.exists() and not folder.exists():
        _back(folder, fresh, old)
    if not old.exists():
        shutil.rmtree(fresh, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Put in order what a packaging that was killed left behind."""
    for old in _left(folder, _OLD):
        if is_folder(folder) and not any(folder.iterdir()):
            folder.rmdir()
        if not os.path.lexists(folder):
            _back(folder, old.with_suffix(f".{_FRESH}"), old)
        else:
            _empty(old, folder)
    for rubbish in _left(folder, _FRESH):
        shutil.rmtree(rubbish, ignore_errors=True)


def _back(folder: Path, fresh: Path, old: Path) -> None:
    """Make an old folder the folder again, with what was moved out of it."""
    if fresh.exists():
        _move_others(fresh, old, {*earlier_files(fresh), *earlier_files(old), CONTENTS})
    old.rename(folder)


def _empty(old: Path, folder: Path) -> None:
    """Move what is not ours from an old folder to the one that is in its place, and take the old one away."""
    check_folder(folder)
    _move_others(old, folder, {*earlier_files(old), CONTENTS})
    old.rename(old.with_suffix(f".{_FRESH}"))


def _move_others(source: Path, target: Path, ours: Iterable[str]) -> None:
    """Move what is not ours, or nothing of it where some is there already."""
    moved = others(source, ours)
    there = [str(path) for path in moved if os.path.lexists(target / path)]
    if there:
        raise refused("image.left_over", source, there)
    _move(moved, source, target)


def _move(paths: Iterable[PurePosixPath], source: Path, target: Path) -> None:
    for path in paths:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).rename(target / path)


def _left(folder: Path, end: str) -> list[Path]:
    named = re.compile(rf"\.{re.escape(folder.name)}\.[0-9a-f]{{12}}\.{end}")
    return sorted(path for path in folder.parent.iterdir() if named.fullmatch(path.name) and is_folder(path))


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Package into one place one after the other, where that can be asked for."""
    if sys.platform == "win32":  # a folder can't be locked
        yield
        return
    import fcntl

    handle = os.open(place, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
