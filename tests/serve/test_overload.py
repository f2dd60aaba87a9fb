"""Connections: what is too much of one, what is too many of them, and that nobody gets another's answer."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

Serve = Callable[..., Any]
ROW = {"spend": 210.0, "visits": 14, "region": "south"}
BODY = json.dumps(ROW).encode()


def request(body: bytes = BODY, path: str = "/assign", more: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def connected(service: Any) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=30)


def all_of(line: socket.socket) -> bytes:
    """Read until the other side ends the connection."""
    read = b""
    try:
        while part := line.recv(65536):
            read += part
    except ConnectionResetError:
        pass
    return read


def resident(service: Any) -> float:
    """Return the resident memory of the service, in MiB."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


@pytest.fixture
def full(serving: Serve, bundle: Path) -> Any:
    """Give a service with room for one request, and what holds that room."""
    service = serving(bundle, "--max-requests", "1")
    held = connected(service)
    held.sendall(request(b"{" + b" " * 99)[:-50])
    until = time.monotonic() + 20
    while service.ask("GET", "/model")[0] != 503:
        assert time.monotonic() < until
    yield service
    held.close()


def test_who_is_refused_while_sending_reads_why(full: Any) -> None:
    status, headers, told = full.ask("POST", "/assign", b" " * (8 * 2**20))
    assert (status, headers["retry-after"], told["type"]) == (503, "1", "urn:segmint:problem:serve.busy")
    assert full.ask("GET", "/v2/health/ready")[0] == full.ask("GET", "/health/live")[0] == 200


def test_a_body_over_the_limit_reads_why(service: Any) -> None:
    status, _, told = service.ask("POST", "/assign", b" " * 40_000_000)
    assert (status, told["status"]) == (413, 413)


def test_below_v2_a_full_service_speaks_that_protocol(full: Any) -> None:
    status, headers, told = full.ask("POST", "/v2/models/shop/infer", {"inputs": []})
    assert (status, headers["content-type"], headers["retry-after"]) == (503, "application/json", "1")
    assert isinstance(told["error"], str)


def test_what_was_turned_away_is_counted(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-requests", "1")
    with connected(service) as held:
        held.sendall(request()[:-5])
        time.sleep(0.3)
        statuses = [service.ask("POST", "/assign", ROW)[0] for _ in range(5)]
        assert statuses == [503] * 5
        held.sendall(request()[-5:])
        assert held.recv(65536).startswith(b"HTTP/1.1 200")
    text = service.ask("GET", "/metrics")[2]
    assert 'segmint_requests_total{method="other",route="none",status="503"} 5.0' in text
    assert 'segmint_refused_total{code="serve.busy"} 5.0' in text


def test_connections_over_the_limit_are_told_so(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-connections", "3")
    held = [connected(service) for _ in range(3)]
    time.sleep(0.3)
    status, headers, _ = service.ask("GET", "/model")
    assert (status, headers["retry-after"]) == (503, "1")
    for line in held:
        line.close()
    until = time.monotonic() + 20
    while service.ask("GET", "/model")[0] != 200:
        assert time.monotonic() < until


def test_requests_that_come_behind_each_other_are_answered_in_order(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-requests", "1")
    many = json.dumps([ROW] * 3000).encode()
    with connected(service) as line:
        line.sendall(request(many) + request() + request(b"{") + request(more="Connection: close\r\n"))
        read = all_of(line)
    statuses = [int(part[:3]) for part in read.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 200, 400, 200]
    first = read.split(b"\r\n\r\n", 1)[1]
    assert first.startswith(b'{"model"')


def test_a_long_body_before_another_head_is_no_long_head(service: Any) -> None:
    body = json.dumps([ROW] * 5000).encode()
    with connected(service) as line:
        line.sendall(request(body) + request(more="Connection: close\r\n")[:-30])
        time.sleep(0.2)
        line.sendall(request(more="Connection: close\r\n")[-30:])
        read = all_of(line)
    assert [int(part[:3]) for part in read.split(b"HTTP/1.1 ")[1:]] == [200, 200]


CHUNKED = b"POST /health/live HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begin", "part"),
    [
        (CHUNKED + b"1\r\nx\r\n0\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
        (CHUNKED + b"1\r\nx\r\n0\r\nX: ", b"a" * 1000),
        (CHUNKED + b"1;x=", b"a" * 1000),
        (b"GET /model HTTP/1.1\r\nX: ", b"a" * 1000),
        (b"GET /model HTTP/1.1\r\n", b"X: " + b"a" * 1000 + b"\r\n"),
        (b"GET /", b"a" * 1000),
        (b"", b"\r\n" * 500),
    ],
    ids=["trailers", "a trailer", "an extension", "a header", "headers", "a path", "blanks"],
)
def test_what_has_no_end_is_ended(serving: Serve, bundle: Path, begin: bytes, part: bytes) -> None:
    service = serving(bundle)
    before = resident(service)
    with connected(service) as line:
        with suppress(OSError):  # it may be read and thrown away for a while
            line.sendall(begin)
            for _ in range(64_000):
                line.sendall(part)
        all_of(line)
    assert resident(service) - before < 10
    assert service.ask("GET", "/model")[0] == 200


@pytest.mark.parametrize("path", ["/health/live", "/nowhere", "/assign"])
def test_a_body_that_goes_on_after_its_answer_holds_no_connection(
    serving: Serve, bundle: Path, path: str
) -> None:
    service = serving(bundle, "--max-connections", "5", "--max-seconds", "2")
    lines = [connected(service) for _ in range(5)]
    for line in lines:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    time.sleep(0.3)
    for line in lines:
        line.sendall(b"1\r\nx\r\n")
    until = time.monotonic() + 8
    while service.ask("GET", "/model")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.2)
    for line in lines:
        line.close()


def test_blanks_hold_no_connection(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-seconds", "1")
    with connected(service) as line:
        line.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.3)
        line.sendall(b"\r\n")
        begun = time.monotonic()
        assert all_of(line).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begun < 8
