"""Ctrl-C, a kill, a full disk: the last good bundle is intact, and no half file carries a final name."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_input_doors import (
    BEFORE,
    QUICK,
    SECRET,
    TABLE,
    cases,
    contents,
    groups,
    hides_values,
    raised,
    running,
    same_refusal,
)

import segmint
from segmint.model.bundle import to_bytes
from segmint.workflow.assign import assign_source
from segmint.workflow.studies import chosen_model

PROGRAM = str(Path(sys.executable).with_name("segmint"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a good bundle."""
    table = tmp_path_factory.mktemp("whole") / "table.csv"
    table.write_text(groups())
    return to_bytes(chosen_model(segmint.study(segmint.read(table), running((1, 2, 3), seed=7))))


def started(*arguments: object, stdin: int | None = None) -> subprocess.Popen[str]:
    """Start a command whose standard streams are pipes."""
    command = [PROGRAM, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, stdin=stdin, stdout=pipe, stderr=pipe, text=True, cwd=tempfile.gettempdir()
    )


def stop(process: subprocess.Popen[str], how: signal.Signals) -> tuple[str, str]:
    """Send a signal, and return what the process wrote from then on."""
    process.send_signal(how)
    out, error = process.communicate(timeout=240)
    assert "Traceback" not in error
    if how is signal.SIGINT:
        assert process.returncode in (0, 130)
    return out, error


MOMENTS = {
    "Ctrl-C after reading": (signal.SIGINT, "Read", 0.0),
    "Ctrl-C while saving": (signal.SIGINT, "Profiled", 0.01),
    "Ctrl-C while drawing": (signal.SIGINT, "Profiled", 0.5),
    "a kill after reading": (signal.SIGKILL, "Read", 0.0),
    "a kill while saving": (signal.SIGKILL, "Profiled", 0.01),
    "a kill while drawing": (signal.SIGKILL, "Profiled", 0.5),
}
FAST = ("Ctrl-C while saving", "a kill while saving")


@pytest.mark.parametrize("name", cases(MOMENTS, *(MOMENTS.keys() - FAST)))
def test_a_run_that_is_stopped_leaves_only_whole_files(both: Any, whole: bytes, name: str) -> None:
    how, word, seconds = MOMENTS[name]
    workspace, rows = both.folder / "workspace", both.write(BEFORE, "rows.csv")
    (workspace / "models").mkdir(parents=True)
    both.write(whole, "workspace/models/table.segmint")
    process = started(
        "run", both.write(groups()), *QUICK, "--k", "1..3", "--workspace", workspace, "-o", rows, "--json"
    )
    assert process.stderr is not None
    assert any(word in line for line in process.stderr), "the step was not reached"
    time.sleep(seconds)
    stop(process, how)
    _only_whole(workspace, rows)
    if word == "Read" and process.returncode != 0:
        assert (workspace / "models" / "table.segmint").read_bytes() == whole
    if how is signal.SIGINT:
        hidden = {path.name for path in workspace.rglob(".*")}
        assert hidden <= {".workspace.lock"}  # an empty file; what is being written has other hidden names


def _only_whole(workspace: Path, rows: Path) -> None:
    """Check that whatever has a final name is whole."""
    assert segmint.load_model(workspace / "models" / "table.segmint").cards
    for report in workspace.glob("reports/[!.]*"):
        assert report.read_text(encoding="utf-8").rstrip().endswith("</html>")
    for study in workspace.glob("studies/[!.]*"):
        assert segmint.load_study(study).trials
    if rows.read_text() != BEFORE:
        with rows.open(newline="") as stream:
            assert len(list(csv.DictReader(stream))) == 30


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_an_assignment_that_is_stopped_leaves_the_old_result(
    both: Any, whole: bytes, how: signal.Signals
) -> None:
    bundle, out = both.write(whole, "model.segmint"), both.write(BEFORE, "out.csv")
    process = started("assign", bundle, "-", "-o", out, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(TABLE)
    process.stdin.flush()
    _until(lambda: bool(list(both.folder.glob(".out.csv.*"))), process)
    written, error = stop(process, how)
    assert written == ""
    hides_values(error)
    assert out.read_text() == BEFORE
    assert process.returncode == (130 if how is signal.SIGINT else -how)
    if how is signal.SIGINT:
        assert sorted(contents(both.folder)) == ["model.segmint", "out.csv"]


def _until(reached: Any, process: subprocess.Popen[str]) -> None:
    for _ in range(1200):
        if reached() or process.poll() is not None:
            break
        time.sleep(0.05)
    assert reached() and process.poll() is None


@pytest.mark.slow
def test_a_kill_while_tracking_leaves_a_database_that_works(both: Any) -> None:
    table, workspace = both.write(groups()), both.folder / "workspace"
    arguments = (
        "run",
        table,
        "--resamples",
        0,
        "--families",
        "kmeans",
        "--k",
        "1..3",
        "--workspace",
        workspace,
    )
    assert both.command(*arguments).returncode == 0
    for seconds in (0.5, 1.5, 3.0):
        process = started(*arguments, "--seed", int(seconds * 10))
        assert process.stderr is not None
        assert any("Saved" in line for line in process.stderr)
        time.sleep(seconds)
        stop(process, signal.SIGKILL)
        with sqlite3.connect(workspace / "mlflow.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    done = both.command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    assert both.command("show", "models:/table@champion", "--workspace", workspace).returncode == 0


# ---------------------------------------------------------------------------------- a full disk


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """Give a disk of 32 KiB, which is a memory of its own; mounting it needs root."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_bundle_on_a_full_disk_stays_as_it_was(both: Any, whole: bytes, disk: Path) -> None:
    bundle = disk / "model.segmint"
    bundle.write_bytes(whole)
    _fill(disk)
    model = segmint.load_model(bundle)
    renamed = model.renamed("S1", "Owls")
    before = contents(disk)
    error = raised(lambda: segmint.save_model(renamed, bundle))
    done = both.command("rename", bundle, "S1", "Owls")
    same_refusal(error, done, "bundle.unwritable", "model.segmint", 1)
    assert contents(disk) == before


def test_a_result_on_a_full_disk_stays_as_it_was(both: Any, whole: bytes, disk: Path) -> None:
    bundle, table, out = both.write(whole, "model.segmint"), both.write(groups(n=999)), disk / "out.csv"
    out.write_text(BEFORE)
    before = contents(disk)
    error = raised(lambda: assign_source(segmint.load_model(bundle), table, out))
    done = both.command("assign", bundle, table, "-o", out)
    same_refusal(error, done, "data.unwritable", "out.csv", 3)
    assert contents(disk) == before


def test_rows_set_aside_on_a_full_disk_leave_the_old_ones(both: Any, disk: Path) -> None:
    table, aside = both.write(TABLE + f"{SECRET},1\n" * 2000), disk / "aside.csv"
    aside.write_text(BEFORE)
    before = contents(disk)
    options = segmint.ReadOptions(lenient=True, quarantine=aside)
    error = raised(lambda: segmint.read(table, options))
    done = both.command("inspect", table, "--lenient", "--quarantine", aside)
    same_refusal(error, done, "data.unwritable", "aside.csv", 3)
    assert contents(disk) == before


def test_a_schema_on_a_full_disk_stays_as_it_was(both: Any, disk: Path) -> None:
    table, target = both.write(TABLE), disk / "schema.toml"
    target.write_text(BEFORE)
    _fill(disk)
    done = both.command("inspect", table, "-o", target)
    assert (done.returncode, done.stdout) == (3, "")
    assert "No space left" in done.stderr and "Traceback" not in done.stderr
    assert target.read_text() == BEFORE


def test_no_room_for_a_working_copy(both: Any, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = both.write((TABLE * 40).encode("utf-16"))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    error = raised(lambda: segmint.read(table))
    done = both.command("inspect", table, TMPDIR=str(disk))
    same_refusal(error, done, "data.no_room", "table.csv", 3)
    assert contents(disk) == {}


def test_a_run_on_a_full_disk_leaves_the_last_good_bundle(both: Any, whole: bytes, disk: Path) -> None:
    workspace = disk / "workspace"
    (workspace / "models").mkdir(parents=True)
    (workspace / "models" / "table.segmint").write_bytes(whole)
    done = both.run(both.write(groups()), workspace=workspace)
    assert done.returncode == 1
    assert done.stdout == "" and "Traceback" not in done.stderr
    assert "No space left" in " ".join(done.stderr.split())
    assert (workspace / "models" / "table.segmint").read_bytes() == whole
    assert not list((workspace / "studies").iterdir())


def test_a_run_of_the_library_on_a_full_disk_is_an_error_of_the_family(both: Any, disk: Path) -> None:
    dataset = segmint.read(both.write(groups()))
    raised(lambda: segmint.run(dataset, disk / "workspace", options=running((1, 2, 3)), track=False))


def _fill(disk: Path) -> None:
    """Fill a disk to the last block."""
    try:
        with (disk / "filler").open("wb", buffering=0) as out:
            while out.write(bytes(os.sysconf("SC_PAGE_SIZE"))):
                pass
    except OSError:
        pass
