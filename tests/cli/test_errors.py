"""Every error says what was received, which rule it breaks and what to do; the exit code says what kind it is."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest


def taught(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Return the words of an error after looking at its parts."""
    said = " ".join(done.stderr.split())
    assert done.returncode == code, said
    assert "Traceback" not in said
    assert done.stdout == ""
    for part in ("Error", " Got ", " Rule ", " Do ", f"Exit code {code}:"):
        assert part in said
    return said


@pytest.mark.slow
@pytest.mark.parametrize("text", ["0", "5..2", "abc"])
def test_numbers_of_clusters_that_are_none(segmint, table, text) -> None:
    said = taught(segmint("run", table, "--k", text), 2)
    assert f"--k “{text}”" in said
    assert "--k 2..12" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "value", "nearest"),
    [
        ("--families", "kmean", "kmeans"),
        ("--families", "kmeans,magic", "kmeans"),
        ("--scale", "huge", "standard"),
        ("--init", "rnadom", "random"),
        ("--kind", "hours", "LEFT=RIGHT"),
        ("--kind", "hours=numbr", "number"),
    ],
)
def test_a_value_that_an_option_does_not_know(segmint, table, tmp_path, option, value, nearest) -> None:
    said = taught(segmint("run", table, option, value, "--workspace", tmp_path / "ws"), 2)
    assert option in said
    assert nearest in said
    assert "Nothing was written" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run"], "DATA"),
        (["run", "TABLE", "--nonsense"], "--nonsense"),
        (["run", "TABLE", "--resamples", "-5"], "--resamples"),
        (["run", "TABLE", "--seed", "x"], "--seed"),
        (["run", "TABLE", "--schema", "gone.toml"], "gone.toml"),
        (["nonsense"], "nonsense"),
        (["decide", "latest"], "CONFIGURATION"),
    ],
)
def test_a_command_line_that_no_command_takes(segmint, table, arguments, named) -> None:
    said = taught(segmint(*(table if word == "TABLE" else word for word in arguments)), 2)
    assert named in said
    assert "--help" in said


@pytest.mark.parametrize("data", ["gone.csv", "."])
def test_data_that_are_no_file(segmint, tmp_path, data) -> None:
    assert data in taught(segmint("run", data, "--workspace", tmp_path / "ws", cwd=tmp_path), 3)


def test_a_column_that_is_not_there(segmint, table, tmp_path) -> None:
    done = segmint("run", table, "--features", "minutes", "--workspace", tmp_path / "ws")
    assert done.returncode == 3
    assert "− minutes" in done.stderr
    assert "+ points" in done.stderr


@pytest.mark.parametrize("inside", ["", "ws"])
@pytest.mark.parametrize("command", ["run", "lab"])
def test_a_workspace_that_cannot_be_written_is_seen_before_any_work(
    segmint, table, tmp_path, command, inside
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    what = [table] if command == "run" else ["1.1"]
    done = segmint(command, *what, "--workspace", file / inside)
    said = taught(done, 2)
    assert "✓" not in said
    assert str(file) in "".join(done.stderr.split())
    assert file.read_text() == "no folder"


def test_a_target_that_fails_at_the_end_does_not_hide_what_was_kept(segmint, table, tmp_path) -> None:
    done = segmint(
        "run", table, "--workspace", tmp_path / "ws", "--families", "kmeans", "--k", "2..3", "--resamples", 0,
        "--no-track", "-o", f"sqlite:///{tmp_path}/gone/shop.db", "--to-table", "segments",
    )  # fmt: skip
    assert done.returncode not in (0, 130)
    assert "Traceback" not in done.stderr
    assert "Nothing was written" not in done.stderr
    assert "Kept" in done.stderr
    assert list((tmp_path / "ws" / "models").iterdir())


@pytest.fixture(scope="module")
def workspace(made: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the workspace that no test of this file changes."""
    return Path(shutil.copytree(made["workspace"], tmp_path_factory.mktemp("wrong") / "ws"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["show", "nobody"], 1, "nobody"),
        (["show", "players", "S9"], 1, "S1, S2, S3"),
        (["show", "models:/players@queen"], 1, "@champion"),
        (["show", "models:/players"], 2, "models:/NAME@ALIAS"),
        (["show", "."], 3, "folder"),
        (["rename", "players", "S9", "Owls"], 1, "S9"),
        (["rename", "nobody", "S1", "Owls"], 1, "nobody"),
        (["assign", "nobody", "TABLE", "-o", "o.csv"], 1, "nobody"),
        (["assign", "players", "TABLE"], 2, "-o FILE"),
        (["assign", "players", "gone.csv", "-o", "o.csv"], 3, "gone.csv"),
        (["report", "ffff0000"], 1, "ffff0000"),
        (["charts", "ffff0000"], 1, "ffff0000"),
        (["charts", "latest", "--format", "gif"], 2, "png"),
        (["charts", "latest", "--theme", "pink"], 2, "light"),
        (["delete", "ffff0000", "--yes"], 1, "segmint list"),
        (["track", "ffff0000"], 1, "ffff0000"),
        (["lab", "9.9"], 2, "4.2"),
        (["lab", "1.1", "--data", "gone.csv"], 3, "gone.csv"),
        (["lab", "1.1", "--key", "hours"], 2, "--data"),
        (["lab", "games", "--data", "TABLE", "--features", "hours"], 2, "--features"),
        (["lab", "games", "--data", "TABLE"], 3, "segmint run"),
        (["list", "--workspace", "TABLE"], 2, "folder"),
    ],
)  # fmt: skip
def test_names_and_ids_that_are_not_there(
    segmint, workspace, table, tmp_path, arguments, code, named
) -> None:
    words = [table if word == "TABLE" else word for word in arguments]
    done = segmint(*words, cwd=tmp_path, SEGMINT_WORKSPACE=str(workspace))
    assert named in taught(done, code)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("command", ["report", "charts"])
def test_what_the_system_refuses_is_no_traceback(segmint, workspace, table, command) -> None:
    before = table.read_text()
    done = segmint(command, "latest", "-o", table / "inside", "--workspace", workspace)
    assert str(table) in "".join(taught(done, 1).split())
    assert table.read_text() == before


def test_a_database_named_as_a_file_is_answered_with_its_address(segmint, tmp_path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as shop:
        shop.execute("create table t (a real)")
        shop.commit()
    done = segmint("run", "shop.db", cwd=tmp_path)
    assert done.returncode == 3
    assert "sqlite:///shop.db --table NAME" in done.stderr


def test_a_word_that_is_no_role_is_named_with_its_column(segmint, table, tmp_path) -> None:
    schema = tmp_path / "schema.toml"
    segmint("inspect", table, "-o", schema)
    schema.write_text(schema.read_text().replace('role = "describe"', 'role = "descibe"'))
    done = segmint("inspect", table, "--schema", schema)
    assert done.returncode == 3
    assert "schema.toml, column “platform”" in done.stderr
    assert '"descibe"' in done.stderr and "describe, date" in done.stderr


def test_a_study_is_kept_when_the_question_is_answered_with_no(segmint, made) -> None:
    done = segmint("delete", "latest", "--workspace", made["workspace"], stdin="n\n")
    assert done.returncode == 1
    assert "Nothing was deleted" in done.stdout
    assert "Traceback" not in done.stderr
    assert any((made["workspace"] / "studies").iterdir())
