"""``promote``, ``rollback``, ``pull``: the alias moves, the file follows, the service too."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # whole journeys in several processes each

COMMAND = str(Path(sys.executable).with_name("segmint"))


@pytest.fixture
def workspace(made: dict[str, Any], segmint: Any, table: Path, tmp_path: Path) -> Path:
    """Return a copy of the workspace with a second version of its model."""
    folder = Path(shutil.copytree(made["workspace"], tmp_path / "workspace"))
    done = segmint("run", table, "--name", made["name"], "--k", "2", "--families", "kmeans", "--choose", "kmeans-2",
                   "--workspace", folder)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def _audit(workspace: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (workspace / "audit.jsonl").read_text().splitlines()]


def test_promote_and_roll_back(segmint: Any, workspace: Path, made: dict[str, Any]) -> None:
    name = made["name"]
    assert segmint("rollback", name, "--workspace", workspace).returncode == 1
    refused = segmint("promote", name, "--workspace", workspace)
    assert refused.returncode == 5
    assert "S1, S2, S3" in refused.stderr
    accepted = ("--accept-migration", "three were too many")
    done = segmint("promote", name, *accepted, "--because", "kept", "--json", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["before"], told["version"]) == (1, 2)
    assert "already" in segmint("promote", name, "--workspace", workspace).stdout
    back = json.loads(segmint("rollback", name, "--json", "--workspace", workspace).stdout)
    assert (back["before"], back["version"]) == (2, 1)
    assert segmint("rollback", name, "--workspace", workspace).returncode == 1
    assert segmint("promote", f"models:/{name}/9", "--workspace", workspace).returncode == 1
    assert segmint("promote", f"models:/{name}@x", "--workspace", workspace).returncode == 2
    assert segmint("promote", "nobody", "--workspace", workspace).returncode == 1
    assert [(one["what"], one["from"], one["to"], one["because"]) for one in _audit(workspace)] == [
        ("promote", 1, 2, "kept"), ("promote", 2, 2, None), ("rollback", 2, 1, None),
    ]  # fmt: skip


def test_many_at_once_lose_nothing(workspace: Path, made: dict[str, Any]) -> None:
    def move(number: int) -> int:
        command = [
            COMMAND,
            "promote",
            f"models:/{made['name']}/{1 + number % 2}",
            "--accept-migration",
            "there and back",
            "--workspace",
            str(workspace),
        ]
        return subprocess.run(command, capture_output=True, check=False).returncode

    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(move, range(6))) == {0}
    lines = _audit(workspace)
    assert len(lines) == 6
    assert all(before["to"] == after["from"] for before, after in pairwise(lines))


def test_the_file_and_the_service_follow_the_alias(
    segmint: Any, workspace: Path, made: dict[str, Any], tmp_path: Path
) -> None:
    file, name = tmp_path / "served.segmint", made["name"]
    done = segmint("pull", f"{name}@champion", "-o", file, "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert segmint("pull", f"{name}@champion", "-o", file, "--workspace", workspace).stderr == ""
    watching = [
        COMMAND,
        "pull",
        f"{name}@champion",
        "-o",
        str(file),
        "--watch",
        "0.5",
        "--workspace",
        str(workspace),
    ]
    serving = [COMMAND, "serve", str(file), "--port", "0"]
    with (
        subprocess.Popen(watching, stderr=subprocess.DEVNULL) as watch,
        subprocess.Popen(serving, stderr=subprocess.PIPE, text=True) as serve,
    ):
        assert serve.stderr is not None
        address = serve.stderr.readline().rsplit(" ", 1)[1].strip()
        assert len(_segments(address)) == len(made["segments"])
        assert (
            segmint("promote", name, "--accept-migration", "so be it", "--workspace", workspace).returncode
            == 0
        )
        until = time.monotonic() + 30
        while len(_segments(address)) != 2:
            assert time.monotonic() < until
            time.sleep(0.2)
        watch.send_signal(signal.SIGTERM)
        serve.send_signal(signal.SIGTERM)


def _segments(address: str) -> list[Any]:
    with urllib.request.urlopen(f"{address}/segments") as answer:
        return list(json.loads(answer.read())["segments"])
