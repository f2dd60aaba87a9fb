from __future__ import annotations

import csv
import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from segmint.data import open_writer, read
from segmint.errors import SourceError, UsageError


def columns(first: int = 0, n: int = 5) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "customer": np.array([f"k{first + i}" for i in range(n)], dtype=object),
        "confidence": np.array([np.nan if i == 2 else (first + i) / 8 for i in range(n)]),
        "rank": np.arange(first, first + n),
        "new": np.arange(first, first + n) % 2 == 0,
        "runner_up": np.array([None if i == 1 else "S1" for i in range(n)], dtype=object),
    }


def rows_of(address: str, table: str) -> list[tuple[Any, ...]]:
    if address.startswith("duckdb"):
        with duckdb.connect(address.removeprefix("duckdb:///")) as connection:
            found: list[tuple[Any, ...]] = connection.sql(f"SELECT * FROM {table} ORDER BY rank").fetchall()
            return found
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY rank"))]
    engine.dispose()
    return rows


EXPECTED = [
    ("k0", 0.0, 0, True, "S1"), ("k1", 0.125, 1, False, None), ("k2", None, 2, True, "S1"),
    ("k3", 0.375, 3, False, "S1"), ("k4", 0.5, 4, True, "S1"),
]  # fmt: skip


def test_a_csv_file_holds_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with open_writer(path) as writer:
        writer.write(columns())
        writer.write(columns(5))
        assert writer.n_rows == 10
        assert not path.exists()
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == list(columns())
    assert [rows[2][name] for name in rows[2]] == ["k2", "", "2", "true", "S1"]
    assert (rows[1]["runner_up"], rows[1]["confidence"], len(rows)) == ("", "0.125", 10)


def test_compressed_files_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    written = []
    for name in ("a.csv.gz", "b.csv.gz"):
        with open_writer(tmp_path / name) as writer:
            writer.write(columns())
        written.append((tmp_path / name).read_bytes())
        time.sleep(1.1 if name == "a.csv.gz" else 0)
    assert written[0] == written[1]
    assert gzip.decompress(written[0]).decode().splitlines()[0] == "customer,confidence,rank,new,runner_up"


def test_tabs(tmp_path: Path) -> None:
    with open_writer(tmp_path / "a.tsv") as writer:
        writer.write(columns())
    assert (tmp_path / "a.tsv").read_text().splitlines()[1] == "k0\t0.0\t0\ttrue\tS1"


def test_a_parquet_file_keeps_types(tmp_path: Path) -> None:
    with open_writer(tmp_path / "a.parquet") as writer:
        writer.write(columns())
        writer.write(columns(5))
    table = pq.read_table(tmp_path / "a.parquet")
    assert [str(kind) for kind in table.schema.types] == ["string", "double", "int64", "bool", "string"]
    assert [tuple(row.values()) for row in table.slice(0, 5).to_pylist()] == EXPECTED
    assert table.num_rows == 10


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "=", "-", "--1"])
@pytest.mark.parametrize("kind", [object, str])
def test_a_cell_that_a_spreadsheet_would_execute_is_neutralised(
    tmp_path: Path, cell: str, kind: type
) -> None:
    path = tmp_path / "a.csv"
    with open_writer(path) as writer:
        writer.write({cell: np.array([cell, "plain"], dtype=kind)})
    with path.open(newline="") as stream:
        assert [row[0] for row in csv.reader(stream)] == [f"'{cell}", f"'{cell}", "plain"]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with open_writer(path) as writer:
        writer.write({"key": np.array(["-5", "+4.5e3"], dtype=object), "x": np.array([-1.5, -2.0])})
    assert path.read_text() == "key,x\n-5,-1.5\n+4.5e3,-2.0\n"


def test_every_float_is_read_back_to_the_bit(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=500) * 10.0 ** np.random.default_rng(4).integers(
        -300, 300, 500
    )
    for name in ("a.csv", "a.parquet"):
        with open_writer(tmp_path / name) as writer:
            writer.write({"x": values, "y": values[::-1].copy()})
        assert read(tmp_path / name).table.column("x").to_pylist() == values.tolist()


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_a_failed_job_leaves_the_old_file_and_nothing_else(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), open_writer(path) as writer:
        writer.write(columns())
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    with open_writer(path) as writer:
        writer.write(columns())
    assert path.read_text().startswith("customer,")


_KILLED = """
import sys, time
import numpy as np
from segmint.data import open_writer
with open_writer(sys.argv[1], table=sys.argv[2] or None, if_exists="replace") as writer:
    for _ in range(3):
        writer.write({"rank": np.arange(1000), "x": np.arange(1000) / 4})
    print("written", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "sqlite:///{}/a.db", "duckdb:///{}/a.duckdb"])
def test_a_killed_job_leaves_no_half_target(tmp_path: Path, name: str) -> None:
    target = name.format(tmp_path) if "://" in name else str(tmp_path / name)
    table = "segments" if "://" in name else ""
    with open_writer(target, table=table or None) as writer:
        writer.write({"rank": np.arange(7), "x": np.arange(7) / 2})
    job = subprocess.Popen([sys.executable, "-c", _KILLED, target, table], stdout=subprocess.PIPE, text=True)
    assert job.stdout is not None and job.stdout.readline() == "written\n"
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    job.stdout.close()
    if table:
        assert [row[0] for row in rows_of(target, table)] == list(range(7))
    else:
        assert read(target).n_rows == 7


_FULL = """
import resource, sys
import numpy as np
from segmint.data import open_writer
from segmint.errors import SourceError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    with open_writer(sys.argv[1]) as writer:
        for seed in range(40):
            writer.write({"x": np.random.default_rng(seed).normal(size=1000)})
except SourceError as error:
    print(error.code)
"""


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
@pytest.mark.parametrize("room", ["half of it", "all but the last bytes"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, name: str, room: str) -> None:
    def write(path: Path, limit: int) -> str:
        command = [sys.executable, "-c", _FULL, path, str(limit)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    path = tmp_path / name
    assert write(path, 1 << 30) == ""
    size = path.stat().st_size
    path.write_bytes(b"old")
    assert write(path, size // 2 if room == "half of it" else size - 3) == "data.unwritable\n"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.txt", "a", "a.parquet.gz", "a.xlsx"])
def test_a_target_of_another_kind(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught, open_writer(tmp_path / name):
        pass
    assert caught.value.code == "data.unknown_target"
    for ending in (".csv", ".tsv", ".parquet"):
        assert ending in caught.value.rule


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught, open_writer(tmp_path / "nowhere" / "a.csv"):
        pass
    assert caught.value.code == "data.unwritable"


def test_other_names_or_lengths_are_a_programmers_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same names"), open_writer(tmp_path / "a.csv") as writer:
        writer.write({"a": np.zeros(2), "b": np.zeros(2)})
        writer.write({"b": np.zeros(2), "a": np.zeros(2)})
    with pytest.raises(ValueError, match="one length"), open_writer(tmp_path / "a.csv") as writer:
        writer.write({"a": np.zeros(2), "b": np.zeros(3)})
    assert not list(tmp_path.iterdir())


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of each of the three databases, without a table ``segments``."""
    if request.param != "postgres":
        return f"{request.param}:///{tmp_path}/results.db"
    address: str = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS segments")
    engine.dispose()
    return address


def test_a_table_holds_what_was_written(database: str) -> None:
    with open_writer(database, table="segments") as writer:
        writer.write(columns())
        writer.write(columns(5))
    assert rows_of(database, "segments")[:5] == EXPECTED
    assert len(rows_of(database, "segments")) == 10


def test_a_table_that_is_there_is_an_error_unless_asked(database: str) -> None:
    with open_writer(database, table="segments") as writer:
        writer.write(columns())
    with pytest.raises(UsageError) as caught, open_writer(database, table="segments") as writer:
        writer.write(columns(50))
    assert caught.value.code == "data.table_exists"
    assert rows_of(database, "segments") == EXPECTED
    with open_writer(database, table="segments", if_exists="append") as writer:
        writer.write(columns(5))
    assert [row[0] for row in rows_of(database, "segments")] == [f"k{i}" for i in range(10)]
    with open_writer(database, table="segments", if_exists="replace") as writer:
        writer.write({"rank": np.arange(3)})
    assert rows_of(database, "segments") == [(0,), (1,), (2,)]


@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_a_failed_job_leaves_the_old_table_and_nothing_else(database: str, if_exists: Any) -> None:
    with open_writer(database, table="segments") as writer:
        writer.write(columns())
    with pytest.raises(RuntimeError), open_writer(database, table="segments", if_exists=if_exists) as writer:
        writer.write(columns(50))
        raise RuntimeError
    assert rows_of(database, "segments") == EXPECTED
    if not database.startswith("duckdb"):
        engine = sa.create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
        engine.dispose()
        assert [name for name in names if name.startswith("segments")] == ["segments"]


def test_columns_that_do_not_fit_are_refused_and_nothing_changes(database: str) -> None:
    with open_writer(database, table="segments") as writer:
        writer.write(columns())
    with (
        pytest.raises(SourceError) as caught,
        open_writer(database, table="segments", if_exists="append") as writer,
    ):
        writer.write({"other": np.arange(3)})
    assert caught.value.code == "data.not_written"
    assert rows_of(database, "segments") == EXPECTED


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_failed_job_makes_no_database(tmp_path: Path, dialect: str) -> None:
    with pytest.raises(RuntimeError), open_writer(f"{dialect}:///{tmp_path}/new.db", table="t") as writer:
        writer.write(columns())
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_names_that_need_quotes(database: str) -> None:
    odd = 'odd "100%" name; --'
    with open_writer(database, table=odd, if_exists="replace") as writer:
        writer.write({'a "b" %s :c': np.arange(3), "x": np.arange(3) / 2})
    with open_writer(database, table=odd, if_exists="append") as writer:
        writer.write({'a "b" %s :c': np.arange(3), "x": np.arange(3) / 2})


def test_a_database_needs_a_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught, open_writer(f"sqlite:///{tmp_path}/a.db"):
        pass
    assert caught.value.code == "data.no_target_table"


@pytest.mark.postgres
def test_a_schema_of_postgres(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS results")
    engine.dispose()
    for _ in range(2):
        with open_writer(postgres_url, table="results.segments", if_exists="replace") as writer:
            writer.write(columns())
    assert rows_of(postgres_url, "results.segments") == EXPECTED


@pytest.mark.postgres
def test_a_server_that_refuses_shows_no_password(tmp_path: Path) -> None:
    with (
        pytest.raises(SourceError) as caught,
        open_writer(f"postgresql://u:s3cret@/db?host={tmp_path}", table="t"),
    ):
        pass
    assert "s3cret" not in repr(caught.value) + caught.value.text()
