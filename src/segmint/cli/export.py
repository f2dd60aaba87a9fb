"""``segmint export``: a model as a scikit-learn pipeline, or as one SELECT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmint.cli import options
from segmint.words import say

if TYPE_CHECKING:
    from segmint.model.segment_model import SegmentModel
    from segmint.workflow.export import Exported

FORMATS = ("sklearn", "sql")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", epilog=say("help.export_examples"), help=say("help.export"))(export)


def export(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=say("help.model"))],
    format: Annotated[str, typer.Option("--format", help=say("help.export_format"))],
    output: Annotated[Path, typer.Option("--output", "-o", help=say("help.export_output"))],
    table: Annotated[str | None, typer.Option("--table", help=say("help.export_table"))] = None,
    key: Annotated[str | None, typer.Option("--key", help=say("help.export_key"))] = None,
    check: Annotated[str | None, typer.Option("--check", help=say("help.export_check"))] = None,
    workspace: options.Workspace = None,
    json: options.AsJson = False,
) -> None:
    """Write a model in another form, checked against the model's own labels."""
    from segmint.cli.settings import read_settings
    from segmint.cli.workspaces import workspace_of
    from segmint.data import spare_inputs
    from segmint.errors import UsageError
    from segmint.workflow.export import export_sklearn, export_sql
    from segmint.workflow.library import open_model

    options.one_of("--format", format, FORMATS)
    if format == "sklearn" and (table is not None or key is not None):
        raise UsageError("export.only_sql")
    if format == "sql" and table is None:
        raise UsageError("export.needs_table")
    loaded, path = open_model(model, workspace_of(workspace), tracking_uri=read_settings().tracking_uri)
    spare_inputs(output, path, check)
    if table is None:
        done = export_sklearn(loaded, output, check=check)
    else:
        done = export_sql(loaded, output, table=table, key=key, check=check)
    _tell(loaded, done, format, as_json=json)


def _tell(model: SegmentModel, done: Exported, written: str, *, as_json: bool) -> None:
    from segmint.cli.output import results, steps, write_json, write_labeled
    from segmint.cli.tables import plain_table

    notices = [str(notice) for notice in done.notices]
    write_labeled(steps(), say("cli.notice"), notices)
    if as_json:
        checked = {"n_rows": done.checked.n_rows, "n_ties": done.checked.n_ties, "drawn": done.drawn}
        write_json(
            {
                "output": str(done.path.resolve()),
                "format": written,
                "name": model.manifest.name,
                "revision": model.manifest.revision,
                "checked": checked,
                "segments": [dict(segment) for segment in done.segments],
                "versions": dict(done.versions),
                "notices": notices,
            }
        )
        return
    console = results()
    console.print(f" {say(f'export.told.{written}', path=done.path)}", style="bold")
    rows = say("export.told.drawn" if done.drawn else "export.told.sampled", n=done.checked.n_rows)
    console.print(f" {say('export.told.same', rows=rows)}")
    console.print()
    named = [(str(one["label"]), f"{one['number']} {one['name']}", str(one["id"])) for one in done.segments]
    plain_table(console, [say("export.told.label"), say("cli.segment"), say("export.told.id")], named)
