"""What a command says to do next can be typed as it stands, in the same shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def typed(printed: str) -> str:
    return printed.rpartition(" Next ")[2].strip().splitlines()[0]


def in_a_shell(command: str, folder: Path, *, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", command],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "80"},
        timeout=300,
    )


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """Return a table in a folder with a blank, in an encoding and with repeated keys that must be stated."""
    folder = tmp_path / "my data"
    folder.mkdir()
    rows = "".join(f"{n % 30};{n};{n * n % 17}\n" for n in range(40))
    (folder / "käufer.csv").write_bytes(f"Käufer;Größe;Menge\n{rows}".encode("latin-1"))
    return tmp_path


READING = ("--encoding=latin-1", "--key", "Käufer", "--on-duplicate", "last")


def test_inspect_repeats_the_source_and_the_options(segmint, strange) -> None:
    first = segmint("inspect", "my data/käufer.csv", *READING, cwd=strange, PATH="/usr/bin:/bin")
    assert first.returncode == 0, first.stderr
    schema = in_a_shell(typed(first.stdout), strange, path="/usr/bin:/bin")
    assert schema.returncode == 0, schema.stderr
    assert (strange / "schema.toml").exists()
    command = typed(schema.stdout)
    assert " run " in command and command.endswith("--schema schema.toml")
    made = in_a_shell(f"{command} --resamples 2 --families kmeans --no-track", strange, path="/usr/bin:/bin")
    assert made.returncode == 0, made.stderr
    shown = in_a_shell(typed(made.stdout), strange, path="/usr/bin:/bin")
    assert shown.returncode == 0, shown.stderr


def test_the_program_is_called_by_its_name_where_the_shell_finds_it(segmint, strange) -> None:
    folder = str(Path(sys.executable).parent)
    done = segmint("inspect", "my data/käufer.csv", *READING, cwd=strange, PATH=f"{folder}:/usr/bin:/bin")
    assert typed(done.stdout).startswith("segmint inspect ")


def test_a_password_is_not_repeated(segmint, tmp_path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "shop.db") as shop:
        shop.execute("create table t (a real, b real)")
        shop.executemany("insert into t values (?, ?)", [(n, n * n) for n in range(9)])
    url = f"sqlite:///{tmp_path}/shop.db?password=s3cret"
    done = segmint("inspect", url, "--table", "t")
    assert done.returncode == 0, done.stderr
    assert "password=***" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr
