"""``segmint promote``, ``rollback`` and ``pull``: which version production reads, and how it gets there."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.words import say

if TYPE_CHECKING:
    from segmint.track.promotion import Moved

Because = Annotated[str | None, typer.Option("--because", help=say("help.because"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("promote", epilog=say("help.promote_examples"), help=say("help.promote"))(promote)
    app.command("rollback", epilog=say("help.rollback_examples"), help=say("help.rollback"))(rollback)
    app.command("pull", epilog=say("help.pull_examples"), help=say("help.pull"))(pull)


def promote(
    model: Annotated[str, typer.Argument(metavar="NAME", help=say("help.promoted"))],
    because: Because = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Make a version the champion."""
    from segmint.workflow.promotion import promote as move

    _move(move, model, because, workspace, as_json=json)


def rollback(
    model: Annotated[str, typer.Argument(metavar="NAME", help=say("help.rolled_back"))],
    because: Because = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Make the champion before the champion again."""
    from segmint.workflow.promotion import rollback as move

    _move(move, model, because, workspace, as_json=json)


def _move(
    move: Callable[..., Moved], model: str, because: str | None, workspace: Path | None, *, as_json: bool
) -> None:
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of

    uri = read_settings().tracking_uri
    _tell(move(model, workspace_of(workspace), because=because, tracking_uri=uri), as_json=as_json)


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
