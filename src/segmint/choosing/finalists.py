"""Who competes in the draws, and who leads before and after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from segmint.choosing.candidates import Candidate
from segmint.choosing.indices import Indices
from segmint.choosing.score import common_score, family_bests, own_score, ranking
from segmint.choosing.stability import found_again, standing

LEADERS = 2
SECOND_BESTS = 2


def ranked(
    candidates: Sequence[Candidate], of: Mapping[str, Indices], again: Mapping[str, float] | None = None
) -> list[Candidate]:
    """Return the families' bests, the winner first."""
    indices = [of[candidate.id] for candidate in candidates]
    scores = [common_score(of[one.id], 1.0 if again is None else again[one.id]) for one in candidates]
    return [candidates[place] for place in ranking(family_bests(candidates, indices), scores)]


def ranked_again(
    finalists: Sequence[Candidate],
    of: Mapping[str, Indices],
    jaccard: Mapping[str, Sequence[float]],
    *,
    only_steady: bool,
) -> list[Candidate]:
    """Rank the finalists by what is known after the draws."""
    again = {one.id: found_again(one, jaccard[one.id]) for one in finalists}
    return ranked(standing(finalists, jaccard, only_steady=only_steady), of, again)


def competing(
    finalists: Sequence[Candidate],
    of: Mapping[str, Indices],
    jaccard: Mapping[str, Sequence[float]],
    *,
    only_steady: bool,
) -> list[Candidate]:
    """Return who may win a draw: those who may win at all, and every finalist of the winner's family.

    Its other K count as well: a K that is found again is not yet the K that is found.
    """
    leader = ranked_again(finalists, of, jaccard, only_steady=only_steady)[0]
    able = {one.id for one in standing(finalists, jaccard, only_steady=only_steady)}
    return [one for one in finalists if one.id in able or one.family == leader.family]


def find_finalists(allowed: Sequence[Candidate], of: Mapping[str, Indices]) -> tuple[Candidate, ...]:
    """Return the families' bests, and the next bests with another K of the two families that lead."""
    bests = ranked(allowed, of)
    chosen = [bests[0]]
    for leader in bests[:LEADERS]:
        own = [c for c in allowed if c.family == leader.family and c.n_clusters != leader.n_clusters]
        seconds: dict[int, Candidate] = {}
        for candidate in sorted(own, key=lambda c: -own_score(c, of[c.id])):
            seconds.setdefault(candidate.n_clusters, candidate)
        chosen += list(seconds.values())[:SECOND_BESTS]
    return tuple({candidate.id: candidate for candidate in (*chosen, *bests[1:])}.values())
