"""Sentences as data, and their text."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from segmint.words import numbers

LANGUAGE = "en"
_UNSAYABLE = (LookupError, TypeError, ValueError, ArithmeticError, OSError)
"""What a key without a text, or figures that don't fit their text, end in."""


@dataclass(frozen=True)
class Sentence:
    """What is to be said: a key into the words, and the figures that go into it.

    Attributes
    ----------
    key
        ``ROOM.name``, for example ``choosing.best_silhouette``.
    figures
        Plain numbers, texts, or lists of texts (joined by commas when shown).
    """

    key: str
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the text; one that a newer version wrote is said to be so, and never ends a report."""
        try:
            return say(self.key, **self.figures)
        except _UNSAYABLE:
            return say("common.said_by_a_newer_version", key=self.key)

    def __repr__(self) -> str:
        return f"Sentence({str(self)!r})"

    def to_json(self) -> dict[str, Any]:
        """Return the sentence as JSON, beside the text that it makes today."""
        return {"key": self.key, "figures": dict(self.figures)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Sentence:
        """Read what :meth:`to_json` wrote."""
        return cls(stored["key"], stored["figures"])


def sentence(key: str, /, **figures: Any) -> Sentence:
    """Make a :class:`Sentence` with its figures written as arguments."""
    return Sentence(key, figures)


def say(key: str, /, **figures: Any) -> str:
    """Return the text of a sentence.

    Parameters
    ----------
    key
        ``ROOM.name``; the first part names the file of the words.
    figures
        What the text's braces name, formatted by :data:`segmint.words.numbers.FORMATS`.

    Raises
    ------
    KeyError
        If there is no such sentence (a programmer's error: tests look for every key).

    Examples
    --------
    >>> say("common.rows", n=1037)
    '1,037 rows'
    """
    return _WRITER.vformat(text_of(key), (), figures)


def text_of(key: str) -> str:
    """Return the unfilled text of a sentence; raise ``KeyError`` where a room has no such text."""
    room, _, rest = key.partition(".")
    found: Any = _texts(LANGUAGE, room)
    for part in rest.split("."):
        found = found[part]
    if not isinstance(found, str):
        raise KeyError(key)
    return found


def closed(said: str) -> str:
    """End a sentence with a period where it has no end of its own.

    Examples
    --------
    >>> closed("Five won"), closed("Why?"), closed("")
    ('Five won.', 'Why?', '')
    """
    return said if not said or said[-1] in ".!?:…" else f"{said}."


def known(key: str) -> bool:
    """Return whether there is a text for a key."""
    try:
        text_of(key)
    except _UNSAYABLE:
        return False
    return True


@cache
def _texts(language: str, room: str) -> dict[str, Any]:
    path = resources.files("segmint.words").joinpath(language, f"{room}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


class _Writer(string.Formatter):
    """``str.format`` with the project's own formats for figures."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith("plural:"):
            return numbers.plural(value, format_spec.removeprefix("plural:"))
        if format_spec in numbers.FORMATS:
            return numbers.FORMATS[format_spec](value)
        if isinstance(value, (list, tuple)) and not format_spec:
            return ", ".join(str(item) for item in value)
        return str(super().format_field(value, format_spec))


_WRITER = _Writer()
