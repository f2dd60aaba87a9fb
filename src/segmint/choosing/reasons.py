"""What is said for a choice, against it, and of those that lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmint.choosing.candidates import MOST_NOISE, Candidate
from segmint.choosing.decision import Elbow, NullComparison, Resampling, Rival, Verdict
from segmint.choosing.indices import Indices
from segmint.choosing.null import ROWS_BUDGET as NULL_ROWS
from segmint.choosing.score import PARTS, TIE, common_score, score_parts
from segmint.choosing.stability import FOUND_AGAIN, found_again, rows_of_a_resample
from segmint.choosing.trial import Trial
from segmint.families.fit import Failure
from segmint.families.table import FAMILIES
from segmint.measure.agreement import adjusted_rand, match_labels
from segmint.words import Sentence, sentence

SAME = 0.95
CLOSE = 0.2
LEVELS = ((0.9, "high"), (0.7, "good"), (0.5, "weak"), (0.0, "unclear"))


@dataclass(frozen=True)
class Case:
    """All that a choice rests on.

    Attributes
    ----------
    verdict
        Groups, slices or none.
    winner
        The chosen candidate.
    candidates, indices
        All candidates, and their indices in the same order.
    resampling, nulls, elbow
        The evidence.
    n_samples
        Rows of the table.
    """

    verdict: Verdict
    winner: Candidate
    candidates: Sequence[Candidate]
    indices: Sequence[Indices]
    resampling: Resampling | None
    nulls: tuple[NullComparison, ...]
    elbow: Elbow | None
    n_samples: int

    def indices_of(self, candidate: Candidate) -> Indices:
        """Return the indices of one candidate."""
        place = next(i for i, other in enumerate(self.candidates) if other is candidate)
        return self.indices[place]

    def again(self, candidate: Candidate) -> float:
        """Return the mean overlap of a candidate's clusters over the draws; 1 where it was not drawn."""
        overlaps = _overlaps(self, candidate)
        return found_again(candidate, overlaps) if overlaps else 1.0

    def score_of(self, candidate: Candidate) -> float:
        """Return the common score, with what the draws said of the candidate where it was drawn."""
        return common_score(self.indices_of(candidate), self.again(candidate))


def title(family: str) -> str:
    """Return a family's name as people read it."""
    return FAMILIES[family].title


def level(confidence: float) -> str:
    """Return the word for a confidence: ``high``, ``good``, ``weak`` or ``unclear``."""
    return next(word for least, word in LEVELS if confidence >= least)


def same_segments(one: Candidate, other: Candidate) -> bool:
    """Return whether two candidates are one partition but for a few rows."""
    if one.n_clusters != other.n_clusters:
        return False
    return adjusted_rand(one.fit.labels, other.fit.labels) >= SAME


def headline(
    verdict: Verdict, winner: Candidate, confidence: float | None, n_resamples: int, *, alone: bool = False
) -> Sentence:
    """Say the answer in one sentence; ``alone`` where nothing could be compared with it."""
    word = "unknown" if confidence is None else level(confidence)
    word = "alone" if alone else word
    wins = 0 if confidence is None else round(confidence * n_resamples)
    return sentence(
        f"decision.headline.{verdict.value}.{word}",
        n=winner.n_clusters,
        family=title(winner.family),
        wins=wins,
        of=n_resamples,
    )


def reasons(case: Case) -> tuple[Sentence, ...]:
    """Say what speaks for the winner."""
    said = [_index_reason(case)]
    overlaps = _overlaps(case, case.winner)
    if overlaps and min(overlaps) >= FOUND_AGAIN and case.resampling is not None:
        said.append(
            sentence("decision.reason.found_again", n=case.resampling.n_resamples, lowest=min(overlaps))
        )
    if case.nulls:
        said.append(_null_reason(case))
    return tuple(said)


def _index_reason(case: Case) -> Sentence:
    winner, mine = case.winner, case.indices_of(case.winner)
    figures = {"family": title(winner.family), "n": winner.n_clusters}
    if "density" in FAMILIES[winner.family].traits:
        return sentence("decision.reason.density", **figures, value=mine.contrast)
    if mine.icl is not None:
        own = [its.icl for its in case.indices if its.icl is not None]
        key = "icl" if mine.icl <= min(own) else "icl_again"
        return sentence(f"decision.reason.{key}", **figures, value=mine.silhouette)
    others = [
        (indices.silhouette, candidate.n_clusters)
        for candidate, indices in zip(case.candidates, case.indices, strict=True)
        if candidate.family == winner.family and candidate.n_clusters != winner.n_clusters
    ]
    if not others:
        return sentence("decision.reason.silhouette_alone", **figures, value=mine.silhouette)
    value, other = max(others)
    key = "silhouette" if mine.silhouette >= value else "silhouette_again"
    return sentence(
        f"decision.reason.{key}", **figures, value=mine.silhouette, other=other, other_value=value
    )


def _null_reason(case: Case) -> Sentence:
    nearest = min(case.nulls, key=lambda null: (-null.p_value, null.observed - null.values[-1]))
    if case.verdict is Verdict.GROUPS:
        n, highest = sum(len(null.values) for null in case.nulls), nearest.values[-1]
        return sentence("decision.reason.beyond", n=n, highest=highest, observed=nearest.observed)
    beyond = int(np.count_nonzero(np.array(nearest.values) >= nearest.observed))
    return sentence("decision.reason.within", beyond=beyond, n=len(nearest.values), kind=nearest.kind)


def doubts(case: Case) -> tuple[Sentence, ...]:
    """Say what speaks against the winner, and what the answer does not rest on."""
    return (*_weaknesses(case), *_resampling_doubts(case), *_null_doubts(case))


def _weaknesses(case: Case) -> list[Sentence]:
    winner, mine, said = case.winner, case.indices_of(case.winner), []
    if mine.noise > 0:
        said.append(sentence("decision.doubt.noise", share=mine.noise))
    if winner.n_tiny:
        said.append(sentence("decision.doubt.tiny", tiny=winner.n_tiny, n=winner.n_clusters))
    if case.elbow is not None and case.elbow.n_clusters != winner.n_clusters:
        said.append(sentence("decision.doubt.elbow", n=case.elbow.n_clusters))
    overlaps = _overlaps(case, winner)
    if overlaps and min(overlaps) < FOUND_AGAIN:
        size = int(np.count_nonzero(winner.fit.labels == int(np.argmin(overlaps))))
        said.append(sentence("decision.doubt.unstable", size=size, value=min(overlaps)))
    return said


def _resampling_doubts(case: Case) -> list[Sentence]:
    resampling, said = case.resampling, []
    if resampling is None:
        return []
    by_id = {candidate.id: candidate for candidate in case.candidates}
    wins = {n: won for n, won in resampling.wins.items() if not same_segments(case.winner, by_id[n])}
    second = max(wins, key=lambda name: wins[name], default=None)
    if second is not None and wins[second] >= CLOSE * resampling.n_resamples:
        other, of = by_id[second], resampling.n_resamples
        said.append(
            sentence(
                "decision.doubt.close",
                family=title(other.family),
                n=other.n_clusters,
                wins=wins[second],
                of=of,
            )
        )
    if resampling.n_resamples < resampling.n_wanted:
        said.append(
            sentence(
                "decision.doubt.fewer",
                done=resampling.n_resamples,
                wanted=resampling.n_wanted,
                rows=rows_of_a_resample(case.n_samples),
                total=case.n_samples,
            )
        )
    return said


def _null_doubts(case: Case) -> list[Sentence]:
    if not case.nulls:
        return [sentence("decision.doubt.no_nulls")]
    if case.n_samples > NULL_ROWS:
        return [sentence("decision.doubt.drawn", rows=NULL_ROWS, total=case.n_samples)]
    return []


def _overlaps(case: Case, candidate: Candidate) -> tuple[float, ...]:
    return () if case.resampling is None else tuple(case.resampling.jaccard.get(candidate.id, ()))


def rival(case: Case, other: Candidate) -> Rival:
    """Say why a candidate lost to the winner."""
    return Rival(other.id, other.family, other.n_clusters, _lost(case, other))


def failed_family(family: str, trials: Sequence[Trial]) -> Sentence:
    """Say why a family has no candidate."""
    outcomes = [trial.outcome for trial in trials if trial.configuration.family == family]
    reasons_given = [outcome.reason for outcome in outcomes if isinstance(outcome, Failure)]
    one = {reason.key for reason in reasons_given}
    if len(reasons_given) == len(outcomes) and len(one) == 1 and one != {"families.few_clusters"}:
        return reasons_given[-1]
    return sentence("decision.rival.none", family=title(family), tried=len(outcomes), noise=MOST_NOISE)


def _lost(case: Case, other: Candidate) -> Sentence:
    its, mine = case.indices_of(other), case.indices_of(case.winner)
    figures = {"family": title(other.family), "n": other.n_clusters}
    if same_segments(case.winner, other):
        matched = match_labels(case.winner.fit.labels, other.fit.labels)
        differ = int(np.count_nonzero(matched != case.winner.fit.labels))
        return sentence("decision.rival.same", **figures, rows=differ)
    if case.verdict is not Verdict.GROUPS and "density" in FAMILIES[other.family].traits:
        return sentence("decision.rival.no_groups", **figures)
    overlaps = _overlaps(case, other)
    if other.family != case.winner.family or (overlaps and min(overlaps) < FOUND_AGAIN):
        return _by_score(case, other, figures)
    if its.icl is not None and mine.icl is not None and its.icl > mine.icl:
        return sentence("decision.rival.icl", **figures)
    if its.icl is None and its.silhouette < mine.silhouette:
        return sentence("decision.rival.silhouette", **figures, value=its.silhouette, winner=mine.silhouette)
    return _by_score(case, other, figures)


def _by_score(case: Case, other: Candidate, figures: dict[str, Any]) -> Sentence:
    """Name the part of the score in which the loser is farthest behind; or that it is as good."""
    its, mine, overlaps = case.indices_of(other), case.indices_of(case.winner), _overlaps(case, other)
    behind = score_parts(mine, case.again(case.winner)) - score_parts(its, case.again(other))
    worst = PARTS[int(np.argmax(behind))]
    scores = {"value": case.score_of(other), "winner": case.score_of(case.winner)}
    steady = not overlaps or min(overlaps) >= FOUND_AGAIN
    if not steady and (case.verdict is not Verdict.GROUPS or other.family == case.winner.family):
        worst = "loss"
    elif scores["value"] > scores["winner"] + TIE:
        return sentence("decision.rival.own", **figures)
    elif scores["value"] > scores["winner"] - TIE:
        return sentence("decision.rival.tie", **figures, **scores, margin=TIE)
    if worst == "noise":
        return sentence("decision.rival.noise", **figures, value=its.silhouette, noise=its.noise)
    if worst == "tiny":
        return sentence("decision.rival.tiny", **figures, tiny=other.n_tiny)
    if worst == "loss" and min(overlaps) >= FOUND_AGAIN:
        return sentence("decision.rival.score", **figures, **scores)
    if worst == "loss":
        size = int(np.count_nonzero(other.fit.labels == int(np.argmin(overlaps))))
        return sentence("decision.rival.unstable", **figures, size=size, value=min(overlaps))
    return sentence("decision.rival.density", **figures, value=its.contrast, winner=mine.contrast)
