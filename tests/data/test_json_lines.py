from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SourceError, ValueRuleError

ROWS = [{"id": 2**53 + n, "age": 20 + n % 9, "spend": n * 0.1, "vip": n % 2 == 0} for n in range(30)]
LINES = [json.dumps(row) for row in ROWS]


def written(tmp_path: Path, lines: list[str], name: str = "a.jsonl") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_objects_become_rows_and_long_keys_keep_every_digit(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, LINES))
    assert dataset.keys.tolist() == [str(2**53 + n) for n in range(30)]
    assert dataset.table.column("spend").to_pylist() == [n * 0.1 for n in range(30)]
    assert dataset.table.column("vip").to_pylist()[:2] == ["true", "false"]


@pytest.mark.parametrize("name", ["a.ndjson", "a.json", "a.jsonl.gz"])
def test_other_names_of_the_format(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, LINES, name)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert read(path).fingerprint == read(written(tmp_path, LINES)).fingerprint


def test_a_csv_file_of_the_same_values_is_the_same_table(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{row['id']},{row['age']},{row['spend']!r},{json.dumps(row['vip'])}" for row in ROWS]
    path.write_text("\n".join(["id,age,spend,vip", *rows]))
    assert read(path).fingerprint == read(written(tmp_path, LINES)).fingerprint


def test_fields_in_any_order_and_absent_ones_are_missing(tmp_path: Path) -> None:
    lines = [
        '{"x": 1.5, "y": 2.5}',
        '{"y": 3.5, "x": null}',
        '{"z": 4.5, "y": 1.25}',
        "",
        '{"x": 7.5, "y": ""}',
    ]
    dataset = read(written(tmp_path, lines))
    assert dataset.schema.names == ("x", "y", "z")
    assert dataset.table.column("x").to_pylist() == [1.5, None, None, 7.5]
    assert dataset.table.column("y").to_pylist() == [2.5, 3.5, 1.25, None]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": 1', "data.not_json"), ("[1, 2]", "data.not_object"), ('"text"', "data.not_object"), ("12", "data.not_object"),
        ('{"id": 1, "id": 2}', "data.repeated_field"), ('{"id": {"a": 1}}', "data.nested"), ('{"id": [1]}', "data.nested"),
        ('{"id": ' + "[" * 100_000, "data.not_json"), ('{"id": "\\ud800"}', "data.not_json"), ("{'id': 1}", "data.not_json"),
        ('{"id": "a\tb"}', "data.not_json"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_its_number_or_set_aside(tmp_path: Path, line: str, code: str) -> None:
    path = written(tmp_path, [*LINES[:4], "", line, *LINES[4:]])
    with pytest.raises(SourceError) as caught:
        read(path)
    assert (caught.value.code, caught.value.where) == (code, "a.jsonl, line 6")
    dataset = read(path, ReadOptions(lenient=True))
    assert dataset.fingerprint == read(written(tmp_path, LINES, "b.jsonl")).fingerprint


def test_not_a_number_is_missing_and_infinity_is_refused(tmp_path: Path) -> None:
    rows = [f'{{"id": "k{n}", "x": {n}.5}}' for n in range(20)]
    dataset = read(written(tmp_path, [*rows, '{"id": "k20", "x": NaN}']))
    assert dataset.table.column("x").to_pylist()[-1] is None
    for word in ("Infinity", "-Infinity", "1e999"):
        with pytest.raises(ValueRuleError) as caught:
            read(written(tmp_path, [*rows, f'{{"id": "k20", "x": {word}}}']))
        assert "line 21" in caught.value.where


def test_a_number_of_five_thousand_digits_is_no_crash(tmp_path: Path) -> None:
    rows = [f'{{"id": "k{n}", "x": {n}.5}}' for n in range(20)]
    with pytest.raises(ValueRuleError):
        read(written(tmp_path, [*rows, f'{{"id": "k20", "x": {"9" * 5000}}}']))
