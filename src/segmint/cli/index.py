"""``segmint index``: a model that can be asked for near customers and audiences when it is served."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.cli.events import FromEvents, Joined, table_of
from segmint.cli.models import Model, load
from segmint.cli.progress import Steps
from segmint.cli.reading import Source, read_options
from segmint.cli.spread import spread
from segmint.words import say

if TYPE_CHECKING:
    from segmint.workflow.indexing import Indexed


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("index", epilog=say("help.index_examples"), help=say("help.index_command"))(spread(index))


def index(
    model: Model,
    data: options.Data,
    events: FromEvents,
    joined: Joined,
    source: Source,
    output: Annotated[Path, typer.Option("--output", "-o", help=say("help.index_output"))],
    key: Annotated[str | None, typer.Option("--key", help=say("help.lookalike_key"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a copy of a model that carries the customers' vectors under pseudonyms."""
    from segmint.cli.output import write_json
    from segmint.cli.workspaces import writable_workspace
    from segmint.data import spare_inputs
    from segmint.workflow.indexing import index_customers

    place = writable_workspace(workspace)
    loaded, path = load(model, workspace)
    spare_inputs(output, data, *joined.tables(), path)
    with (
        Steps(quiet=quiet) as steps,
        table_of(data, read_options(source), events, joined, loaded, steps, key=key) as table,
    ):
        done = index_customers(loaded, table.data, output, place, reading=table.reading, progress=steps)
    notices = [str(notice) for notice in (*table.notices, *done.notices)]
    if json:
        told = {name: str(value) if isinstance(value, Path) else value for name, value in vars(done).items()}
        write_json(told | {"warnings": [str(said) for said in table.warnings], "notices": notices})
        return
    table.warn()
    _write(done, notices)


def _write(done: Indexed, notices: list[str]) -> None:
    from segmint.cli.output import results, write_command, write_labeled

    console = results()
    console.print()
    console.print(f" {say('cli.index.head', n=done.n_customers, size=float(done.n_bytes))}", style="bold")
    console.print()
    write_labeled(console, say("cli.index.stores"), [say("cli.index.vectors"), say("cli.index.keys")])
    write_labeled(console, say("cli.notice"), notices)
    write_labeled(console, say("cli.index.bundle"), [str(done.bundle)])
    write_labeled(console, say("cli.index.pseudonyms"), [say("cli.index.table", path=done.pseudonyms)])
    write_command(console, say("cli.next"), f"segmint serve {shlex.quote(str(done.bundle))}")
