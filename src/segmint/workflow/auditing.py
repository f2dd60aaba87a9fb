"""The audit of a workspace: what was signed and promoted, a line each; its writers hold the workspace's lock."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from typing import IO, Any, Final

AUDIT: Final = "audit.jsonl"


def write_line(workspace: Path, what: str, facts: Mapping[str, Any]) -> None:
    """Add a line, on the disk before this returns: the time (UTC), what was done, and its facts.

    A line that a kill or a full disk tore is ended first, so that it takes no other with it.

    Raises
    ------
    OSError
        If the disk does not take the whole line.
    """
    line = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, **facts}
    # half a surrogate pair, of a command line that is no UTF-8, is spelled as JSON spells it
    data = json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    with (workspace / AUDIT).open("a+b", buffering=0) as audit:
        if _is_torn(audit):
            data = b"\n" + data
        if audit.write(data) != len(data):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        os.fsync(audit.fileno())


def _is_torn(audit: IO[bytes]) -> bool:
    """Return whether the last line has no end."""
    if not audit.seek(0, os.SEEK_END):
        return False
    audit.seek(-1, os.SEEK_END)
    return audit.read(1) != b"\n"


def read_lines(workspace: Path, what: str | tuple[str, ...], model: str) -> list[dict[str, Any]]:
    """Return the facts of all lines of one kind, or of several, about one model, in order; a torn line counts as none."""
    try:
        texts = (workspace / AUDIT).read_text(encoding="utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return []
    lines = [line for line in map(_facts, texts) if line is not None]
    kinds = (what,) if isinstance(what, str) else what
    return [line for line in lines if line.get("what") in kinds and line.get("model") == model]


def _facts(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
