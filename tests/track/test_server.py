"""A real ``mlflow server`` on a real PostgreSQL, which keeps the artifacts itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import mlflow
import pandas as pd
import psycopg
import pytest
from mlflow import MlflowClient

from segmint.choosing.study import Study
from segmint.model.bundle import save_bundle
from segmint.track.describe import describe
from segmint.track.registry import register, resolve, versions
from segmint.track.store import tracking_uri
from segmint.track.writer import send


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(store: str, artifacts: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [
        sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--serve-artifacts",
        "--artifacts-destination", str(artifacts), "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, folder / "server.log")
            yield address
        finally:
            stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


def wait_for(address: str, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


def ask(address: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{address}/api/2.0/mlflow/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


@pytest.fixture(scope="module")
def server(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE segmint_tracking")
    own = urlsplit(postgres_url)._replace(path="/segmint_tracking").geturl()
    yield from serve(own, folder / "artifacts", folder)


@pytest.mark.postgres
def test_a_study_goes_to_a_server_on_postgres(
    server: str,
    study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sent = send(describe(study, attachments={"charts/a.png": b"\x89PNG"}), uri=server, experiment="customers")
    assert sent.n_runs == 1 + len(study.trials)
    assert send(describe(study), uri=server, experiment="customers").n_runs in (0, sent.n_runs)
    assert study.model is not None
    save_bundle(study.model, tmp_path / "a.segmint")
    save_bundle(study.model.renamed("S1", "Regulars"), tmp_path / "b.segmint")
    first = register(tmp_path / "a.segmint", name="customers", uri=server, run_id=sent.run_id)
    second = register(tmp_path / "b.segmint", name="customers", uri=server, run_id=sent.run_id)
    again = register(tmp_path / "a.segmint", name="customers", uri=server, run_id=sent.run_id)
    assert set(first.aliases) == {"champion", "challenger"}
    assert (second.version, second.aliases) == (2, ("challenger",))
    assert (again.version, again.created) == (1, False)
    assert capfd.readouterr().out == ""

    client = MlflowClient(server, server)
    runs = client.search_runs([sent.experiment_id], f"tags.mlflow.parentRunId = '{sent.run_id}'")
    assert len(runs) == len(study.trials)
    listed = {item.path for item in client.list_artifacts(sent.run_id)}
    assert {"decision.json", "charts", "cards.json", "scorecard.csv"} <= listed
    pulled = resolve("models:/customers@champion", uri=server, cache=tmp_path / "cache")
    assert pulled.read_bytes() == (tmp_path / "a.segmint").read_bytes()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    frame = pd.DataFrame({"income": [20.5, 61.0], "spending score": [40, 62]})
    assert mlflow.pyfunc.load_model("models:/customers@champion").predict(frame)["segment_id"].notna().all()


REGISTER = """
import sys
from pathlib import Path
from segmint.track.registry import register
uri, run_id, bundle = sys.argv[1:]
print("ready", flush=True)
input()
print(register(Path(bundle), name="together", uri=uri, run_id=run_id).version)
"""


@pytest.mark.postgres
def test_two_processes_register_one_bundle_on_postgres(
    server: str, small_study: Study, tmp_path: Path, at_once: Any
) -> None:
    sent = send(describe(small_study), uri=server, experiment="together")
    assert small_study.model is not None
    save_bundle(small_study.model, tmp_path / "a.segmint")
    said = at_once(REGISTER, [[server, sent.run_id, str(tmp_path / "a.segmint")]] * 2)
    (only,) = versions("together", uri=server)
    assert {int(number) for number in said} == {only.version}
    assert set(only.aliases) == {"champion", "challenger"}


@pytest.mark.slow
def test_the_user_interface_finds_k_inertia_and_silhouette(study: Study, tmp_path: Path) -> None:
    """What the compare page of ``mlflow ui`` on a workspace asks for: parameters and metrics by name."""
    workspace = tmp_path / "workspace"
    sent = send(describe(study), uri=tracking_uri(workspace, None), experiment="customers")
    servers = serve(tracking_uri(workspace, None), workspace / "artifacts", tmp_path)
    address = next(servers)
    try:
        body = {
            "experiment_ids": [sent.experiment_id],
            "filter": "params.Algorithm = 'K-Means'",
            "max_results": 100,
        }
        runs = ask(address, "runs/search", body)["runs"]
        shown = {
            int(values["K"]): {metric["key"]: metric["value"] for metric in run["data"]["metrics"]}
            for run in runs
            for values in [{param["key"]: param["value"] for param in run["data"]["params"]}]
        }
        assert sorted(shown) == list(range(1, 11))
        for k, trial in enumerate(study.trials[:10], start=1):
            assert shown[k]["Inertia"] == trial.value("inertia")
            assert shown[k].get("Silhouette") == trial.value("silhouette")
    finally:
        servers.close()  # type: ignore[attr-defined]


@pytest.mark.browser
def test_the_compare_page_draws_k_against_inertia_and_silhouette(
    browser: Any, study: Study, tmp_path: Path
) -> None:
    """A person opens ``mlflow ui`` on a workspace, compares the runs of K-Means and picks both axes."""
    workspace = tmp_path / "workspace"
    sent = send(describe(study), uri=tracking_uri(workspace, None), experiment="customers")
    servers = serve(tracking_uri(workspace, None), workspace / "artifacts", tmp_path)
    address = next(servers)
    try:
        body = {"experiment_ids": [sent.experiment_id], "filter": "params.Algorithm = 'K-Means'"}
        runs = [run["info"]["run_id"] for run in ask(address, "runs/search", body)["runs"]]
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        asked = f"runs={quote(json.dumps(runs))}&experiments={quote(json.dumps([sent.experiment_id]))}"
        page.goto(f"{address}/#/compare-runs?{asked}")
        page.get_by_role("tab", name="Scatter Plot").click(timeout=60_000)
        choose(page, "#x-axis-selector", "K")
        for metric, ks in (("Inertia", [*range(1, 11)]), ("Silhouette", [*range(2, 11)])):
            choose(page, "#y-axis-selector", metric)
            page.locator(".ytitle", has_text=metric).first.wait_for(state="attached", timeout=60_000)
            assert page.locator(".xtitle").first.text_content() == "K"
            drawn = page.evaluate("document.querySelector('.js-plotly-plot').data[0]")
            assert (
                sorted(int(k) for k, value in zip(drawn["x"], drawn["y"], strict=True) if value is not None)
                == ks
            )
            page.screenshot(path=tmp_path / f"{metric}.png")
    finally:
        servers.close()  # type: ignore[attr-defined]


def choose(page: Any, menu: str, name: str) -> None:
    page.locator(menu).click()
    page.get_by_role("option", name=name, exact=True).click()
