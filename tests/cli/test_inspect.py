from __future__ import annotations

import json
import re
from typing import Any


def roles(shown: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {column["name"]: (column["kind"], column["role"]) for column in shown["columns"]}


def test_each_column_has_kind_role_and_reason(segmint, table) -> None:
    shown = json.loads(segmint("inspect", table, "--json").stdout)
    found = roles(shown)
    assert found["player_id"][1] == "key"
    assert found["hours"] == ("number", "cluster")
    assert found["platform"] == ("category", "describe")
    assert found["server"][1] == "ignore"
    assert all(column["reason"] for column in shown["columns"])


def test_a_schema_file_is_read_again(segmint, table, tmp_path) -> None:
    schema = tmp_path / "schema.toml"
    assert segmint("inspect", table, "-o", schema).returncode == 0
    first = json.loads(segmint("inspect", table, "--json").stdout)
    again = json.loads(segmint("inspect", table, "--schema", schema, "--json").stdout)
    assert roles(again) == roles(first)
    text = schema.read_text()
    own = text.partition('name = "points"')[2].partition("[[")[0]
    assert 'role = "cluster"' in own
    schema.write_text(text.replace(own, own.replace('role = "cluster"', 'role = "describe"')))
    changed = json.loads(segmint("inspect", table, "--schema", schema, "--json").stdout)
    assert roles(changed) == roles(first) | {"points": ("number", "describe")}


def test_options_overrule(segmint, table) -> None:
    done = segmint("inspect", table, "--features", "hours,platform", "--describe", "points", "--json")
    found = {name: role for name, (_, role) in roles(json.loads(done.stdout)).items()}
    assert found["hours"] == found["platform"] == "cluster"
    assert found["points"] == "describe"


def test_the_table_is_readable(segmint, table) -> None:
    done = segmint("inspect", table)
    assert done.returncode == 0
    assert re.search(r"^ platform +category +describe +\S", done.stdout, re.MULTILINE)
    assert "Next" in done.stdout
