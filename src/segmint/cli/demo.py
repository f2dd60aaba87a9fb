"""``segmint demo``: the main job on the table that the project ships."""

from __future__ import annotations

import typer

from segmint.cli import options
from segmint.words import say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help=say("help.demo"))(demo)


def demo(workspace: options.Workspace = None) -> None:
    """Run the main job on Wholesale customers (440 rows) and print the next three commands."""
    from segmint.cli.output import results
    from segmint.cli.reading import Columns, Source
    from segmint.cli.run import Delivering, Making, run
    from segmint.cli.typed import command, shown_path
    from segmint.cli.workspaces import workspace_of
    from segmint.data import example_table
    from segmint.workflow.workspace import Workspace

    place = workspace_of(workspace)
    table = example_table("wholesale_customers")
    results().print(f" {say('cli.demo')}", soft_wrap=False, width=80)
    run(str(table), Columns(), Making(), Delivering(), Source(), workspace=place)
    model = shown_path(Workspace(place).model("wholesale_customers"))
    console = results()
    console.print()
    console.print(f" {say('cli.demo_next')}", style="bold")
    for following in (
        command("show", model, "S1"),
        command("assign", model, shown_path(table), "-o", "segments.csv"),
        command("lab", "1.2", "--workspace", shown_path(place)),
    ):
        console.print(f"   {following}")
    console.print(f"     {say('cli.demo_lab')}", style="dim")
