"""What is written to the terminal: results on standard output, steps and errors on standard error."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from segmint.words import say
from segmint.words.visible import safe

if TYPE_CHECKING:
    from rich.console import Console

    from segmint.errors import SegmintError

SCHEMA_VERSION = 1
WIDTH = 80


def results() -> Console:
    """Return the console of results: standard output."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, emoji=False, markup=False)


def steps() -> Console:
    """Return the console of steps and errors: standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True, emoji=False, markup=False)


def write_json(content: dict[str, Any]) -> None:
    """Write one JSON object with its ``schema_version`` to standard output."""
    import sys

    text = json.dumps(
        {"schema_version": SCHEMA_VERSION, **content}, ensure_ascii=False, indent=2, allow_nan=False
    )
    sys.stdout.write(text + "\n")


def wrapped(text: str, *, first: str = "", indent: int = 10, width: int = WIDTH) -> list[str]:
    """Break a sentence into lines, a dim word at the left of the first one."""
    import textwrap

    lines = textwrap.wrap(safe(text), width - indent, break_on_hyphens=False) or [""]
    head = f" {first}".ljust(indent)
    return [head + lines[0], *(" " * indent + line for line in lines[1:])]


def write_labeled(
    console: Console, label: str, sentences: Sequence[str], *, style: str = "dim", indent: int = 10
) -> None:
    """Write sentences under one dim word at the left, as the answer's For, Against, Rivals."""
    from rich.text import Text

    for number, sentence in enumerate(sentences):
        for place, line in enumerate(wrapped(sentence, first=label if number == 0 else "", indent=indent)):
            text = Text(line)
            if number == 0 and place == 0:
                text.stylize(style, 0, len(label) + 1)
            console.print(text)


def write_command(console: Console, label: str, command: str) -> None:
    """Write a command under a dim word at the left, in one line: broken in two it could not be pasted."""
    from rich.text import Text

    line = Text(f" {label}".ljust(10) + safe(command))
    line.stylize("dim", 0, len(label) + 1)
    console.print(line)


def write_error(error: SegmintError) -> None:
    """Write an error: what was got, the rule, the way out, and the exit code."""
    from rich.text import Text

    console = steps()
    title = Text(" ")
    title.append(say("cli.error"), style="bold red")
    title.append(f"  {safe(error.where)}" if error.where else "")
    console.print(title)
    console.print()
    _write_part("got", error.received)
    _write_part("rule", error.rule)
    for detail in error.details:
        console.print(Text(f"   {safe(detail)}", style=_SIGNS.get(detail.lstrip()[:1], "")))
    _write_part("do", error.remedy)
    notes: list[str] = getattr(error, "__notes__", [])
    for note in notes:
        _write_part("kept", note)
    console.print()
    code = {"code": error.exit_code, "meaning": say(f"cli.exit_codes.{error.exit_code}")}
    console.print(Text(f" {say('cli.exit' if notes else 'cli.exit_unwritten', **code)}", style="dim"))


_SIGNS = {"−": "red", "+": "green"}


def _write_part(label: str, sentence: str) -> None:
    if sentence:
        for line in wrapped(sentence, first=f"  {say(f'cli.{label}')}", indent=11):
            steps().print(line)


def write_refusal(error: OSError) -> None:
    """Write what the system refused, such as a folder that can't be written to: exit code 1."""
    from segmint.errors import SegmintError

    refused = SegmintError(
        "cli.refused",
        where=str(error.filename2 or error.filename or ""),
        reason=error.strerror or type(error).__name__,
    )
    for note in getattr(error, "__notes__", [say("cli.perhaps_written")]):
        refused.add_note(note)
    write_error(refused)


INTERRUPTED = 130
"""The exit code after Ctrl-C."""


def write_interrupted(*, kept: bool = False) -> None:
    """Say that the work was stopped by hand, and whether a study of what was done by then was kept."""
    steps().print(f" {say('cli.interrupted_kept' if kept else 'cli.interrupted')}")
