"""A topic study in pictures."""

from __future__ import annotations

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
