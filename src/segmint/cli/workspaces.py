"""The workspace of a command: the option, else the environment; looked at before any work is done."""

from __future__ import annotations

from pathlib import Path

from segmint.cli.settings import read_settings
from segmint.errors import UsageError


def workspace_of(given: Path | None) -> Path:
    """Return the workspace's folder, which need not be there yet.

    Raises
    ------
    UsageError
        If it is a file.
    """
    folder = given or read_settings().workspace
    if folder.is_file():
        raise UsageError("cli.workspace_is_a_file", where=str(folder))
    return folder


def writable_workspace(given: Path | None) -> Path:
    """Return the workspace's folder, for a command that will write to it.

    Nothing is made yet: whether it could be is tried with a file that is gone again.

    Raises
    ------
    UsageError
        If it is a file, or nothing can be written there.
    """
    import tempfile

    folder = workspace_of(given)
    try:
        nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError("cli.unwritable_workspace", where=str(folder), reason=reason) from None
    return folder
