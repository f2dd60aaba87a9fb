from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import segmint
from segmint.choosing.study import Study
from segmint.errors import SegmintError, UsageError
from segmint.model.bundle import load_bundle, read_bundle, signature_of
from segmint.model.segment_model import SegmentModel
from segmint.workflow import signing
from segmint.workflow.auditing import AUDIT, read_lines
from segmint.workflow.library import keep_model, rename_segment
from segmint.workflow.locking import alone, holders
from segmint.workflow.signing import sign_model
from segmint.workflow.studies import chosen_model
from segmint.workflow.workspace import Workspace, open_workspace

SIGN = """
import sys
from segmint.workflow.signing import sign_model
workspace, key = sys.argv[1:]
print("ready", flush=True)
input()
print(sign_model("shop", workspace, key).version)
"""
RENAME = """
import sys
from pathlib import Path
from segmint.workflow.library import rename_segment
path, segment, name = sys.argv[1:]
print("ready", flush=True)
input()
for n in range(10):
    rename_segment(Path(path), segment, f"{name} {n}")
"""
KEEP = """
import sys
from pathlib import Path
from segmint.model.bundle import load_bundle
from segmint.workflow.library import keep_model
path, trained = map(Path, sys.argv[1:])
model = load_bundle(trained)
print("ready", flush=True)
input()
for _ in range(10):
    keep_model(model, path)
"""
KILLED = """
import os, sys
from segmint.workflow import signing
signing.write_bundle = lambda *_: os.kill(os.getpid(), 9)
signing.sign_model("shop", *sys.argv[1:])
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    path = tmp_path / "signing.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def place(study: Study, tmp_path: Path) -> Workspace:
    """Return a workspace with a model."""
    place = open_workspace(tmp_path / "ws")
    keep_model(chosen_model(study), place.model("shop"))
    return place


@contextmanager
def at_work(script: str, *arguments: list[Any]) -> Iterator[Callable[[], list[str]]]:
    """Start a script in processes that are let go at once; give what waits for them and tells what they said."""
    pipe = subprocess.PIPE
    with ExitStack() as ended:
        workers = [
            ended.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", script, *map(str, each)],
                    stdin=pipe, stdout=pipe, stderr=pipe, text=True,
                )
            )
            for each in arguments
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout is not None and worker.stdout.readline() == "ready\n"
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()

        def said() -> list[str]:
            told = [worker.communicate(timeout=120) for worker in workers]
            assert [err for _, err in told] == [""] * len(workers)
            return [out for out, _ in told]

        yield said


def signed_as(path: Path) -> int | None:
    signature = signature_of(read_bundle(path))[1]
    return None if signature is None else signature.version


def test_killed_before_the_file_no_other_content_takes_the_version(
    place: Workspace, key: Path, tmp_path: Path
) -> None:
    path, copy = place.model("shop"), tmp_path / "copy.segmint"
    copy.write_bytes(path.read_bytes())
    done = subprocess.run([sys.executable, "-c", KILLED, place.folder, key], check=False, timeout=60)
    assert done.returncode == -9
    assert signed_as(path) is None
    assert sign_model(str(copy), place.folder, key).version == 1  # the same content, the same version
    rename_segment(path, "S1", "Hawks")
    assert sign_model("shop", place.folder, key).version == 2
    with pytest.raises(UsageError):
        sign_model("shop", place.folder, key, version=1)


def test_a_torn_line_gives_no_version_twice(place: Workspace, key: Path) -> None:
    path = place.model("shop")
    with (place.folder / AUDIT).open("ab") as audit:
        audit.write(b'{"when": "2026-')
    assert sign_model("shop", place.folder, key).version == 1
    rename_segment(path, "S1", "Hawks")
    assert sign_model("shop", place.folder, key).version == 2


def test_a_disk_that_takes_no_line_leaves_the_file(
    place: Workspace, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(signing, "write_line", full)
    with pytest.raises(SegmintError, match="No space left"):
        sign_model("shop", place.folder, key)
    assert signed_as(place.model("shop")) is None


def test_what_is_signed_is_read_when_nobody_writes(place: Workspace, key: Path) -> None:
    path = place.model("shop")
    renamed = load_bundle(path).renamed("S1", "Hawks")
    held = ExitStack()
    held.enter_context(alone(place.folder))
    with held, at_work(SIGN, [place.folder, key]) as said:
        time.sleep(0.5)  # the process waits for the lock
        segmint.save_model(renamed, path)
        held.close()
        said()
    assert signed_as(path) == 1
    assert load_bundle(path).card("S1").name == "Hawks"


def test_two_renamings_at_once_lose_none(place: Workspace) -> None:
    path = place.model("shop")
    with at_work(RENAME, [path, "S1", "Hawks"], [path, "S2", "Owls"]) as said:
        said()
    model = load_bundle(path)
    assert [model.card(number).name for number in ("S1", "S2")] == ["Hawks 9", "Owls 9"]
    assert model.manifest.revision == 20


def test_a_run_and_a_renaming_at_once_lose_nothing(place: Workspace, study: Study, tmp_path: Path) -> None:
    path, trained = place.model("shop"), tmp_path / "trained.segmint"
    segmint.save_model(chosen_model(study), trained)
    with at_work(RENAME, [path, "S1", "Hawks"]) as renaming, at_work(KEEP, [path, trained]) as keeping:
        renaming()
        keeping()
    assert load_bundle(path).card("S1").name == "Hawks 9"


def test_a_renaming_tells_whether_the_model_was_signed(place: Workspace, key: Path) -> None:
    path = place.model("shop")
    assert not rename_segment(path, "S1", "Hawks").was_signed
    sign_model("shop", place.folder, key)
    renamed = rename_segment(path, "S1", "Eagles")
    assert renamed.was_signed
    assert isinstance(renamed.model, SegmentModel)
    assert not rename_segment(path, "S1", "Owls").was_signed


def test_a_model_of_another_workspace_is_signed_alone_in_both(
    place: Workspace, key: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert sign_model(str(place.model("shop")), other, key).version == 1
    assert len(read_lines(other, "sign", "shop")) == 1
    assert read_lines(place.folder, "sign", "shop") == []
    assert (place.folder / ".workspace.lock").exists()


def test_which_workspace_a_file_lies_in(place: Workspace, tmp_path: Path) -> None:
    model, elsewhere = place.model("shop"), tmp_path / "models" / "shop.segmint"
    assert holders(model, place.model("club")) == [place.folder.resolve()]
    assert holders(elsewhere, tmp_path / "shop.segmint", place.folder / "shop.segmint") == []
