"""A schema as a file that a person reads and changes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from segmint.data.replacing import refusals, replacing
from segmint.data.rows import shown
from segmint.errors import SchemaError, SourceError
from segmint.model.schema import Feature, Kind, Missing, Role, Schema
from segmint.words import say, sentence

VERSION = 1
_FIELDS = frozenset({"name", "kind", "role", "unit", "missing", "missing_values", "date_format"})
_Choice = TypeVar("_Choice", bound=StrEnum)


def write_schema(schema: Schema, path: str | Path) -> None:
    """Write a schema as TOML: one block a column, in order, the reason as a comment above it.

    Parameters
    ----------
    schema
        The columns.
    path
        The file; it appears whole or not at all.

    Examples
    --------
    >>> import tempfile
    >>> schema = Schema((Feature("Age", Kind.COUNT, Role.CLUSTER),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_schema(schema, Path(folder) / "schema.toml")
    ...     read_schema(Path(folder) / "schema.toml").names
    ('Age',)
    """
    blocks = [f"{_comment(say('data.schema_file'))}version = {VERSION}", *map(_block, schema)]
    with replacing(Path(path)) as temporary, refusals(Path(path).name):
        temporary.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def read_schema(path: str | Path) -> Schema:
    """Read a schema that :func:`write_schema` wrote and a person may have changed.

    All that the file says counts as given: it is not inferred again.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        If it cannot be read as TOML; the error gives the line.
    SchemaError
        If a column lacks a name, kind or role, names another one than there is, or stands twice.
    """
    path = Path(path)
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError("data.unreadable", where=path.name, reason=error.strerror or "") from None
    except UnicodeDecodeError as error:
        raise SourceError("data.not_utf8", where=path.name, offset=error.start, encoding="UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SourceError("data.not_toml", where=path.name, problem=str(error)) from None
    blocks = stored.get("column")
    if stored.get("version") != VERSION or not isinstance(blocks, list) or not blocks:
        raise SchemaError("data.no_schema", where=path.name, version=VERSION)
    schema = Schema(tuple(_feature(block, n, path.name) for n, block in enumerate(blocks, start=1)))
    _require_sound(schema, path.name)
    return schema


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def _block(feature: Feature) -> str:
    lines = [
        f"name = {_quoted(feature.name)}",
        f"kind = {_quoted(feature.kind.value)}",
        f"role = {_quoted(feature.role.value)}",
    ]
    if feature.unit is not None:
        lines.append(f"unit = {_quoted(feature.unit)}")
    if feature.role is Role.CLUSTER:
        lines.append(f"missing = {_quoted(feature.missing.value)}")
    if feature.missing_values:
        lines.append(f"missing_values = [{', '.join(map(_quoted, feature.missing_values))}]")
    if feature.date_format is not None:
        lines.append(f"date_format = {_quoted(feature.date_format)}")
    return f"{_comment(str(feature.reason))}[[column]]\n" + "\n".join(lines)


def _quoted(text: str) -> str:
    """Write a TOML basic string: JSON's form is one, apart from DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _feature(block: Any, number: int, where: str) -> Feature:
    place = f"{where}, column {number}"
    if not isinstance(block, dict) or not isinstance(block.get("name"), str) or not block["name"].strip():
        raise SchemaError("data.schema_column_unnamed", where=place)
    place = f"{where}, column “{shown(block['name'])}”"
    unknown = sorted(set(block) - _FIELDS)
    if unknown:
        raise SchemaError("data.schema_unknown_field", where=place, fields=unknown, known=sorted(_FIELDS))
    return Feature(
        name=block["name"],
        kind=_choice(Kind, block, "kind", place, None),
        role=_choice(Role, block, "role", place, None),
        unit=_text(block, "unit", place),
        missing=_choice(Missing, block, "missing", place, Missing.MEDIAN),
        missing_values=_texts(block, "missing_values", place),
        date_format=_text(block, "date_format", place),
        reason=sentence("data.reason.schema_file", file=where),
        given=True,
    )


def _choice(
    choices: type[_Choice], block: Mapping[str, Any], field: str, where: str, default: _Choice | None
) -> _Choice:
    value = block.get(field, default)
    known = [choice.value for choice in choices]
    if not isinstance(value, str):
        raise SchemaError("data.schema_value_missing", where=where, field=field, known=known)
    if value not in known:
        raise SchemaError("data.schema_value", where=where, field=field, given=shown(value), known=known)
    return choices(value)


def _text(block: Mapping[str, Any], field: str, where: str) -> str | None:
    value = block.get(field)
    if value is not None and not isinstance(value, str):
        raise SchemaError("data.schema_not_text", where=where, field=field)
    return value


def _texts(block: Mapping[str, Any], field: str, where: str) -> tuple[str, ...]:
    values = block.get(field, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise SchemaError("data.schema_not_text", where=where, field=field)
    return tuple(values)


def _require_sound(schema: Schema, where: str) -> None:
    repeated = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if repeated:
        raise SchemaError("data.repeated_names", where=where, columns=repeated, n=len(repeated))
    keys = [feature.name for feature in schema.with_role(Role.KEY)]
    if len(keys) > 1:
        raise SchemaError("data.several_keys", where=where, columns=keys)
