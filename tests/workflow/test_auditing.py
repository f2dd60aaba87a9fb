from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from segmint.workflow.auditing import AUDIT, read_lines, write_line


def signed(workspace: Path) -> list[int]:
    return [line["version"] for line in read_lines(workspace, "sign", "shop")]


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    assert signed(tmp_path) == []
    for version in (1, 2):
        write_line(tmp_path, "sign", {"model": "shop", "version": version})
    write_line(tmp_path, "promote", {"model": "shop", "version": 3})
    write_line(tmp_path, "sign", {"model": "other", "version": 4})
    assert signed(tmp_path) == [1, 2]


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    write_line(tmp_path, "sign", {"model": "shop", "version": 1})
    whole = (tmp_path / AUDIT).read_bytes()
    for kept in range(len(whole)):
        (tmp_path / AUDIT).write_bytes(whole + whole[:kept])
        for version in (2, 3):
            write_line(tmp_path, "sign", {"model": "shop", "version": version})
        ended = [1] if kept == len(whole) - 1 else []  # but for the line's end it was whole
        assert signed(tmp_path) == [1, *ended, 2, 3]


@pytest.mark.parametrize("because", ["a\nb", "a\u2028b", "a\x85b\x0cc", "caf\udce9"])
def test_whatever_is_said_a_line_stays_one(tmp_path: Path, because: str) -> None:
    write_line(tmp_path, "sign", {"model": "shop", "version": 1, "because": because})
    write_line(tmp_path, "sign", {"model": "shop", "version": 2})
    assert read_lines(tmp_path, "sign", "shop")[0]["because"] == because
    assert signed(tmp_path) == [1, 2]


def test_a_line_that_the_disk_takes_in_part_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def of_a_full_disk(path: Path, *rest: Any, **options: Any) -> Any:
        file = opened(path, *rest, **options)
        written = file.write

        class Full:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: Any) -> None:
                file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

            def write(self, data: bytes) -> int:
                return int(written(data[:10]))

        return Full()

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", of_a_full_disk)
        with pytest.raises(OSError, match="No space left"):
            write_line(tmp_path, "sign", {"model": "shop", "version": 1})
    write_line(tmp_path, "sign", {"model": "shop", "version": 2})
    assert signed(tmp_path) == [2]
    assert json.loads((tmp_path / AUDIT).read_bytes().splitlines()[-1])["version"] == 2
