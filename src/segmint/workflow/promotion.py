"""Promotion and its way back: one at a time in a workspace, each with a line in its audit."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from segmint.errors import UsageError
from segmint.track import promotion
from segmint.track.promotion import Moved
from segmint.workflow.library import REGISTERED
from segmint.workflow.tracking import ready_registry
from segmint.workflow.workspace import keeping

AUDIT: Final = "audit.jsonl"
_LOCK: Final = ".promotion.lock"


def promote(
    wanted: str, workspace: str | Path, *, because: str | None = None, tracking_uri: str | None = None
) -> Moved:
    """Make a registered version the champion.

    Parameters
    ----------
    wanted
        A model's name (its challenger is promoted) or ``models:/NAME/VERSION``.
    workspace
        Whose registry it is, and where the line is written.
    because
        Why; kept in the line.
    tracking_uri
        Another registry than the workspace's own.

    Raises
    ------
    NotFoundError
        If there is no such model or version.
    UsageError
        If the name has another form.
    """
    name, version = _read(wanted)
    return _audited(
        "promote",
        lambda uri: promotion.promote(name, uri=uri, version=version),
        Path(workspace),
        because,
        tracking_uri,
    )


def rollback(
    name: str, workspace: str | Path, *, because: str | None = None, tracking_uri: str | None = None
) -> Moved:
    """Make the champion before the champion again.

    Raises
    ------
    NotFoundError
        If there is no such model, or no champion before.
    """
    return _audited(
        "rollback", lambda uri: promotion.rollback(name, uri=uri), Path(workspace), because, tracking_uri
    )


def _read(wanted: str) -> tuple[str, int | None]:
    if not wanted.startswith(REGISTERED):
        return wanted, None
    name, _, version = wanted.removeprefix(REGISTERED).partition("/")
    if not name or not version.isascii() or not version.isdigit():
        raise UsageError("workflow.not_to_promote", wanted=wanted)
    return name, int(version)


def _audited(
    what: str, move: Callable[[str], Moved], workspace: Path, because: str | None, tracking_uri: str | None
) -> Moved:
    with keeping(workspace), _alone(workspace):
        moved = move(ready_registry(workspace, tracking_uri))
        line = {
            "when": datetime.now(UTC).isoformat(timespec="seconds"),
            "what": what,
            "model": moved.name,
            "from": moved.before,
            "to": moved.version,
            "content": moved.content_hash,
            "because": because,
        }
        with (workspace / AUDIT).open("ab", buffering=0) as audit:
            audit.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            os.fsync(audit.fileno())
    return moved


@contextmanager
def _alone(workspace: Path) -> Iterator[None]:
    """Wait until nobody else promotes in this workspace."""
    workspace.mkdir(parents=True, exist_ok=True)
    with (workspace / _LOCK).open("ab") as lock:
        _take(lock)
        yield  # the lock ends with the file


def _take(lock: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
        return
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)
