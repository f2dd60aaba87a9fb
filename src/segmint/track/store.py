"""Where MLflow's database and artifacts of a workspace are, and what a moved workspace needs.

Nothing here imports MLflow (two seconds): every command may ask whether the workspace was moved.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from segmint.errors import TrackingError

DATABASE: Final = "mlflow.db"
ARTIFACTS: Final = "artifacts"
ROOT_TAG: Final = "segmint.workspace"
"""Tag of MLflow's default experiment that holds the folder the locations in the database point into."""

_UNFIT: Final = re.compile("[%?#]")  # MLflow decodes an address in some places and not in others
_LOCATIONS: Final = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def tracking_uri(workspace: Path, override: str | None) -> str:
    """Return the address that studies of a workspace are sent to.

    Parameters
    ----------
    workspace
        The workspace's folder.
    override
        An address that the user gave (``MLFLOW_TRACKING_URI``), or ``None``: the workspace's own database.

    Raises
    ------
    TrackingError
        If the folder's path holds a character that an SQLite address cannot hold.

    Examples
    --------
    >>> tracking_uri(Path("here"), "http://localhost:5000")
    'http://localhost:5000'
    """
    if override:
        return override
    database = (workspace.resolve() / DATABASE).as_posix()
    if found := _UNFIT.search(database):
        raise TrackingError("track.folder_name", where=str(workspace), character=found[0])
    return f"sqlite:///{database}"


def database_file(uri: str) -> Path | None:
    """Return the file of an SQLite address, or ``None`` for any other.

    Examples
    --------
    >>> database_file("postgresql://localhost/mlflow") is None
    True
    """
    found = re.fullmatch(r"sqlite:///(?P<path>[^?]+)", uri)
    return Path(found["path"]) if found else None


def artifact_root(database: Path) -> str:
    """Return where the artifacts of an SQLite database lie: the folder ``artifacts`` beside it."""
    return (database.resolve().parent / ARTIFACTS).as_posix()


def repoint(workspace: Path) -> int:
    """Make MLflow's locations point into the workspace again after its folder was moved or copied.

    MLflow writes absolute paths. The folder that they point into is kept in the database itself, so
    that it moves along; where it is not this folder, the beginning of every location is rewritten.
    Costs under a millisecond where nothing was moved.

    Parameters
    ----------
    workspace
        The workspace's folder, where it is now.

    Returns
    -------
    int
        How many locations were rewritten; 0 when the workspace was not moved or has no database.

    Raises
    ------
    TrackingError
        If the database cannot be read or written.
    """
    return repoint_database(workspace / DATABASE)


def repoint_database(database: Path) -> int:
    """Do the work of :func:`repoint` for one database file."""
    if not database.is_file():
        return 0
    here = database.resolve().parent.as_posix()
    try:
        with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
            return 0 if _root(connection) in (here, None) else _move(connection, here)
    except sqlite3.Error as error:
        raise TrackingError("track.database", where=str(database), reason=str(error)) from error


def _root(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute(
            "SELECT value FROM experiment_tags WHERE experiment_id = 0 AND key = ?", (ROOT_TAG,)
        ).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])


def _move(connection: sqlite3.Connection, here: str) -> int:
    connection.execute("BEGIN IMMEDIATE")
    before = _root(connection)  # another process may have moved it while this one waited
    if before in (here, None):
        connection.execute("ROLLBACK")
        return 0
    changed = 0
    for table, column in _LOCATIONS:
        for old, new in _prefixes(str(before), here):
            changed += connection.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) WHERE substr({column}, 1, ?) = ?",
                (new, len(old) + 1, len(old), old),
            ).rowcount
    connection.execute(
        "UPDATE experiment_tags SET value = ? WHERE experiment_id = 0 AND key = ?", (here, ROOT_TAG)
    )
    connection.execute("COMMIT")
    return changed


def _prefixes(before: str, here: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what locations begin with, before and now: as a path and as an address."""
    return (f"{before}/", f"{here}/"), (f"file://{quote(before)}/", f"file://{quote(here)}/")
