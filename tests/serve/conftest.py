"""A real process that serves a real model."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.model.bundle import save_bundle
from segmint.model.segment_model import SegmentModel
from segmint.workflow.indexing import Indexed, index_customers

Answer = tuple[int, dict[str, str], Any]


@dataclass
class Service:
    """A serving process and the way to ask it."""

    process: subprocess.Popen[str]
    port: int
    log: list[str]

    def ask(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request; return status, headers and what came (as JSON where it is)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            given = {"Content-Type": "application/json"} if raw is not None else {}
            connection.request(method, path, raw, {**given, **(headers or {})})
            came = connection.getresponse()
            text = came.read()
            kind = came.headers.get("content-type", "")
            told = {name.lower(): value for name, value in came.headers.items()}
            return came.status, told, json.loads(text) if kind.endswith(("/json", "+json")) else text.decode()
        finally:
            connection.close()

    def lines_until(self, wanted: str) -> str:
        """Read the log until a line holds a text; return the line."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if wanted in line:
                return line
        raise AssertionError(f"the service ended without saying {wanted!r}: {self.log}")

    def pour(self, path: Path) -> None:
        """Let the rest of the log go to a file, so that it never fills the pipe."""

        def copy() -> None:
            assert self.process.stderr is not None
            with path.open("w") as file, contextlib.suppress(ValueError):  # the pipe was closed
                for line in self.process.stderr:
                    file.write(line)
                    file.flush()

        threading.Thread(target=copy, daemon=True).start()

    def end(self) -> str:
        """Stop it as an orchestrator does; return the rest of its log."""
        self.process.send_signal(signal.SIGTERM)
        _, rest = self.process.communicate(timeout=40)
        return "".join(self.log) + rest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def start(model: Path, *options: str, **environment: str) -> Service:
    """Serve a model file on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "segmint.serve", str(model), "--port", "0", *options],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    service = Service(process, 0, [])
    found = re.search(r"http://[^ \"]*:([0-9]+)", service.lines_until("http://"))
    assert found is not None
    service.port = int(found[1])
    return service


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """Give 300 customers: two numbers and a level that make three segments, and a key."""
    rng = np.random.default_rng(7)
    group = rng.integers(0, 3, 300)
    return pd.DataFrame(
        {
            "customer": [f"C{number:04d}" for number in range(300)],
            "spend": np.round(100 * (1 + group) + rng.normal(0, 8, 300), 2),
            "visits": 3 + 9 * (group == 1) + rng.poisson(2, 300),
            "region": np.where(group == 2, "north", rng.choice(["south", "east"], 300)),
        }
    )


@pytest.fixture(scope="session")
def model(customers: pd.DataFrame) -> SegmentModel:
    """Give a segmentation of the customers."""
    reading = segmint.ReadOptions(key="customer", features=("spend", "visits", "region"))
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=5, choose="kmeans-3", name="shop")
    made = segmint.study(segmint.read(customers, reading), options).model
    assert made is not None
    return made


@pytest.fixture(scope="session")
def bundle(model: SegmentModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the model's file."""
    path = tmp_path_factory.mktemp("served") / "shop.segmint"
    save_bundle(model, path)
    return path


@pytest.fixture(scope="session")
def indexed(
    model: SegmentModel, customers: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> Indexed:
    """Give the model's file with an index of the customers."""
    folder = tmp_path_factory.mktemp("indexed")
    return index_customers(model, customers, folder / "shop.segmint", folder / "workspace")


@pytest.fixture(scope="session")
def service(bundle: Path) -> Iterator[Service]:
    """Give a service with default settings."""
    with start(bundle) as running:
        yield running


@pytest.fixture(scope="session")
def near(indexed: Indexed) -> Iterator[Service]:
    """Give a service whose model carries an index of the customers."""
    with start(indexed.bundle) as running:
        yield running


@pytest.fixture(scope="session")
def starting() -> Callable[..., Service]:
    """Give the function that serves a file, for fixtures that end the service themselves."""
    return start


@pytest.fixture
def serving() -> Iterator[Callable[..., Service]]:
    """Give a function that starts services, and end them all."""
    started: list[Service] = []

    def serve(model: Path, *options: str, **environment: str) -> Service:
        started.append(start(model, *options, **environment))
        return started[-1]

    yield serve
    for one in started:
        one.__exit__()
