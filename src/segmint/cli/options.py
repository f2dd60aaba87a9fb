"""Options that several commands share, and how their texts become values."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from segmint.errors import UsageError
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.data.options import OnDuplicate as Repeated

Data = Annotated[str, typer.Argument(metavar="DATA", help=say("help.data"))]
Workspace = Annotated[
    Path | None,
    typer.Option("--workspace", help=say("help.workspace"), show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help=say("help.as_json"))]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=say("help.quiet"))]
Key = Annotated[str | None, typer.Option("--key", help=say("help.key"))]
Features = Annotated[list[str] | None, typer.Option("--features", help=say("help.features"))]
Exclude = Annotated[list[str] | None, typer.Option("--exclude", help=say("help.exclude"))]
Describe = Annotated[list[str] | None, typer.Option("--describe", help=say("help.describe"))]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help=say("help.kinds"))]
SchemaFile = Annotated[
    Path | None, typer.Option("--schema", help=say("help.schema_file"), exists=True, dir_okay=False)
]
Table = Annotated[str | None, typer.Option("--table", help=say("help.table"))]
Query = Annotated[str | None, typer.Option("--query", help=say("help.query"))]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help=say("help.delimiter"))]
Decimal = Annotated[str | None, typer.Option("--decimal", help=say("help.decimal"))]
Encoding = Annotated[str | None, typer.Option("--encoding", help=say("help.encoding"))]
SkipRows = Annotated[int, typer.Option("--skip-rows", min=0, help=say("help.skip_rows"))]
Sheet = Annotated[str | None, typer.Option("--sheet", help=say("help.sheet"))]
Format = Annotated[str | None, typer.Option("--format", help=say("help.format"))]
MissingValues = Annotated[list[str] | None, typer.Option("--missing-value", help=say("help.missing_values"))]
Missing = Annotated[str | None, typer.Option("--missing", help=say("help.missing"))]
OnDuplicate = Annotated[str | None, typer.Option("--on-duplicate", help=say("help.on_duplicate"))]
Lenient = Annotated[bool, typer.Option("--lenient", help=say("help.lenient"))]
Quarantine = Annotated[Path | None, typer.Option("--quarantine", help=say("help.quarantine"))]
DateFormats = Annotated[list[str] | None, typer.Option("--date-format", help=say("help.date_formats"))]
Rename = Annotated[list[str] | None, typer.Option("--rename", help=say("help.rename"))]


def names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """Split lists of column names at commas; a name that holds a comma stands in double quotes.

    Examples
    --------
    >>> names(["A,B", 'C', '"D, in k$"'])
    ('A', 'B', 'C', 'D, in k$')
    """
    found: list[str] = []
    for row in csv.reader(texts or (), skipinitialspace=True):
        found += [name.strip() for name in row if name.strip()]
    return tuple(dict.fromkeys(found))


def pairs(option: str, texts: Sequence[str] | None) -> dict[str, str]:
    """Split ``LEFT=RIGHT`` texts at the last equals sign.

    Raises
    ------
    UsageError
        If a text has no equals sign.
    """
    found: dict[str, str] = {}
    for text in texts or ():
        left, equals, right = text.rpartition("=")
        if not equals or not left or not right:
            raise UsageError("cli.not_a_pair", option=option)
        found[left.strip()] = right.strip()
    return found


def numbers_of_clusters(text: str | None) -> tuple[int, ...] | None:
    """Read ``--k``: ``5``, ``2..12`` or ``2,3,5``.

    Raises
    ------
    UsageError
        If it is none of these, or not between 1 and 1,000.

    Examples
    --------
    >>> numbers_of_clusters("2..4"), numbers_of_clusters("5"), numbers_of_clusters("2,4")
    ((2, 3, 4), (5,), (2, 4))
    """
    if text is None:
        return None
    try:
        found: set[int] = set()
        for part in text.split(","):
            first, dots, last = part.partition("..")
            found |= set(range(int(first), int(last) + 1)) if dots else {int(first)}
    except ValueError:
        raise UsageError("cli.bad_k") from None
    if not found or min(found) < 1 or max(found) > 1000:
        raise UsageError("cli.bad_k")
    return tuple(sorted(found))


def one_of(option: str, value: str | None, allowed: Sequence[str]) -> str | None:
    """Return a value that must be one of a few.

    Raises
    ------
    UsageError
        If it is not.
    """
    if value is not None and value not in allowed:
        raise UsageError("cli.not_one_of", option=option, value=value, allowed=list(allowed))
    return value


def read_options(
    *,
    key: str | None = None,
    features: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
    describe: Sequence[str] | None = None,
    kinds: Sequence[str] | None = None,
    schema: Path | None = None,
    table: str | None = None,
    query: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    skip_rows: int = 0,
    sheet: str | None = None,
    format: str | None = None,
    missing_values: Sequence[str] | None = None,
    missing: str | None = None,
    on_duplicate: str | None = None,
    lenient: bool = False,
    quarantine: Path | None = None,
    date_formats: Sequence[str] | None = None,
    rename: Sequence[str] | None = None,
) -> ReadOptions:
    """Make the reader's options of the command line's texts."""
    from segmint.data import ReadOptions, read_schema
    from segmint.model.schema import Kind
    from segmint.model.schema import Missing as Policy

    one_of("--missing", missing, [policy.value for policy in Policy])
    one_of("--on-duplicate", on_duplicate, ["last", "sum", "error"])
    kind_texts = pairs("--kind", kinds)
    for value in kind_texts.values():
        one_of("--kind", value, [kind.value for kind in Kind])
    return ReadOptions(
        key=key,
        features=names(features) or None,
        exclude=names(exclude),
        describe=names(describe),
        kinds={column: Kind(kind) for column, kind in kind_texts.items()},
        schema=None if schema is None else read_schema(schema),
        table=table,
        query=query,
        delimiter=delimiter,
        decimal=decimal,
        encoding=encoding,
        skip_rows=skip_rows,
        sheet=sheet,
        format=format,
        missing_values=tuple(missing_values or ()),
        missing=None if missing is None else Policy(missing),
        on_duplicate=cast("Repeated | None", on_duplicate),
        lenient=lenient,
        quarantine=quarantine,
        date_formats=pairs("--date-format", date_formats),
        rename=pairs("--rename", rename),
    )
