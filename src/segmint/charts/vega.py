"""Drawing beside other work: Vega holds Python's lock while it draws, so it gets a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final

from segmint.errors import ResourceError

_SCRIPT: Final = Path(__file__).with_name("vega_process.py")
_ATTEMPTS: Final = 2  # a process that was killed for another one's sake deserves a second life

Request = dict[str, Any]


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
        The SVG as UTF-8, or the PNG; its ``result()`` waits. A chart that Vega refuses raises ``ValueError``, one
        on which Vega ends (for want of memory) :class:`segmint.errors.ResourceError`.
    """
    wanted: Future[bytes] = Future()
    _waiting().put(({"chart": chart, "format": format, "scale": scale}, wanted))
    return wanted


def process_number() -> int | None:
    """Return the number of Vega's process; ``None`` where none runs."""
    process = _process() if _process.cache_info().currsize else None
    return None if process is None else process.pid


@cache
def _waiting() -> SimpleQueue[tuple[Request, Future[bytes]]]:
    """Start the thread that talks to Vega: a daemon, so that nobody waits for drawings that nobody wants."""
    waiting: SimpleQueue[tuple[Request, Future[bytes]]] = SimpleQueue()
    Thread(target=_work, args=(waiting,), name="vega", daemon=True).start()
    return waiting


def _work(waiting: SimpleQueue[tuple[Request, Future[bytes]]]) -> None:
    while True:
        request, wanted = waiting.get()
        if not wanted.set_running_or_notify_cancel():
            continue
        try:
            wanted.set_result(_drawn(request))
        except BaseException as error:
            wanted.set_exception(error)


def _drawn(request: Request) -> bytes:
    for _ in range(_ATTEMPTS):
        process = _process()
        if process is None:
            from segmint.charts.vega_process import draw as draw_here  # V8: 70 MB, where there is no process

            return draw_here(request)
        answer = _answer(process, request)
        if answer is not None:
            outcome, drawing = answer
            if outcome == "no":
                raise ValueError(drawing.decode())
            return drawing
        _end(process)
        _process.cache_clear()
    raise ResourceError("charts.vega_ended")


@cache
def _process() -> subprocess.Popen[bytes] | None:
    """Start Vega; ``None`` where this machine starts no second Python that can, and then drawings are made here."""
    try:
        started = subprocess.Popen(
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # a fork must not inherit half a request
        )
    except OSError:
        return None
    if _line(_pipe(started.stdout)) != "ready":
        _end(started)
        return None
    atexit.register(_end, started)
    return started


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            _pipe(pipe).close()


def _forget() -> None:
    """Let a forked child start its own Vega: the parent's thread is not there, and its process is not ours."""
    if _process.cache_info().currsize:
        process = _process()
        if process is not None:
            atexit.unregister(_end)
            for pipe in (process.stdin, process.stdout):
                _pipe(pipe).close()
    _process.cache_clear()
    _waiting.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _answer(process: subprocess.Popen[bytes], request: Request) -> tuple[str, bytes] | None:
    """Ask the process; ``None`` where it has ended."""
    rest = memoryview(json.dumps(request).encode() + b"\n")
    try:
        while rest:
            rest = rest[_pipe(process.stdin).write(rest) :]
    except OSError:
        return None
    outcome, _, length = _line(_pipe(process.stdout)).partition(" ")
    if not length:
        return None
    parts, missing = [], int(length)
    while missing:
        part = _pipe(process.stdout).read(missing)
        if not part:
            return None
        parts.append(part)
        missing -= len(part)
    return outcome, b"".join(parts)


def _line(pipe: IO[bytes]) -> str:
    return pipe.readline().decode().strip()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
