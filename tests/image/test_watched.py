"""Prometheus: a real one reads the real service by the package's own configuration and rules."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from segmint.image.context import Context

pytestmark = pytest.mark.slow

KEY = "0123456789abcdef-a-key-of-tests"


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: `make test-deps` installs it")
    return found


@pytest.fixture
def watching(context: Context, tmp_path: Path) -> Path:
    """Give the folder of the configuration; only the key's place differs from the package's."""
    for path in ("prometheus/prometheus.yml", "prometheus/alerts.yml"):
        text = context.files[path].decode().replace("/run/secrets/prometheus_key", str(tmp_path / "key"))
        (tmp_path / Path(path).name).write_text(text)
    (tmp_path / "key").write_text(f"{KEY}\n")
    return tmp_path


def test_the_configuration_and_its_rules_are_valid(watching: Path) -> None:
    done = subprocess.run(
        [program("promtool"), "check", "config", watching / "prometheus.yml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"SUCCESS: \d+ rules found", done.stdout)


def series(name: str, values: str, **labels: str) -> dict[str, str]:
    written = ", ".join(
        f'{key}="{value}"' for key, value in {"job": "segmint", "model": "shop", **labels}.items()
    )
    return {"series": f"{name}{{{written}}}", "values": values}


EVENTS = {
    "SegmintDown": [series("up", "0x120")],
    "SegmintIsSlow": [
        series("segmint_request_seconds_bucket", "0+90x120", route="/assign", le="1.0"),
        series("segmint_request_seconds_bucket", "0+100x120", route="/assign", le="2.5"),
        series("segmint_request_seconds_bucket", "0+100x120", route="/assign", le="+Inf"),
    ],
    "SegmintSeesNovelCustomers": [
        series("segmint_novelty_bucket", "0+80x120", le="0.99"),
        series("segmint_novelty_count", "0+100x120"),
    ],
    "SegmintModelRefused": [series("segmint_model_replacements_total", "_x100 1x20", outcome="refused")],
}
"""For alerts, what is seen when they are to warn: a value a minute, two hours long."""

MEASURED = {"SegmintFails", "SegmintRefuses"}
"""Alerts that warn of what a real service counted."""

CALM = [
    series("up", "1x120"),
    series("segmint_requests_total", "0+1000x120", route="/assign", status="200"),
    series("segmint_requests_total", "0+1x120", route="/assign", status="503"),
    series("segmint_refused_total", "0+1x120", code="serve.busy"),
    series("segmint_request_seconds_bucket", "0+1000x120", route="/assign", le="0.01"),
    series("segmint_request_seconds_bucket", "0+1000x120", route="/assign", le="+Inf"),
    series("segmint_novelty_bucket", "0+985x120", le="0.99"),
    series("segmint_novelty_count", "0+1000x120"),
    series("segmint_model_replacements_total", "0x60 1x60", outcome="in force"),
]


def test_each_rule_warns_of_what_it_is_for_and_stays_calm_otherwise(watching: Path) -> None:
    rules = yaml.safe_load((watching / "alerts.yml").read_text())["groups"][0]["rules"]
    assert {rule["alert"] for rule in rules} == EVENTS.keys() | MEASURED
    cases = [case(seen, {name}) for name, seen in EVENTS.items()] + [case(CALM, set())]
    assert outcome(watching, cases) == ""
    assert "SegmintDown" in outcome(watching, [case(EVENTS["SegmintDown"], set())])  # it can fail


def case(seen: list[dict[str, str]], firing: set[str]) -> dict[str, Any]:
    """Return a case of promtool's: after 110 minutes, how many alerts of each rule fire."""
    counted = [
        {
            "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}}) or vector(0)',
            "eval_time": "110m",
            "exp_samples": [{"labels": "{}", "value": int(name in firing)}],
        }
        for name in (*EVENTS, *MEASURED)
    ]
    return {"interval": "1m", "input_series": seen, "promql_expr_test": counted}


def outcome(watching: Path, cases: list[dict[str, Any]]) -> str:
    """Run the cases; return what was found wrong, nothing where all is right."""
    document = {"rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": cases}
    (watching / "tests.yml").write_text(json.dumps(document))
    done = subprocess.run(
        [program("promtool"), "test", "rules", "tests.yml"],
        capture_output=True, text=True, check=False, cwd=watching,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout + done.stderr


@contextmanager
def serving(bundle: Path, watching: Path, *options: str) -> Iterator[int]:
    """Serve a copy of the model with the key; give the port."""
    copy = shutil.copy(bundle, watching / "model.segmint")
    places = ("--port", "0", "--keys", str(watching / "key"))
    command = [sys.executable, "-m", "segmint.serve", str(copy), *places, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield int(process.stderr.readline().rsplit(":", 1)[-1])
        process.terminate()


@pytest.fixture
def service(bundle: Path, watching: Path) -> Iterator[int]:
    with serving(bundle, watching) as port:
        yield port


def ask(port: int, path: str, body: bytes | None = None, key: str = KEY) -> tuple[int, str]:
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {key}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def answered(port: int, path: str, body: bytes | None = None) -> str:
    """Ask until there is room: who has just read an answer may still be counted as at work."""
    found: str = until(lambda: [text for status, text in [ask(port, path, body)] if status == 200])[0]
    return found


def every_minute(before: str, after: str) -> list[dict[str, str]]:
    """Return what Prometheus would see if what was counted in between happened again each minute."""

    def counted(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        families = text_string_to_metric_families(text)
        samples = [sample for family in families if family.type != "gauge" for sample in family.samples]
        return {(sample.name, tuple(sample.labels.items())): sample.value for sample in samples}

    first = counted(before)
    return [
        series(
            name,
            f"{first.get((name, labels), 0):g}+{value - first.get((name, labels), 0):g}x120",
            **dict(labels),
        )
        for (name, labels), value in counted(after).items()
        if name.startswith("segmint_")
    ]


def test_a_flooded_service_is_warned_of_as_full_and_nobody_is_blamed(
    bundle: Path, rows: Path, watching: Path
) -> None:
    body = rows.read_bytes()
    with serving(bundle, watching, "--max-requests", "1") as port:
        for _ in range(6):
            answered(port, "/assign", body)
        before = answered(port, "/metrics")
        with held(port, body):
            statuses = {ask(port, "/assign", body)[0] for _ in range(6)}
        after = answered(port, "/metrics")
    assert statuses == {503}
    assert outcome(watching, [case(every_minute(before, after), {"SegmintFails"})]) == ""


@contextmanager
def held(port: int, body: bytes) -> Iterator[None]:
    """Keep one request at work: its body has not come to its end."""
    head = (
        f"POST /assign HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nX-API-Key: {KEY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + body[:-10])
        assert until(lambda: ask(port, "/assign", body)[0] == 503)
        yield
        connection.sendall(body[-10:])
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("fault", ["key", "field"])
def test_refused_clients_are_warned_of_as_such(bundle: Path, rows: Path, watching: Path, fault: str) -> None:
    body = rows.read_bytes()
    wrong = (body, "another-key-of-sixteen") if fault == "key" else (body.replace(b"hours", b"days", 1), KEY)
    with serving(bundle, watching) as port:
        before = answered(port, "/metrics")
        for _ in range(6):
            assert ask(port, "/assign", body)[0] == 200
            assert ask(port, "/assign", *wrong)[0] in {401, 422}
        after = answered(port, "/metrics")
    assert outcome(watching, [case(every_minute(before, after), {"SegmintRefuses"})]) == ""


@pytest.fixture
def prometheus(service: int, watching: Path) -> Iterator[Callable[[str], Any]]:
    """Run Prometheus on the configuration, only faster and with the service's port; give its API."""
    path = watching / "prometheus.yml"
    path.write_text(path.read_text().replace("segmint:8000", f"127.0.0.1:{service}").replace("15s", "1s"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        program("prometheus"), f"--config.file={path}", f"--storage.tsdb.path={watching / 'data'}",
        f"--web.listen-address={address}",
    ]  # fmt: skip
    environment = {**os.environ, "no_proxy": "127.0.0.1"}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:

        def asked(path: str) -> Any:
            with urllib.request.urlopen(f"http://{address}/api/v1/{path}") as answer:
                return json.loads(answer.read())["data"]

        yield asked
        process.terminate()


def until(found: Callable[[], Any]) -> Any:
    for _ in range(120):
        try:
            if answer := found():
                return answer
        except OSError:  # it is not up yet
            pass
        time.sleep(0.25)
    raise AssertionError("it never came")


def test_prometheus_reads_the_service_and_warns(
    prometheus: Callable[[str], Any], service: int, rows: Path, watching: Path
) -> None:
    (target,) = until(
        lambda: [one for one in prometheus("targets")["activeTargets"] if one["health"] != "unknown"]
    )
    assert target["health"] == "up", target["lastError"]  # the key is taken
    assert target["labels"]["model"] == "my_players"
    assert ask(service, "/assign", rows.read_bytes())[0] == 200
    assert ask(service, "/metrics", key="")[0] == 401
    (watching / "model.segmint").write_bytes(b"no model")

    def there(found: str) -> Any:
        return prometheus(f"query?query={urllib.parse.quote(found)}")["result"]

    rules = prometheus("rules")["groups"][0]["rules"]
    assert {rule["name"] for rule in rules} == EVENTS.keys() | MEASURED
    for rule in rules:  # whatever a rule asks for is there
        for found in re.findall(r"(?:segmint_\w+|up)(?:\{[^}]*\})?", rule["query"]):
            assert until(lambda found=found: there(found.replace('status=~"5.."', ""))), found
    until(
        lambda: (
            "SegmintModelRefused"
            in {alert["labels"]["alertname"] for alert in prometheus("alerts")["alerts"]}
        )
    )
