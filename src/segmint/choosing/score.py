"""One number for each candidate: what makes one labeling better than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from segmint.choosing.candidates import Candidate
from segmint.choosing.indices import Indices
from segmint.families.table import FAMILIES
from segmint.types import FloatVector

NOISE_PRICE = 3.0
OWN_NOISE_PRICE = 2.0
TINY_PRICE = 0.5
LOSS_PRICE = 1.0
TIE = 0.03
"""Scores that differ by less are a tie; the family that stands first in the table wins it."""


def own_score(candidate: Candidate, indices: Indices) -> float:
    """Return what a family compares its own candidates by; higher is better.

    Mixtures by ICL; K-Means and Ward, whose clusters are compact, by the silhouette; density families by
    silhouette and contrast together, less twice the noise share.
    """
    if indices.icl is not None:
        return -indices.icl
    if "density" in FAMILIES[candidate.family].traits:
        return indices.silhouette + indices.contrast - OWN_NOISE_PRICE * indices.noise
    return indices.silhouette


def common_score(indices: Indices, found_again: float = 1.0) -> float:
    """Return what the families are compared by; higher is better.

    The contrast, which knows no shape, less three times the noise share, less half the share of clusters
    that are too small to be groups, less what is not found again when rows are drawn anew.

    Parameters
    ----------
    indices
        Of the candidate.
    found_again
        Mean Jaccard overlap of its clusters over the draws, weighted by size, 0 … 1; 1 before any draw.
    """
    return float(score_parts(indices, found_again).sum())


PARTS = ("contrast", "noise", "tiny", "loss")


def score_parts(indices: Indices, found_again: float = 1.0) -> FloatVector:
    """Return what the common score is the sum of, in the order of :data:`PARTS`."""
    return np.array(
        [
            indices.contrast,
            -NOISE_PRICE * indices.noise,
            -TINY_PRICE * indices.tiny,
            -LOSS_PRICE * (1 - found_again),
        ]
    )


def family_bests(candidates: Sequence[Candidate], indices: Sequence[Indices]) -> dict[str, int]:
    """Return the place of each family's best candidate, by family, in the order of the table of families."""
    bests: dict[str, int] = {}
    for place, candidate in enumerate(candidates):
        held = bests.get(candidate.family)
        if held is None or own_score(candidate, indices[place]) > own_score(candidates[held], indices[held]):
            bests[candidate.family] = place
    return {family: bests[family] for family in FAMILIES if family in bests}


def ranking(bests: Mapping[str, int], scores: Sequence[float]) -> list[int]:
    """Return the places of the families' bests, the winner first.

    By the common score of each place; whoever is within :data:`TIE` of the highest and stands first in the
    table of families is the winner.
    """
    places = list(bests.values())
    order = sorted(places, key=lambda place: -scores[place])
    winner = next(place for place in places if scores[place] >= scores[order[0]] - TIE)
    order.remove(winner)
    return [winner, *order]
