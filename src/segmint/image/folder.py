"""The folder of a build context: written whole or not at all, over an earlier one only where nobody changed it."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from segmint.errors import SegmintError, UsageError
from segmint.image.context import CONTENTS, FORMAT

_MOST_NAMED: Final = 5


def check_folder(folder: Path) -> frozenset[str]:
    """Return the files of an earlier package in a folder that may be written to.

    Returns
    -------
    frozenset of str
        Their paths; none where the folder is empty or not there.

    Raises
    ------
    UsageError
        If the folder holds something else, is where the command was called, or a file of the earlier
        package was changed.
    """
    if not folder.is_symlink() and not folder.exists():
        return frozenset()
    if folder.resolve() == Path.cwd():  # it is replaced as a whole
        raise UsageError("image.here")
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError("image.not_a_folder", where=str(folder))
    if not any(folder.iterdir()):
        return frozenset()
    earlier = _earlier(folder / CONTENTS)
    if earlier is None:
        raise UsageError("image.not_empty", where=str(folder))
    changed = [path for path, digest in earlier.items() if _differs(folder / path, digest)]
    if changed:
        raise UsageError("image.changed", where=str(folder), files=changed[:_MOST_NAMED], n=len(changed))
    return frozenset({*earlier, CONTENTS})


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder of their own.

    They are written beside it and moved into place. What an earlier package left there is gone then; what
    people put beside its files, such as ``secrets/``, is kept.

    Raises
    ------
    UsageError
        See :func:`check_folder`.
    SegmintError
        If the disk refuses.
    """
    ours = check_folder(folder)
    mark = secrets.token_hex(6)
    fresh, old = (folder.with_name(f".{folder.name}.{mark}.{end}") for end in ("part", "old"))
    with _refusals(folder):
        try:
            _write(fresh, files)
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise
        if old.exists():
            _keep(old, folder, ours)
            shutil.rmtree(old)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that everybody may read: the image's user is none of those who build it."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        place.chmod(0o755)


def _keep(old: Path, folder: Path, ours: frozenset[str]) -> None:
    """Move what is not ours from the old folder to the new one; a folder that is none of ours goes whole."""
    our_folders = {str(parent) for path in ours for parent in Path(path).parents}
    for place in sorted(our_folders):
        for entry in sorted((old / place).iterdir()) if (old / place).is_dir() else ():
            path = entry.relative_to(old)
            if str(path) in ours or str(path) in our_folders or (folder / path).exists():
                continue
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            entry.rename(folder / path)


def _earlier(contents: Path) -> dict[str, str] | None:
    try:
        told = json.loads(contents.read_bytes())
        files = dict(told["files"]) if told["format"] == FORMAT else {}
    except (OSError, ValueError, TypeError, KeyError):
        return None
    inside = all(_is_inside(path) for path in files)
    return files if files and inside else None


def _is_inside(path: str) -> bool:
    return not PurePosixPath(path).is_absolute() and ".." not in PurePosixPath(path).parts


def _differs(path: Path, digest: str) -> bool:
    """Return whether a file was changed; one that was taken away was not."""
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest


@contextmanager
def _refusals(folder: Path) -> Iterator[None]:
    """Turn a disk's refusal (full, gone, not permitted) into an error that names the place."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SegmintError("image.unwritable", where=str(folder), reason=reason) from None
