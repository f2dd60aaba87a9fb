from __future__ import annotations

from pathlib import Path

import pytest

from segmint.data import ReadOptions, read
from segmint.errors import SchemaError

ROWS = "".join(f"{n}.5,{n * 2}.25,{30 - n}.75\n" for n in range(20))


def written(tmp_path: Path, header: str) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(f"{header}\n{ROWS}", encoding="utf-8")
    return path


@pytest.mark.parametrize("header", ["a,,c", 'a," ",c', "a,b,", "a,\u00a0,c"])
def test_blank_names_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read(written(tmp_path, header))
    assert caught.value.code == "data.blank_names"


@pytest.mark.parametrize("header", ["a,b,a", "a,b,A", "stra\u00dfe,b,STRASSE", "\u00e9,b,e\u0301", "a,b,a "])
def test_names_that_differ_only_in_case_or_composition_are_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read(written(tmp_path, header))
    assert caught.value.code == "data.repeated_names"
    assert "(1, 3)" in caught.value.text()


def test_names_are_composed_and_blanks_around_them_go(tmp_path: Path) -> None:
    assert read(written(tmp_path, " e\u0301 ,b,xbox ")).schema.names == ("\u00e9", "b", "xbox")


def test_renaming(tmp_path: Path) -> None:
    dataset = read(written(tmp_path, "a,b,c"), ReadOptions(rename={"b": "Income (k$)"}))
    assert dataset.schema.names == ("a", "Income (k$)", "c")


def test_renaming_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError) as caught:
        read(written(tmp_path, "a,b,c"), ReadOptions(rename={"x": "y"}))
    assert caught.value.code == "data.rename_unknown"


def test_renaming_to_a_name_that_is_taken(tmp_path: Path) -> None:
    with pytest.raises(SchemaError) as caught:
        read(written(tmp_path, "a,b,c"), ReadOptions(rename={"a": "B"}))
    assert caught.value.code == "data.repeated_names"


def test_hidden_characters_of_a_name_are_written_out(tmp_path: Path) -> None:
    with pytest.raises(SchemaError) as caught:
        read(written(tmp_path, "a\u202e,b,A\u202e"))
    assert "\u202e" not in caught.value.text()
    assert "\\u202e" in caught.value.text()
