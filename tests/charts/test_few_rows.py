"""A segment of fewer than five rows: it is counted and drawn, and nothing of its rows is told."""

from __future__ import annotations

import re
from typing import Any

from segmint.charts import CHARTS
from segmint.words.numbers import MISSING


def test_the_profile_has_an_empty_column_and_says_why(lone: Any) -> None:
    assert [card.size for card in lone.model.cards][-1] == 1
    numbers = CHARTS["profile"].numbers(lone)
    assert numbers.head[-1] == "S4"
    assert {row[-1] for row in numbers.rows} == {MISSING}
    assert "fewer than five rows" in str(CHARTS["profile"].caption(lone).reading)
    drawn = CHARTS["profile"](lone).to_dict()
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["domain"] == ["S1", "S2", "S3", "S4"]


def test_no_chart_says_a_value_of_the_lone_row(lone: Any) -> None:
    for chart in CHARTS.values():
        assert chart.available(lone), chart.name
        caption, numbers = chart.caption(lone), chart.numbers(lone)
        said = [str(caption.finding), str(caption.reading), str(caption.description)]
        said += [cell for row in numbers.rows for cell in row]
        assert not [text for text in said if re.search(r"777\.|888\.", text)], chart.name


def test_segments_of_five_rows_have_no_note(blobs: Any) -> None:
    assert "fewer than five" not in str(CHARTS["profile"].caption(blobs).reading)
