"""Every sentence that the data room says is written down, and every figure that it needs is given."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import segmint.data
from segmint.words.sentences import known, text_of

ROOM = Path(segmint.data.__file__).parent


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Find the calls whose first argument is a key of this room: where, the key, the figures given."""
    for path in sorted(ROOM.glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not call.args or not isinstance(call.args[0], ast.Constant):
                continue
            key = call.args[0].value
            if (
                isinstance(key, str)
                and key.startswith("data.")
                and any(word.arg is None for word in call.keywords) is False
            ):
                yield f"{path.name}:{call.lineno}", key, {word.arg or "" for word in call.keywords}


def figures_of(key: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text_of(key)) if name}


def test_every_sentence_is_written_and_gets_its_figures() -> None:
    found = list(said())
    assert len(found) > 80
    for place, key, given in found:
        room, _, name = key.partition(".")
        keys = (
            [key]
            if known(key)
            else [f"{room}.errors.{name}.{part}" for part in ("received", "rule", "remedy")]
        )
        assert all(known(each) for each in keys[:2]), f"{place}: no text for {key}"
        for each in filter(known, keys):
            if not key.startswith("data.reason"):  # reasons may take their figures later
                assert figures_of(each) <= given, f"{place}: {each} lacks {figures_of(each) - given}"
