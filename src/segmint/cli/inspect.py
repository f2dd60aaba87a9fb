"""``segmint inspect``: what would be read, and a schema file to change it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmint.cli import options
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data.dataset import Dataset


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect", epilog=say("help.inspect_examples"), help=say("help.inspect"))(inspect)


def inspect(
    data: options.Data,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=say("help.inspect_output"))] = None,
    key: options.Key = None,
    features: options.Features = None,
    exclude: options.Exclude = None,
    describe: options.Describe = None,
    kind: options.Kinds = None,
    schema: options.SchemaFile = None,
    table: options.Table = None,
    query: options.Query = None,
    format: options.Format = None,
    sheet: options.Sheet = None,
    delimiter: options.Delimiter = None,
    decimal: options.Decimal = None,
    encoding: options.Encoding = None,
    skip_rows: options.SkipRows = 0,
    missing_value: options.MissingValues = None,
    missing: options.Missing = None,
    on_duplicate: options.OnDuplicate = None,
    lenient: options.Lenient = False,
    date_format: options.DateFormats = None,
    rename: options.Rename = None,
    json: options.AsJson = False,
) -> None:
    """Show each column's kind and role with the reason; write a schema file with ``-o``."""
    from segmint.cli.output import write_json
    from segmint.data import read, write_schema

    dataset = read(
        data,
        options.read_options(
            key=key, features=features, exclude=exclude, describe=describe, kinds=kind, schema=schema,
            table=table, query=query, format=format, sheet=sheet, delimiter=delimiter, decimal=decimal,
            encoding=encoding, skip_rows=skip_rows, missing_values=missing_value, missing=missing,
            on_duplicate=on_duplicate, lenient=lenient, date_formats=date_format, rename=rename,
        ),
    )  # fmt: skip
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
    from segmint.cli.output import results, safe, write_labeled
    from segmint.cli.tables import plain_table

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
        write_labeled(
            console, say("cli.next"), [say("cli.next_schema", schema=output, source=dataset.source)]
        )
    else:
        write_labeled(console, say("cli.next"), [say("cli.next_inspect", source=dataset.source)])
