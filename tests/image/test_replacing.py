"""Whatever stops a packaging, and whenever: nothing that people put into the folder is lost."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from segmint.errors import SegmintError, UsageError
from segmint.image.replacing import write_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and mounts are missing")

STEPS = frozenset({"os.rename", "os.mkdir", "os.chmod", "os.remove", "os.rmdir", "shutil.rmtree"})
THEIRS = {
    ".env": b"BASE=mine",
    "secrets/api_keys": b"a secret",
    "shared/theirs.yml": b"groups: []",
    "gone/theirs.txt": b"beside what is gone",
}


def listed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files with the list of them, as a package has it."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return {**files, "package.json": json.dumps({"format": 1, "files": digests}).encode()}


EARLIER = listed({"Dockerfile": b"1", "shared/ours.yml": b"1", "gone/ours.txt": b"1"})
LATER = listed({"Dockerfile": b"2", "shared/ours.yml": b"2", "more/ours.txt": b"2"})


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def packaged(folder: Path) -> Path:
    """Give a folder of an earlier package with files of others in it."""
    write_folder(folder, EARLIER)
    put(folder, THEIRS)
    (folder / "secrets").chmod(0o700)
    return folder


def in_child(work: Callable[[], None]) -> int:
    """Do something in another process; return its exit code, of one that was killed the negative signal."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(at: int, work: Callable[[], None]) -> bool:
    """Do something in a process that is killed before its n-th change of a folder; return whether it was."""
    left = count(at, -1)

    def watch(event: str, _: object) -> None:
        if event in STEPS and next(left) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        sys.addaudithook(watch)
        work()

    code = in_child(watched)
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_a_kill_at_any_step_loses_nothing(tmp_path: Path) -> None:
    missing = 0
    for at in count(1):
        folder = packaged(tmp_path / str(at) / "players")
        was_killed = killed(at, lambda folder=folder: write_folder(folder, LATER))
        missing += not folder.exists()
        write_folder(folder, LATER)
        assert everything(folder) == LATER | THEIRS, at
        assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
        assert [path.name for path in folder.parent.iterdir()] == ["players"], at
        if not was_killed:
            break
    assert at > 20 and missing > 3


def test_a_kill_of_the_recovery_loses_nothing(tmp_path: Path) -> None:
    for at in count(1):
        folder = tmp_path / str(at) / "players"
        packaged(folder)
        halfway(folder)
        was_killed = killed(at, lambda folder=folder: write_folder(folder, LATER))
        write_folder(folder, LATER)
        assert everything(folder) == LATER | THEIRS, at
        assert [path.name for path in folder.parent.iterdir()] == ["players"], at
        if not was_killed:
            break
    assert at > 20


def halfway(folder: Path) -> None:
    """Leave a folder as a kill does between moving one file of others and the next."""
    old, fresh = (folder.with_name(f".players.{'0' * 12}.{end}") for end in ("old", "part"))
    put(fresh, LATER)
    folder.rename(old)
    (fresh / "gone").mkdir()
    for path in (".env", "gone/theirs.txt"):
        (old / path).rename(fresh / path)


def test_what_an_earlier_kill_left_beside_a_new_folder_comes_back(tmp_path: Path) -> None:
    folder, old = tmp_path / "players", tmp_path / ".players.0123456789ab.old"
    put(old, EARLIER | THEIRS)
    write_folder(tmp_path / "made", LATER)
    (tmp_path / "made").rename(folder)
    write_folder(folder, LATER)
    assert everything(folder) == LATER | THEIRS
    assert [path.name for path in tmp_path.iterdir()] == ["players"]


def test_what_is_in_both_is_neither_written_over_nor_deleted(tmp_path: Path) -> None:
    folder, old = packaged(tmp_path / "players"), tmp_path / ".players.0123456789ab.old"
    put(old, EARLIER | {"secrets/api_keys": b"another secret"})
    before = everything(tmp_path)
    with pytest.raises(UsageError, match="secrets") as refused:
        write_folder(folder, LATER)
    assert refused.value.code == "image.left_over"
    assert refused.value.where == str(old)
    assert everything(tmp_path) == before


def test_an_empty_folder_in_the_place_of_the_lost_one_changes_nothing(tmp_path: Path) -> None:
    folder = packaged(tmp_path / "players")
    halfway(folder)
    folder.mkdir()
    write_folder(folder, LATER)
    assert everything(folder) == LATER | THEIRS


def test_several_at_once_go_one_after_the_other(tmp_path: Path) -> None:
    folder = packaged(tmp_path / "players")

    def often() -> None:
        for _ in range(20):
            write_folder(folder, LATER)
            write_folder(folder, EARLIER)

    def both() -> None:
        other = os.fork()
        often()
        if other == 0:
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0

    assert in_child(both) == 0
    assert everything(folder) == EARLIER | THEIRS


# Disks


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_all_as_it_was(tmp_path: Path) -> None:
    """At each number of free places for files, from none to enough."""
    with mounted(tmp_path / "disk", "size=16m,nr_inodes=1000"):
        folder = packaged(tmp_path / "disk" / "players")
        before, used = everything(folder), used_inodes(folder)
        for free in count():
            options = f"remount,nr_inodes={used + free}"
            subprocess.run(["mount", "-o", options, str(tmp_path / "disk")], check=True)
            try:
                write_folder(folder, LATER)
            except SegmintError as refused:
                assert refused.code == "image.unwritable"
                assert everything(folder) == before
                assert [path.name for path in folder.parent.iterdir()] == ["players"]
            else:
                break
        assert everything(folder) == LATER | THEIRS
    assert free > len(LATER)


def used_inodes(place: Path) -> int:
    told = os.statvfs(place)
    return told.f_files - told.f_ffree


def test_what_cannot_be_moved_leaves_all_as_it_was(tmp_path: Path) -> None:
    folder = packaged(tmp_path / "players")
    (folder / "volume").mkdir()
    with mounted(folder / "volume", "size=1m"):  # no mount is renamed into another folder
        (folder / "volume" / "rows.csv").write_bytes(b"rows")
        before = everything(folder)
        with pytest.raises(SegmintError) as refused:
            write_folder(folder, LATER)
        assert refused.value.code == "image.unwritable"
        assert refused.value.where == str(folder)
        assert everything(folder) == before
        assert [path.name for path in tmp_path.iterdir()] == ["players"]


# Whose is it


def changed_into_a_folder(folder: Path) -> None:
    (folder / "Dockerfile").unlink()
    put(folder, {"Dockerfile/mine.txt": b"mine"})


def changed_into_a_link(folder: Path) -> None:
    (folder / "Dockerfile").rename(folder / "mine")
    (folder / "Dockerfile").symlink_to("mine")


def changed_into_a_pipe(folder: Path) -> None:
    (folder / "Dockerfile").unlink()
    os.mkfifo(folder / "Dockerfile")


@pytest.mark.parametrize("change", [changed_into_a_folder, changed_into_a_link, changed_into_a_pipe])
def test_what_is_no_file_any_more_was_changed(tmp_path: Path, change: Callable[[Path], None]) -> None:
    folder = packaged(tmp_path / "players")
    change(folder)
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError, match="Dockerfile") as refused:
        write_folder(folder, LATER)
    assert refused.value.code == "image.changed"
    assert sorted(folder.rglob("*")) == before


def file_of_their_own(folder: Path) -> None:
    put(folder, {"more/ours.txt": b"mine"})


def file_for_a_folder(folder: Path) -> None:
    put(folder, {"more": b"mine"})


def link_for_a_folder(folder: Path) -> None:
    (folder / "more").symlink_to(folder / "secrets")


def folder_for_a_file(folder: Path) -> None:
    (folder / "more" / "ours.txt").mkdir(parents=True)


@pytest.mark.parametrize(
    "change", [file_of_their_own, file_for_a_folder, link_for_a_folder, folder_for_a_file]
)
def test_a_new_file_takes_no_place_of_others(tmp_path: Path, change: Callable[[Path], None]) -> None:
    folder = packaged(tmp_path / "players")
    change(folder)
    before, contents = sorted(folder.rglob("*")), everything(folder)
    with pytest.raises(UsageError, match=r"more/ours\.txt") as refused:
        write_folder(folder, LATER)
    assert refused.value.code == "image.in_the_way"
    assert (sorted(folder.rglob("*")), everything(folder)) == (before, contents)


def test_what_lies_in_a_folder_that_is_new_to_the_package_stays(tmp_path: Path) -> None:
    folder = packaged(tmp_path / "players")
    put(folder, {"more/theirs.txt": b"mine"})
    write_folder(folder, LATER)
    assert everything(folder) == LATER | THEIRS | {"more/theirs.txt": b"mine"}


def test_a_folder_of_ours_that_became_a_link_is_kept_with_what_it_leads_to(tmp_path: Path) -> None:
    folder = packaged(tmp_path / "players")
    (folder / "gone").rename(tmp_path / "elsewhere")
    (folder / "gone").symlink_to(tmp_path / "elsewhere")
    write_folder(folder, LATER)
    assert (folder / "gone").readlink() == tmp_path / "elsewhere"
    assert everything(tmp_path / "elsewhere") == {"ours.txt": b"1", "theirs.txt": b"beside what is gone"}
