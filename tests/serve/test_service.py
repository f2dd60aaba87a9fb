"""The service as another system meets it: a real process, asked over HTTP."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.model.bundle import save_bundle
from segmint.model.segment_model import SegmentModel

Serve = Callable[..., Any]
ROW = {"customer": "C1", "spend": 120.5, "visits": 4, "region": "south"}


def test_one_customer(service: Any, model: SegmentModel) -> None:
    status, headers, found = service.ask("POST", "/assign", ROW)
    assert status == 200
    expected = segmint.assign(model, pd.DataFrame([ROW]))
    assert found["customer"] == "C1"
    assert found["segment_id"] == expected.segment_ids[0]
    assert found["confidence"] == expected.confidence[0]
    assert found["novelty"] == expected.novelty[0]
    assert headers["segmint-model"] == found["model"]["version"]


@pytest.mark.parametrize("n", [1, 2, 255, 300])
def test_many_customers_get_what_a_file_gets(
    service: Any, model: SegmentModel, customers: pd.DataFrame, n: int
) -> None:
    rows = customers.head(n)
    status, _, found = service.ask("POST", "/assign", json.loads(rows.to_json(orient="records")))
    assert status == 200
    told = pd.DataFrame(found["assignments"])
    expected = segmint.assign(model, rows)
    assert told["customer"].tolist() == expected.keys.tolist()
    for name, column in expected.result().items():
        assert told[name].tolist() == column.tolist(), name


def test_null_text_and_unknown_levels_mean_what_they_mean_in_a_file(
    service: Any, model: SegmentModel, tmp_path: Path
) -> None:
    rows = [
        {"spend": None, "visits": " 12 ", "region": "west"},
        {"spend": "1e2", "visits": "n/a", "region": None},
        {"spend": 2**70, "visits": -0.0, "region": 7, "other": [1]},
    ]
    _, _, found = service.ask("POST", "/assign", rows)
    file = tmp_path / "rows.csv"
    file.write_text("spend,visits,region\n,12,west\n1e2,n/a,\n1180591620717411303424,-0.0,7\n")
    expected = segmint.assign(model, file)
    told = pd.DataFrame(found["assignments"])
    for name, column in expected.result().items():
        assert told[name].tolist() == column.tolist(), name


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"", 400, "no_json", None),
        (b'{"spend": 1', 400, "no_json", None),
        (b"\xff\xfe", 400, "no_json", None),
        (b"[" * 17 + b"]" * 17, 400, "deep", None),
        (b"[" * 100_000, 400, "deep", None),
        (b'"[[[[[[[[[[[[[[[[[[[["', 422, "no_customers", None),
        (b"[]", 422, "no_customers", None),
        (b"7", 422, "no_customers", None),
        (b"[1, 2]", 422, "no_customers", None),
        (b'{"spend": 1, "visits": 2}', 422, "no_field", "region"),
        (b'{"spend": NaN, "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": -Infinity, "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": 1e999, "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": ' + b"9" * 5000 + b', "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": false, "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": "1_000", "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": "secret-value", "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": [1], "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"spend": 1, "visits": 2, "region": {"a": 1}}', 422, "value", "region"),
        (b'{"spend": 1, "visits": 2, "region": Infinity}', 422, "value", "region"),
        (b'{"spend": 1, "spend": 2, "visits": 2, "region": "a"}', 422, "repeated", "spend"),
        (b'{"secret-value": 1, "secret-value": 2}', 422, "repeated", None),
        (b'{"customer": 1.5, "spend": 1, "visits": 2, "region": "a"}', 422, "key", "customer"),
        (b"[" + b"{}," * 90_000 + b"{}]", 413, "too_many_parts", None),
        (b'{"customer": "\\ud800", "spend": 1, "visits": 2, "region": "a"}', 422, "key", "customer"),
        (b'{"spend": "' + b"1" * 100_000 + b'", "visits": 2, "region": "a"}', 422, "value", "spend"),
        (b'{"customer": [1], "spend": 1, "visits": 2, "region": "a"}', 422, "key", "customer"),
    ],
)
def test_what_is_wrong_is_named_and_never_shown(
    service: Any, body: bytes, status: int, code: str, field: str | None
) -> None:
    found, headers, told = service.ask("POST", "/assign", body)
    assert (found, told["status"], told["type"]) == (status, status, f"urn:segmint:problem:serve.{code}")
    assert headers["content-type"] == "application/problem+json"
    assert told.get("field") == field
    assert "secret-value" not in json.dumps(told)
    assert {"title", "detail"} <= set(told)


def test_a_body_over_the_limit_is_413_whether_it_says_so_or_not(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-body", "1000", "--max-rows", "3")
    assert service.ask("POST", "/assign", b" " * 1001)[0] == 413
    chunked = iter([b" " * 400] * 5)
    assert service.ask("POST", "/assign", None, {})[0] == 400
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.request("POST", "/assign", chunked, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 413
    connection.close()
    assert service.ask("POST", "/assign", [ROW] * 4)[2]["type"].endswith("too_many_rows")


def test_an_endless_slow_body_is_408(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-seconds", "1")
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        line.sendall(b"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        line.sendall(b"Content-Length: 100\r\n\r\n{")
        assert b" 408 " in line.recv(4096)


def test_other_paths_methods_and_types_are_problems_too(service: Any) -> None:
    assert service.ask("GET", "/nowhere")[2]["status"] == 404
    assert service.ask("GET", "/segments/none")[2]["type"] == "urn:segmint:problem:serve.no_segment"
    status, headers, _ = service.ask("DELETE", "/assign")
    assert (status, headers["allow"]) == (405, "POST")
    assert service.ask("POST", "/assign", b"x", {"Content-Type": "text/plain"})[2]["status"] == 415


def test_segments_and_model_are_told(service: Any, model: SegmentModel) -> None:
    _, _, told = service.ask("GET", "/segments")
    assert [one["id"] for one in told["segments"]] == [card.id for card in model.cards]
    card = model.cards[0]
    for wanted in (card.id, card.short):
        assert service.ask("GET", f"/segments/{wanted}")[2]["size"] == card.size
    about = service.ask("GET", "/model")[2]
    assert [field["name"] for field in about["fields"]] == ["spend", "visits", "region"]
    assert (about["name"], about["key"], about["n_segments"]) == ("shop", "customer", 3)


def test_counts_add_up_in_metrics(serving: Serve, bundle: Path) -> None:
    service = serving(bundle)
    service.ask("POST", "/assign", ROW)
    service.ask("POST", "/assign", [ROW] * 300)
    service.ask("POST", "/assign", b"{")
    text = service.ask("GET", "/metrics")[2]
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assigned = [float(value) for name, value in told.items() if name.startswith("segmint_assignments_total")]
    assert sum(assigned) == 301
    assert float(told["segmint_novelty_count"]) == 301
    assert float(told['segmint_refused_total{code="serve.no_json"}']) == 1
    assert float(told['segmint_requests_total{method="POST",route="/assign",status="200"}']) == 2


def test_only_those_with_a_key_are_answered(serving: Serve, bundle: Path, tmp_path: Path) -> None:
    keys, one, two = tmp_path / "keys", "a" * 20, "b" * 20
    keys.write_text(f"# for the CRM\n{one}\n")
    service = serving(bundle, "--keys", str(keys), SEGMINT_API_KEYS="c" * 20)
    paths = [("POST", "/assign"), ("GET", "/segments"), ("GET", "/segments/S1"), ("GET", "/model"),
             ("GET", "/metrics"), ("GET", "/nowhere"), ("PUT", "/assign")]  # fmt: skip
    bad = [{}, {"X-API-Key": ""}, {"X-API-Key": one[:-1]}, {"X-API-Key": one + "x"}, {"X-API-Key": two},
           {"Authorization": one}, {"Authorization": f"Basic {one}"}, {"Authorization": "Bearer"}]  # fmt: skip
    for method, path in paths:
        for headers in bad:
            assert service.ask(method, path, None, headers)[0] == 401, (path, headers)
    for key in (one, "c" * 20):
        assert service.ask("GET", "/model", None, {"X-API-Key": key})[0] == 200
        assert service.ask("GET", "/model", None, {"Authorization": f"Bearer {key}"})[0] == 200
    assert service.ask("GET", "/health/live")[0] == service.ask("GET", "/health/ready")[0] == 200
    for emptied in ("", "# rotated\n", "short\n"):
        keys.write_text(emptied)
        service.lines_until("keys read before stay in force")
        assert service.ask("GET", "/model")[0] == 401
        assert service.ask("GET", "/model", None, {"X-API-Key": one})[0] == 200
    keys.write_text(two + "\n")
    _wait(lambda: service.ask("GET", "/model", None, {"X-API-Key": two})[0] == 200)
    assert service.ask("GET", "/model", None, {"X-API-Key": one})[0] == 401


def test_a_public_address_needs_a_key(bundle: Path) -> None:
    done = _refused(bundle, "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "only with API keys" in done.stderr


def test_short_keys_and_taken_ports_are_refused(bundle: Path, tmp_path: Path, service: Any) -> None:
    (tmp_path / "keys").write_text("# none\n")
    assert _refused(bundle, "--keys", str(tmp_path / "keys")).returncode == 2
    for limit in ("nan", "inf", "0", "-1"):
        assert _refused(bundle, "--max-seconds", limit).returncode == 2
    (tmp_path / "keys").write_text("short\n")
    done = _refused(bundle, "--keys", str(tmp_path / "keys"))
    assert (done.returncode, "short\n" in done.stderr) == (2, False)
    done = _refused(bundle, "--port", str(service.port))
    assert (done.returncode, "in use. " in done.stderr) == (2, True)
    (tmp_path / "keys").write_text("a" * 20)
    done = _refused(bundle, "--host", "no-such-host.invalid", "--keys", str(tmp_path / "keys"))
    assert (done.returncode, "Unknown error" in done.stderr) == (2, False)
    assert "no-such-host.invalid" in done.stderr
    assert _refused(tmp_path / "none.segmint").returncode == 1


def test_a_new_file_is_put_in_force_and_a_bad_one_is_not(
    serving: Serve, bundle: Path, model: SegmentModel, tmp_path: Path
) -> None:
    path = tmp_path / "model.segmint"
    shutil.copy(bundle, path)
    service = serving(path)
    first = service.ask("POST", "/assign", ROW)[2]
    save_bundle(model.renamed("S1", "Renamed").renamed("S2", "Other").renamed("S3", "Third"), path)
    service.process.send_signal(signal.SIGHUP)
    service.lines_until("replaced")
    second = service.ask("POST", "/assign", ROW)[2]
    assert second["segment_id"] == first["segment_id"]
    assert second["segment_name"] in {"Renamed", "Other", "Third"}
    assert second["model"]["version"] != first["model"]["version"]
    path.write_bytes(path.read_bytes()[:-1])
    service.lines_until("no model that can be served")
    assert service.ask("POST", "/assign", ROW)[2] == second


def test_sigterm_finishes_what_is_in_flight(serving: Serve, bundle: Path) -> None:
    service = serving(bundle)
    body = json.dumps(ROW).encode()
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        head = f"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        line.sendall(head.encode() + body[:10])
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        line.sendall(body[10:])
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
    assert service.process.wait(timeout=40) == 0


def test_more_than_it_can_answer_is_503_with_retry_after(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-requests", "2")
    held = [socket.create_connection(("127.0.0.1", service.port), timeout=30) for _ in range(2)]
    for line in held:
        line.sendall(b"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    time.sleep(0.3)
    status, headers, _ = service.ask("POST", "/assign", ROW)
    assert (status, headers["retry-after"]) == (503, "1")
    assert service.ask("GET", "/health/live")[0] == 200
    for line in held:
        line.close()
    _wait(lambda: service.ask("POST", "/assign", ROW)[0] == 200)


def test_the_log_is_json_and_holds_nothing_personal(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--json-log")
    secret = {**ROW, "customer": "canary-7193", "region": "canary-7193"}
    service.ask("POST", "/assign?canary-7193=1", secret, {"X-Note": "canary-7193"})
    quoted = service.ask("GET", "/segments/canary-7193")[1]["segmint-request"]
    service.ask("GET", "/canary-7193")
    service.ask("POST", "/assign", {**secret, "spend": "canary-7193"})
    text = service.end()
    events = [json.loads(line) for line in text.splitlines()]
    assert all(datetime.fromisoformat(event["time"]).tzinfo is not None for event in events)
    assert [event["event"] for event in events] == ["serving", *["request"] * 4, "stopping"]
    entries = [event for event in events if event["event"] == "request"]
    assert entries[1]["request"] == quoted
    assert [entry["status"] for entry in entries] == [200, 404, 404, 422]
    assert entries[0]["route"] == "/assign"
    assert "canary" not in text


_WATCHED = """
import json, os, signal, sys, threading, urllib.request
from segmint.serve import __main__ as serving

unpickled = []
sys.addaudithook(lambda event, _: unpickled.append(event) if event.startswith("pickle.") else None)

def look(text):
    address = text.rsplit(" ", 1)[1]
    body = json.dumps({"spend": 1, "visits": 2, "region": "north"}).encode()
    asked = urllib.request.Request(address + "/assign", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(asked).read()
    print(json.dumps({"unpickled": unpickled, "modules": sorted(sys.modules)}), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

def write(text):
    if "http://" in text:
        threading.Thread(target=look, args=(text,)).start()

serving._write = write
sys.exit(serving.main([sys.argv[1], "--port", "0"]))
"""


def test_the_process_loads_numpy_and_the_web_framework_only(bundle: Path) -> None:
    """numpy imports the module pickle by itself; that nothing is unpickled is seen by Python's audit events."""
    command = [sys.executable, "-c", _WATCHED, str(bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    seen = json.loads(done.stdout)
    loaded = {name.partition(".")[0] for name in seen["modules"]}
    heavy = {"pandas", "sklearn", "numba", "pyarrow", "scipy", "mlflow", "polars", "duckdb", "altair",
             "sqlalchemy", "pydantic", "fastapi", "joblib", "narwhals", "typer", "rich"}  # fmt: skip
    assert {"numpy", "starlette", "uvicorn"} <= loaded
    assert not heavy & loaded
    assert seen["unpickled"] == []


def test_many_at_once_get_their_own_answers(service: Any, customers: pd.DataFrame) -> None:
    rows = json.loads(customers.to_json(orient="records"))
    alone = {row["customer"]: service.ask("POST", "/assign", row)[2]["segment_id"] for row in rows[:40]}
    wrong: list[str] = []

    def ask(part: list[dict[str, Any]]) -> None:
        for row in part:
            found = service.ask("POST", "/assign", row)[2]
            if (found["customer"], found["segment_id"]) != (row["customer"], alone[row["customer"]]):
                wrong.append(row["customer"])

    threads = [threading.Thread(target=ask, args=(rows[start:40:8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def _refused(model: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "segmint.serve", str(model), "--port", "0", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def _wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_connections_that_send_or_read_nothing_are_closed(serving: Serve, bundle: Path) -> None:
    service = serving(bundle, "--max-seconds", "1", "--max-connections", "20")
    silent = [socket.create_connection(("127.0.0.1", service.port), timeout=30) for _ in range(40)]
    for line in silent:
        assert _ended(line)
    assert service.ask("GET", "/model")[0] == 200
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        rows = json.dumps([ROW] * 20_000).encode()
        line.sendall(b"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
        line.sendall(b"Content-Length: %d\r\n\r\n" % len(rows) + rows)
        time.sleep(4)  # the answer is larger than all buffers: the service gives up
        assert service.ask("GET", "/metrics")[2].count("segmint_requests_in_flight 1.0") == 1


def test_a_head_without_end_is_431(serving: Serve, bundle: Path) -> None:
    service = serving(bundle)
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        line.sendall(b"GET /model HTTP/1.1\r\n")
        answer = b""
        for _ in range(50):
            try:
                line.sendall(b"x-note: " + b"a" * 10_000 + b"\r\n")
            except OSError:
                break
        answer = line.recv(4096)
        assert answer.startswith(b"HTTP/1.1 431")


def test_a_body_that_says_that_it_is_too_long_is_not_read(service: Any) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as line:
        line.sendall(b"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n{")
        answer = b""
        while part := line.recv(4096):  # until the other side ends the connection
            answer += part
        assert answer.startswith(b"HTTP/1.1 413")


def test_a_word_for_missing_is_missing_as_number_and_as_text(serving: Serve, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"a": rng.normal(5, 1, 60).round(3), "b": rng.normal(7, 1, 60).round(3)})
    rows.loc[:29, "a"] += 20
    rows.loc[5:8, "a"] = -999
    reading = segmint.ReadOptions(missing_values=("-999",), features=("a", "b"))
    options = segmint.RunOptions(families=("kmeans",), ks=(2,), n_resamples=0, choose="kmeans-2")
    (tmp_path / "rows.csv").write_text(rows.to_csv(index=False))
    model = segmint.study(segmint.read(tmp_path / "rows.csv", reading), options).model
    assert model is not None
    save_bundle(model, tmp_path / "m.segmint")
    service = serving(tmp_path / "m.segmint")
    asked = [{"a": value, "b": 7} for value in (-999, "-999", None, "na", -999.0)]
    told = service.ask("POST", "/assign", asked)[2]["assignments"]
    alone = [service.ask("POST", "/assign", row)[2]["novelty"] for row in asked]
    assert len({one["novelty"] for one in told}) == len({*alone}) == 1
    frame = segmint.assign(model, pd.DataFrame({"a": [-999], "b": [7]}))
    assert frame.novelty[0] == alone[0]


def _ended(line: socket.socket) -> bool:
    """Return whether the other side ends a connection."""
    try:
        while line.recv(4096):
            pass
        return True
    except ConnectionResetError:
        return True
