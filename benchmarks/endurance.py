"""What a service does for long and under too much: model after model put in force, ten times what it can answer."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segmint
from segmint.model.bundle import load_bundle, save_bundle
from segmint.serve.settings import Limits

SWAP_SECONDS, N_SWAPS, N_CONNECTIONS = 600.0, 100, 4
OVERLOAD_SECONDS, ROWS, TIMES = 20.0, 500, 10


@dataclass(frozen=True)
class Swapped:
    """Requests answered and failed while the model was replaced again and again, and what memory grew by, in bytes."""

    requests: int
    failed: int
    swaps: int
    grown: int


@dataclass(frozen=True)
class Overloaded:
    """Answers a second alone and under ten times as many requests; statuses; p99 of ``/health/live``, in ms."""

    capacity: float
    goodput: float
    statuses: Mapping[int, int]
    health_p99: float


def swaps(seconds: float = SWAP_SECONDS, n_swaps: int = N_SWAPS) -> Swapped:
    """Ask without a pause while two models take turns; each answer must be whole, and of one of them."""
    with tempfile.TemporaryDirectory() as folder:
        path, customer, names = _two_models(Path(folder))
        with _service(Path(folder) / "served.segmint") as (process, port):
            return asyncio.run(_swapping(process, port, path, customer, names, seconds, n_swaps))


async def _swapping(
    process: subprocess.Popen[bytes],
    port: int,
    paths: tuple[Path, Path, Path],
    customer: dict[str, Any],
    names: dict[str, set[str]],
    seconds: float,
    n_swaps: int,
) -> Swapped:
    counted: Counter[bool] = Counter()
    ended = asyncio.Event()

    async def ask() -> None:
        while not ended.is_set():
            status, answer = await _posted(port, "/assign", customer, keep=True)
            told = json.loads(answer) if status == 200 else {}
            good = status == 200 and told["segment_name"] in names[told["model"]["version"]]
            counted[good] += 1

    asking = [asyncio.create_task(ask()) for _ in range(N_CONNECTIONS)]
    settled = 0
    for number in range(n_swaps):
        await asyncio.sleep(seconds / n_swaps)
        settled = _resident(process.pid) if number == max(5, n_swaps // 10) else settled
        await asyncio.to_thread(_replace, paths[number % 2], paths[2])
        os.kill(process.pid, signal.SIGHUP)
    await asyncio.sleep(1)
    ended.set()
    await asyncio.gather(*asking)
    return Swapped(counted.total(), counted[False], n_swaps, _resident(process.pid) - settled)


def _replace(source: Path, target: Path) -> None:
    save_bundle(load_bundle(source), target)


def _two_models(folder: Path) -> tuple[tuple[Path, Path, Path], dict[str, Any], dict[str, set[str]]]:
    """Make two models with other names for their segments; give their files, a customer, the names by version."""
    options = segmint.RunOptions(families=("kmeans",), n_resamples=0)
    model = segmint.study(segmint.read(segmint.example_table("wholesale_customers")), options).model
    assert model is not None
    other = model
    for card in model.cards:
        other = other.renamed(card.id, f"Other {card.number}")
    paths = (folder / "one.segmint", folder / "two.segmint", folder / "served.segmint")
    versions = [save_bundle(each, path)[:16] for each, path in ((other, paths[0]), (model, paths[1]))]
    save_bundle(model, paths[2])
    names = {
        version: {card.name for card in each.cards}
        for version, each in zip(versions, (other, model), strict=True)
    }
    return paths, dict.fromkeys(model.preparation.columns, 1000), names


def overload(kind: str, seconds: float = OVERLOAD_SECONDS) -> Overloaded:
    """Measure how many requests it answers a second when asked in turn, then ask ten times too much of it.

    Parameters
    ----------
    kind
        ``clients``: ten times as many as may ask at once; ``rate``: ten times as many requests a second.
    seconds
        Of each of the two.
    """
    with tempfile.TemporaryDirectory() as folder:
        _, customer, _ = _two_models(Path(folder))
        body = json.dumps([customer] * ROWS).encode()
        with _service(Path(folder) / "served.segmint") as (_, port):
            with _flood(port, body, "clients", N_CONNECTIONS, seconds) as flooding:
                capacity = _counted(flooding).get(200, 0) / seconds
            how_many = TIMES * (Limits().requests if kind == "clients" else capacity)
            with _flood(port, body, kind, how_many, seconds) as flooding:
                health = sorted(_health(port, flooding))
                statuses = _counted(flooding)
    goodput = statuses.get(200, 0) / seconds
    return Overloaded(capacity, goodput, statuses, health[int(0.99 * len(health))])


@contextmanager
def _flood(
    port: int, body: bytes, kind: str, how_many: float, seconds: float
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "benchmarks.flood", str(port), kind, str(how_many), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as flooding:
        assert flooding.stdin is not None
        flooding.stdin.write(body)
        flooding.stdin.close()
        yield flooding


def _counted(flooding: subprocess.Popen[bytes]) -> dict[int, int]:
    """Wait for the end of a flood; return how many answers had which status."""
    assert flooding.stdout is not None
    return {int(code): n for code, n in json.loads(flooding.stdout.read()).items()}


def _health(port: int, flooding: subprocess.Popen[bytes]) -> Iterator[float]:
    """Ask for the health again and again while the flood lasts; give the times in ms."""
    time.sleep(1)
    while flooding.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        begun = time.perf_counter()
        line.request("GET", "/health/live")
        line.getresponse().read()
        yield 1000 * (time.perf_counter() - begun)
        line.close()
        time.sleep(0.02)


_LINES: dict[asyncio.Task[Any], tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}


async def _posted(port: int, path: str, content: Any, *, keep: bool = False) -> tuple[int, bytes]:
    data = json.dumps(content).encode()
    return await _sent(port, _head("POST", path, data) + data, keep=keep)


def _head(method: str, path: str, body: bytes) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()


async def _sent(port: int, request: bytes, *, keep: bool = False) -> tuple[int, bytes]:
    """Send a request on a line of its own, or on the one that this task keeps; give status and body."""
    me = asyncio.current_task()
    assert me is not None
    line = _LINES.get(me) if keep else None
    reader, writer = line or await asyncio.open_connection("127.0.0.1", port)
    if keep:
        _LINES[me] = reader, writer
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head.split()[1]), await reader.readexactly(length)
    except (ConnectionError, asyncio.IncompleteReadError):
        _LINES.pop(me, None)
        return 0, b""
    finally:
        if not keep:
            writer.close()


@contextmanager
def _service(path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            [sys.executable, "-m", "segmint.serve", str(path), "--port", "0"], stderr=log
        ) as process,
    ):
        try:
            yield process, _port(log)
        finally:
            process.terminate()


def _port(log: Any) -> int:
    for _ in range(200):
        time.sleep(0.05)
        log.seek(0)
        said = log.read().decode()
        if "http://" in said:
            port = int(said.split("http://")[1].split()[0].rsplit(":", 1)[1])
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/health/ready")
            return port
    raise TimeoutError(said)


def _resident(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
