"""One writer at a time in a workspace: who changes a model or the audit reads it, too, while nobody else writes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from segmint.workflow.workspace import Workspace

_LOCK: Final = ".workspace.lock"


@contextmanager
def alone(*workspaces: Path) -> Iterator[None]:
    """Wait until nobody else signs, promotes, renames or keeps a model in these workspaces.

    The lock is the process's file, not the thread's: who holds it must not ask for it again.
    """
    with ExitStack() as held:
        for folder in sorted({workspace.resolve() for workspace in workspaces}):  # all in one order
            folder.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context((folder / _LOCK).open("ab"))
            _take(lock)  # it ends with the file
        yield


def holders(*paths: Path) -> list[Path]:
    """Return the workspaces in whose folder of models these files lie."""
    folders = {path.parent.resolve() for path in paths}
    found = [folder.parent for folder in folders if folder == Workspace(folder.parent).models]
    return [folder for folder in found if Workspace(folder).studies.is_dir()]


def _take(lock: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        return
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)
