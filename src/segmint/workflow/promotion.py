"""Promotion and its way back: one at a time in a workspace, each with a line in its audit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from segmint.errors import UsageError
from segmint.track import promotion
from segmint.track.promotion import Moved
from segmint.workflow.auditing import write_line
from segmint.workflow.library import REGISTERED
from segmint.workflow.locking import alone
from segmint.workflow.tracking import ready_registry
from segmint.workflow.workspace import keeping


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
    with keeping(workspace), alone(workspace):
        moved = move(ready_registry(workspace, tracking_uri))
        facts = {
            "model": moved.name,
            "from": moved.before,
            "to": moved.version,
            "content": moved.content_hash,
            "because": because,
        }
        write_line(workspace, what, facts)
    return moved
