"""Ctrl-C: an answer at once, exit code 130, at most a study of what was fitted, and nothing half-done."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from segmint.cli.app import interrupted

pytestmark = pytest.mark.slow  # whole journeys in several processes

PROGRAM = str(Path(sys.executable).with_name("segmint"))
MANY = ("--k", "1..140", "--families", "gaussian_mixture", "--resamples", "0", "--no-track")


def half_done(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(".")]


def test_while_it_waits_for_its_data(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "run", "-", "--name", "piped", "--workspace", str(tmp_path / "ws")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(3.0)  # until it reads
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Interrupted" in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("made")  # so that the loops are compiled
def test_while_it_fits(table: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "run", str(table), "--workspace", str(tmp_path), *MANY, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert any("Forecast" in line for line in process.stderr)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=240)
    assert "Traceback" not in error
    studies = [path.parent.name for path in tmp_path.rglob("study.json")]
    assert process.returncode == 130
    assert "Interrupted" in error
    if not out:  # nothing was fitted by then
        assert studies == []
        return
    assert "the study keeps what was fitted" in error
    assert "nothing half-done" not in error
    answer = json.loads(out)
    assert studies == [answer["study"]]
    assert "Interrupted: only" in answer["decision"]["doubts"][0]
    assert (answer["model"], answer["report"], answer["tracking"]) == (None, None, None)
    assert list((tmp_path / "models").iterdir()) == []
    assert half_done(tmp_path) == []


@pytest.mark.usefixtures("made")
def test_the_terminal_gets_its_cursor_back(table: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    known = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    process = subprocess.Popen(
        [PROGRAM, "run", str(table), "--workspace", str(tmp_path), "--resamples", "1000", "--no-track"],
        stdout=subprocess.DEVNULL, stderr=theirs, env={**known, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while b"Resampled" not in shown:
        shown += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    shown += rest_of(ours)
    assert process.wait(timeout=240) == 130
    os.close(ours)
    assert b"Traceback" not in shown
    assert b"Interrupted" in shown
    hidden, back = shown.rindex(b"\x1b[?25l"), shown.rindex(b"\x1b[?25h")
    assert hidden < back, "a spinner hides the cursor while it runs"


def rest_of(terminal: int) -> bytes:
    read = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # the other end was closed
            return read
        if not part:
            return read
        read += part


def chained(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyboardInterrupt(), True),
        (chained(SystemError("a result with an exception set"), KeyboardInterrupt()), True),
        (SystemError("a fault of the interpreter"), False),
        (chained(SystemError(), ValueError()), False),
    ],
)
def test_a_signal_inside_a_compiled_loop_is_still_one(error: Any, expected: bool) -> None:
    assert interrupted(error) is expected
