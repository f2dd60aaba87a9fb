"""The folder appears whole or not at all, and nothing that people made is lost."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from segmint.errors import NotFoundError, SegmintError, UsageError
from segmint.image.lock import Locked
from segmint.image.replacing import write_folder
from segmint.image.wheels import admitted_wheels, narrowed
from segmint.workflow.package import package


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_earlier_package_is_replaced_and_what_lies_beside_it_stays(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "players"
    package(bundle.as_posix(), folder, tmp_path)
    before = everything(folder)
    told = json.loads((folder / "package.json").read_text())
    (folder / "gone.txt").write_text("an earlier version's")
    told["files"]["gone.txt"] = hashlib.sha256(b"an earlier version's").hexdigest()
    (folder / "package.json").write_text(json.dumps(told))
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets" / "api_keys").write_text("a secret")
    (folder / ".env").write_text("BASE=mine")
    (folder / "prometheus" / "more.yml").write_text("groups: []")
    (folder / "Dockerfile").unlink()
    package(bundle.as_posix(), folder, tmp_path)
    kept = {
        "secrets/api_keys": b"a secret",
        ".env": b"BASE=mine",
        "prometheus/more.yml": b"groups: []",
    }
    assert everything(folder) == before | kept
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["players"]


def test_what_was_changed_by_hand_is_not_written_over(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "players"
    package(bundle.as_posix(), folder, tmp_path)
    with (folder / "compose.yaml").open("a") as file:
        file.write("# mine\n")
    before = everything(folder)
    with pytest.raises(UsageError, match=r"compose\.yaml") as refused:
        package(bundle.as_posix(), folder, tmp_path)
    assert refused.value.code == "image.changed"
    assert everything(folder) == before


def test_other_places_are_refused(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full, file, link, here = (tmp_path / name for name in ("full", "file", "link", "here"))
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    (full / "package.json").write_text(json.dumps({"format": 1, "files": {"../file": "0"}}))
    file.write_text("mine")
    here.mkdir()
    link.symlink_to(full)
    monkeypatch.chdir(here)
    for folder, code in (
        (full, "image.not_empty"),
        (file, "image.not_a_folder"),
        (link, "image.not_a_folder"),
        (Path(), "image.here"),
    ):
        with pytest.raises(UsageError) as refused:
            package(bundle.as_posix(), folder, tmp_path)
        assert refused.value.code == code
    assert {path.name for path in tmp_path.rglob("*")} == {
        "full", "file", "link", "here", "mine.txt", "package.json",
    }  # fmt: skip


def test_an_empty_folder_is_taken(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = package(bundle.as_posix(), tmp_path / "empty", tmp_path)
    assert done.n_files == len(everything(tmp_path / "empty")) > 50


def test_nothing_is_left_of_what_could_not_be_written(bundle: Path, tmp_path: Path) -> None:
    impossible = {"first": b"1", "first/second": b"2"}  # a file is no folder
    folder = tmp_path / "players"
    for before in (False, True):
        if before:
            package(bundle.as_posix(), folder, tmp_path)
        there = everything(tmp_path)
        with pytest.raises(SegmintError) as refused:
            write_folder(folder, impossible)
        assert refused.value.code == "image.unwritable"
        assert everything(tmp_path) == there
        assert len(list(tmp_path.iterdir())) == before


def test_no_model_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        package("none", tmp_path / "players", tmp_path)
    assert not list(tmp_path.iterdir())


# Wheels


def test_only_wheels_that_the_lock_admits_are_taken(tmp_path: Path) -> None:
    contents = {
        "Some_Package-1.0-py3-none-any.whl": b"right",
        "some_package-1.0-cp311-win.whl": b"also right",
    }
    wrong = {"some_package-2.0-py3-none-any.whl": b"wrong", "notes.txt": b"right"}
    for name, content in (contents | wrong).items():
        (tmp_path / name).write_bytes(content)
    hashes = tuple(hashlib.sha256(content).hexdigest() for content in (*contents.values(), b"elsewhere"))
    locked = [Locked("some-package", "1.0", hashes, True, ())]
    found = admitted_wheels(tmp_path, locked)
    assert found == contents
    assert narrowed(locked, found)[0].hashes == hashes[:2]
    assert narrowed(locked, {})[0].hashes == hashes


def test_a_missing_wheel_is_named(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    with pytest.raises(UsageError, match=r"numpy 2\.") as refused:
        package(bundle.as_posix(), tmp_path / "players", tmp_path, wheels=tmp_path / "wheels")
    assert refused.value.code == "image.wheels_missing"
    with pytest.raises(UsageError) as refused:
        package(bundle.as_posix(), tmp_path / "players", tmp_path, wheels=tmp_path / "nowhere")
    assert refused.value.code == "image.no_wheels"
    assert not (tmp_path / "players").exists()


# Disks


def test_what_the_disk_refuses_is_said_with_its_place(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "wheels" / "a.whl").mkdir(parents=True)
    (tmp_path / "loop").symlink_to("loop")
    for name in ("file/players", "n" * 250, "loop/players"):
        with pytest.raises(SegmintError) as refused:
            package(bundle.as_posix(), tmp_path / name, tmp_path)
        assert (refused.value.code, refused.value.where) == ("image.unwritable", str(tmp_path / name))
    with pytest.raises(SegmintError, match="directory") as refused:
        package(bundle.as_posix(), tmp_path / "players", tmp_path, wheels=tmp_path / "wheels")
    assert refused.value.code == "image.wheels_unreadable"
    assert refused.value.where == str(tmp_path / "wheels")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "wheels", "loop"}


def test_a_folder_in_the_place_of_a_file_was_changed(bundle: Path, tmp_path: Path) -> None:
    package(bundle.as_posix(), tmp_path / "players", tmp_path)
    (tmp_path / "players" / "Dockerfile").unlink()
    (tmp_path / "players" / "Dockerfile").mkdir()
    with pytest.raises(UsageError, match="Dockerfile") as refused:
        package(bundle.as_posix(), tmp_path / "players", tmp_path)
    assert refused.value.code == "image.changed"
