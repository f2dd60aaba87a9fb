"""Saving is atomic and lasts: killed at any moment, on a full disk, the old version stands or the new one does."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmint.errors import SegmintError
from segmint.model.bundle import load_bundle, save_bundle, to_bytes

HERE = Path(__file__).parent
OLD, NEW = HERE / "formats" / "1" / "kmeans.segmint", HERE / "formats" / "1" / "renamed.segmint"
SCRATCH = re.compile(r"\.model\.segmint\.[0-9a-f]{12}\.part")


# ---------------------------------------------------------------------------------- kills


def killed(folder: Path, n: int, seed: int) -> tuple[Counter[str], int]:
    """Kill a saving process ``n`` times; count which version stood then, and how many saves were cut short."""
    path, moments = folder / "model.segmint", random.Random(seed)
    shutil.copy(OLD, path)
    versions = {file.read_bytes(): file.stem for file in (OLD, NEW)}
    command = [sys.executable, str(HERE / "save_forever.py"), str(OLD), str(NEW), str(path)]
    stood, left = Counter[str](), 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as saver:
        assert saver.stdin is not None and saver.stdout is not None
        for _ in range(n):
            print(file=saver.stdin, flush=True)
            process = int(saver.stdout.readline())
            time.sleep(moments.uniform(0, 0.03))
            os.kill(process, signal.SIGKILL)
            assert int(saver.stdout.readline()) == -signal.SIGKILL
            assert to_bytes(load_bundle(path)) == path.read_bytes()
            stood[versions[path.read_bytes()]] += 1
            left += _scratch_files(folder)
    return stood, left


def _scratch_files(folder: Path) -> int:
    """Count what a killed save left, and take it away; beside it there is the file alone."""
    found = [file for file in folder.iterdir() if file.name != "model.segmint"]
    assert all(SCRATCH.fullmatch(file.name) for file in found)
    for file in found:
        file.unlink()
    return len(found)


def test_a_kill_leaves_a_whole_version(tmp_path: Path) -> None:
    stood, _ = killed(tmp_path, 25, seed=0)
    assert stood.total() == 25


@pytest.mark.slow
def test_four_hundred_kills_leave_a_whole_version(tmp_path: Path) -> None:
    stood, left = killed(tmp_path, 400, seed=1)
    assert stood.total() == 400
    assert min(stood["kmeans"], stood["renamed"]) > 50, stood
    assert left > 50, "the kills did not meet the writing"


def test_what_a_kill_left_goes_with_a_later_save(tmp_path: Path) -> None:
    path = tmp_path / "model.segmint"
    old, young = (tmp_path / f".model.segmint.{digit * 12}.part" for digit in "ab")
    others = [tmp_path / ".other.segmint.aaaaaaaaaaaa.part", tmp_path / ".model.segmint.mine.part"]
    for file in (old, young, *others):
        file.write_bytes(b"half")
    for file in (old, *others):
        os.utime(file, (1, 1))
    save_bundle(load_bundle(OLD), path)
    assert set(tmp_path.iterdir()) == {path, young, *others}


# ---------------------------------------------------------------------------------- order

WITNESS = """
import json, os, sys
from segmint.model.bundle import load_bundle, save_bundle
model, path, seen, real = load_bundle(sys.argv[1]), sys.argv[2], [], os.fsync

def sync(handle):
    seen.append(["fsync", os.readlink(f"/proc/self/fd/{handle}"), os.fstat(handle).st_size])
    real(handle)

def note(event, arguments):
    if event == "os.rename":
        seen.append(["rename", *map(os.fspath, arguments[:2])])
    elif event == "os.remove":
        seen.append(["remove", os.fspath(arguments[0])])

os.fsync = sync
sys.addaudithook(note)
save_bundle(model, path)
json.dump(seen, sys.stdout)
"""


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "newer" / "model.segmint"
    done = subprocess.run(
        [sys.executable, "-c", WITNESS, str(NEW), str(path)], capture_output=True, text=True, check=True
    )
    (synced, scratch, size), renamed, *folders = json.loads(done.stdout)
    assert (synced, size) == ("fsync", NEW.stat().st_size)
    assert Path(scratch).parent == path.parent and SCRATCH.fullmatch(Path(scratch).name)
    assert renamed == ["rename", scratch, str(path)]
    assert [folder[:2] for folder in folders] == [
        ["fsync", str(folder)] for folder in (path.parent, path.parent.parent, tmp_path)
    ]


# ---------------------------------------------------------------------------------- a full disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 64 KiB and eight names with a bundle on it; mounting it needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=8", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        shutil.copy(OLD, folder / "model.segmint")
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, free: int) -> None:
    """Leave a disk so many pages."""
    facts = os.statvfs(folder)
    (folder / "filler").write_bytes(bytes((facts.f_bavail - free) * facts.f_bsize))
    assert os.statvfs(folder).f_bavail == free


def not_written(path: Path, reason: str) -> None:
    """Check that a new version is refused for a reason, and the old one stands alone."""
    beside = sorted(file.name for file in path.parent.iterdir())
    with pytest.raises(SegmintError, match=reason) as error:
        save_bundle(load_bundle(NEW), path)
    assert (error.value.code, error.value.where) == ("bundle.unwritable", "model.segmint")
    assert path.read_bytes() == OLD.read_bytes()
    assert sorted(file.name for file in path.parent.iterdir()) == beside


@pytest.mark.parametrize("free", [0, 1, 3])
def test_on_a_full_disk_the_old_version_stands(disk: Path, free: int) -> None:
    fill(disk, free)
    not_written(disk / "model.segmint", "No space left")


def test_with_room_again_the_new_version_is_written(disk: Path) -> None:
    fill(disk, 0)
    not_written(disk / "model.segmint", "No space left")
    (disk / "filler").unlink()
    save_bundle(load_bundle(NEW), disk / "model.segmint")
    assert (disk / "model.segmint").read_bytes() == NEW.read_bytes()


def test_on_a_disk_without_names_the_old_version_stands(disk: Path) -> None:
    while os.statvfs(disk).f_favail:
        (disk / f"name{os.statvfs(disk).f_favail}").touch()
    not_written(disk / "model.segmint", "No space left")


def test_on_a_disk_that_is_only_read_the_old_version_stands(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    not_written(disk / "model.segmint", "Read-only")


def test_the_command_says_that_the_disk_is_full(disk: Path) -> None:
    fill(disk, 2)
    program = str(Path(sys.executable).with_name("segmint"))
    done = subprocess.run(
        [program, "rename", str(disk / "model.segmint"), "S1", "Night owls"],
        capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert "the model cannot be written: No space left on device" in " ".join(done.stderr.split())
    assert (disk / "model.segmint").read_bytes() == OLD.read_bytes()
    assert sorted(file.name for file in disk.iterdir()) == ["filler", "model.segmint"]


LIMITED = """
import resource, sys
from segmint.errors import SegmintError
from segmint.model.bundle import load_bundle, save_bundle
model = load_bundle(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    save_bundle(model, sys.argv[2])
except SegmintError as error:
    print(error.code, error)
"""


@pytest.mark.parametrize("most", [0, 4096, NEW.stat().st_size - 1])
def test_where_files_may_not_be_so_large_the_old_version_stands(tmp_path: Path, most: int) -> None:
    path = tmp_path / "model.segmint"
    shutil.copy(OLD, path)
    command = [sys.executable, "-c", LIMITED, str(NEW), str(path), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(
        "bundle.unwritable model.segmint: the model cannot be written: File too large"
    )
    assert path.read_bytes() == OLD.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
