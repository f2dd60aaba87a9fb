"""Names of columns and segments are the customers': whatever they hold, charts draw and stay harmless."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from segmint.charts import CHARTS
from segmint.charts.render import svg, themed

HOSTILE = "\"'];</text><script>alert(1)</script>\\ & datum.value {x} ü\n%"


@pytest.fixture(scope="module")
def hostile(build: Any) -> Any:
    table = replace(build.blobs(), names=(HOSTILE, "a.b[0]"), source="x.csv")
    return build.build_study(
        table, winner=("kmeans", 3), ks=range(1, 5), resamples=3, names=[HOSTILE, "<b>", "'"]
    )


@pytest.mark.parametrize("name", CHARTS)
def test_drawings_stay_well_formed_and_without_script(name: str, hostile: Any) -> None:
    drawn = themed(svg(CHARTS[name].bare(hostile, theme="variables")), name=name, label=HOSTILE)
    assert "<script" not in drawn
    ElementTree.fromstring(drawn)  # raises where the markup is broken
    assert str(CHARTS[name].caption(hostile).finding)
