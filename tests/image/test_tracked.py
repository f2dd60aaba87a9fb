"""The MLflow server of the package: its own command line, on a real PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from segmint.image.context import Context

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def server(context: Context, postgres_url: str, tmp_path: Path) -> Iterator[str]:
    """Run the entry point of the image with its environment; only places and port are the test's."""
    text = re.sub(r"\\\n\s*", "", context.files["mlflow/Dockerfile"].decode())
    found = re.search(r"^ENTRYPOINT (.*)$", text, re.MULTILINE)
    stated = re.search(r"^ENV (.*)$", text, re.MULTILINE)
    assert found is not None and stated is not None
    image = dict(entry.split("=", 1) for entry in stated[1].split() if not entry.startswith("PYTHONPATH"))
    compose = yaml.safe_load(context.files["compose.yaml"])["services"]["mlflow"]["environment"]
    hosts = compose["MLFLOW_SERVER_ALLOWED_HOSTS"].removeprefix("${MLFLOW_HOSTS:-").removesuffix("}")
    service = tmp_path / "pg_service"
    host = parse_qs(urlsplit(postgres_url).query)["host"][0]
    service.write_text(f"[mlflow]\nhost={host}\ndbname=postgres\nuser=segmint\npassword=a%b/c\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    command = [sys.executable, *json.loads(found[1])[1:]]
    command[command.index("--port") + 1] = port
    command[command.index("--artifacts-destination") + 1] = str(tmp_path / "artifacts")
    places = {"PGSERVICEFILE": str(service), "MLFLOW_SERVER_ALLOWED_HOSTS": hosts}
    known = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    with subprocess.Popen(command, env={**known, **image, **places}, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def until_up(address: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/health").close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise AssertionError("MLflow did not come up")


def test_it_takes_a_run_into_the_database_and_its_files_onto_the_volume(server: str, tmp_path: Path) -> None:
    until_up(server)
    send = (
        "import mlflow\nmlflow.set_experiment('packaged')\n"
        "with mlflow.start_run() as run: mlflow.log_text('kept', 'note.txt'); print(run.info.run_id)"
    )
    environment = {**os.environ, "MLFLOW_TRACKING_URI": server}
    done = subprocess.run(
        [sys.executable, "-c", send], env=environment, capture_output=True, text=True, check=True
    )
    run_id = done.stdout.split()[0]
    (kept,) = (tmp_path / "artifacts").rglob("note.txt")
    assert kept.read_text() == "kept" and run_id in kept.parts
    with urllib.request.urlopen(f"{server}/api/2.0/mlflow/runs/get?run_id={run_id}") as answer:
        assert json.loads(answer.read())["run"]["info"]["artifact_uri"].startswith("mlflow-artifacts:/")


def test_it_is_called_by_the_names_of_compose_only(server: str) -> None:
    until_up(server)
    for host, status in (("mlflow:5000", 200), ("elsewhere.example", 403)):
        request = urllib.request.Request(
            f"{server}/api/2.0/mlflow/experiments/search?max_results=1", headers={"Host": host}
        )
        try:
            with urllib.request.urlopen(request) as answer:
                assert answer.status == status
        except urllib.error.HTTPError as refused:
            assert refused.code == status
