"""``segmint inspect``: what would be read, and a schema file to change it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmint.cli import options
from segmint.cli.reading import Columns, Source, read_options
from segmint.cli.spread import spread
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data.dataset import Dataset


_OWN = {"--output": True, "-o": True, "--json": False}
"""Options that the next command does not repeat, and whether each takes a value."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect", epilog=say("help.inspect_examples"), help=say("help.inspect"))(spread(inspect))


def inspect(
    data: options.Data,
    columns: Columns,
    source: Source,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.inspect_output"))] = None,
    json: options.AsJson = False,
) -> None:
    """Show each column's kind and role with the reason; write a schema file with ``-o``."""
    from segmint.cli.output import write_json
    from segmint.data import read, spare_inputs, write_schema

    spare_inputs(output, data)
    dataset = read(data, read_options(source, columns))
    if output is not None:
        write_schema(dataset.schema, output)
    if json:
        write_json(_inspection(dataset, output))
        return
    _write_inspection(dataset, output)


def _inspection(dataset: Dataset, output: Path | None) -> dict[str, Any]:
    return {
        "source": dataset.source,
        "n_rows": dataset.n_rows,
        "fingerprint": dataset.fingerprint,
        "schema_file": None if output is None else str(output),
        "columns": [{**feature.to_json(), "reason": str(feature.reason)} for feature in dataset.schema],
        "notices": [str(notice) for notice in dataset.notices],
    }


def _write_inspection(dataset: Dataset, output: Path | None) -> None:
    from segmint.cli.output import results, write_command, write_labeled
    from segmint.cli.tables import plain_table
    from segmint.words.visible import safe

    console = results()
    console.print()
    console.print(
        f" {say('cli.inspected', source=safe(dataset.source), rows=dataset.n_rows, columns=len(dataset.schema))}",
        style="bold",
    )
    console.print()
    rows = [
        (feature.name, feature.kind.value, feature.role.value, feature.unit or "", str(feature.reason))
        for feature in dataset.schema
    ]
    heads = [say(f"cli.head.{name}") for name in ("column", "kind", "role", "unit", "reason")]
    plain_table(console, heads, rows)
    console.print()
    write_labeled(console, say("cli.notice"), [str(notice) for notice in dataset.notices])
    if output is not None:
        write_labeled(console, say("cli.schema"), [str(output)])
    write_command(console, say("cli.next"), _following(output))


def _following(output: Path | None) -> str:
    """Return what is done next: a schema file for what was typed, or with it the main job."""
    from segmint.cli.typed import command, without_options

    typed = without_options(sys.argv[2:], _OWN)
    if output is None:
        return command("inspect", *typed, "-o", "schema.toml")
    return command("run", *without_options(typed, {"--schema": True}), "--schema", str(output))
