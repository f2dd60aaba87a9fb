"""Which cluster of another configuration is which segment of the answer: colors belong to identities."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from segmint.charts.naming import cards
from segmint.charts.theme import N_COLORS
from segmint.choosing.study import Study
from segmint.labels import NOISE, n_clusters
from segmint.types import IntVector


def segment_numbers(study: Study) -> dict[int, int]:
    """Return the display number of each label of the answer: 1 … n."""
    numbered = {card.label: card.number for card in cards(study)}
    if numbered:
        return numbered
    chosen = study.decision.configuration
    found = 0 if chosen is None else study.trial(chosen).n_clusters or 0
    return {label: label + 1 for label in range(found)}


def matched_numbers(labels: IntVector, answer: IntVector, numbers: Mapping[int, int]) -> dict[int, int]:
    """Return a display number for each cluster of other labels: that of the segment it overlaps most.

    Pairs are taken greedily, the largest overlap (Jaccard) first, each segment at most once; clusters left over
    get the next free numbers.

    Parameters
    ----------
    labels, answer
        Labels of the same rows, shape (n_points,).
    numbers
        Display number of each label of the answer.
    """
    pairs = sorted(_overlaps(labels, answer), key=lambda pair: (-pair[0], pair[1], pair[2]))
    found: dict[int, int] = {}
    for _, cluster, label in pairs:
        if cluster not in found and numbers.get(label) not in found.values():
            found[cluster] = numbers[label]
    free = max(numbers.values(), default=0) + 1
    for cluster in sorted(set(labels.tolist()) - set(found) - {NOISE}):
        found[cluster] = free
        free += 1
    return found


def _overlaps(labels: IntVector, answer: IntVector) -> list[tuple[float, int, int]]:
    pairs = []
    for cluster in range(n_clusters(labels) and int(labels.max()) + 1):
        inside = labels == cluster
        for label in np.unique(answer[inside & (answer != NOISE)]).tolist():
            other = answer == label
            both = float(np.count_nonzero(inside & other))
            pairs.append((both / float(np.count_nonzero(inside | other)), cluster, label))
    return pairs


def color_token(number: int, n_segments: int) -> str:
    """Return the token of a segment's color; above twelve segments all are gray, told apart by their ids."""
    return f"s{number}" if max(n_segments, number) <= N_COLORS else "edge"


_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


def shape(number: int, n_segments: int) -> str:
    """Return the shape of a segment's marks: from seven segments on color is not enough."""
    return _SHAPES[(number - 1) % len(_SHAPES)] if n_segments >= 7 else "circle"
