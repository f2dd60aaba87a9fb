"""Names, texts and numbers come back from DuckDB as they were, whatever they hold."""

from __future__ import annotations

import math
import struct

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.errors import UsageError
from segmint.export.quoting import identifier, number, table_identifier, text

NAMES = st.text(
    st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1, max_size=30
)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_with_its_bits(connection, value) -> None:
    [(read,)] = connection.sql(f"SELECT 0e0 + {number(value)}").fetchall()
    assert struct.pack("d", read) == struct.pack("d", value + 0.0)
    assert "--" not in f"-{number(value)}"


@given(NAMES | st.sampled_from(["'", "''; DROP TABLE t; --", "\\'", "\\", "\n-- x", "$$", "%s", ":x"]))
def test_a_text_comes_back_as_it_was(connection, value) -> None:
    assert connection.sql(f"SELECT {text(value)}").fetchall() == [(value,)]


@given(NAMES | st.sampled_from(['"', '""', '"; DROP TABLE t; --', "Ünï çødé", " ", "a.b"]))
def test_a_name_comes_back_as_it_was(connection, value) -> None:
    assert connection.sql(f"SELECT 1 AS {identifier(value)}").columns == [value]


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_a_table_is_named_by_its_parts(parts) -> None:
    written = ".".join(map(identifier, parts))
    assert table_identifier(written) == written


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", 'a"b', '"a', '"a"b', "a.b.c.d"])
def test_what_is_no_table_is_refused(name) -> None:
    with pytest.raises(UsageError, match="a table is named by"):
        table_identifier(name)


def test_a_plain_name_with_a_quote_inside_a_part_cannot_break_out() -> None:
    assert table_identifier("customers; DROP TABLE x") == '"customers; DROP TABLE x"'
    with pytest.raises(UsageError):
        table_identifier('customers" WHERE 1=1 --')


@pytest.mark.parametrize("write", [identifier, text])
def test_nul_is_refused(write) -> None:
    with pytest.raises(UsageError, match="NUL"):
        write("a\0b")


@pytest.mark.parametrize("write", [identifier, text, table_identifier])
def test_bytes_that_are_no_text_are_refused(write) -> None:
    for name in ("caf\udce9", "\ud83d\ude00"):
        with pytest.raises(UsageError) as caught:
            write(name)
        assert caught.value.code == "export.no_text"
    assert "\U0001f600" in write("\U0001f600")


def test_the_widest_numbers() -> None:
    assert [number(value) for value in (5e-324, -1.7976931348623157e308, 1e22)] == [
        "5e-324", "(-1.7976931348623157e+308)", "1e+22"
    ]  # fmt: skip
    assert math.isfinite(float(number(1e22)))
