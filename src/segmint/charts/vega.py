"""Drawing beside other work: Vega holds Python's lock while it draws, so it gets a process of its own."""

from __future__ import annotations

import atexit
import contextlib
import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final

_SCRIPT: Final = Path(__file__).with_name("vega_process.py")


def draw(chart: str, format: str, *, scale: float = 1) -> Future[bytes]:
    """Begin to draw and return at once; drawings are made one after the other, in the order of the calls.

    Parameters
    ----------
    chart
        Vega-Lite as JSON.
    format
        ``svg`` or ``png``.
    scale
        Picture elements of a PNG for each px, above 0.

    Returns
    -------
    Future of bytes
        The SVG as UTF-8, or the PNG; its ``result()`` waits. A chart that Vega refuses raises ``ValueError``.
    """
    return _queue().submit(_drawn, {"chart": chart, "format": format, "scale": scale})


@cache
def _queue() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="vega")  # one thread: a request, then its answer


@cache
def _process() -> subprocess.Popen[bytes] | None:
    """Start Vega; ``None`` where this machine starts no second Python, and then drawings are made here."""
    try:
        started = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    atexit.register(_end, started)
    return started


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        process.kill()
        process.communicate()


def _drawn(request: dict[str, Any]) -> bytes:
    process = _process()
    answer = None if process is None else _answer(process, request)
    if answer is None:
        from segmint.charts.vega_process import draw as draw_here  # V8: 70 MB, where there is no process

        return draw_here(request)
    outcome, drawing = answer
    if outcome == "no":
        raise ValueError(drawing.decode())
    return drawing


def _answer(process: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[str, bytes] | None:
    """Ask the process; ``None`` where it has ended (killed for memory, for example)."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
    except OSError:
        return None
    outcome, _, length = process.stdout.readline().decode().partition(" ")
    drawing = process.stdout.read(int(length)) if length else b""
    return (outcome, drawing) if length and len(drawing) == int(length) else None
