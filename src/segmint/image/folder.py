"""The folder of a build context: what lies in it, whose it is, and whether it may be written to."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from segmint.errors import UsageError
from segmint.image.context import CONTENTS, FORMAT
from segmint.image.refusals import refusals

_MOST_NAMED: Final = 5


def check_folder(folder: Path, new: Collection[str] = ()) -> frozenset[str]:
    """Return the files of an earlier package in a folder that may be written to.

    Parameters
    ----------
    folder
        The folder.
    new
        Paths of the files that are to be written into it.

    Returns
    -------
    frozenset of str
        Their paths; none where the folder is empty or not there.

    Raises
    ------
    UsageError
        If the folder holds something else, is where the command was called, a file of the earlier
        package was changed, or somebody's own file lies where a new one is to be.
    SegmintError
        If the disk refuses to tell.
    """
    with refusals(folder):
        if not os.path.lexists(folder):
            return frozenset()
        if folder.resolve() == Path.cwd():  # it is replaced as a whole
            raise UsageError("image.here")
        if not is_folder(folder):
            raise UsageError("image.not_a_folder", where=str(folder))
        if not any(folder.iterdir()):
            return frozenset()
        earlier = earlier_files(folder)
        if not earlier:
            raise UsageError("image.not_empty", where=str(folder))
        changed = [path for path, digest in earlier.items() if _differs(folder / path, digest)]
        if changed:
            raise refused("image.changed", folder, changed)
        ours = frozenset({*earlier, CONTENTS})
        blocked = [path for path in new if path not in ours and _is_taken(folder, path)]
        if blocked:
            raise refused("image.in_the_way", folder, blocked)
        return ours


def earlier_files(folder: Path) -> dict[str, str]:
    """Return the digests of an earlier package's files by path; nothing where the folder is no package."""
    contents = folder / CONTENTS
    try:
        told = json.loads(contents.read_bytes()) if contents.is_file() else {}
        files = dict(told["files"]) if told["format"] == FORMAT else {}
        inside = all(_is_inside(path) for path in files)
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return files if inside else {}


def others(folder: Path, ours: Iterable[str]) -> list[PurePosixPath]:
    """Return the paths of what is not ours; a folder in which nothing is ours goes as a whole."""
    files = frozenset(ours)
    shared = {parent for path in files for parent in PurePosixPath(path).parents}

    def below(place: PurePosixPath) -> Iterator[PurePosixPath]:
        for entry in sorted((folder / place).iterdir()):
            path = place / entry.name
            if path in shared and is_folder(entry):
                yield from below(path)
            elif str(path) not in files:
                yield path

    return list(below(PurePosixPath()))


def is_folder(path: Path) -> bool:
    """Return whether a folder is there, and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def refused(code: str, folder: Path, files: list[str]) -> UsageError:
    """Return an error that names the first of some files."""
    return UsageError(code, where=str(folder), files=files[:_MOST_NAMED], n=len(files))


def _is_inside(path: str) -> bool:
    spelled = PurePosixPath(path)
    return str(spelled) == path != "." and not spelled.is_absolute() and ".." not in spelled.parts


def _differs(path: Path, digest: str) -> bool:
    """Return whether a file was changed, or is no file now; one that was taken away was not."""
    if not os.path.lexists(path):
        return False
    return path.is_symlink() or not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest


def _is_taken(folder: Path, path: str) -> bool:
    """Return whether something lies at a path, or something other than a folder on the way to it."""
    above = [folder / parent for parent in PurePosixPath(path).parents][:-1]
    blocked = [place for place in above if os.path.lexists(place) and not is_folder(place)]
    return bool(blocked) or os.path.lexists(folder / path)
