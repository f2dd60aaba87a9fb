from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from segmint.data import ReadOptions, read, read_chunks
from segmint.errors import SchemaError, SegmintError, SourceError, ValueRuleError
from segmint.model.schema import Kind, Role


def written(tmp_path: Path, columns: dict[str, object], **options: object) -> Path:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_types_stay_as_they_are(tmp_path: Path) -> None:
    n = 40
    path = written(
        tmp_path,
        {
            "id": pa.array([2**60 + i for i in range(n)], pa.int64()),
            "spend": np.linspace(0.5, 9, n),
            "small": pa.array([float(i) / 3 for i in range(n)], pa.float32()),
            "price": [Decimal(f"{i}.25") for i in range(n)],
            "vip": [i % 3 == 0 for i in range(n)],
            "city": pa.array(["Oslo", "Rome"] * (n // 2)).dictionary_encode(),
            "code": [f"{i % 4}" for i in range(n)],
            "since": [dt.date(1970, 1, 1) + dt.timedelta(days=i) for i in range(n)],
            "seen": [dt.datetime(1970, 1, 1, 12) + dt.timedelta(days=i) for i in range(n)],
            "basket": [[1, 2]] * n,
            "photo": [b"\x00\x01"] * n,
        },
    )
    dataset = read(path)
    kinds = {feature.name: feature.kind for feature in dataset.schema}
    assert dataset.keys.tolist() == [str(2**60 + i) for i in range(n)]
    assert [kinds[name] for name in ("spend", "small", "price")] == [Kind.NUMBER] * 3
    assert (kinds["vip"], kinds["city"], kinds["code"]) == (Kind.FLAG, Kind.CATEGORY, Kind.CATEGORY)
    assert (kinds["since"], kinds["seen"]) == (Kind.DATE, Kind.DATE)
    assert dataset.table.column("seen").to_pylist()[:2] == [0.5, 1.5]
    assert dataset.table.column("price").to_pylist()[:2] == [0.25, 1.25]
    assert {dataset.schema.feature(name).role for name in ("basket", "photo")} == {Role.IGNORE}


def test_a_csv_file_of_the_same_values_is_the_same_table(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    columns = {
        "id": [f"{n:04d}" for n in range(50)],
        "x": rng.normal(size=50),
        "n": rng.integers(0, 90, 50),
        "g": ["a", "b"] * 25,
    }
    path = tmp_path / "a.csv"
    lines = [f"{i},{float(x)!r},{n},{g}" for i, x, n, g in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *lines]))
    assert read(path).fingerprint == read(written(tmp_path, columns)).fingerprint


def test_not_a_number_is_missing_and_infinity_is_refused(tmp_path: Path) -> None:
    values = np.arange(30) + 0.5
    values[3] = np.nan
    assert read(written(tmp_path, {"x": values, "y": np.arange(30) + 0.25})).table.column("x").null_count == 1
    values[20] = -np.inf
    with pytest.raises(ValueRuleError) as caught:
        read(written(tmp_path, {"x": values, "y": np.arange(30) + 0.25}))
    assert "row 21" in caught.value.where
    assert (
        read(written(tmp_path, {"x": values, "y": np.arange(30) + 0.25}), ReadOptions(lenient=True)).n_rows
        == 29
    )


def test_names_follow_the_rules_of_all_sources(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        read(written(tmp_path, {"a": [1.5, 2.5, 3.5], "A": [1.5, 2.5, 3.5]}))


@pytest.mark.parametrize("columns", [{"a": pa.array([], pa.float64())}, {}])
def test_no_rows_are_no_data(tmp_path: Path, columns: dict[str, object]) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, columns))
    assert caught.value.code == "data.no_data"


def test_a_damaged_file_is_refused_whole(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    path = written(tmp_path, {"x": rng.normal(size=5000), "s": [str(n) for n in range(5000)]})
    whole = path.read_bytes()
    for cut in (6, 100, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        with pytest.raises(SourceError):
            read(path)


def test_a_changed_byte_never_crashes(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    path = written(tmp_path, {"x": rng.normal(size=400), "n": rng.integers(0, 50, 400)})
    whole = bytearray(path.read_bytes())
    for at in rng.integers(4, len(whole) - 4, size=60):
        changed = bytearray(whole)
        changed[at] ^= 0xFF
        path.write_bytes(changed)
        try:
            read(path)
        except SegmintError:
            continue


def test_a_bomb_of_equal_rows_is_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str]
) -> None:
    path = tmp_path / "bomb.parquet"
    block = pa.table({"a": pa.array(np.zeros(5_000_000)), "b": pa.array(np.zeros(5_000_000))})
    with pq.ParquetWriter(path, block.schema, compression="zstd") as writer:
        for _ in range(20):
            writer.write_table(block, row_group_size=5_000_000)
    assert refused_cheaply(path) == "data.bomb"


@pytest.mark.parametrize(("length", "code"), [(900_000, "data.bomb"), (3_000_000, "data.long")])
def test_a_long_text_in_many_rows_is_refused_in_little_time_and_memory(
    tmp_path: Path, refused_cheaply: Callable[[Path], str], length: int, code: str
) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 200_000, pa.int32()), pa.array(["A" * length]))
    path = written(tmp_path, {"x": texts, "y": np.arange(200_000)}, compression="zstd")
    assert refused_cheaply(path) == code


def test_lists_and_bytes_are_not_even_read(tmp_path: Path, refused_cheaply: Callable[[Path], str]) -> None:
    n = 30
    path = written(
        tmp_path, {"y": np.arange(n) + 0.5, "list": [[1] * 9] * n, "bytes": [b"x"] * n, "d": [{"a": 1}] * n}
    )
    dataset = read(path)
    assert [f.role for f in dataset.schema] == [Role.CLUSTER, Role.IGNORE, Role.IGNORE, Role.IGNORE]


def test_forged_counts_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, {"x": np.arange(1000) + 0.5}, compression="none")
    whole = path.read_bytes()
    forged = _with_other_count(whole, 1000, 1001)
    path.write_bytes(forged)
    begun = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        read(path)
    assert caught.value.code in ("data.forged_counts", "data.damaged")
    assert time.perf_counter() - begun < 2


def _with_other_count(content: bytes, old: int, new: int) -> bytes:
    """Change the first count of rows in the footer (thrift's zigzag varint of 64 bits, field 3 of the file)."""
    length = int.from_bytes(content[-8:-4], "little")
    footer = content[-8 - length : -8]
    at = footer.index(b"\x16" + _varint(old))
    changed = footer[:at] + b"\x16" + _varint(new) + footer[at + 1 + len(_varint(old)) :]
    assert len(changed) == length
    return content[: -8 - length] + changed + content[-8:]


def _varint(value: int) -> bytes:
    value <<= 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def indexed(tmp_path: Path) -> Path:
    """Return what pandas writes of a frame whose rows were filtered: an index that has no name."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"spend": rng.normal(50, 9, 90).round(2), "visits": rng.integers(0, 20, 90)})
    path = tmp_path / "indexed.parquet"
    frame[frame.spend > 45].to_parquet(path)
    return path


def test_an_index_that_pandas_wrote_is_ignored_and_said(tmp_path: Path) -> None:
    dataset = read(indexed(tmp_path))
    feature = dataset.schema.feature("__index_level_0__")
    assert (feature.role, feature.reason.key) == (Role.IGNORE, "data.reason.index")
    assert [one.name for one in dataset.schema.clustering] == ["spend", "visits"]
    assert [notice.key for notice in dataset.notices] == ["data.notice.index"]


def test_an_index_is_a_feature_or_the_key_where_it_is_named(tmp_path: Path) -> None:
    path, name = indexed(tmp_path), "__index_level_0__"
    for options, role in (
        (ReadOptions(features=("spend", name)), Role.CLUSTER),
        (ReadOptions(key=name), Role.KEY),
        (ReadOptions(kinds={name: Kind.NUMBER}), Role.CLUSTER),
        (ReadOptions(describe=(name,)), Role.DESCRIBE),
    ):
        dataset = read(path, options)
        assert dataset.schema.feature(name).role is role
        assert "data.notice.index" not in [notice.key for notice in dataset.notices]


def test_a_model_of_an_indexed_table_demands_no_index(tmp_path: Path) -> None:
    schema = read(indexed(tmp_path)).schema
    table = pa.table({"visits": [1, 2], "spend": [50.0, 51.0]})
    assert [len(chunk.keys) for chunk in read_chunks(table, schema)] == [2]
    assert read(table, ReadOptions(schema=schema)).n_rows == 2
