"""The options of reading, declared once for every command that reads a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from segmint.cli.options import names, one_of, pairs
from segmint.words import say

if TYPE_CHECKING:
    from segmint.data import ReadOptions
    from segmint.model.schema import Kind
    from segmint.model.schema import Missing as Policy

REPEATED_KEYS = ("last", "sum", "error")


@dataclass(frozen=True)
class Means:
    """How the texts of an option become the reader's value; without it the text is the value."""

    value: Callable[[Any], Any]


def _only_names(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    return names(texts) or None


def _kinds(texts: Sequence[str] | None) -> dict[str, Kind]:
    from segmint.model.schema import Kind

    found = pairs("--kind", texts)
    for kind in found.values():
        one_of("--kind", kind, [kind.value for kind in Kind])
    return {column: Kind(kind) for column, kind in found.items()}


def _schema(path: Path | None) -> Any:
    from segmint.data import read_schema

    return None if path is None else read_schema(path)


def _policy(text: str | None) -> Policy | None:
    from segmint.model.schema import Missing as Policy

    one_of("--missing", text, [policy.value for policy in Policy])
    return None if text is None else Policy(text)


def _repeated(text: str | None) -> str | None:
    return one_of("--on-duplicate", text, REPEATED_KEYS)


def _renamed(texts: Sequence[str] | None) -> dict[str, str]:
    return pairs("--rename", texts)


def _dates(texts: Sequence[str] | None) -> dict[str, str]:
    return pairs("--date-format", texts)


def _all_of(texts: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(texts or ())


_Text = str | None
_Texts = list[str] | None


@dataclass(frozen=True)
class Columns:
    """What the columns are: a field here is an option of ``run``, ``inspect`` and ``lab``.

    The names of the fields are those of :class:`segmint.data.ReadOptions`.
    """

    key: Annotated[_Text, typer.Option("--key", help=say("help.key"))] = None
    features: Annotated[_Texts, typer.Option("--features", help=say("help.features")), Means(_only_names)] = (
        None
    )
    exclude: Annotated[_Texts, typer.Option("--exclude", help=say("help.exclude")), Means(names)] = None
    describe: Annotated[_Texts, typer.Option("--describe", help=say("help.describe")), Means(names)] = None
    kinds: Annotated[_Texts, typer.Option("--kind", help=say("help.kinds")), Means(_kinds)] = None
    schema: Annotated[
        Path | None,
        typer.Option("--schema", help=say("help.schema_file"), exists=True, dir_okay=False),
        Means(_schema),
    ] = None
    date_formats: Annotated[
        _Texts, typer.Option("--date-format", help=say("help.date_formats")), Means(_dates)
    ] = None
    missing_values: Annotated[
        _Texts, typer.Option("--missing-value", help=say("help.missing_values")), Means(_all_of)
    ] = None
    missing: Annotated[_Text, typer.Option("--missing", help=say("help.missing")), Means(_policy)] = None
    on_duplicate: Annotated[
        _Text, typer.Option("--on-duplicate", help=say("help.on_duplicate")), Means(_repeated)
    ] = None


@dataclass(frozen=True)
class Source:
    """How the source is written: a field here is an option of every command that reads a table."""

    lenient: Annotated[bool, typer.Option("--lenient", help=say("help.lenient"))] = False
    quarantine: Annotated[Path | None, typer.Option("--quarantine", help=say("help.quarantine"))] = None
    table: Annotated[_Text, typer.Option("--table", help=say("help.table"))] = None
    query: Annotated[_Text, typer.Option("--query", help=say("help.query"))] = None
    format: Annotated[_Text, typer.Option("--format", help=say("help.format"))] = None
    sheet: Annotated[_Text, typer.Option("--sheet", help=say("help.sheet"))] = None
    delimiter: Annotated[_Text, typer.Option("--delimiter", help=say("help.delimiter"))] = None
    decimal: Annotated[_Text, typer.Option("--decimal", help=say("help.decimal"))] = None
    encoding: Annotated[_Text, typer.Option("--encoding", help=say("help.encoding"))] = None
    skip_rows: Annotated[int, typer.Option("--skip-rows", min=0, help=say("help.skip_rows"))] = 0
    header: Annotated[bool | None, typer.Option("--header/--no-header", help=say("help.header"))] = None
    rename: Annotated[_Texts, typer.Option("--rename", help=say("help.rename")), Means(_renamed)] = None


def read_options(source: Source, columns: Columns | None = None) -> ReadOptions:
    """Make the reader's options of what the command line says.

    Raises
    ------
    UsageError
        If a text is not of its option's form.
    """
    from segmint.data import ReadOptions

    return ReadOptions(**_meant(source), **_meant(columns or Columns()))


def _meant(group: Source | Columns) -> dict[str, Any]:
    types = get_type_hints(type(group), include_extras=True)
    return {name: _meaning(types[name])(given) for name, given in vars(group).items()}


def _meaning(annotated: Any) -> Callable[[Any], Any]:
    found = [extra.value for extra in annotated.__metadata__ if isinstance(extra, Means)]
    return found[0] if found else lambda text: text
