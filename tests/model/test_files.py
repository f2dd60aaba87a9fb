from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from errno import EACCES, EINVAL
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.data import open_writer
from segmint.errors import SegmintError
from segmint.model.files import write_file, write_whole


@pytest.fixture(params=["open", "fsync"])
def folder_that_cannot_be_synced(tmp_path: Path, request: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder on a system that refuses what network drives refuse: to open or to sync a folder."""
    real = {"open": os.open, "fsync": os.fsync}

    def opened(path: Any, *rest: Any, **options: Any) -> int:
        if Path(path).is_dir():
            raise OSError(EACCES, "no")
        return real["open"](path, *rest, **options)

    def synced(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(EINVAL, "no")
        real["fsync"](handle)

    monkeypatch.setattr(os, request.param, {"open": opened, "fsync": synced}[request.param])
    return tmp_path


def test_a_folder_that_cannot_be_synced_is_no_reason_to_fail(folder_that_cannot_be_synced: Path) -> None:
    folder = folder_that_cannot_be_synced
    write_whole(folder / "a", [b"whole"])
    with open_writer(folder / "b.csv") as writer:
        writer.write({"x": np.arange(2)})
    assert (folder / "a").read_bytes() == b"whole"
    assert (folder / "b.csv").read_text() == "x\n0\n1\n"
    assert {path.name for path in folder.iterdir()} == {"a", "b.csv"}


@pytest.fixture(params=[0o022, 0o077])
def umask(request: Any) -> Iterator[int]:
    """Set which permissions a new file does not get."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize("given", [0o600, 0o640, 0o664, 0o444])
def test_a_file_that_is_replaced_hands_on_its_permissions(tmp_path: Path, umask: int, given: int) -> None:
    path = tmp_path / "a"
    write_whole(path, [b"first"])
    assert mode(path) == 0o666 & ~umask
    path.chmod(given)
    write_whole(path, [b"second"])
    assert (mode(path), path.read_bytes()) == (given, b"second")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_nobody_else_reads_a_private_file_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"first")
    path.chmod(0o600)
    seen = []

    def parts() -> Iterator[bytes]:
        seen.extend(mode(each) for each in tmp_path.glob(".a.*.part"))
        yield b"second"

    write_whole(path, parts())
    assert seen == [0o600]


def test_a_refusal_of_the_disk_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no folder")
    with pytest.raises(SegmintError) as error:
        write_file(tmp_path / "a" / "b", [b""], refusal="bundle.unwritable")
    assert (error.value.code, error.value.where) == ("bundle.unwritable", "b")
