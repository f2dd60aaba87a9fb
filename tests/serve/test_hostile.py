"""Those without a key get nowhere; what customers are is told to nobody; hostile files never come into force."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from segmint.model.segment_model import SegmentModel
from segmint.serve.app import ROUTES
from segmint.serve.guard import OPEN

Serve = Callable[..., Any]
KEY = "k3y-" + "A" * 20
HOSTILE = Path(__file__).parents[1] / "model" / "hostile.py"
N_CANARIES = 10_000

BAD_KEYS: list[dict[str, str]] = [
    {}, {"X-API-Key": ""}, {"X-API-Key": " "}, {"X-API-Key": KEY[:-1]}, {"X-API-Key": KEY + "A"}, {"X-API-Key": KEY.lower()},
    {"X-API-Key": KEY.swapcase()}, {"X-API-Key": f"{KEY},{KEY}"}, {"X-API-Key": f"{KEY} {KEY}"}, {"X-API-Key": f'"{KEY}"'},
    {"X-API-Key": f"Bearer {KEY}"}, {"X-API-Key": "*"}, {"X-API-Key": "null"}, {"X-API-Key": "%00"}, {"X-API-Key": "\xe9" * 24},
    {"X-API-Key": "A" * 20_000}, {"X-API-Key": "# for the CRM"}, {"Authorization": KEY}, {"Authorization": f"Basic {KEY}"},
    {"Authorization": "Bearer"}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer{KEY}"}, {"Authorization": f"Bearer {KEY[1:]}"},
    {"Authorization": f"Token {KEY}"}, {"Authorization": f"Bearer {KEY} x"}, {"Cookie": f"X-API-Key={KEY}"}, {"API-Key": KEY},
    {"X-API-Key": "wrong", "X-Forwarded-For": "127.0.0.1"}, {"X-API-Key": "wrong", "Authorization": f"Bearer {KEY}"[:-1]},
]  # fmt: skip


def test_no_route_lets_a_bad_key_pass(serving: Serve, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"# for the CRM\n{KEY}\n")
    service = serving(bundle, "--keys", str(tmp_path / "keys"))
    service.pour(tmp_path / "log")
    closed = [(method, path) for method, path, _ in ROUTES if path not in OPEN]
    closed += [("PUT", "/assign"), ("OPTIONS", "/assign"), ("GET", "/nowhere"), ("GET", "/health/live/"), ("GET", "//health/live"),
               ("GET", f"/model?X-API-Key={KEY}"), ("GET", f"/model?key={KEY}"), ("GET", "/health/../model")]  # fmt: skip
    passed = [
        (method, path, headers)
        for method, path in closed
        for headers in BAD_KEYS
        if service.ask(method, path, b"{}" if method == "POST" else None, headers)[0] not in (401, 431)
    ]
    assert passed == []
    assert len(closed) * len(BAD_KEYS) > 650
    assert service.ask("GET", "/model", None, {"X-API-Key": KEY})[0] == 200
    assert KEY not in (tmp_path / "log").read_text()


def canaries() -> Iterator[tuple[str, str, bytes, dict[str, str]]]:
    """Give requests that hold ten thousand values, each of them once, where values may be and where not."""
    numbers = iter(range(N_CANARIES))

    def text() -> str:
        return f"canary{next(numbers):05d}"

    def number() -> int:
        return 7_130_000_000_000 + next(numbers)

    json_kind, csv_kind, lines_kind = (
        {"Content-Type": kind} for kind in ("application/json", "text/csv", "application/x-ndjson")
    )
    while True:
        row = {"customer": text(), "spend": number(), "visits": 3, "region": text()}
        wrong = {"customer": text(), "spend": text(), "visits": 3, "region": text()}
        listed = [[number(), 3, text()], [text(), 3, text()]]
        tensors = [{"name": name, "datatype": "BYTES", "shape": [1], "data": [text()]} for name in row]
        for body in (
            row,
            [row, wrong],
            {**row, text(): 1},
            {text(): text()},
            text(),
            [text()],
            {"customer": [text()]},
        ):
            yield "POST", "/assign", json.dumps(body).encode(), json_kind
        yield "POST", "/assign", json.dumps(row).encode()[:-3], json_kind
        for question in (
            {"customer": row},
            {"customer": wrong, "allow": [text()], "to": text()},
            {"customer": row, "to": text()},
        ):
            yield "POST", "/explain", json.dumps(question).encode(), json_kind
        yield (
            "POST",
            "/invocations",
            json.dumps(
                {"dataframe_split": {"columns": ["spend", "visits", "region"], "data": listed}}
            ).encode(),
            json_kind,
        )
        yield "POST", "/invocations", json.dumps({text(): [row]}).encode(), json_kind
        yield (
            "POST",
            "/v2/models/shop/infer",
            json.dumps({"id": text(), "inputs": tensors}).encode(),
            json_kind,
        )
        lines = (
            f"customer,spend,visits,region\n{text()},{number()},3,{text()}\n{text()},{text()},3,{text()}\n"
        )
        yield "POST", "/assign", lines.encode(), csv_kind
        yield "POST", "/assign", f'{text()},"{text()}\n'.encode(), csv_kind
        yield "POST", "/assign", (json.dumps(row) + "\n" + json.dumps(wrong)[:-1]).encode(), lines_kind
        yield "GET", f"/segments/{text()}?{text()}={text()}", b"", {"X-Note": text(), "User-Agent": text()}
        yield "DELETE", f"/assign?{text()}", b"", {"X-Note": text()}
        yield text(), f"/{text()}", b"", {"Content-Type": text(), "Accept": text()}  # fmt: skip


def test_ten_thousand_values_are_in_no_log_no_metric_and_no_error(
    serving: Serve, bundle: Path, tmp_path: Path
) -> None:
    service = serving(bundle, "--json-log")
    service.pour(tmp_path / "log")
    told, statuses = [], set()
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    try:
        for method, path, body, headers in canaries():
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            statuses.add(answer.status)
            text = answer.read().decode()
            told += [text] if answer.status >= 400 else []
            told += [str(answer.headers)]
    except RuntimeError as error:  # a generator that has no more numbers ends so
        assert isinstance(error.__cause__, StopIteration)
    connection.close()
    told.append(service.ask("GET", "/metrics")[2])
    service.process.terminate()
    service.process.wait(30)
    time.sleep(0.2)
    told.append((tmp_path / "log").read_text())
    assert {200, 400, 404, 405, 422} <= statuses
    assert max(statuses) < 500
    assert len(told) > 500
    for text in told:
        assert "canary" not in text
        assert "71300000" not in text


def test_a_hostile_file_never_comes_into_force(
    serving: Serve, bundle: Path, model: SegmentModel, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    subprocess.run([sys.executable, str(HOSTILE), str(corpus)], check=True, timeout=120)
    path, log = tmp_path / "shop.segmint", tmp_path / "log"
    path.write_bytes(bundle.read_bytes())
    service = serving(path)
    service.pour(log)
    before = service.ask("GET", "/model")[2]
    hostile = sorted(corpus.glob("*.segmint"))
    for number, file in enumerate(hostile, start=1):
        file.replace(path)
        os.kill(service.process.pid, 1)  # SIGHUP
        until = time.monotonic() + 20
        while log.read_text().count("no model that can be served") < number:
            assert time.monotonic() < until, file.name
            time.sleep(0.005)
    assert len(hostile) >= 60
    assert service.ask("GET", "/model")[2] == before
    refused = 'segmint_model_replacements_total{outcome="refused"}'
    assert f"{refused} {float(len(hostile))}" in service.ask("GET", "/metrics")[2]
    assert "Sesame" not in log.read_text()
