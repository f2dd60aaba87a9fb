"""Names, texts and numbers as DuckDB and PostgreSQL both read them; nothing of a model or a table can break out."""

from __future__ import annotations

import re

from segmint.errors import UsageError

_PART = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^".]+?))\s*(\.|$)')
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_MOST_PARTS = 3  # database, schema, table


def identifier(name: str) -> str:
    """Return a column's name, quoted: capitals, blanks, quotes and every script stay as they are.

    Examples
    --------
    >>> print(identifier('Annual "gross" income'))
    "Annual ""gross"" income"
    """
    return '"' + _storable(name).replace('"', '""') + '"'


def table_identifier(name: str) -> str:
    """Return a table's name, quoted part by part: a dot parts a schema from its table.

    Parameters
    ----------
    name
        ``customers`` or ``shop.customers``; a part that holds a dot stands in double quotes.

    Raises
    ------
    UsageError
        If a part is empty, a quote does not close, or there are more than three parts.

    Examples
    --------
    >>> print(table_identifier('shop.customers'), table_identifier('"odd.name"'))
    "shop"."customers" "odd.name"
    """
    parts: list[str] = []
    place = 0
    while place < len(name) or not parts:
        found = _PART.match(name, place)
        if found is None or (found[3] == "." and found.end() == len(name)):
            raise UsageError("export.table_name", name=name)
        parts.append((found[1] or "").replace('""', '"') or found[2])
        place = found.end()
    if len(parts) > _MOST_PARTS:
        raise UsageError("export.table_name", name=name)
    return ".".join(map(identifier, parts))


def text(value: str) -> str:
    r"""Return a text; with backslashes in the form that no server setting reads otherwise.

    Examples
    --------
    >>> print(text("it's"), text("a\\b"))
    'it''s' E'a\\b'
    """
    quoted = _storable(value).replace("'", "''")
    if "\\" not in quoted:
        return f"'{quoted}'"
    escaped = quoted.replace("\\", "\\\\")
    return f"E'{escaped}'"


def number(value: float) -> str:
    """Return a number that is read as the same 64-bit float.

    Without an exponent DuckDB would read a decimal; a minus is kept in brackets, for ``--`` begins a comment.

    Examples
    --------
    >>> number(0.1), number(-2.0), number(1e-20)
    ('0.1e0', '(-2.0e0)', '1e-20')
    """
    written = repr(float(value))
    written = written if "e" in written else f"{written}e0"
    return f"({written})" if written.startswith("-") else written


def _storable(value: str) -> str:
    """Refuse a NUL character, and half a surrogate pair: how Python reads a byte that is no UTF-8."""
    if _NO_TEXT.search(value):
        raise UsageError("export.no_text")
    return value
