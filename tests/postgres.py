"""A real PostgreSQL server for the tests: its own folder, its own socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PROGRAMS = Path("/usr/lib/postgresql")
_MISSING = "PostgreSQL's programs are missing: `make test-deps` installs them"


def program(name: str) -> Path:
    """Return the newest installed program of a name, or skip the test."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3].split(".")[0]))
    on_path = shutil.which(name)
    if not found and on_path is None:
        pytest.skip(_MISSING)
    return found[-1] if found else Path(str(on_path))


@contextmanager
def server() -> Iterator[str]:
    """Start a server in a temporary folder and give the address of an empty database; stop it at the end.

    The server does not run as root: as root, the tests run its programs as the user that Debian made for it.
    """
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    as_other = _other_user()
    with tempfile.TemporaryDirectory(prefix="segmint-postgres-") as temporary:
        folder = Path(temporary)
        if as_other:
            folder.chmod(0o755)
            shutil.chown(folder, "postgres")
        data, log = folder / "data", folder / "log"
        _run([*as_other, initdb, "-D", data, "-U", "segmint", "--auth=trust", "-E", "UTF8", "--no-sync"])
        settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        _run([*as_other, pg_ctl, "-D", data, "-l", log, "-o", settings, "-w", "start"])
        try:
            yield f"postgresql://segmint@/postgres?host={folder}"
        finally:
            _run([*as_other, pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"])


def _other_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip(_MISSING)
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[object]) -> None:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd="/", timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stdout}{done.stderr}")
