"""Every chart passes one suite: it draws, says what it shows, and gives its numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from altair import Chart as AltairChart

from segmint.charts import CHARTS, png
from segmint.charts.chart import PHONE
from segmint.charts.render import svg, themed
from segmint.choosing.study import FigureData
from segmint.errors import NotFoundError, UsageError

STUDIES = ("blobs", "lone", "moons", "nothing", "slices", "wide")
NAMES = tuple(CHARTS)


def test_the_table_has_the_promised_charts() -> None:
    promised = {
        "elbow", "silhouette_by_k", "silhouette_rows", "bic_by_covariance", "k_distance", "map", "families",
        "scorecard", "profile", "resamples", "null",
    }  # fmt: skip
    assert promised <= set(NAMES)
    assert all(chart.name == name and chart.title for name, chart in CHARTS.items())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("which", "theme"), [("blobs", "dark"), ("lone", "light"), ("wide", "light")])
def test_every_chart_is_valid_vega_lite(name: str, which: str, theme: str, request: Any) -> None:
    specification = CHARTS[name](request.getfixturevalue(which), theme=theme).to_dict()  # checks the schema
    assert specification["title"]["text"]
    assert specification["$schema"].endswith(".json")


@pytest.mark.parametrize("which", STUDIES)
def test_captions_have_texts_without_open_braces(which: str, request: Any) -> None:
    study = request.getfixturevalue(which)
    for chart in CHARTS.values():
        if chart.available(study):
            caption = chart.caption(study)
            for said in (caption.finding, caption.reading, caption.description):
                assert str(said) and "{" not in str(said) and "nan" not in str(said).lower().split()


@pytest.mark.parametrize("which", STUDIES)
def test_numbers_are_a_table(which: str, request: Any) -> None:
    study = request.getfixturevalue(which)
    for chart in CHARTS.values():
        if chart.available(study):
            numbers = chart.numbers(study)
            assert numbers.rows, chart.name
            assert {len(row) for row in numbers.rows} == {len(numbers.head)}, chart.name


def test_without_structure_there_is_no_map_no_profile_and_no_rows(nothing: Any) -> None:
    shown = {name for name, chart in CHARTS.items() if chart.available(nothing)}
    assert not {"map", "profile", "silhouette_rows"} & shown
    assert {"elbow", "silhouette_by_k", "null", "bic_by_covariance", "k_distance", "scorecard"} <= shown
    with pytest.raises(NotFoundError, match="map"):
        CHARTS["map"](nothing)


def test_a_theme_that_is_not_there_is_refused(blobs: Any) -> None:
    with pytest.raises(UsageError, match="sepia"):
        CHARTS["elbow"](blobs, theme="sepia")


def test_a_study_without_evidence_has_no_evidence_charts(blobs: Any) -> None:
    decision = replace(blobs.decision, resampling=None, nulls=(), elbow=None, confidence=None)
    bare = replace(blobs, decision=decision, figures=FigureData(None, {}, {}))
    shown = {name for name, chart in CHARTS.items() if chart.available(bare)}
    assert shown == {"profile", "silhouette_by_k", "bic_by_covariance", "scorecard"}
    for name in shown:
        assert png(CHARTS[name](bare), scale=1).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_study_gives_the_same_bytes(name: str, blobs: Any) -> None:
    chart = CHARTS[name]
    assert svg(chart(blobs)) == svg(chart(blobs))


def test_png_is_deterministic_and_scales(blobs: Any) -> None:
    chart = CHARTS["map"](blobs)
    once, again = png(chart), png(chart)
    assert once == again and once.startswith(b"\x89PNG")
    small = png(chart, scale=1)
    assert int.from_bytes(once[16:20], "big") == 2 * int.from_bytes(small[16:20], "big") == 2 * 830


@pytest.mark.parametrize("which", ["moons", "wide"])
def test_drawings_stay_within_their_width(which: str, request: Any) -> None:
    study = request.getfixturevalue(which)
    for chart in CHARTS.values():
        if chart.available(study) and chart.name != "families":
            drawn = themed(svg(chart.bare(study, theme="variables", width=PHONE)), name="x", label="x")
            width = float(re.search(r'viewBox="0 0 ([\d.]+) ', drawn)[1])  # type: ignore[index]
            assert width <= PHONE + 1, chart.name


@pytest.mark.parametrize("name", NAMES)
def test_themed_drawings_hold_variables_and_no_style(name: str, wide: Any) -> None:
    drawn = themed(svg(CHARTS[name].bare(wide, theme="variables")), name=name, label='say "this" <now>')
    assert "var(--" in drawn
    assert not re.search(r"#[0-9a-fA-F]{6}\b", drawn), "a color outside of the tokens"
    assert " style=" not in drawn and "<script" not in drawn and "http" not in drawn
    assert 'aria-label="say &quot;this&quot; &lt;now&gt;"' in drawn
    used = set(re.findall(r'href="#([^"]+)"', drawn))
    assert used == set(re.findall(r'<path id="([^"]+)"', drawn))
    assert all(identity.startswith(f"{name}-") for identity in re.findall(r' id="([^"]+)"', drawn))


def test_a_notebook_gets_an_altair_object(blobs: Any) -> None:
    import segmint.charts

    assert hasattr(segmint.charts.elbow(blobs), "_repr_mimebundle_")
    assert not isinstance(segmint.charts.elbow, AltairChart)
