from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.data import example_table, read, read_schema, write_schema
from segmint.errors import SchemaError, SourceError
from segmint.model.schema import Feature, Kind, Missing, Role, Schema


def decided(schema: Schema) -> list[Feature]:
    """Leave out why a column is what it is: the file says that it was given."""
    blank = Feature("", Kind.TEXT, Role.IGNORE)
    return [replace(feature, reason=blank.reason, given=False, missing=Missing.MEDIAN) for feature in schema]


def test_a_schema_survives_its_file(tmp_path: Path) -> None:
    schema = read(example_table("wholesale_customers")).schema
    write_schema(schema, tmp_path / "schema.toml")
    again = read_schema(tmp_path / "schema.toml")
    assert decided(again) == decided(schema)
    assert all(feature.given for feature in again)


names = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(lambda name: name.strip())


@given(st.lists(names, min_size=1, max_size=5, unique=True), names)
def test_any_name_survives(tmp_path_factory: pytest.TempPathFactory, columns: list[str], text: str) -> None:
    schema = Schema(tuple(
        Feature(name, Kind.DATE, Role.DATE, unit=text, missing_values=(text,), date_format="%d/%m/%Y") for name in columns
    ))  # fmt: skip
    path = tmp_path_factory.mktemp("schemas") / "schema.toml"
    write_schema(schema, path)
    assert decided(read_schema(path)) == decided(schema)


def test_the_reasons_stand_in_the_file_as_comments(tmp_path: Path) -> None:
    schema = read(example_table("wholesale_customers")).schema
    write_schema(schema, tmp_path / "schema.toml")
    text = (tmp_path / "schema.toml").read_text(encoding="utf-8")
    for feature in schema:
        assert f"# {feature.reason}" in text


COLUMN = '[[column]]\nname = "a"\nkind = "number"\nrole = "cluster"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "data.no_schema"),
        ("version = 2\n" + COLUMN, "data.no_schema"),
        ("version = 1\n", "data.no_schema"),
        ('version = 1\ncolumn = "a"\n', "data.no_schema"),
        ("version = 1\n" + COLUMN.replace('"number"', '"decimal"'), "data.schema_value"),
        ("version = 1\n" + COLUMN.replace('role = "cluster"\n', ""), "data.schema_value_missing"),
        ("version = 1\n" + COLUMN.replace('name = "a"\n', ""), "data.schema_column_unnamed"),
        ("version = 1\n" + COLUMN + "units = 3\n", "data.schema_unknown_field"),
        ("version = 1\n" + COLUMN + "unit = 3\n", "data.schema_not_text"),
        ("version = 1\n" + COLUMN + 'missing_values = "NA"\n', "data.schema_not_text"),
        ("version = 1\n" + COLUMN + COLUMN, "data.repeated_names"),
        ("version = 1\n" + COLUMN.replace("cluster", "key") + COLUMN.replace("cluster", "key").replace('"a"', '"b"'),
         "data.several_keys"),
    ],
)  # fmt: skip
def test_a_schema_that_makes_no_sense_is_refused(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "schema.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as refused:
        read_schema(path)
    assert refused.value.code == code
    assert refused.value.where.startswith("schema.toml")


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schema.toml"
    path.write_bytes(b"version = = 1")
    with pytest.raises(SourceError, match="line 1"):
        read_schema(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SourceError):
        read_schema(path)
    with pytest.raises(SourceError):
        read_schema(tmp_path / "none.toml")


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "schema.toml"
    write_schema(Schema((Feature("a", Kind.NUMBER, Role.CLUSTER),)), path)
    before = path.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        write_schema(Schema((Feature("\ud800", Kind.NUMBER, Role.CLUSTER),)), path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["schema.toml"]
