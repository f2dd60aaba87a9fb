"""Commands that a person can type here: the program as this shell finds it, the options as they were given."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from segmint.cli.commands import without_secrets

_NAME = "segmint"


def program() -> str:
    """Return the program as it can be typed: its name, or its path where the shell does not find the name."""
    started = Path(sys.argv[0])
    if shutil.which(_NAME) is not None or not started.is_file():
        return _NAME
    path = shown_path(started)
    return shlex.quote(path if os.sep in path else f"{os.curdir}{os.sep}{path}")


def command(*arguments: str) -> str:
    """Return one command of this program, quoted for a shell, without passwords."""
    return f"{program()} {shlex.join(map(without_secrets, arguments))}"


def given_workspace() -> list[str]:
    """Return ``--workspace`` as it was typed for this command; nothing where it was not."""
    typed = iter(sys.argv)
    for argument in typed:
        name, _, value = argument.partition("=")
        if name == "--workspace":
            return [name, value or next(typed, "")]
    return []


def without_options(arguments: Sequence[str], dropped: Mapping[str, bool]) -> list[str]:
    """Return what was typed without some options.

    Parameters
    ----------
    arguments
        What follows the command's name.
    dropped
        The options to leave out, and whether each takes a value.

    Examples
    --------
    >>> without_options(["x.csv", "-o", "s.toml", "--key=id", "--json"], {"-o": True, "--json": False})
    ['x.csv', '--key=id']
    >>> without_options(["x.csv", "--output=s.toml", "-os.toml"], {"--output": True, "-o": True})
    ['x.csv']
    """
    kept: list[str] = []
    left = iter(arguments)
    for argument in left:
        option = argument.partition("=")[0] if argument.startswith("--") else argument[:2]
        if not argument.startswith("-") or option not in dropped:
            kept.append(argument)
        elif dropped[option] and argument == option:
            next(left, None)  # its value
    return kept


def shown_path(path: Path) -> str:
    """Return a path as a person at this terminal would type it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return relative if not relative.startswith("..") else str(path)
