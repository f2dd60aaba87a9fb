"""The k-distance curves: eps is marked on the curve of its own ``min_samples``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from segmint.charts import CHARTS
from segmint.choosing.study import Study


def dbscan_of(study: Study) -> Any:
    return study.trial(study.decision.configuration or "").configuration.parameters


def marked(study: Study) -> list[dict[str, float]]:
    drawn = CHARTS["k_distance"](study).to_dict()
    points = [part for part in drawn["layer"] if part.get("mark", {}).get("type") == "point"]
    return [row for part in points for row in drawn["datasets"][part["data"]["name"]]]


def test_eps_is_marked_on_its_own_curve(moons: Study) -> None:
    asked = dbscan_of(moons)
    (point,) = marked(moons)
    curve = moons.figures.k_distance[asked["min_samples"]]
    assert point["distance"] == asked["eps"]
    assert np.interp(point["share"], np.linspace(0, 1, len(curve)), curve) == pytest.approx(asked["eps"])
    caption = CHARTS["k_distance"].caption(moons)
    assert f"find {asked['min_samples']}," in str(caption.finding)
    assert "The dot" in str(caption.reading)


@pytest.mark.parametrize("other", [5, 10])
def test_the_curve_is_chosen_by_min_samples_and_not_by_its_place(moons: Study, other: int) -> None:
    chosen = moons.trial(moons.decision.configuration or "")
    parameters = {**chosen.configuration.parameters, "min_samples": other}
    trial = replace(chosen, configuration=replace(chosen.configuration, parameters=parameters))
    asked = replace(moons, trials=(trial,), finalists=())
    assert f"find {other}," in str(CHARTS["k_distance"].caption(asked).finding)


def test_without_a_curve_of_its_own_nothing_is_marked(moons: Study) -> None:
    figures = replace(moons.figures, k_distance={4: moons.figures.k_distance[5]})
    older = replace(moons, figures=figures)
    assert marked(older) == []
    assert "The dot" not in str(CHARTS["k_distance"].caption(older).reading)
    assert "find 4," in str(CHARTS["k_distance"].caption(older).finding)
