from __future__ import annotations

from segmint.data.diff import column_diff


def test_the_nearest_name_stands_below_the_missing_one() -> None:
    lines = column_diff(
        ["Annual Income (k$)", "Spending Score (1-100)"], ["Annual_Income", "Spending Score (1-100)"]
    )
    assert [line[0] for line in lines] == ["−", "+", " "]
    assert lines[1].startswith("+ Annual_Income") and lines[1].endswith("is this the one?")


def test_a_found_name_is_offered_once() -> None:
    lines = column_diff(["spend_a", "spend_b"], ["spend"])
    assert sum(line.startswith("+") for line in lines) == 1


def test_names_that_resemble_nothing_are_only_shown() -> None:
    assert any(line.startswith("+ zzz") for line in column_diff(["income"], ["zzz"]))


def test_a_long_difference_is_cut_and_odd_characters_are_written_out() -> None:
    assert column_diff([f"c{n}" for n in range(100)], ["x"])[-1] == "…"
    assert "\\u202e" in column_diff(["a"], ["\u202eevil"])[-1]
