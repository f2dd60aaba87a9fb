from __future__ import annotations

import os
import stat
from errno import EACCES, EINVAL
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.data import open_writer
from segmint.model.files import write_whole


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
