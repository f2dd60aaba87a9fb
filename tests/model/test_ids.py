from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmint.errors import UsageError
from segmint.model.ids import check_model_name, check_segment_name, model_name_from, segment_id


@pytest.mark.parametrize("name", ["a", "0", "mall_customers", "shop-2.v1", "x" * 64, "console"])
def test_names_that_may_be_files(name):
    assert check_model_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x" * 65,
        "A",
        "../x",
        "a/b",
        "a\\b",
        "a..b",
        ".a",
        "-a",
        "con",
        "nul.txt",
        "com1",
        "lpt9.x",
        "a b",
        "é",
        "a\n",
    ],
)
def test_names_that_may_not(name):
    with pytest.raises(UsageError):
        check_model_name(name)


@given(st.text(max_size=100))
def test_any_source_gives_a_name_that_is_allowed(source):
    assert check_model_name(model_name_from(source))


def test_sources_give_the_names_that_one_expects():
    assert model_name_from("/data/Mall Customers.csv.gz") == "mall_customers"
    assert model_name_from("Éditions.parquet") == "editions"
    assert model_name_from("CON.csv") == "model"


def test_segment_ids_differ_by_everything_they_are_made_of():
    made = {
        segment_id("shop", "", "abc", 0),
        segment_id("shop", "", "abc", 1),
        segment_id("shop", "", "abd", 0),
        segment_id("shop", "f" * 64, "abc", 0),
        segment_id("store", "", "abc", 0),
    }
    assert len(made) == 5
    assert all(len(found) == 16 and found.startswith("seg-") for found in made)
    assert segment_id("shop", "", "abc", 0) == segment_id("shop", "", "abc", 0)


@pytest.mark.parametrize(
    "name", ["Careful spenders", "50 % off", "節約家", "Économes", "<b>", "x" * 80, " trimmed "]
)
def test_segment_names_that_can_be_shown(name):
    assert check_segment_name(name) == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 81,
        "a\u202eb",
        "a\u200bb",
        "a\x00b",
        "a\nb",
        "a\u2066b",
        "\ufeffa",
        "a\u2028b",
        "a\ud800",
    ],
)
def test_segment_names_that_cannot(name):
    with pytest.raises(UsageError) as refused:
        check_segment_name(name)
    assert not name.strip() or name not in str(refused.value)
