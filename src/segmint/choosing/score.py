"""One number for each candidate: what makes one labeling better than another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from segmint.choosing.candidates import Candidate
from segmint.choosing.indices import Indices
from segmint.families.table import FAMILIES

NOISE_PRICE = 3.0
OWN_NOISE_PRICE = 2.0
TINY_PRICE = 0.5
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


def common_score(indices: Indices) -> float:
    """Return what the families are compared by; higher is better.

    The contrast, which knows no shape, less three times the noise share, less half the share of clusters
    that are too small to be groups.
    """
    return indices.contrast - NOISE_PRICE * indices.noise - TINY_PRICE * indices.tiny


def family_bests(candidates: Sequence[Candidate], indices: Sequence[Indices]) -> dict[str, int]:
    """Return the place of each family's best candidate, by family, in the order of the candidates."""
    bests: dict[str, int] = {}
    for place, candidate in enumerate(candidates):
        held = bests.get(candidate.family)
        if held is None or own_score(candidate, indices[place]) > own_score(candidates[held], indices[held]):
            bests[candidate.family] = place
    return bests


def ranking(bests: Mapping[str, int], indices: Sequence[Indices]) -> list[int]:
    """Return the places of the families' bests, the winner first.

    By the common score; whoever is within :data:`TIE` of the highest and stands first in the table of
    families is the winner.
    """
    places = list(bests.values())
    scores = np.array([common_score(indices[place]) for place in places])
    order = [places[i] for i in np.argsort(-scores, kind="stable")]
    winner = next(place for place, score in zip(places, scores, strict=True) if score >= scores.max() - TIE)
    order.remove(winner)
    return [winner, *order]
