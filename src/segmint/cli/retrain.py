"""``segmint retrain`` and ``history``: new versions of a model, and what they did to its segments."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmint.cli import options
from segmint.cli.commands import command_line
from segmint.cli.events import FromEvents, Joined, table_of
from segmint.cli.progress import Steps
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.registry import Accept, Limit, share_of
from segmint.cli.settings import read_settings
from segmint.cli.spread import spread
from segmint.cli.workspaces import workspace_of, writable_workspace
from segmint.errors import SegmintError
from segmint.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmint.workflow.challenge import Challenge
    from segmint.workflow.promotion import Promoted
    from segmint.workflow.retrain import RetrainOptions


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("retrain", epilog=say("help.retrain_examples"), help=say("help.retrain"))(spread(retrain))
    app.command("history", epilog=say("help.history_examples"), help=say("help.history"))(history)


@dataclass(frozen=True)
class Training:
    """How the model is trained again."""

    before: Annotated[str | None, typer.Option("--before", help=say("help.before"))] = None
    rechoose: Annotated[bool, typer.Option("--rechoose", help=say("help.rechoose"))] = False
    on_duplicate: Annotated[str | None, typer.Option("--on-duplicate", help=say("help.on_duplicate"))] = None
    seed: options.Seed = 0
    resamples: options.Resamples = 100
    jobs: options.Jobs = None

    def options(self) -> RetrainOptions:
        """Make the options of the journey."""
        from segmint.workflow.retrain import RetrainOptions

        return RetrainOptions(
            rechoose=self.rechoose,
            seed=self.seed,
            n_resamples=self.resamples,
            jobs=self.jobs,
            command=command_line(sys.argv),
        )


@dataclass(frozen=True)
class Promoting:
    """What happens to the new version."""

    promote: Annotated[bool, typer.Option("--promote", help=say("help.retrain_promote"))] = False
    limit: Limit = "10%"
    accept_migration: Accept = None
    moves: Annotated[str | None, typer.Option("--moves", help=say("help.moves"))] = None


def retrain(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=say("help.retrained"))],
    data: options.Data,
    training: Training,
    promoting: Promoting,
    events: FromEvents,
    joined: Joined,
    source: Source,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Train a model again, match its segments, and say who would move."""
    from segmint.cli.migration import challenge_json, write_challenge, write_promotion
    from segmint.cli.output import write_json
    from segmint.data import check_target, spare_inputs
    from segmint.workflow.challenge import renew
    from segmint.workflow.library import open_model
    from segmint.workflow.warming import warm

    reading = read_options(source, Columns(on_duplicate=training.on_duplicate))
    limit = share_of("--limit", promoting.limit)
    if promoting.moves is not None:
        check_target(promoting.moves, None)
        spare_inputs(promoting.moves, data, *joined.tables())
    place, uri = writable_workspace(workspace), read_settings().tracking_uri
    champion, _ = open_model(model, place, tracking_uri=uri)
    with Steps(quiet=quiet) as steps, table_of(data, reading, events, joined, champion, steps) as table:
        warm(steps)
        made = renew(
            model,
            table.data,
            place,
            reading=table.reading,
            options=training.options(),
            before=training.before,
            limit=limit,
            moves=promoting.moves,
            tracking_uri=uri,
            progress=steps,
        )
    if not json:
        table.warn()
        write_challenge(made, promoting=promoting.promote)
    answer = partial(challenge_json, made, warnings=table.warnings)
    refused = answer if json else None
    promoted = _promote(made, promoting, place, limit, refused) if promoting.promote else None
    if json:
        write_json(answer(promoted))
    elif promoted is not None:
        write_promotion(promoted)


def _promote(
    made: Challenge,
    promoting: Promoting,
    place: Path,
    limit: float,
    answer: Callable[[None], dict[str, Any]] | None,
) -> Promoted:
    """Promote the new version; a refusal is told after the answer (as JSON where one is made), and says what stays."""
    from segmint.cli.output import write_json
    from segmint.errors import PromotionRefused
    from segmint.workflow.promotion import promote

    name, version = made.model.manifest.name, made.tracked.version
    try:
        return promote(
            f"models:/{name}/{version}",
            place,
            limit=limit,
            accepted=promoting.accept_migration,
            tracking_uri=read_settings().tracking_uri,
        )
    except PromotionRefused as refusal:
        if answer is not None:
            write_json(answer(None))
        refusal.add_note(say("cli.challenger_kept", name=name, version=version))
        raise


def history(
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("help.rolled_back"))],
    figure: Annotated[Path | None, typer.Option("--figure", help=say("help.history_figure"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Show the versions of a model: what became of its segments, and why each was promoted."""
    from segmint.cli.migration import history_json, write_history
    from segmint.cli.output import write_json
    from segmint.workflow.history import changes, write_picture
    from segmint.workflow.history import history as read_history
    from segmint.workflow.workspace import Workspace

    place = workspace_of(workspace)
    entries = read_history(name, place, tracking_uri=read_settings().tracking_uri)
    moved = changes(name, place)
    target = figure or Workspace(place).reports / f"{name}-history.png"
    try:
        drawn = write_picture(name, entries, target)
    except SegmintError:
        if figure is not None:
            raise
        drawn = None  # a workspace that can only be read is read all the same
    if json:
        told = history_json(entries, moved)
        write_json({"name": name, **told, "figure": drawn and str(drawn.resolve())})
        return
    write_history(name, entries, moved, drawn)
