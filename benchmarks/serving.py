"""One customer a request: our service beside ``mlflow models serve`` of the same model, in turn."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segmint

_CONNECTIONS, _SECONDS, _ROUNDS = 4, 3.0, 3


@dataclass(frozen=True)
class Load:
    """What a round of requests gave: requests a second, and the time below which 99 % were answered, in ms."""

    rate: float
    p99: float


def compare() -> Iterator[tuple[str, Load]]:
    """Load both services in turn, the same model and the same customer."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        options = segmint.RunOptions(families=("kmeans",), n_resamples=0)
        table = segmint.example_table("wholesale_customers")
        made = segmint.run(table, workspace, options=options)
        model = made.study.model
        assert model is not None
        customer: dict[str, Any] = dict.fromkeys(model.preparation.columns, 1000)
        ours, theirs = _free_port(), _free_port()
        with (
            _process(_our_command(made.model, ours), {}),
            _process(
                _peer_command(theirs),
                {"MLFLOW_TRACKING_URI": f"sqlite:///{workspace / 'mlflow.db'}", "PATH": _path()},
            ),
        ):
            _wait(ours, "/health/live")
            _wait(theirs, "/ping")
            for _ in range(_ROUNDS):
                yield "segmint serve", load(ours, "/assign", customer)
                yield "mlflow models serve", load(theirs, "/invocations", {"dataframe_records": [customer]})


def load(port: int, path: str, content: dict[str, Any]) -> Load:
    """Ask from some connections at once, each as soon as it was answered."""
    body = json.dumps(content).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    times: list[float] = []

    async def ask(until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(head.encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert answer.startswith(b"http/1.1 200"), answer
            await reader.readexactly(int(answer.split(b"content-length:")[1].split(b"\r\n")[0]))
            times.append(time.perf_counter() - begun)
        writer.close()

    async def all_of_them() -> None:
        until = time.perf_counter() + _SECONDS
        await asyncio.gather(*(ask(until) for _ in range(_CONNECTIONS)))

    asyncio.run(all_of_them())
    times.sort()
    return Load(len(times) / _SECONDS, 1000 * times[int(0.99 * len(times))])


def _our_command(model: Path | None, port: int) -> list[str]:
    return [sys.executable, "-m", "segmint.serve", str(model), "--port", str(port)]


def _peer_command(port: int) -> list[str]:
    mlflow = str(Path(sys.executable).with_name("mlflow"))
    wanted = "models:/wholesale_customers@challenger"
    return [mlflow, "models", "serve", "-m", wanted, "--env-manager", "local", "-p", str(port), "-w", "1"]


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def _path() -> str:
    """Return the search path with this environment first: MLflow starts ``uvicorn`` by its name."""
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait(port: int, path: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(path)
