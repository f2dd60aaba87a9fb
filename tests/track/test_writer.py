from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mlflow import MlflowClient

from segmint.choosing.study import Study
from segmint.errors import TrackingError
from segmint.track.describe import describe
from segmint.track.store import tracking_uri
from segmint.track.writer import Sent, send


def children(uri: str, sent: Sent) -> list[object]:
    client = MlflowClient(uri, uri)
    return list(client.search_runs([sent.experiment_id], f"tags.mlflow.parentRunId = '{sent.run_id}'"))


def test_every_configuration_arrives_with_all_that_it_has(uri: str, study: Study) -> None:
    sent = send(describe(study, attachments={"charts/a.png": b"\x89PNG"}), uri=uri, experiment="customers")
    client = MlflowClient(uri, uri)
    runs = {run.data.tags["segmint.configuration"]: run for run in children(uri, sent)}  # type: ignore[attr-defined]
    assert sent.n_runs == 1 + len(runs) == 1 + len(study.trials)
    for trial in study.trials:
        run = runs[trial.configuration.id]
        assert run.data.metrics.get("Silhouette") == trial.value("silhouette")
        assert run.data.metrics.get("Inertia") == trial.value("inertia")
        assert run.info.status == ("FINISHED" if trial.failed is None else "FAILED")
    five = runs[study.trials[4].configuration.id]
    held = json.loads(Path(client.download_artifacts(five.info.run_id, "centers.json")).read_text())
    assert held["centers"] == [list(row) for row in study.trials[4].centers or ()]
    listed = {item.path for item in client.list_artifacts(sent.run_id)}
    assert listed == {"cards.json", "charts", "decision.json", "scorecard.csv", "scorecard.json"}
    assert client.get_run(sent.run_id).info.status == "FINISHED"


def test_a_second_sending_writes_nothing(uri: str, small_study: Study) -> None:
    first = send(describe(small_study), uri=uri, experiment="customers")
    second = send(describe(small_study), uri=uri, experiment="customers")
    assert (second.run_id, second.n_runs) == (first.run_id, 0)
    assert len(MlflowClient(uri, uri).search_runs([first.experiment_id])) == 11


def test_force_writes_again_without_doubling(uri: str, small_study: Study) -> None:
    first = send(describe(small_study), uri=uri, experiment="customers")
    second = send(describe(small_study), uri=uri, experiment="customers", force=True)
    assert (second.run_id, second.n_runs) == (first.run_id, 11)
    assert len(MlflowClient(uri, uri).search_runs([first.experiment_id])) == 11


def test_another_decision_updates_the_runs_that_are_there(uri: str, small_study: Study) -> None:
    first = send(describe(small_study, study_id="s1"), uri=uri, experiment="customers")
    other = small_study.trials[2].configuration.id
    decision = replace(
        small_study.decision, configuration=other, n_clusters=3, chosen_by="user", because="three teams"
    )
    decided = replace(small_study, decision=decision)
    second = send(describe(decided, study_id="s1"), uri=uri, experiment="customers")
    assert second.run_id == first.run_id
    parent = MlflowClient(uri, uri).get_run(first.run_id)
    assert parent.data.metrics["n_clusters"] == 3  # fewer than before: the latest counts, not the largest
    assert parent.data.tags["segmint.because"] == "three teams"
    runs = children(uri, second)
    chosen = [r for r in runs if r.data.tags["segmint.chosen"] == "true"]  # type: ignore[attr-defined]
    assert [run.data.tags["segmint.configuration"] for run in chosen] == [other]  # type: ignore[attr-defined]
    assert len(runs) == 10


def test_an_interrupted_sending_goes_on(uri: str, small_study: Study) -> None:
    class StopHereError(Exception):
        pass

    def stop(step: str, done: int, total: int) -> None:
        if done == 4:
            raise StopHereError

    with pytest.raises(StopHereError):
        send(describe(small_study), uri=uri, experiment="customers", progress=stop)
    sent = send(describe(small_study), uri=uri, experiment="customers")
    runs = children(uri, sent)
    assert sorted(int(run.data.params["K"]) for run in runs) == list(range(1, 11))  # type: ignore[attr-defined]
    assert {run.info.status for run in runs} == {"FINISHED"}  # type: ignore[attr-defined]


def test_a_deleted_experiment_comes_back(uri: str, small_study: Study) -> None:
    sent = send(describe(small_study), uri=uri, experiment="customers")
    MlflowClient(uri, uri).delete_experiment(sent.experiment_id)
    again = send(describe(small_study), uri=uri, experiment="customers")
    assert MlflowClient(uri, uri).get_experiment(again.experiment_id).lifecycle_stage == "active"


def test_nothing_is_printed_and_no_global_state_is_set(uri: str, tmp_path: Path, small_study: Study) -> None:
    script = """
import sys
import mlflow
before = mlflow.get_tracking_uri()
from segmint.track.items import Metric, Param, RunItem
from segmint.track.writer import send
items = [RunItem("s", "s", None, 1, 2), RunItem("c", "c", "s", 1, 2), Param("K", "2"), Metric("Inertia", 1.0)]
send(items, uri=sys.argv[1], experiment="quiet")
assert mlflow.get_tracking_uri() == before
assert mlflow.active_run() is None
import logging, os
assert logging.getLogger("mlflow").level != logging.CRITICAL
assert "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT" not in os.environ
"""
    done = subprocess.run(
        [sys.executable, "-c", script, uri], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["workspace"]


TOGETHER = """
import sys
from segmint.track.items import Metric, Param, RunItem
from segmint.track.writer import send
key = sys.argv[2]
items = [RunItem(key, key, None, 1, 2)]
for number in range(20):
    items += [RunItem(f"{key}-{number}", "child", key, 1, 2), Param("K", "3"), Metric("Inertia", 1.5)]
print("ready", flush=True)
input()
send(items, uri=sys.argv[1], experiment="shared")
"""


@pytest.mark.slow
def test_two_processes_may_begin_a_workspace_together(
    tmp_path: Path, at_once: Callable[[str, list[list[str]]], list[str]]
) -> None:
    uri = tracking_uri(tmp_path / "new", None)
    at_once(TOGETHER, [[uri, "study 1"], [uri, "study 2"]])
    client = MlflowClient(uri, uri)
    experiment = client.get_experiment_by_name("shared")
    assert len(client.search_runs([experiment.experiment_id])) == 42


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_a_server_that_is_not_there_is_said_within_seconds(small_study: Study, scheme: str) -> None:
    uri = f"{scheme}://ann:secret@127.0.0.1:{closed_port()}/mlflow"
    started = time.perf_counter()
    with pytest.raises(TrackingError, match="segmint track STUDY") as caught:
        send(describe(small_study), uri=uri, experiment="customers")
    assert time.perf_counter() - started < 10
    assert re.search("secret|ann", str(caught.value)) is None


def test_a_database_of_another_version_is_said(tmp_path: Path, uri: str, small_study: Study) -> None:
    send(describe(small_study), uri=uri, experiment="customers")
    moved = tmp_path / "old.db"
    moved.write_bytes((tmp_path / "workspace" / "mlflow.db").read_bytes())
    connection = sqlite3.connect(moved)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    connection.close()
    with pytest.raises(TrackingError, match="mlflow db upgrade"):
        send(describe(small_study), uri=f"sqlite:///{moved}", experiment="customers")


def test_a_workspace_that_cannot_be_made_is_said(tmp_path: Path, small_study: Study) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackingError, match="--workspace"):
        send(describe(small_study), uri=tracking_uri(tmp_path / "file" / "in", None), experiment="customers")
