"""How configurations and segments are called in charts and reports."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Configuration
from segmint.model.cards import SegmentCard
from segmint.words import say
from segmint.words.numbers import count, unit
from segmint.words.sentences import known

_SHOWN = ("covariance_type", "n_clusters", "n_components", "k", "eps", "min_samples", "min_cluster_size")
"""The parameters that tell the configurations of one family apart, in the order in which they are said."""


def family_title(family: str) -> str:
    """Return the name of a family as people write it: ``K-Means``."""
    key = f"charts.families_named.{family}"
    return say(key) if known(key) else family


def parameters(configuration: Configuration) -> str:
    """Return the parameters that matter, in words: ``K = 5``; ``eps 0.38, min_samples 8``."""
    given: Mapping[str, Any] = configuration.parameters
    said = [_parameter(name, given[name]) for name in _SHOWN if given.get(name) is not None]
    return ", ".join(said)


def _parameter(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else count(value) if float(value).is_integer() else unit(value)
    if name == "covariance_type":
        key = f"charts.covariances.{value}"
        return say(key) if known(key) else str(value)
    if name in ("n_clusters", "n_components", "k"):
        return say("charts.k_equals", k=text)
    return f"{name} {text}"


def configuration_name(configuration: Configuration) -> str:
    """Return family and parameters: ``Gaussian mixture, tied, K = 7``."""
    said = parameters(configuration)
    title = family_title(configuration.family)
    return f"{title}, {said}" if said else title


def asked_k(trial: TrialRecord) -> int | None:
    """Return the number of clusters that was asked for; ``None`` for families that find it themselves."""
    given = trial.configuration.parameters
    for name in ("n_clusters", "n_components", "k"):
        if given.get(name) is not None:
            return int(given[name])
    return None


def cards(study: Study) -> tuple[SegmentCard, ...]:
    """Return the cards of the chosen model, by display number; none without a model."""
    return () if study.model is None else tuple(sorted(study.model.cards, key=lambda card: card.number))


def card_name(card: SegmentCard) -> str:
    """Return number and name of a segment: ``S2 High income``."""
    return f"{card.short} {card.name}"


def shortened(text: str, characters: int) -> str:
    """Cut a text that is too long, with an ellipsis in place of its end."""
    return text if len(text) <= characters else text[: max(1, characters - 1)].rstrip() + "…"


def folded(text: str, characters: int, lines: int) -> list[str]:
    """Return a text in at most so many lines, cut only where these are not enough.

    Examples
    --------
    >>> folded("Not played for long, few sessions a day", 16, 3)
    ['Not played for', 'long, few', 'sessions a day']
    >>> folded("Not played for long, few sessions a day", 16, 2)
    ['Not played for', 'long, few sessi…']
    """
    found = textwrap.wrap(text, characters)
    if len(found) <= lines:
        return found
    return [*found[: lines - 1], shortened(" ".join(found[lines - 1 :]), characters)]
