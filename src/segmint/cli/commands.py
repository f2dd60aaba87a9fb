"""The command as it can be repeated and shown to others: no passwords, no folders."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

_ADDRESS = re.compile(r"(://[^:/@\s]*):\S*@")
_SECRET = re.compile(r"([?&][^=&\s]*(?:passw|pwd|secret|token|passfile)[^=&\s]*=)[^&\s]*", re.IGNORECASE)

_FILE = re.compile(r"((?:sqlite|duckdb):///)[^?]*/")
"""A database that is a file."""


def command_line(arguments: Sequence[str]) -> str:
    """Return a command with passwords in addresses and folders of files left out.

    Examples
    --------
    >>> command_line(["/usr/bin/segmint", "run", "/home/me/shop.csv", "--features=Age,In/out"])
    'segmint run shop.csv --features=Age,In/out'
    >>> command_line(["segmint", "run", "mysql://me:s3cret@host/shop?ssl=1&password=s3cret"])
    "segmint run 'mysql://me:***@host/shop?ssl=1&password=***'"
    """
    return shlex.join(["segmint", *map(_shown, arguments[1:])])


def without_secrets(argument: str) -> str:
    """Return an argument with the passwords of an address left out; folders stay.

    Examples
    --------
    >>> without_secrets("postgresql://me:s3cret@host/shop")
    'postgresql://me:***@host/shop'
    """
    return _SECRET.sub(r"\1***", _ADDRESS.sub(r"\1:***@", argument)) if "://" in argument else argument


def _shown(argument: str) -> str:
    if "://" in argument:
        return _FILE.sub(r"\1", without_secrets(argument))
    option, equals, value = argument.partition("=")
    if argument.startswith("--") and equals:
        return f"{option}={_without_folder(value)}"
    return _without_folder(argument)


def _without_folder(text: str) -> str:
    """Return a file's name; a text that only holds a slash, such as a column's name, stays as it is."""
    path = Path(text)
    return path.name if "/" in text and (path.is_absolute() or path.parent.is_dir()) else text
