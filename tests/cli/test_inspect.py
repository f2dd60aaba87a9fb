from __future__ import annotations

import json


def test_each_column_has_kind_role_and_reason(segmint, table) -> None:
    shown = json.loads(segmint("inspect", table, "--json").stdout)
    roles = {column["name"]: (column["kind"], column["role"]) for column in shown["columns"]}
    assert roles["player_id"][1] == "key"
    assert roles["hours"] == ("number", "cluster")
    assert roles["platform"] == ("category", "describe")
    assert roles["server"][1] == "ignore"
    assert all(column["reason"] for column in shown["columns"])


def test_a_schema_file_is_read_again(segmint, table, tmp_path) -> None:
    schema = tmp_path / "schema.toml"
    assert segmint("inspect", table, "-o", schema).returncode == 0
    text = schema.read_text()
    assert "hours" in text
    again = json.loads(segmint("inspect", table, "--schema", schema, "--json").stdout)
    first = json.loads(segmint("inspect", table, "--json").stdout)
    assert [(c["name"], c["kind"], c["role"]) for c in again["columns"]] == [
        (c["name"], c["kind"], c["role"]) for c in first["columns"]
    ]


def test_options_overrule(segmint, table) -> None:
    done = segmint("inspect", table, "--features", "hours,platform", "--describe", "points", "--json")
    roles = {column["name"]: column["role"] for column in json.loads(done.stdout)["columns"]}
    assert roles["hours"] == roles["platform"] == "cluster"
    assert roles["points"] == "describe"


def test_the_table_is_readable(segmint, table) -> None:
    done = segmint("inspect", table)
    assert done.returncode == 0
    assert "platform" in done.stdout
    assert "Next" in done.stdout
