"""The decision: which segmentation, how surely, and whether the data fall apart at all.

The rule, in six steps, each a file of its own:

1. *Candidates*: fits with at least two clusters that are large enough, at most 30 % of the rows without a
   cluster, and no cluster of nearly all rows.
2. *Indices* of each: silhouette, contrast (gaps between clusters beside gaps inside), ICL of mixtures,
   noise, clusters too small.
3. *Score*: each family names its best by its own index (silhouette; ICL; silhouette + contrast − 2 × noise
   for density families), and the bests compete by contrast − 3 × noise − ½ × share of clusters too small.
   Within .03 the family that stands first in the table wins: K-Means before the others.
4. *Stability*: the finalists (the bests, and the next two K of the two leading families) are fitted again to
   100 draws of 80 % of the rows, and compete by the same score less 1 − their mean Jaccard overlap. In each
   family those of which every cluster is found again (overlap ≥ .75) go before the others.
5. *Verdict*: the data are compared with 99 tables without groups of each of three kinds. Where they stand
   out from all, at the level of 1 %, they are ``groups``. Where they do not, families that look for groups
   are out, and of the others only those may win of which every cluster is found again: the winner is
   ``slices``. Where there is none, the answer is ``none``.
6. *Confidence*: the share of the draws that the winner wins, or a finalist of another family with the same
   segments (adjusted Rand ≥ .95); every finalist of the winner's own family competes too.
"""

from __future__ import annotations

from collections.abc import Sequence

from segmint.choosing.candidates import Candidate, find_candidates
from segmint.choosing.decision import Decision, Elbow, Resampling, Rival, Verdict
from segmint.choosing.elbow import find_elbow
from segmint.choosing.finalists import competing, find_finalists, ranked, ranked_again
from segmint.choosing.indices import take_indices
from segmint.choosing.null import compare_with_nulls, stands_out
from segmint.choosing.reasons import (
    Case,
    doubts,
    failed_family,
    headline,
    reasons,
    rival,
    same_segments,
)
from segmint.choosing.score import own_score
from segmint.choosing.stability import FOUND_AGAIN, resample
from segmint.choosing.trial import Trial
from segmint.families.fit import Failure
from segmint.families.table import FAMILIES
from segmint.geometry.geometry import Geometry
from segmint.types import Progress, silent
from segmint.words import Sentence, sentence


def decide(
    geometry: Geometry,
    trials: Sequence[Trial],
    *,
    seed: int,
    n_resamples: int = 100,
    jobs: int | None = None,
    progress: Progress = silent,
) -> Decision:
    """Decide what a sweep recommends.

    Parameters
    ----------
    geometry
        The prepared rows.
    trials
        From :func:`segmint.choosing.sweep.run_sweep` over the same rows.
    seed
        The root seed of the draws and of the tables without groups.
    n_resamples
        How often the rows are drawn anew, ≥ 0; fewer above a budget.
    jobs
        Threads; ``None`` for one for each core. Their number changes no result.
    progress
        Steps ``null`` and ``resampled``.

    Returns
    -------
    Decision
        With the verdict ``none`` and no configuration where no trial is a candidate.

    Examples
    --------
    >>> from segmint.choosing.space import plan
    >>> from segmint.choosing.sweep import run_sweep
    >>> from segmint.families.fit import Request
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0, 0], [9, 0], [0, 9]], 20, axis=0)
    >>> geometry = Geometry(X)
    >>> trials = run_sweep(geometry, plan(geometry, ["kmeans"], Request()), seed=0)
    >>> decision = decide(geometry, trials, seed=0, n_resamples=10)
    >>> decision.verdict.value, decision.n_clusters
    ('groups', 3)
    """
    elbow = _elbow(trials)
    candidates = find_candidates(trials)
    if not candidates:
        return _nothing(trials, elbow)
    nulls = compare_with_nulls(geometry.X, seed=seed, jobs=jobs, progress=progress)
    groups = stands_out(nulls)
    allowed = [c for c in candidates if groups or "density" not in FAMILIES[c.family].traits]
    only_density = not allowed
    allowed = allowed or list(candidates)
    every = take_indices(geometry, candidates, seed=seed)
    of = {one.id: its for one, its in zip(candidates, every, strict=True)}
    finalists = find_finalists(allowed, of)
    resampling = resample(
        geometry,
        finalists,
        seed=seed,
        n_resamples=n_resamples,
        jobs=jobs,
        competing=lambda jaccard: competing(finalists, of, jaccard, only_steady=not groups),
        progress=progress,
    )
    leaders = (
        ranked(finalists, of)
        if resampling is None
        else ranked_again(finalists, of, resampling.jaccard, only_steady=not groups)
    )
    verdict = _verdict(groups, not only_density, leaders[0], resampling)
    case = Case(verdict, leaders[0], candidates, every, resampling, nulls, elbow, geometry.n_samples)
    return _decision(case, leaders, finalists, trials, only_density)


def _elbow(trials: Sequence[Trial]) -> Elbow | None:
    """Return the elbow of K-Means, or of Ward where there is no K-Means."""
    for family in ("kmeans", "ward"):
        curve = {
            trial.fit.n_clusters: trial.fit.inertia
            for trial in trials
            if trial.fit is not None
            and trial.configuration.family == family
            and trial.fit.inertia is not None
        }
        if curve:
            ks = sorted(curve)
            return find_elbow(ks, [curve[k] for k in ks])
    return None


def _verdict(groups: bool, cuts: bool, winner: Candidate, resampling: Resampling | None) -> Verdict:
    if groups:
        return Verdict.GROUPS
    overlaps = () if resampling is None else resampling.jaccard.get(winner.id, ())
    return Verdict.SLICES if cuts and overlaps and min(overlaps) >= FOUND_AGAIN else Verdict.NONE


def _decision(
    case: Case,
    ranked: Sequence[Candidate],
    finalists: Sequence[Candidate],
    trials: Sequence[Trial],
    only_density: bool,
) -> Decision:
    winner, resampling = case.winner, case.resampling
    confidence = _confidence(winner, finalists, resampling)
    none = case.verdict is Verdict.NONE
    n_done = 0 if resampling is None else resampling.n_resamples
    said = (
        sentence(f"decision.headline.none.{_nothing_because(only_density, resampling)}")
        if none
        else headline(case.verdict, winner, confidence, n_done, alone=len(finalists) == 1)
    )
    second = _runner_up(winner, finalists, resampling, case)
    losers = [*ranked[1:], *([second] if second is not None else [])]
    losers = list({candidate.id: candidate for candidate in losers}.values())
    return Decision(
        verdict=case.verdict,
        configuration=winner.id,
        family=winner.family,
        n_clusters=1 if none else winner.n_clusters,
        confidence=confidence,
        headline=said,
        reasons=reasons(case),
        doubts=(*_interrupted(trials), *doubts(case)),
        runner_up=None if second is None else second.id,
        rivals=(*(rival(case, loser) for loser in losers), *_absent(case, losers, trials)),
        resampling=resampling,
        nulls=case.nulls,
        elbow=case.elbow,
    )


def _nothing_because(only_density: bool, resampling: Resampling | None) -> str:
    if only_density:
        return "density"
    return "unmeasured" if resampling is None else "unstable"


def _confidence(
    winner: Candidate, finalists: Sequence[Candidate], resampling: Resampling | None
) -> float | None:
    """Return the share of resamples won by the winner, or by a finalist with the same segments."""
    if resampling is None:
        return None
    wins = sum(resampling.wins[finalist.id] for finalist in finalists if same_segments(winner, finalist))
    return wins / resampling.n_resamples


def _runner_up(
    winner: Candidate, finalists: Sequence[Candidate], resampling: Resampling | None, case: Case
) -> Candidate | None:
    """Return the finalist that won most resamples beside the winner; ties go to the higher score."""
    others = [finalist for finalist in finalists if finalist is not winner]
    wins = {} if resampling is None else resampling.wins
    return max(others, key=lambda c: (wins.get(c.id, 0), case.score_of(c)), default=None)


def _absent(case: Case, losers: Sequence[Candidate], trials: Sequence[Trial]) -> list[Rival]:
    """Return a rival for each family that is not among winner and losers, and why."""
    named = {case.winner.family, *(loser.family for loser in losers)}
    found = []
    for family in dict.fromkeys(trial.configuration.family for trial in trials):
        if family in named:
            continue
        mine = [trial for trial in trials if trial.configuration.family == family]
        ids = {trial.configuration.id for trial in mine}
        own = [candidate for candidate in case.candidates if candidate.id in ids]
        if own:
            best = max(own, key=lambda candidate: own_score(candidate, case.indices_of(candidate)))
            found.append(rival(case, best))
            continue
        best_trial = min(mine, key=_emptiness)
        n_clusters = best_trial.outcome.n_clusters
        reason = failed_family(family, trials)
        found.append(Rival(best_trial.configuration.id, family, n_clusters, reason))
    return found


def _interrupted(trials: Sequence[Trial]) -> tuple[Sentence, ...]:
    left = sum(trial.interrupted for trial in trials)
    if not left:
        return ()
    return (sentence("decision.doubt.interrupted", done=len(trials) - left, planned=len(trials)),)


def _emptiness(trial: Trial) -> float:
    return 2.0 if isinstance(trial.outcome, Failure) else trial.outcome.noise_share


def _nothing(trials: Sequence[Trial], elbow: Elbow | None) -> Decision:
    families = dict.fromkeys(trial.configuration.family for trial in trials)
    firsts = {f: next(t for t in trials if t.configuration.family == f) for f in families}
    return Decision(
        verdict=Verdict.NONE,
        configuration=None,
        family=None,
        n_clusters=1,
        confidence=None,
        headline=sentence("decision.headline.none.nothing"),
        reasons=(),
        doubts=_interrupted(trials),
        runner_up=None,
        rivals=tuple(
            Rival(t.configuration.id, f, t.outcome.n_clusters, failed_family(f, trials))
            for f, t in firsts.items()
        ),
        resampling=None,
        nulls=(),
        elbow=elbow,
    )
