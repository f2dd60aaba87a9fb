"""``python -m segmint.serve MODEL``: the process that serves one model file, and nothing else."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import json
import logging
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from segmint.errors import SegmintError, UsageError
from segmint.serve.app import build
from segmint.serve.keys import Keys
from segmint.serve.meters import Meters
from segmint.serve.protocol import protocol_of
from segmint.serve.served import Shelf
from segmint.serve.settings import Limits, Settings
from segmint.words import say

if TYPE_CHECKING:
    from segmint.signing.trust import Trust

_EVERY: Final = 1.0  # seconds between two looks at the files
_BACKLOG: Final = 2048
_THREADS: Final = 1
_TURN: Final = 0.0003  # seconds
_INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; return the exit code."""
    try:
        settings = read_settings(sys.argv[1:] if arguments is None else arguments)
        return serve(settings, os.environ)
    except SegmintError as error:
        _write(error.text())
        return error.exit_code


def read_settings(arguments: Sequence[str]) -> Settings:
    """Return the settings that arguments say; see ``segmint serve --help`` for what they mean."""
    parser = argparse.ArgumentParser(prog="python -m segmint.serve", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--host", default=Settings.host)
    parser.add_argument("--port", type=int, default=Settings.port)
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--require-signature", type=Path)
    parser.add_argument("--min-version", type=int, default=Settings.min_version)
    parser.add_argument("--json-log", action="store_true")
    limits = Limits()
    for name, default in vars(limits).items():
        parser.add_argument(f"--max-{name}", type=type(default), default=default, dest=name)
    found = vars(parser.parse_args(arguments))
    chosen = {name: found.pop(name) for name in vars(limits)}
    return Settings(**found, limits=Limits(**chosen))


def serve(settings: Settings, environment: Mapping[str, str]) -> int:
    """Serve one model.

    Raises
    ------
    BundleError, NotFoundError
        If the file is no model.
    UsageError
        If the address cannot be used, or is one that others reach and there is no key; if the file of
        trusted keys cannot be used.
    """
    keys = Keys(settings.keys, environment)
    if not keys.required and not _private(settings.host):
        raise UsageError("serve.public", host=settings.host)
    shelf = Shelf(settings.model, partial(_trust, settings), settings.require_signature)
    meters = Meters(shelf)
    journal = _Journal(as_json=settings.json_log)
    app = build(shelf, settings.limits, keys, meters, journal.request)
    listening = _listen(settings)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        app,
        http=protocol_of(settings.limits, app),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.limits.seconds) + 1,
    )
    server = _Server(config)
    server.journal = journal
    _run(_served(server, listening, _Watched(shelf, keys, meters, journal)))
    return server.exit_code


class _Server(uvicorn.Server):
    """The server, which ends by itself on SIGTERM (0) and Ctrl-C (130) after what is in flight."""

    exit_code = 0
    journal: _Journal

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take both signals for the time of the loop, which ends with the process."""
        loop = asyncio.get_running_loop()
        for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, _INTERRUPTED)):
            try:
                loop.add_signal_handler(number, self._end, number, code)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_, n=number, c=code: loop.call_soon_threadsafe(self._end, n, c))
        yield

    def _end(self, number: int, code: int) -> None:
        if not self.should_exit:
            self.journal.say("serve.stopping")
        self.exit_code = code
        self.handle_exit(number, None)


def _run(work: Coroutine[Any, Any, None]) -> None:
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):  # not on Windows
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        # Python's lock: a thread at work holds it for so long, each time that the loop wants it
        sys.setswitchinterval(_TURN)
        runner.get_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "work"))
        runner.run(work)


@dataclass(frozen=True, eq=False)
class _Watched:
    """What may be replaced while the service runs, and where replacements are counted."""

    shelf: Shelf
    keys: Keys
    meters: Meters
    journal: _Journal
    loader: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "loader"))
    """Of its own: a new model does not wait behind requests."""


async def _served(server: _Server, listening: socket.socket, watched: _Watched) -> None:
    hurry = asyncio.Event()
    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hurry.set)
    watching = asyncio.create_task(_watch(watched, hurry))
    host, port = listening.getsockname()[:2]
    about = watched.shelf.current.about()
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    watched.journal.say("serve.serving", name=about["name"], version=about["version"], address=address)
    try:
        await server.serve(sockets=[listening])
    finally:
        watching.cancel()


async def _watch(watched: _Watched, hurry: asyncio.Event) -> None:
    """Look every second, and at once on SIGHUP, whether model or keys were replaced."""
    while True:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), _EVERY)
        forced = hurry.is_set()
        hurry.clear()
        try:
            await _look(watched, forced=forced)
        except Exception as error:
            watched.journal.say("serve.fault", kind=type(error).__name__)


async def _look(watched: _Watched, *, forced: bool) -> None:
    unusable = watched.keys.refresh()
    if unusable is not None:
        watched.journal.say("serve.keys_stay", reason=unusable.text())
    if not (forced or watched.shelf.changed()):
        return
    try:
        loop = asyncio.get_running_loop()
        served = await loop.run_in_executor(watched.loader, watched.shelf.replace)
        watched.meters.replaced.labels("in force").inc()
        watched.journal.say("serve.replaced", version=served.version)
    except SegmintError as error:
        watched.meters.replaced.labels("refused").inc()
        watched.journal.say("serve.kept", version=watched.shelf.current.version, reason=error.text())


def _trust(settings: Settings) -> Trust | None:
    if settings.require_signature is None:
        if settings.min_version != Settings.min_version:
            raise UsageError("serve.version_unsigned")
        return None
    try:
        # the one import that waits: cryptography takes 12 MB, and only services that verify need it
        from segmint.signing.trust import read_trust
    except ImportError:
        raise UsageError("serve.no_cryptography") from None
    return read_trust(settings.require_signature, settings.min_version)


def _private(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        address = f"{settings.host}:{settings.port}"
        reason = _reason(error)
        raise UsageError("serve.port", address=address, reason=reason) from None


def _reason(error: Exception) -> str:
    """Return why, without the address that these texts end in."""
    told = getattr(error, "strerror", None) or str(error)
    return str(told).partition(" (while attempting")[0]


class _Journal:
    """The log on standard error: lines of text, or JSON objects with the time (UTC)."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def say(self, key: str, **figures: Any) -> None:
        """Write what happened to the service."""
        text = say(key, **figures)
        _write(self._object({"event": key.partition(".")[2], "message": text}) if self._as_json else text)

    def request(self, facts: dict[str, Any]) -> None:
        """Write what became of a request."""
        plain = " ".join(f"{name}={value}" for name, value in facts.items())
        _write(self._object({"event": "request", **facts}) if self._as_json else plain)

    def _object(self, facts: dict[str, Any]) -> str:
        return json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts})


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody reads the log any more
        sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
