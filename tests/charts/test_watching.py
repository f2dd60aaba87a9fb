"""Looks drawn: titles follow from the numbers, each verdict has its own sign, and every mark has its row."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest

from segmint.charts.chart import PHONE
from segmint.charts.looks import looks_picture
from segmint.charts.render import svgs
from segmint.charts.watching import pictures_of, sizes_picture
from segmint.drift.verdict import Verdict
from segmint.intervals import wilson

BAD = "<b>x</b>"


def segment(label: int, before: float, now: float, *moves: dict[str, Any], name: str = "") -> dict[str, Any]:
    told = name or f"S{label + 1} Group {label + 1}"
    return {
        "label": label, "name": told, "share_before": before, "share_now": now, "rows_now": int(1000 * now), "moves": moves,
    }  # fmt: skip


def move(feature: str, deviations: float, part: float, *, units: bool = True) -> dict[str, Any]:
    return {
        "feature": feature, "deviations": deviations, "low": deviations - 0.1, "high": deviations + 0.1, "widened": 0.0,
        "part": part, "before": 0.0, "now": deviations,
        "before_in_units": 40.0 if units else None, "now_in_units": 40.0 + 10 * deviations if units else None,
    }  # fmt: skip


def look(
    verdict: str = "stable",
    p: float | None = 0.4,
    *segments: dict[str, Any],
    batch: str = "July",
    outside: float = 0.0,
) -> Any:
    broken = verdict == "broken data"
    shown = segments or (segment(0, 0.6, 0.6), segment(1, 0.4, 0.4 - outside))
    report = {
        "verdict": verdict, "cause": None, "p": p, "alpha": 0.01, "looks": 1, "n_rows": 1000,
        "segments": () if broken else shown, "unassigned": {"before": 0.0, "now": outside},
    }  # fmt: skip
    return {"batch": batch, "when": "", "numbers": {"0": 2, "1": 1}, "report": report}


def drawn(picture: Any, width: int | None = None) -> str:
    return svgs([picture.bare(width=width)])[0]


def test_broken_data_stand_at_the_top_and_few_rows_at_the_bottom() -> None:
    looks = [look(), look("broken data", None), look("insufficient data", None), look("drift", 1e-30)]
    spec = looks_picture(looks).bare().to_dict()
    heights = {
        row["verdict"]: row["surprise"]
        for rows in spec["datasets"].values()
        for row in rows
        if "surprise" in row and "verdict" in row
    }
    assert heights["broken data"] == heights["drift"] == max(heights.values())
    assert heights["insufficient data"] == 0.0 < heights["stable"]


def test_the_title_says_whether_somebody_must_act() -> None:
    assert str(looks_picture([look(), look("watch", 0.03)]).finding) == "2 looks, none of them found drift"
    alarmed = looks_picture([look(), look("drift", 1e-5), look("broken data", None)])
    assert str(alarmed.finding) == "2 of 3 looks need somebody to act; the last one: broken data"


def test_each_look_has_its_row_and_each_verdict_its_own_shape() -> None:
    looks = [
        look(verdict.value, None if verdict is Verdict.BROKEN else 0.2, batch=f"week {n}")
        for n, verdict in enumerate(Verdict)
    ]
    picture = looks_picture(looks)
    assert [row[0] for row in picture.numbers.rows] == [f"week {n}" for n in range(5)]
    assert picture.numbers.rows[-1][2] == "–", "of broken data no probability is told"
    spec = picture.bare().to_dict()
    (scale,) = {
        tuple(
            zip(
                layer["encoding"]["shape"]["scale"]["domain"],
                layer["encoding"]["color"]["scale"]["range"],
                strict=True,
            )
        )
        for layer in spec["layer"]
        if "shape" in layer.get("encoding", {})
    }
    shapes = next(
        one["encoding"]["shape"]["scale"]["range"]
        for one in spec["layer"]
        if "shape" in one.get("encoding", {})
    )
    assert len(scale) == len(Verdict)
    assert len(set(shapes)) == len(Verdict)


@pytest.mark.parametrize("n", [1, 2, 53])
def test_any_number_of_looks_is_drawn_at_both_widths(n: int) -> None:
    picture = looks_picture([look(p=10.0 ** -(k % 12), batch=f"2026-{k:02d}-{BAD}") for k in range(n)])
    for width in (None, PHONE):
        text = drawn(picture, width)
        assert "NaN" not in text and BAD not in text


def test_the_largest_change_of_a_share_is_the_title() -> None:
    grown = sizes_picture(
        look("drift", 1e-6, segment(0, 0.6, 0.4), segment(1, 0.4, 0.6))["report"], {0: 2, 1: 1}
    )
    assert str(grown.finding) == "S2 Group 2: 40.0 % of customers in training, 60.0 % now"
    assert [row[0] for row in grown.numbers.rows] == ["S2 Group 2", "S1 Group 1"], (
        "in the order of their numbers"
    )
    same = sizes_picture(look()["report"], {0: 1, 1: 2})
    assert str(same.finding) == "The segments are as large as in training"


def test_customers_without_a_segment_have_a_row_where_there_are_any() -> None:
    with_some = sizes_picture(look(outside=0.1)["report"], {0: 1, 1: 2})
    assert with_some.numbers.rows[-1][2] == "10.0 %"
    assert len(sizes_picture(look()["report"], {0: 1, 1: 2}).numbers.rows) == 2


def test_centers_tell_the_farthest_of_the_largest_moves_in_original_units() -> None:
    moved = segment(0, 0.6, 0.6, move("hours", 0.4, 0.7), move("points", -0.9, 0.2, units=False))
    *_, centers = pictures_of([look("drift", 1e-6, moved, segment(1, 0.4, 0.4))])
    assert centers.name == "centers"
    assert str(centers.finding) == "S1 Group 1: points is lower by 0.90 standard deviations"
    assert centers.numbers.rows[1] == ("S1 Group 1", "hours", "40.0", "44.0", "+0.40")
    assert centers.numbers.rows[0][2:4] == ("–", "–")
    text = drawn(centers, PHONE)
    assert "hours: 40.0 → 44.0" in text


def test_of_broken_data_only_the_looks_are_drawn() -> None:
    assert pictures_of([look("broken data", None)]) == ()
    assert [picture.name for picture in pictures_of([look(), look("broken data", None)])] == ["looks"]


@pytest.mark.parametrize(("p", "n"), [(0.0, 50), (1.0, 50), (0.3, 1), (0.02, 100_000)])
def test_an_interval_holds_its_share_and_stays_a_share(p: float, n: int) -> None:
    low, high = wilson(p, n)
    assert 0.0 <= low <= p <= high <= 1.0
    assert not math.isnan(low + high)


def test_no_word_lies_over_another_on_a_phone() -> None:
    looks = [
        look("drift", 1e-6),
        look("broken data", None),
        *[look()] * 9,
        look("drift", 1e-6),
        look("watch", 0.03),
    ]
    spec = looks_picture(looks).bare(width=PHONE).to_dict()
    data = next(iter(row for row in spec["datasets"].values() if any("word" in one for one in row)))
    words = [(one["place"] * (PHONE - 60) / len(looks), one["word"]) for one in data if one.get("word")]
    assert [word for _, word in words] == ["drift", "drift"]
    for (left, one), (right, other) in pairwise(words):
        assert right - left > 3.3 * (len(one) + len(other))
