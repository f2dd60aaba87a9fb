"""What is sent to a tracking server, as a stream of plain items.

A :class:`RunItem` opens a run; the items after it belong to that run until the next one opens. The
parent comes first. Describing (``describe``) and sending (``writer``) meet in these items only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["finished", "failed"]
Content = bytes | Path | Callable[[], bytes]


@dataclass(frozen=True)
class RunItem:
    """A run opens.

    Attributes
    ----------
    key
        What the run is of: the study's id for the parent, the configuration's id for a child.
    name
        The name that people see.
    parent
        The key of the parent run, or ``None`` for the parent itself.
    started, ended
        Milliseconds since 1970, UTC.
    outcome
        ``failed`` where a configuration gave no clustering.
    """

    key: str
    name: str
    parent: str | None
    started: int
    ended: int
    outcome: Outcome = "finished"


@dataclass(frozen=True)
class Param:
    """What was asked for: a name and a text, set once."""

    name: str
    value: str


@dataclass(frozen=True)
class Metric:
    """What was measured: a name and a finite number."""

    name: str
    value: float


@dataclass(frozen=True)
class Tag:
    """What is known of the run: a name and a text that may change."""

    name: str
    value: str


@dataclass(frozen=True)
class TextArtifact:
    """A text file of the run, at a path with forward slashes."""

    path: str
    text: str


@dataclass(frozen=True)
class BytesArtifact:
    """A binary file of the run: its bytes, the file that holds them, or what makes them when they are written."""

    path: str
    content: Content


Artifact = TextArtifact | BytesArtifact
Item = RunItem | Param | Metric | Tag | TextArtifact | BytesArtifact


def content(artifact: Artifact) -> bytes:
    """Return the bytes of an artifact.

    Examples
    --------
    >>> content(TextArtifact("a.txt", "café"))
    b'caf\\xc3\\xa9'
    """
    if isinstance(artifact, TextArtifact):
        return artifact.text.encode()
    held = artifact.content
    if isinstance(held, bytes):
        return held
    return held.read_bytes() if isinstance(held, Path) else held()
