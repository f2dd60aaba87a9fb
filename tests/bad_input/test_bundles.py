"""Bundles: truncated, altered, hostile; refused by all that open one, and nothing of them is executed."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
from pathlib import Path
from typing import Any

import pytest
from bad_input_doors import BEFORE, SECRET, cases, groups, running

import segmint
from segmint.model.bundle import to_bytes
from segmint.workflow.studies import chosen_model


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a good bundle."""
    table = tmp_path_factory.mktemp("whole") / "table.csv"
    table.write_text(groups())
    return to_bytes(chosen_model(segmint.study(segmint.read(table), running((1, 2, 3)))))


class _Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


def described(whole: bytes, change: Any) -> bytes:
    """Change the description of a bundle, with a content hash that is right for it: a hostile writer can."""
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    text = json.loads(header["__metadata__"]["segmint"])
    change(text)

    def spelled(content: str) -> bytes:
        header["__metadata__"]["segmint"] = _canonical(text | {"content": content})
        body = _canonical(header).encode()
        body += b" " * (-len(body) % 8)
        return struct.pack("<Q", len(body)) + body + whole[8 + length :]

    return spelled(hashlib.sha256(spelled("0" * 64)).hexdigest())


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def renamed(text: dict[str, Any]) -> None:
    text["manifest"]["name"] = "../x"


def with_a_scale_of_zero(text: dict[str, Any]) -> None:
    text["preparation"]["steps"][0]["scale"] = 0.0


def told_by_a_file(text: dict[str, Any]) -> None:
    text["notices"][0]["key"] = "../../secrets.x"


def later(text: dict[str, Any]) -> None:
    text["format"] = 99


DAMAGED = {
    "empty": (lambda whole: b"", "truncated"),
    "truncated": (lambda whole: whole[:-7], "truncated"),
    "with something behind": (lambda whole: whole + b"\0" * 8, "trailing"),
    "an altered array": (lambda whole: flipped(whole, len(whole) - 3), "altered"),
    "a text": (lambda whole: f"{SECRET} is no model, whatever its name says".encode(), "header"),
    "a forged length": (lambda whole: struct.pack("<Q", 2**24) + whole[8:], "truncated"),
    "a name that is a path": (lambda whole: described(whole, renamed), "structure"),
    "a step that divides by zero": (lambda whole: described(whole, with_a_scale_of_zero), "structure"),
    "a sentence from a file": (lambda whole: described(whole, told_by_a_file), "structure"),
    "a later format": (lambda whole: described(whole, later), "later"),
}
SLOW = ("empty", "with something behind", "a forged length", "a step that divides by zero")


@pytest.mark.parametrize("name", cases(DAMAGED, *SLOW))
def test_a_damaged_or_hostile_bundle_is_refused(both: Any, whole: bytes, name: str) -> None:
    damage, code = DAMAGED[name]
    both.refuse_model(both.write(damage(whole), "model.segmint"), f"bundle.{code}")


def test_the_forger_of_these_tests_is_able(both: Any, whole: bytes) -> None:
    assert described(whole, lambda text: None) == whole
    changed = described(whole, lambda text: text["cards"][0].update(name="Other"))
    assert segmint.load_model(both.write(changed, "model.segmint")).cards[0].name == "Other"


def test_a_pickle_is_not_executed(both: Any) -> None:
    trap = both.folder / "sprung"
    both.refuse_model(both.write(pickle.dumps(_Trap(trap)), "model.segmint"), "bundle.header")
    assert not trap.exists()


@pytest.mark.parametrize("kind", ["folder", "FIFO"])
def test_what_is_no_file_is_no_model(both: Any, kind: str) -> None:
    path = both.folder / "model.segmint"
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    both.refuse_model(path, "bundle.not_a_file")


def test_a_refused_name_of_a_segment_leaves_the_bundle(both: Any, whole: bytes) -> None:
    path = both.write(whole, "model.segmint")
    done = both.command("rename", path, "S1", "a\u202eb")
    assert (done.returncode, done.stdout) == (2, "")
    assert path.read_bytes() == whole


def test_a_target_that_is_no_file_is_left_alone(both: Any, whole: bytes) -> None:
    model, table = both.write(whole, "model.segmint"), both.write(groups())
    for name in ("fifo.csv", "fifo.toml"):
        os.mkfifo(both.folder / name)
    for arguments in (
        ("assign", model, table, "-o", both.folder / "fifo.csv"),
        ("inspect", table, "-o", both.folder / "fifo.toml"),
    ):
        done = both.command(*arguments)
        assert (done.returncode, done.stdout) == (3, "")
        assert "this is a FIFO" in done.stderr
    assert all((both.folder / name).is_fifo() for name in ("fifo.csv", "fifo.toml"))
    folder = both.folder / "folder.csv"
    folder.mkdir()
    (folder / "inside").write_text(BEFORE)
    assert both.command("assign", model, table, "-o", folder).returncode == 3
    assert (folder / "inside").read_text() == BEFORE
