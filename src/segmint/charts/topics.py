"""A topic study in pictures."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from segmint.charts.files import check_format, rendered, write_drawings
from segmint.charts.picture import Picture
from segmint.charts.topic_map import map_picture
from segmint.charts.topic_methods import crossing_picture, seeds_picture
from segmint.charts.topic_mixtures import mixtures_picture
from segmint.charts.topic_sweep import sweep_picture
from segmint.charts.topic_words import words_picture
from segmint.topics.study import TopicStudy


def topic_pictures(study: TopicStudy) -> tuple[Picture, ...]:
    """Return the pictures of a topic study, in the order of its page.

    Parameters
    ----------
    study
        What :func:`segmint.find_topics` found.
    """
    found = [map_picture(study), words_picture(study), mixtures_picture(study)]
    found += [seeds_picture(study), crossing_picture(study)]
    if len(study.choice.means) > 1:
        found.append(sweep_picture(study))
    return tuple(found)


def write_topic_pictures(
    study: TopicStudy, folder: str | Path, *, format: str = "png", theme: str = "light"
) -> list[Path]:
    """Write the pictures of a topic study to a folder, one file each, named after the picture.

    Parameters
    ----------
    study
        The study to show.
    folder
        Made when it is missing; files of the same names are replaced.
    format
        ``png`` (two picture elements a px), ``svg`` or ``json`` (Vega-Lite).
    theme
        ``light`` or ``dark``.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    check_format(format)
    drawn = {
        f"{picture.name}.{format}": partial(_drawn, picture, format, theme)
        for picture in topic_pictures(study)
    }
    return write_drawings(drawn, folder)


def _drawn(picture: Picture, format: str, theme: str) -> bytes:
    return rendered(picture.titled(theme=theme), format)
