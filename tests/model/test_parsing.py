from __future__ import annotations

import datetime as dt
import math
import re

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.model import parsing
from segmint.model.parsing import (
    date_pattern,
    flag_text,
    is_missing,
    level_text,
    number_pattern,
    parse_date,
    parse_flag,
    parse_number,
    plain_number,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0), ("-0", 0.0), ("+12", 12.0), (" 12.50 ", 12.5), ("1e5", 1e5), ("1E-3", 0.001), (".5", 0.5), ("1.", 1.0),
        ("5e-324", 5e-324), ("1e300", 1e300), ("000651", 651.0), ("9007199254740993", 9007199254740992.0),
        ("0.1", 0.1), ("123456789012345678901234567890", 1.2345678901234568e29),
    ],
)  # fmt: skip
def test_what_is_a_number(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1_000", "٣", "१२", "1,5", "1,000", "1 000", "0x10", "nan", "NaN", "inf", "-Infinity", "1e999", "-1e999",
        "1e", "e5", ".", "+", "--1", "1.2.3", "12\n", "1 2", "½", "²", "TRUE", "1d", "1f", "$5", "5%",
    ],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.5", ".", 1234.5), ("1.234,5", ",", 1234.5), ("1 037,9", ",", 1037.9), ("1\u202f037,9", ",", 1037.9),
        ("1\u00a0000", ".", 1000.0), ("1'000'000.25", ".", 1000000.25), ("-12,345,678", ".", -12345678.0), ("12,5", ",", 12.5),
    ],
)  # fmt: skip
def test_thousands_are_groups_of_three_with_one_mark(text: str, decimal: str, value: float) -> None:
    assert parse_number(text, decimal=decimal, grouped=True) == value


@pytest.mark.parametrize("text", ["1,23", "12,34,567", "1,234 567", "1234,567", ",123", "1,", "1,2345"])
def test_other_groups_are_no_numbers(text: str) -> None:
    assert parse_number(text, grouped=True) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_float_is_read_back_to_the_bit(value: float) -> None:
    assert parse_number(repr(value)) == value
    assert parse_number(repr(value).replace(".", ","), decimal=",") == value


_NUMBERISH = st.text(alphabet="0123456789+-.,eE _ \t\u00a0\u202f'\n٣infa", max_size=12)


@given(_NUMBERISH, st.sampled_from([".", ","]), st.booleans())
def test_python_and_the_columns_engine_read_the_number_pattern_alike(
    text: str, decimal: str, grouped: bool
) -> None:
    pattern = number_pattern(decimal, grouped=grouped)
    column = pc.match_substring_regex(pa.array([text]), pattern)[0].as_py()
    assert column == (re.fullmatch(pattern, text) is not None)
    if column:
        plain = plain_number(text, decimal)
        assert float(plain) == pc.cast(pa.array([plain]), pa.float64())[0].as_py() or math.isnan(float(plain))


_FORMATS = [
    None,
    "%d/%m/%Y",
    "%m/%d/%y %H:%M",
    "%d-%b-%y",
    "%d.%m.%Y %H:%M:%S",
    "%B %d, %Y",
    "%I:%M %p %Y-%m-%d",
]


@given(
    st.text(alphabet="0123456789/-:. TZ+JanFebMpm,", max_size=22),
    st.sampled_from(_FORMATS),
)
def test_python_and_the_columns_engine_read_date_patterns_alike(text: str, date_format: str | None) -> None:
    pattern = date_pattern(date_format)
    assert pattern is not None
    column = pc.match_substring_regex(pa.array([text]), pattern)[0].as_py()
    assert column == (re.fullmatch(pattern, text) is not None)


@given(st.datetimes(min_value=dt.datetime(1, 1, 1), max_value=dt.datetime(9999, 12, 31)))
def test_dates_count_days_as_the_calendar_does(moment: dt.datetime) -> None:
    days = (moment - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)
    assert parse_date(moment.isoformat()) == pytest.approx(days, abs=1e-9)
    assert parse_date(moment.isoformat(" ")) == pytest.approx(days, abs=1e-9)


@given(
    st.datetimes(min_value=dt.datetime(1970, 1, 1), max_value=dt.datetime(2067, 12, 31)),
    st.sampled_from(["%d/%m/%Y %H:%M:%S", "%m/%d/%y %I:%M:%S %p", "%d-%b-%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S"]),
)
def test_formats_mean_what_strptime_means(moment: dt.datetime, date_format: str) -> None:
    text = moment.replace(microsecond=0).strftime(date_format)
    expected = (dt.datetime.strptime(text, date_format) - dt.datetime(1970, 1, 1)) / dt.timedelta(days=1)
    assert parse_date(text, date_format) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "date_format"),
    [
        ("2024-02-30", None), ("2023-02-29", None), ("2024-13-01", None), ("2024-00-10", None), ("2024-1-1", None),
        ("2024-01-01 24:00", None), ("2024-01-01 10:60", None), ("31/04/2024", "%d/%m/%Y"), ("12/31/2024", "%d/%m/%Y"),
        ("0:10 AM 2024-01-01", "%I:%M %p %Y-%m-%d"), ("yesterday", None), ("", None), ("2024-01-01\n", None),
    ],
)  # fmt: skip
def test_days_that_the_calendar_does_not_have_are_no_dates(text: str, date_format: str | None) -> None:
    assert parse_date(text, date_format) is None


def test_an_offset_is_moved_to_utc() -> None:
    assert parse_date("1970-01-01T02:00:00+02:00") == 0.0
    assert parse_date("1970-01-01T00:00Z") == 0.0
    assert parse_date("1969-12-31 19:00:00-0500") == 0.0


def test_an_unknown_directive_is_no_format() -> None:
    assert date_pattern("%Q") is None
    assert parse_date("2024", "%Q") is None


def test_flags_are_words_in_any_case() -> None:
    assert [parse_flag(text) for text in ("TRUE", " y ", "Oui", "0", "off")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert parse_flag("maybe") is None
    assert parse_flag("2") is None
    assert {parse_flag(flag_text(value)) for value in (True, False)} == {True, False}


def test_a_level_is_its_text_and_a_whole_number_has_no_fraction() -> None:
    assert [level_text(text) for text in ("2.0", " North", "02", "1.50", "-3.0", "10.00")] == [
        "2", "North", "02", "1.50", "-3", "10.00",
    ]  # fmt: skip


def test_missing_is_empty_blank_or_declared() -> None:
    assert is_missing(None)
    assert is_missing("\u00a0 ")
    assert not is_missing("NA")
    assert is_missing(" NA ", ("NA",))


def test_no_word_for_missing_is_also_a_number_or_a_flag() -> None:
    for word in parsing.ABSENT:
        assert parse_number(word, grouped=True) is None
        assert parse_flag(word) is None
