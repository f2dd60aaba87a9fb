from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # whole journeys in several processes each


@pytest.fixture
def workspace(made: dict[str, Any], tmp_path: Path) -> Path:
    """Return a copy of the workspace in another folder, as if it had been moved."""
    return Path(shutil.copytree(made["workspace"], tmp_path / "moved"))


def test_list_shows_the_study_and_the_model(segmint, workspace, made) -> None:
    listed = json.loads(segmint("list", "--workspace", workspace, "--json").stdout)
    assert [study["id"] for study in listed["studies"]] == [made["study"]]
    assert [model["name"] for model in listed["models"]] == [made["name"]]
    assert made["study"][:12] in segmint("list", "--workspace", workspace).stdout


def test_a_damaged_study_does_not_end_the_list(segmint, workspace, made) -> None:
    (workspace / "studies" / made["study"] / "run.json").unlink()
    done = segmint("list", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if made["study"][:12] in line]
    assert ["damaged" in line for line in lines] == [True]
    listed = json.loads(segmint("list", "--workspace", workspace, "--json").stdout)
    assert [(study["id"], study["damaged"]) for study in listed["studies"]] == [(made["study"], True)]


def test_a_study_by_the_name_of_its_model(segmint, workspace, made, tmp_path) -> None:
    done = segmint("report", made["name"], "-o", tmp_path / "again.html", "--workspace", workspace)
    assert done.returncode == 0, done.stderr


def test_an_empty_workspace_is_an_answer(segmint, tmp_path) -> None:
    done = segmint("list", "--workspace", tmp_path / "none")
    assert done.returncode == 0
    assert "segmint run" in done.stdout


def test_a_moved_workspace_still_pulls_its_models(segmint, workspace, made) -> None:
    away = made["workspace"].with_name("gone")
    made["workspace"].rename(away)
    try:
        done = segmint("show", f"models:/{made['name']}@champion", "--json", "--workspace", workspace)
    finally:
        away.rename(made["workspace"])
    assert done.returncode == 0, done.stderr
    assert str(workspace) in json.loads(done.stdout)["model"]


def test_another_decision_needs_no_data(segmint, workspace, made) -> None:
    rival = made["decision"]["rivals"][0]["configuration"]
    done = segmint(
        "decide", "latest", rival, "--because", "fewer campaigns", "--workspace", workspace, "--json"
    )
    assert done.returncode == 0, done.stderr
    decided = json.loads(done.stdout)
    assert decided["decision"]["configuration"] == rival
    assert decided["decision"]["chosen_by"] == "user"
    assert decided["decision"]["because"] == "fewer campaigns"
    assert Path(decided["model"]).is_file()


def test_only_finalists_can_be_chosen_without_data(segmint, workspace) -> None:
    done = segmint("decide", "latest", "000000000000", "--because", "no", "--workspace", workspace)
    assert done.returncode == 1
    assert "segmint run DATA --choose" in " ".join(done.stderr.split())


def test_report_and_charts_are_remade_from_the_study(segmint, workspace, made, tmp_path) -> None:
    report = tmp_path / "again.html"
    assert segmint("report", "latest", "-o", report, "--workspace", workspace).returncode == 0
    assert report.read_text() == Path(made["report"]).read_text()
    pictures = tmp_path / "pictures"
    done = segmint("charts", made["study"][:6], "-o", pictures, "--format", "svg", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in pictures.iterdir()} >= {"elbow.svg", "map.svg", "silhouette_by_k.svg"}


def test_the_commands_of_a_report_can_be_typed_as_they_are(segmint, workspace, made, table, tmp_path) -> None:
    page = Path(made["report"]).read_text(encoding="utf-8")
    code = html.unescape("\n".join(re.findall(r"<pre[^>]*>(.*?)</pre>", page, flags=re.DOTALL)))
    commands = {words[1]: words for words in map(shlex.split, code.splitlines()) if words[:1] == ["segmint"]}
    assert set(commands) == {"assign", "show", "rename", "charts", "run"}
    shutil.copy(table, tmp_path / "new.csv")
    for name in ("assign", "show", "rename", "charts"):
        done = segmint(*commands[name][1:], cwd=tmp_path, SEGMINT_WORKSPACE=str(workspace))
        assert done.returncode == 0, done.stderr
    python = code[code.index("import segmint") :].split("\nsegmint run")[0]
    workspace.rename(tmp_path / "segmint-workspace")
    subprocess.run([sys.executable, "-c", python], check=True, cwd=tmp_path, timeout=60)


def test_delete_asks_first(segmint, workspace, made) -> None:
    refused = segmint("delete", "latest", "--workspace", workspace, stdin="n\n")
    assert refused.returncode == 1
    assert (workspace / "studies" / made["study"]).is_dir()
    assert segmint("delete", "latest", "--yes", "--workspace", workspace).returncode == 0
    assert not (workspace / "studies" / made["study"]).exists()
    listed = segmint("list", "--workspace", workspace).stdout
    assert made["study"][:12] not in listed
    assert f"{made['name']}.segmint" in listed, "models made from it stay"


def test_tracking_again_doubles_nothing(segmint, workspace, made) -> None:
    done = segmint("track", "latest", "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == made["tracking"]["version"] == 1
