"""The words for the low and the high end of features made of events: "bought lately" for a low recency."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from segmint.model.recipe import Recipe
from segmint.words.sentences import known, say

TOPIC: Final = "profile.ends.topic"
_NUMBER: Final = re.compile(r"topic_[0-9]+_")


def topic_words(columns: Iterable[str]) -> Mapping[str, str]:
    """Return what columns of shares of topics are called: by the topic's words.

    Examples
    --------
    >>> topic_words(["topic_2_film_award"])
    {'topic_2_film_award': 'film award'}
    """
    return {name: _NUMBER.sub("", name, count=1).replace("_", " ") for name in columns}


def ends_of(columns: Iterable[str], recipe: Recipe | None, topics: Collection[str] = ()) -> Mapping[str, str]:
    """Return where the words for the ends of columns stand, for those that a recipe or topics made and that have some.

    Examples
    --------
    >>> ends_of(["recency", "age"], Recipe("rfm", {"key": "id", "date": "day"}))
    {'recency': 'profile.ends.rfm.recency'}
    """
    shares = {name: TOPIC for name in columns if name in topics}
    if recipe is None:
        return shares
    places = {name: f"profile.ends.{recipe.journey}.{name}" for name in columns}
    return shares | {name: place for name, place in places.items() if known(f"{place}.low")}


def worded(name: str, level: str, degree: str, place: str | None) -> str:
    """Return a number's level in words: by the column's own ends where it has some, else "high income".

    Parameters
    ----------
    name
        The column's short name.
    level
        ``high``, ``low`` or ``mid``.
    degree
        ``very``, ``fairly``, ``upper``, ``lower``, or nothing.
    place
        Where the words for the column's ends stand.

    Examples
    --------
    >>> worded("recency", "low", "very", "profile.ends.rfm.recency"), worded("income", "low", "very", None)
    ('bought very lately', 'very low income')
    """
    full = f"{degree}_{level}" if degree else level
    if place is not None and known(f"{place}.{full}"):
        return say(f"{place}.{full}", degree="", name=name)
    if place is not None and known(f"{place}.{level}"):
        return say(f"{place}.{level}", degree=say(f"profile.degree.{degree}"), name=name)
    return say(f"profile.name.{full}", name=name)
