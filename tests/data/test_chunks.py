from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from segmint.data import Chunk, ReadOptions, raw_columns, read, read_chunks
from segmint.errors import SchemaError, SegmintError, SourceError, ValueRuleError
from segmint.model.schema import Schema

N = 500
ROWS = [(f"{n:05d}", 20 + n % 9, n * 3.25, ["north", "south", "east"][n % 3], n % 2) for n in range(N)]
HEAD = "customer_id,age,Annual Income (k$),region,vip"
FEATURES = ("age", "Annual Income (k$)", "region")


def text(rows: list[tuple[Any, ...]] = ROWS, head: str = HEAD) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def written(tmp_path: Path, content: str, name: str = "new.csv") -> Path:
    path = tmp_path / name
    path.write_text(content)
    return path


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    return read(written(tmp_path, text(), "training.csv"), ReadOptions(features=FEATURES)).schema


def joined(chunks: list[Chunk]) -> dict[str, list[Any]]:
    columns = {
        name: [v for chunk in chunks for v in chunk.columns[name].tolist()] for name in chunks[0].columns
    }
    return {**columns, "key": [key for chunk in chunks for key in chunk.keys.tolist()]}


def expected() -> dict[str, list[Any]]:
    return {
        "age": [float(row[1]) for row in ROWS],
        "Annual Income (k$)": [row[2] for row in ROWS],
        "region": [row[3] for row in ROWS],
        "key": [row[0] for row in ROWS],
    }


@pytest.mark.parametrize("chunk_rows", [1, 7, 64, 499, 500, 10_000])
def test_every_size_of_chunk_gives_the_same_rows(tmp_path: Path, schema: Schema, chunk_rows: int) -> None:
    if chunk_rows == 1:
        rows = ROWS[:40]
        chunks = list(read_chunks(written(tmp_path, text(rows)), schema, chunk_rows=1))
        assert joined(chunks) == {name: values[:40] for name, values in expected().items()}
        return
    chunks = list(read_chunks(written(tmp_path, text()), schema, chunk_rows=chunk_rows))
    assert joined(chunks) == expected()
    assert all(0 < len(chunk.keys) <= max(chunk_rows, 1) for chunk in chunks)


def test_chunks_and_the_whole_table_are_the_same(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text())
    whole = raw_columns(read(path, ReadOptions(schema=schema)))
    chunks = joined(list(read_chunks(path, schema, chunk_rows=100)))
    for name in FEATURES:
        assert whole[name].tolist() == chunks[name]


def test_columns_are_found_by_name_in_any_order_and_others_are_counted(
    tmp_path: Path, schema: Schema
) -> None:
    rows = [(row[3], "x", row[2], row[1], row[0], n) for n, row in enumerate(ROWS)]
    path = written(tmp_path, text(rows, "region,note,Annual Income (k$),age,customer_id,more"))
    chunks = list(read_chunks(path, schema, chunk_rows=100))
    assert joined(chunks) == expected()
    assert [n.figures["n"] for n in chunks[0].notices if n.key == "data.notice.extra"] == [2]


def test_missing_columns_are_refused_with_a_difference(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text(head="customer_id,age,Annual_Income,region,vip"))
    with pytest.raises(SchemaError) as caught:
        next(read_chunks(path, schema))
    assert caught.value.code == "data.missing_columns"
    lines = caught.value.details
    assert any(line.startswith("−") and "Annual Income (k$)" in line for line in lines)
    assert any(
        line.startswith("+") and "Annual_Income" in line and "is this the one?" in line for line in lines
    )
    assert any(line.strip() == "age" for line in lines)
    assert "--rename" in caught.value.remedy
    renamed = read_chunks(path, schema, ReadOptions(rename={"Annual_Income": "Annual Income (k$)"}))
    assert joined(list(renamed)) == expected()


def test_a_column_that_only_describes_need_not_be_there(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text([row[:4] for row in ROWS], HEAD.removesuffix(",vip")))
    assert joined(list(read_chunks(path, schema))) == expected()


def test_without_the_key_rows_are_named_by_their_number_and_it_is_said(
    tmp_path: Path, schema: Schema
) -> None:
    path = written(tmp_path, text([row[1:] for row in ROWS], HEAD.removeprefix("customer_id,")))
    chunks = list(read_chunks(path, schema, chunk_rows=100))
    assert joined(chunks)["key"] == [str(n) for n in range(1, N + 1)]
    assert "data.notice.no_key" in [notice.key for notice in chunks[0].notices]


def test_another_key(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text(head=HEAD.replace("customer_id", "client")))
    assert joined(list(read_chunks(path, schema, ReadOptions(key="client")))) == expected()
    with pytest.raises(SchemaError):
        next(read_chunks(path, schema, ReadOptions(key="nobody")))


def test_a_bad_cell_is_refused_with_its_line_in_any_chunk(tmp_path: Path, schema: Schema) -> None:
    for cell in ("s3cret", "1_000", "1e999", "inf"):
        rows = [*ROWS[:333], ("00333", 20, cell, "north", 0), *ROWS[334:]]
        chunks = read_chunks(written(tmp_path, text(rows)), schema, chunk_rows=100)
        with pytest.raises(ValueRuleError) as caught:
            list(chunks)
        assert caught.value.where == "new.csv, line 335, column “Annual Income (k$)”"
        assert cell not in caught.value.text().split("“Annual")[0]
        assert "s3cret" not in caught.value.text()


def test_a_bad_cell_of_a_column_that_is_not_needed_does_not_matter(tmp_path: Path, schema: Schema) -> None:
    rows = [(*row[:4], "perhaps") for row in ROWS]
    assert joined(list(read_chunks(written(tmp_path, text(rows)), schema))) == expected()


def test_bad_rows_are_set_aside_and_counted_when_lenient(tmp_path: Path, schema: Schema) -> None:
    bad = [("b1", 20, "x", "north", 0), ("b2", 20), ("", 20, 1.5, "north", 1), ("b4", "old", 2, "east", 0)]
    rows = [*ROWS[:50], *bad[:2], *ROWS[50:220], bad[2], *ROWS[220:], bad[3]]
    aside = tmp_path / "aside.csv"
    options = ReadOptions(lenient=True, quarantine=aside)
    chunks = list(read_chunks(written(tmp_path, text(rows)), schema, options, chunk_rows=100))
    assert joined(chunks) == expected()
    assert sum(chunk.n_rejected for chunk in chunks) == 4
    with aside.open(newline="") as stream:
        kept = {int(row["line"]): row["text"] for row in csv.DictReader(stream)}
    assert kept == {52: "b1,20,x,north,0", 53: "b2,20", 224: ",20,1.5,north,1", 505: "b4,old,2,east,0"}
    assert not any("set aside" in str(notice) for chunk in chunks[:-1] for notice in chunk.notices)
    (told,) = [str(notice) for notice in chunks[-1].notices if "set aside" in str(notice)]
    assert told.startswith("4 rows set aside: line 52 (“Annual Income (k$)”")
    assert "line 224 (“customer_id” is empty" in told
    assert "505" not in told


def test_a_chunk_of_nothing_but_bad_rows_is_counted_with_its_neighbor(tmp_path: Path, schema: Schema) -> None:
    bad = [("b", "x", "x", "x", 0)] * 250
    for rows in ([*bad, *ROWS], [*ROWS, *bad], [*ROWS[:250], *bad, *ROWS[250:]]):
        options = ReadOptions(lenient=True)
        chunks = list(read_chunks(written(tmp_path, text(rows)), schema, options, chunk_rows=50))
        assert joined(chunks) == expected()
        assert sum(chunk.n_rejected for chunk in chunks) == 250
        assert all(len(chunk.keys) for chunk in chunks)


@pytest.mark.parametrize("rows", [[], [("b", "x", "x", "x", 0)]])
def test_nothing_to_assign_is_no_data(tmp_path: Path, schema: Schema, rows: list[tuple[Any, ...]]) -> None:
    with pytest.raises(SourceError) as caught:
        list(read_chunks(written(tmp_path, text(rows)), schema, ReadOptions(lenient=True)))
    assert caught.value.code == "data.no_data"


def test_one_row_is_enough(tmp_path: Path, schema: Schema) -> None:
    chunk = next(read_chunks(written(tmp_path, text(ROWS[:1])), schema))
    assert chunk.keys.tolist() == ["00000"]


def test_a_missing_key_is_refused(tmp_path: Path, schema: Schema) -> None:
    rows = [*ROWS[:7], (" ", *ROWS[7][1:]), *ROWS[8:]]
    with pytest.raises(ValueRuleError) as caught:
        list(read_chunks(written(tmp_path, text(rows)), schema))
    assert caught.value.where == "new.csv, line 9, column “customer_id”"


def test_a_line_of_totals_is_refused_or_set_aside(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text([*ROWS, ("Total", 12000, 99.5, "", 250)]))
    with pytest.raises(SourceError) as caught:
        list(read_chunks(path, schema, chunk_rows=100))
    assert (caught.value.code, caught.value.where) == ("data.totals", "new.csv, line 502")
    chunks = list(read_chunks(path, schema, ReadOptions(lenient=True), chunk_rows=100))
    assert joined(chunks) == expected()
    assert sum(chunk.n_rejected for chunk in chunks) == 1


def test_missing_values_are_missing(tmp_path: Path, schema: Schema) -> None:
    rows = [("a", "", "NA", "", 0), ("b", 20, "?", "NA", 1), ("c", "-", 1.5, " ", "")]
    found = joined(list(read_chunks(written(tmp_path, text(rows)), schema)))
    assert np.isnan([found["age"][0], found["age"][2], *found["Annual Income (k$)"][:2]]).all()
    assert found["region"] == [None, "NA", None]


def test_decimal_commas_are_found_in_new_data_too(tmp_path: Path, schema: Schema) -> None:
    content = text().replace(",", ";").replace(".", ",")
    assert joined(list(read_chunks(written(tmp_path, content), schema, chunk_rows=100))) == expected()


def test_a_comma_that_only_comes_later_is_no_guess(tmp_path: Path, schema: Schema) -> None:
    rows = [*[(row[0], row[1], int(row[2]), row[3], row[4]) for row in ROWS[:400]], *ROWS[400:]]
    content = text(rows).replace(",", ";").replace(".", ",")
    path = written(tmp_path, content)
    with pytest.raises(ValueRuleError):
        list(read_chunks(path, schema, chunk_rows=100))
    assert (
        sum(len(chunk.keys) for chunk in read_chunks(path, schema, ReadOptions(decimal=","), chunk_rows=100))
        == N
    )


def test_other_sources(tmp_path: Path, schema: Schema) -> None:
    frame = pd.DataFrame(ROWS, columns=HEAD.split(","))
    frame.to_parquet(tmp_path / "new.parquet")
    with duckdb.connect(str(tmp_path / "new.duckdb")) as connection:
        connection.register("rows", frame)
        connection.execute("CREATE TABLE customers AS SELECT * FROM rows")
    frame.to_json(tmp_path / "new.jsonl", orient="records", lines=True)
    frame.to_excel(tmp_path / "new.xlsx", index=False)
    sources: list[Any] = [frame, *(tmp_path / f"new.{ending}" for ending in ("parquet", "jsonl", "xlsx"))]
    for source in [*sources, f"duckdb:///{tmp_path}/new.duckdb"]:
        assert joined(list(read_chunks(source, schema, chunk_rows=100))) == expected()


def test_a_level_that_came_as_a_number_is_the_same_level(tmp_path: Path) -> None:
    rows = [(n, n * 1.5, n % 3 + 1) for n in range(60)]
    schema = read(written(tmp_path, text(rows, "id,x,region")), ReadOptions(features=("x", "region"))).schema
    frame = pd.DataFrame({"id": range(4), "x": [1.5] * 4, "region": [1.0, 2.0, None, 3.0]})
    assert next(read_chunks(frame, schema)).columns["region"].tolist() == ["1", "2", None, "3"]


def test_a_bad_line_at_the_end_comes_after_the_good_chunks(tmp_path: Path, schema: Schema) -> None:
    path = written(tmp_path, text([*ROWS, ("x", 1)]))
    with pytest.raises(SegmintError) as caught:
        list(read_chunks(path, schema, chunk_rows=100))
    assert caught.value.where == "new.csv, line 502"


_PEAK = """
import sys
from pathlib import Path
from segmint.data import ReadOptions, read, read_chunks
schema = read(sys.argv[1]).schema
n = sum(len(chunk.keys) for chunk in read_chunks(sys.argv[2], schema))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
print(n, int(peak.split()[1]) / 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_memory_does_not_grow_with_the_rows(tmp_path: Path, ending: str) -> None:
    def peak(n: int) -> float:
        path = tmp_path / f"new.{ending}"
        rng = np.random.default_rng(0)
        names = [f"x{i}" for i in range(8)]
        frame = pd.DataFrame(rng.normal(size=(n, 8)).round(6), columns=names)
        if ending == "parquet":
            frame.to_parquet(path, row_group_size=100_000)
        else:
            frame.to_csv(path, index=False)
        frame.head(200).to_csv(tmp_path / "training.csv", index=False)
        command = [sys.executable, "-c", _PEAK, str(tmp_path / "training.csv"), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, mebibytes = done.stdout.split()
        assert int(rows) == n
        return float(mebibytes)

    # below a million rows DuckDB's buffers are not full yet
    small, large = peak(1_500_000), peak(3_000_000)
    assert large - small < 50
