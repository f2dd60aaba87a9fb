"""A client of a tracking server that was seen to answer, and its errors in the project's words."""

from __future__ import annotations

import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final
from urllib.parse import urlsplit

from segmint.errors import TrackingError
from segmint.track.creation import prepare_database
from segmint.track.imported import MlflowClient, MlflowException, SqlAlchemyStore, create_sqlalchemy_engine
from segmint.track.quiet import quiet
from segmint.track.store import database_file

TRIES: Final = 3
PAUSES: Final = (0.5, 1.5)
TIMEOUT: Final = 5.0
_PORTS: Final = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
_FOREIGN: Final = frozenset({"mlflow", "sqlalchemy", "psycopg", "requests", "urllib3", "sqlite3", "alembic"})
_LONGEST_REASON: Final = 300


@contextmanager
def asking(uri: str) -> Iterator[MlflowClient]:
    """Give a client for an address; nothing is printed, and what goes wrong is a :class:`TrackingError`.

    The address is tried first (three times, within seconds): MLflow's own client would wait for minutes.
    The client is bound to this address; MLflow's global address, experiment and run are neither read
    nor set.

    Parameters
    ----------
    uri
        ``sqlite:///FILE`` (made where it is missing), ``http(s)://…``, or a database's address.

    Raises
    ------
    TrackingError
        If nothing answers there, or the server refuses what it is asked.
    """
    with quiet(), translated(uri):
        _reach(uri)
        yield MlflowClient(tracking_uri=uri, registry_uri=uri)


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """Turn the errors of MLflow and of what lies below it into one that teaches."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _FOREIGN:
            raise
        reason = _reason(error, uri)
        code = "track.other_version" if "out-of-date database schema" in reason else "track.refused"
        raise TrackingError(code, server=shown(uri), reason=reason) from error


def shown(uri: str) -> str:
    """Return an address without its user and password.

    Examples
    --------
    >>> shown("postgresql://ann:secret@db:5432/mlflow?password=secret")
    'postgresql://db:5432/mlflow'
    """
    return re.sub(r"//[^@/]*@", "//", uri).partition("?")[0]


def _reason(error: Exception, uri: str) -> str:
    """Return the first line of an error, short, without credentials, statements or parameters."""
    text = str(error.message if isinstance(error, MlflowException) else error)
    line = text.strip().partition("\n")[0].replace(uri, shown(uri))
    password = urlsplit(uri).password
    if password:
        line = line.replace(password, "***")
    return line.rstrip(". ")[:_LONGEST_REASON]


def _reach(uri: str) -> None:
    database = database_file(uri)
    if database is not None:
        prepare_database(database)
        _wait_less_for_the_disk(uri)
    elif uri.startswith(("http://", "https://")):
        _try(uri, lambda: _ask_health(uri))
    elif "://" in uri and uri.partition("://")[0].partition("+")[0] in _PORTS:
        _try(uri, lambda: _knock(uri))
        create_sqlalchemy_engine(uri).connect().close()  # a wrong password fails now, not in 100 s


def _wait_less_for_the_disk(uri: str) -> None:
    """Let SQLite wait for the disk at checkpoints only; in WAL mode a power cut then costs the last runs,
    never the database, and they can be sent again. MLflow's pool keeps the connection."""
    with closing(SqlAlchemyStore._get_or_create_engine(uri).raw_connection()) as connection:
        connection.driver_connection.execute("PRAGMA synchronous = NORMAL")


def _try(uri: str, attempt: Callable[[], None]) -> None:
    started = time.perf_counter()
    for pause in (*PAUSES, None):
        try:
            attempt()
        except (OSError, urllib.error.URLError) as error:
            if pause is None:
                seconds = time.perf_counter() - started
                raise TrackingError(
                    "track.unreachable", server=shown(uri), tries=TRIES, seconds=seconds
                ) from error
            time.sleep(pause)
        else:
            return


def _ask_health(uri: str) -> None:
    """Ask a server whether it is there; any answer will do (a proxy may guard the page itself)."""
    try:
        with urllib.request.urlopen(f"{shown(uri).rstrip('/')}/health", timeout=TIMEOUT):
            pass
    except urllib.error.HTTPError as error:
        if error.code in (502, 503, 504):
            raise


def _knock(uri: str) -> None:
    parts = urlsplit(uri)
    if parts.hostname:
        port = parts.port or _PORTS[parts.scheme.partition("+")[0]]
        socket.create_connection((parts.hostname, port), timeout=TIMEOUT).close()
