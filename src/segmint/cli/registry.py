"""``segmint promote``, ``rollback`` and ``pull``: which version production reads, and how it gets there."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.track.promotion import Moved

Because = Annotated[str | None, typer.Option("--because", help=say("help.because"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("promote", epilog=say("help.promote_examples"), help=say("help.promote"))(promote)
    app.command("rollback", epilog=say("help.rollback_examples"), help=say("help.rollback"))(rollback)
    app.command("pull", epilog=say("help.pull_examples"), help=say("help.pull"))(pull)


Limit = Annotated[str, typer.Option("--limit", help=say("help.limit"))]
Accept = Annotated[str | None, typer.Option("--accept-migration", help=say("help.accept_migration"))]


def promote(
    model: Annotated[str, typer.Argument(metavar="NAME", help=say("help.promoted"))],
    because: Because = None,
    limit: Limit = "10%",
    accept_migration: Accept = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Make a version the champion, unless it moves too many customers."""
    from segmint.cli.migration import migration_json, write_promotion
    from segmint.cli.output import write_json
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.promotion import promote as move

    promoted = move(
        model,
        workspace_of(workspace),
        because=because,
        limit=share_of("--limit", limit),
        accepted=accept_migration,
        tracking_uri=read_settings().tracking_uri,
    )
    if json:
        told = None if promoted.migration is None else migration_json(promoted.migration)
        write_json({**vars(promoted.moved), "migration": told})
    else:
        write_promotion(promoted)


def share_of(option: str, text: str) -> float:
    """Read a share: ``10%`` or ``0.1``.

    Raises
    ------
    UsageError
        If it is neither, or not between 0 and 1.

    Examples
    --------
    >>> share_of("--limit", "10%"), share_of("--limit", "0.05")
    (0.1, 0.05)
    """
    found = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})\s*(%?)\s*", text)
    share = float(found[1]) / (100 if found[2] else 1) if found else -1.0
    if not 0 <= share <= 1:
        raise UsageError("cli.not_a_share", option=option, text=text)
    return share


def rollback(
    model: Annotated[str, typer.Argument(metavar="NAME", help=say("help.rolled_back"))],
    because: Because = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Make the champion before the champion again."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.workflow.promotion import rollback as move

    uri = read_settings().tracking_uri
    _tell(move(model, workspace_of(workspace), because=because, tracking_uri=uri), as_json=json)


def _tell(moved: Moved, *, as_json: bool) -> None:
    from segmint.cli.output import results, write_json

    if as_json:
        write_json(vars(moved))
        return
    same = moved.before == moved.version
    key = "cli.champion_stays" if same else "cli.champion_first" if moved.before is None else "cli.champion"
    results().print(f" {say(key, name=moved.name, version=moved.version, before=moved.before or 0)}")


def pull(
    model: Annotated[str, typer.Argument(metavar="NAME@ALIAS", help=say("help.pulled"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("help.pull_output"))],
    watch: Annotated[float | None, typer.Option("--watch", min=0.1, help=say("help.watch"))] = None,
    workspace: options.Workspace = None,
) -> None:
    """Bring a registered model to a file; go on doing so where asked to."""
    from segmint.cli.output import steps, write_error
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.errors import SegmintError
    from segmint.workflow.library import bring

    place, uri = workspace_of(workspace), read_settings().tracking_uri
    while True:
        try:
            content = bring(model, output, place, tracking_uri=uri)
            if content is not None:
                steps().print(say("cli.pulled", model=model, content=content[:16]))
        except SegmintError as error:
            if watch is None:
                raise
            write_error(error)  # a registry that is away for a while must not end the watch
        if watch is None:
            return
        time.sleep(watch)
