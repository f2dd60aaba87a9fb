from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from segmint.data import ReadOptions, read
from segmint.errors import SegmintError, SourceError, UsageError
from segmint.model.schema import Kind

ROWS = [
    (f"{n:04d}", 20 + n % 9, n * 3.25, f"2024-01-{n % 28 + 1:02d}", "north" if n % 2 else "south")
    for n in range(40)
]
CREATE = "CREATE TABLE customers (id TEXT, age INTEGER, spend DOUBLE PRECISION, since DATE, region TEXT)"


@pytest.fixture
def csv_fingerprint(tmp_path: Path) -> str:
    path = tmp_path / "customers.csv"
    path.write_text("id,age,spend,since,region\n" + "\n".join(",".join(map(str, row)) for row in ROWS))
    return read(path).fingerprint


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    path = tmp_path / "shop 100%?.db"
    with sqlite3.connect(path) as connection:
        connection.execute(CREATE)
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return sa.URL.create("sqlite", database=str(path)).render_as_string()


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(CREATE)
        connection.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", ROWS)
    return f"duckdb:///{path}"


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """Give each of the three databases with the same table."""
    if request.param != "postgres":
        found: str = request.getfixturevalue(f"{request.param}_url")
        return found
    address: str = request.getfixturevalue("postgres_url")
    engine = sa.create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS customers")
        connection.exec_driver_sql(CREATE)
        rows = [dict(zip("abcde", row, strict=True)) for row in ROWS]
        connection.execute(sa.text("INSERT INTO customers VALUES (:a, :b, :c, CAST(:d AS DATE), :e)"), rows)
    engine.dispose()
    return address


def test_a_table_is_the_same_as_the_file(url: str, csv_fingerprint: str) -> None:
    dataset = read(url, ReadOptions(table="customers"))
    assert dataset.fingerprint == csv_fingerprint
    assert dataset.source == "customers"
    assert dataset.schema.feature("since").kind is Kind.DATE


def test_a_query_with_colons_and_percent_signs(url: str) -> None:
    query = "SELECT id, age, spend, CAST(':x' AS TEXT) AS mark, age % 3 AS rest FROM customers WHERE region LIKE 'n%' ORDER BY id;"
    dataset = read(url, ReadOptions(query=query.removesuffix(";")))
    assert dataset.n_rows == 20
    assert set(dataset.table.column("mark").to_pylist()) == {":x"}
    assert dataset.source == "query"


def test_the_only_table_needs_no_name(sqlite_url: str, duckdb_url: str, csv_fingerprint: str) -> None:
    assert read(sqlite_url).fingerprint == read(duckdb_url).fingerprint == csv_fingerprint


def test_one_of_table_and_query(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(url, ReadOptions(table="customers", query="SELECT 1"))
    assert caught.value.code == "data.table_and_query"


def test_a_table_that_is_not_there_is_refused_with_those_that_are(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(url, ReadOptions(table="clients"))
    assert caught.value.code == "data.no_table"
    assert "customers" in caught.value.text()


def test_a_query_that_is_not_understood(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(url, ReadOptions(query="SELECT nothing FROM nowhere WHERE secret = 's3cret'"))
    assert caught.value.code == "data.database"
    assert "s3cret" not in caught.value.text()


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE customers", "DELETE FROM customers", "INSERT INTO customers SELECT * FROM customers"],
)
def test_a_database_is_only_read(url: str, statement: str) -> None:
    with pytest.raises(SegmintError):
        read(url, ReadOptions(query=statement))
    assert read(url, ReadOptions(table="customers")).n_rows == 40


def test_a_duckdb_query_reaches_no_file(duckdb_url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1.5,2\n2.5,3\n")
    with pytest.raises(SourceError):
        read(duckdb_url, ReadOptions(query=f"SELECT * FROM read_csv('{other}')"))
    with pytest.raises(UsageError):
        read(duckdb_url, ReadOptions(query="SELECT 1; SELECT 2"))


def test_names_that_need_quotes(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "odd "" table; --" ("Annual Income (k$)" REAL, "select" REAL)')
        connection.executemany(
            'INSERT INTO "odd "" table; --" VALUES (?, ?)', [(n + 0.5, n / 4) for n in range(9)]
        )
    connection.close()
    dataset = read(f"sqlite:///{path}", ReadOptions(table='odd " table; --'))
    assert dataset.schema.names == ("Annual Income (k$)", "select")


def test_types_that_change_between_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    n = 140_000
    rows = [
        (None if k < 70_000 else k / 4, k if k < 70_000 else k + 0.5, k % 5 if k < 70_000 else f"c{k % 5}")
        for k in range(n)
    ]
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (late, wider, mixed)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    connection.close()
    dataset = read(f"sqlite:///{path}")
    assert dataset.table.column("late").to_pylist() == [row[0] for row in rows]
    assert dataset.table.column("wider").to_pylist() == [float(row[1]) for row in rows]
    assert set(dataset.table.column("mixed").to_pylist()) == {*"01234", *(f"c{k}" for k in range(5))}


def test_a_column_of_several_types_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x, y)")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?)", [(n + 0.5 if n % 2 else f"t{n}", n / 4) for n in range(30)]
        )
    connection.close()
    dataset = read(f"sqlite:///{path}")
    assert dataset.schema.feature("x").kind in (Kind.TEXT, Kind.CATEGORY)


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_missing_database_is_not_made(tmp_path: Path, dialect: str) -> None:
    path = tmp_path / "nothing.db"
    with pytest.raises(SourceError) as caught:
        read(f"{dialect}:///{path}", ReadOptions(table="t"))
    assert caught.value.code == "data.no_file"
    assert not path.exists()


@pytest.mark.parametrize("dialect", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database(tmp_path: Path, dialect: str) -> None:
    path = tmp_path / "a.db"
    path.write_text("hello, this is no database\n" * 50)
    before = path.read_bytes()
    with pytest.raises(SourceError) as caught:
        read(f"{dialect}:///{path}", ReadOptions(table="t"))
    assert caught.value.code == "data.database"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "address",
    [
        "mysql://root:s3cret@host/db",
        "postgresql://u:s3cret@[bad/db",
        "sqlite://",
        "duckdb:///:memory:",
        "foo://",
    ],
)
def test_an_address_that_is_not_understood_is_not_shown(address: str) -> None:
    with pytest.raises((UsageError, SourceError)) as caught:
        read(address, ReadOptions(table="t"))
    assert "s3cret" not in caught.value.text()


@pytest.mark.postgres
def test_a_server_that_cannot_be_reached_shows_no_password(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(f"postgresql://user:s3cret@/db?host={tmp_path}", ReadOptions(table="t"))
    assert caught.value.code == "data.database"
    assert "s3cret" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.postgres
def test_types_of_postgres(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS shop")
        connection.exec_driver_sql("DROP TABLE IF EXISTS shop.players")
        connection.exec_driver_sql(
            "CREATE TABLE shop.players AS SELECT 9007199254740992 + n AS player_id, (n * 1.25)::numeric(12, 2) AS spend,"
            " mod(n, 2) = 0 AS vip, timestamptz '2024-01-01 12:00+00' + n * interval '1 day' AS seen, gen_random_uuid() AS token,"
            " ARRAY[n, n] AS pair, jsonb_build_object('a', n) AS extra FROM generate_series(0, 29) AS n"
        )
    engine.dispose()
    dataset = read(postgres_url, ReadOptions(table="shop.players"))
    assert dataset.keys.tolist()[:2] == ["9007199254740992", "9007199254740993"]
    assert dataset.table.column("spend").to_pylist()[:3] == [0.0, 1.25, 2.5]
    assert dataset.schema.feature("vip").kind is Kind.FLAG
    noon = (dt.datetime(2024, 1, 1, 12) - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)
    assert dataset.table.column("seen").to_pylist()[0] == pytest.approx(noon)
    assert dataset.schema.feature("extra").role.value == "ignore"


def test_a_database_that_is_read_keeps_its_bytes(sqlite_url: str, tmp_path: Path) -> None:
    path = tmp_path / "shop 100%?.db"
    before = (path.read_bytes(), sorted(tmp_path.iterdir()))
    read(sqlite_url)
    assert (path.read_bytes(), sorted(tmp_path.iterdir())) == before
