"""``segmint package``: a folder to build a service from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_a_model_by_name_and_by_alias(segmint: Any, made: dict[str, Any], tmp_path: Path) -> None:
    places = ("--workspace", made["workspace"], "--json")
    done = segmint("package", made["name"], "-o", tmp_path / "by name", *places)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema_version"] == 1
    folder = Path(told["folder"])
    assert folder == tmp_path / "by name"
    assert told["n_files"] == len([path for path in folder.rglob("*") if path.is_file()])
    assert (folder / "model.segmint").read_bytes() == Path(made["model"]).read_bytes()
    assert told["model"]["name"] == made["name"]
    assert told["image"] == f"segmint/{made['name']}:{told['model']['version']}"
    again = segmint("package", f"models:/{made['name']}/1", "-o", tmp_path / "by version", *places)
    assert json.loads(again.stdout)["model"] == told["model"]


def test_the_next_command_can_be_pasted(segmint: Any, made: dict[str, Any], tmp_path: Path) -> None:
    done = segmint("package", made["model"], "-o", tmp_path / "a service")
    assert done.returncode == 0, done.stderr
    command = next(line for line in done.stdout.splitlines() if "docker build" in line)
    assert command.endswith(f"'{tmp_path / 'a service'}'")


def test_a_folder_of_other_files_is_an_error(segmint: Any, made: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = segmint("package", made["model"], "-o", tmp_path)
    assert done.returncode == 2
    assert "holds other files" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert segmint("package", made["model"]).returncode == 2  # no folder is named
