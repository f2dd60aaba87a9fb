"""How a source is to be read, where the reader should not find out by itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar, get_args

from segmint.data.beside import Beside
from segmint.errors import UsageError
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind, Missing, Schema
from segmint.model.topic_columns import TopicColumns

_Choice = TypeVar("_Choice", bound=StrEnum)
OnDuplicate = Literal["last", "sum", "error"]


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What overrules the reader.

    Attributes
    ----------
    key
        The column that names the customer.
    features
        Exactly these columns cluster (a flag or category among them is one-hot encoded).
    exclude, describe
        Columns that are ignored; columns that only describe.
    kinds
        The kind of some columns.
    schema
        A whole schema, for example from :func:`segmint.data.read_schema`; the other options overrule it.
    table, query
        What to read of a database: one of the two.
    lenient
        Whether rows that break a rule are set aside and counted, instead of refusing the source.
    quarantine
        A file that gets the rows set aside (CSV: line, reason, text); by default they are only counted.
    skip_rows
        Lines above the header.
    delimiter, decimal, encoding
        The separator, the decimal mark (``"."`` or ``","``) and the encoding of a text file.
    missing_values
        Texts that mean "missing" in every column, beside the empty cell.
    on_duplicate
        What happens to rows with the same key: the last one counts, numbers are summed, or an error.
    missing
        What happens to missing values of the columns that cluster.
    format
        ``csv``, ``tsv``, ``parquet``, ``jsonl`` or ``xlsx``, for standard input and odd file names.
    rename
        New names of columns, by the name in the source.
    date_formats
        How dates are written, by column, in ``strptime``'s terms.
    sheet
        The name of an Excel sheet; by default the only one.
    header
        Whether the first line holds the names; ``None`` to find out.
    recipe
        How the table was made of events, to be kept with it.
    beside
        Columns of numbers in another table, which are found by key.
    topics
        What makes some of the columns of texts, to be kept with the table; where the texts stand in their place, they
        are made.
    """

    key: str | None = None
    features: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    describe: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    schema: Schema | None = None
    table: str | None = None
    query: str | None = None
    lenient: bool = False
    quarantine: Path | None = None
    skip_rows: int = 0
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    missing_values: tuple[str, ...] = ()
    on_duplicate: OnDuplicate | None = None
    missing: Missing | None = None
    format: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    date_formats: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    header: bool | None = None
    recipe: Recipe | None = None
    beside: Beside | None = None
    topics: TopicColumns | None = None


def with_clean_names(options: ReadOptions) -> ReadOptions:
    """Return options whose names are written as the reader writes names: composed, no blanks around them.

    Raises
    ------
    UsageError
        If a kind, a policy for missing values or a rule for repeated keys is none of those that there are.
    """

    def all_of(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(clean_name, names))

    return replace(
        options,
        key=None if options.key is None else clean_name(options.key),
        features=None if options.features is None else all_of(options.features),
        exclude=all_of(options.exclude),
        describe=all_of(options.describe),
        kinds={clean_name(name): _one_of(Kind, kind, "kind") for name, kind in options.kinds.items()},
        missing=None if options.missing is None else _one_of(Missing, options.missing, "missing"),
        on_duplicate=_rule(options.on_duplicate),
        date_formats={clean_name(name): form for name, form in options.date_formats.items()},
    )


def _one_of(choices: type[_Choice], given: str, option: str) -> _Choice:
    """Return a choice, which may have been given as its text."""
    known = [choice.value for choice in choices]
    if given not in known:
        raise UsageError("data.not_one_of", option=option, given=given, known=known)
    return choices(given)


def _rule(given: OnDuplicate | None) -> OnDuplicate | None:
    known = list(get_args(OnDuplicate))
    if given is not None and given not in known:
        raise UsageError("data.not_one_of", option="on_duplicate", given=given, known=known)
    return given


def clean_name(name: str) -> str:
    """Return a column's name as it is kept.

    Examples
    --------
    >>> clean_name(" cafe\u0301 ")
    'café'
    """
    return unicodedata.normalize("NFC", name).strip()
