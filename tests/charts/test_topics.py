"""The pictures of topics: each draws in every theme and width, says its finding, and has its numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segmint.charts.chart import PHONE
from segmint.charts.render import svg
from segmint.charts.theme import N_COLORS
from segmint.charts.topics import topic_pictures
from segmint.topics.study import TopicStudy
from segmint.workflow.texts import TextColumns
from segmint.workflow.topic_planning import TopicOptions
from segmint.workflow.topics import topics

NAMES = ("topic_map", "topic_words", "topic_mixtures", "topic_seeds", "topic_crossing", "topic_sweep")


@pytest.fixture(scope="module", params=[3, 14])
def study(request: pytest.FixtureRequest) -> TopicStudy:
    """Give a study of few topics, and one of more topics than there are colors."""
    rng = np.random.default_rng(0)
    words = [[f"word{chr(97 + k)}{chr(97 + n)}" for n in range(8)] for k in range(request.param)]
    said = [" ".join(rng.choice(words[n % request.param], 12)) for n in range(12 * request.param)]
    options = TopicOptions(ks=(2, request.param), n_samples=2, n_seeds=2, language="en")
    found = topics(pd.DataFrame({"said": said}), TextColumns(text="said"), options)
    return found.study


def test_every_picture_draws_and_speaks(study: TopicStudy) -> None:
    pictures = topic_pictures(study)
    assert tuple(picture.name for picture in pictures) == NAMES
    for picture in pictures:
        said = (picture.finding, picture.reading, picture.description)
        assert all(str(one) and "newer segmint" not in str(one) for one in said)
        assert all(len(row) == len(picture.numbers.head) for row in picture.numbers.rows)
        for theme, width in (("light", None), ("dark", PHONE), ("variables", PHONE)):
            drawing = svg(picture.bare(theme=theme, width=width))
            assert drawing.startswith("<svg")
            assert "NaN" not in drawing
            assert "undefined" not in drawing
        assert picture.png().startswith(b"\x89PNG")


def test_the_mixtures_name_their_colors_where_each_topic_has_one(study: TopicStudy) -> None:
    picture = next(one for one in topic_pictures(study) if one.name == "topic_mixtures")
    drawn = svg(picture.bare(theme="light", width=picture.width))
    named = [f">T{topic.number} {topic.title}<" in drawn for topic in study.topics]
    assert named == [len(study.topics) <= N_COLORS] * len(study.topics)


def test_a_page_has_no_color_of_its_own(study: TopicStudy) -> None:
    """In the theme of variables every color is a token's: no mixed one slips through."""
    for picture in topic_pictures(study):
        drawing = svg(picture.bare(theme="variables", width=picture.width))
        colors = {
            part[:7] for part in drawing.lower().split("#")[1:] if len(part) >= 6 and part[:6].isalnum()
        }
        hexes = {color[:6] for color in colors if all(c in "0123456789abcdef" for c in color[:6])}
        assert all(color.startswith("fe") and color.endswith("01") for color in hexes), hexes
        assert "rgb(" not in drawing
