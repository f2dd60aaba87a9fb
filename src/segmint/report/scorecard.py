"""The scorecard: every configuration with what it covers, its measures, and why it lost."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from segmint.charts.naming import family_title, parameters
from segmint.charts.scorecards import ranked_trials
from segmint.choosing.study import Study
from segmint.choosing.trial import TrialRecord
from segmint.report.said import texts, under_its_family
from segmint.words import say
from segmint.words.numbers import MISSING, agreement, count, score
from segmint.words.sentences import closed

FIRST_ROWS: Final = 50


def scorecard(study: Study) -> dict[str, Any]:
    """Return all rows, the first fifty apart from the rest."""
    trials = ranked_trials(study)
    best = max((t.value("silhouette") or 0.0 for t in trials if _comparable(t)), default=0.0)
    highest = max((t.value("silhouette") or 0.0 for t in trials), default=0.0)
    rows = [_row(study, trial, best, highest) for trial in trials]
    failed = sum(trial.failed is not None for trial in trials)
    return {
        "lede": say(f"report.scorecard.{_lede(study)}", n=len(trials), failed=failed),
        "n_rows": study.provenance.n_rows,
        "first": rows[:FIRST_ROWS],
        "rest": rows[FIRST_ROWS:],
        "rest_summary": say("report.scorecard.rest", n=max(0, len(rows) - FIRST_ROWS)),
        "sampled": any(_sampled(trial) for trial in trials),
    }


def _lede(study: Study) -> str:
    return "lede" if study.model is not None else "lede_none"


def _sampled(trial: TrialRecord) -> bool:
    found = trial.scores.get("silhouette")
    return found is not None and not found.exact


def _comparable(trial: TrialRecord) -> bool:
    """Return whether a silhouette covers nearly all rows: only such scores compete for the best."""
    return trial.value("silhouette") is not None and (trial.noise_share or 0.0) <= 0.1


def _row(study: Study, trial: TrialRecord, best: float, highest: float) -> dict[str, Any]:
    value, davies = trial.value("silhouette"), trial.value("davies_bouldin")
    winner = trial.configuration.id == study.decision.configuration and study.model is not None
    overlaps = (
        ()
        if study.decision.resampling is None
        else study.decision.resampling.jaccard.get(trial.configuration.id, ())
    )
    return {
        "id": trial.configuration.id,
        "family": family_title(trial.configuration.family),
        "parameters": parameters(trial.configuration),
        "winner": winner,
        "segments": MISSING if trial.n_clusters is None else count(trial.n_clusters),
        "covered": MISSING
        if trial.noise_share is None
        else count(round((1 - trial.noise_share) * study.provenance.n_rows)),
        "silhouette": MISSING if value is None else score(value),
        "error": score(trial.scores["silhouette"].standard_error or 0.0) if _sampled(trial) else "",
        "best": _comparable(trial) and value == best,
        "bar": 0.0 if value is None or highest <= 0 else round(max(0.0, 46 * value / highest), 1),
        "davies_bouldin": MISSING if davies is None else score(davies),
        "found_again": agreement(sum(overlaps) / len(overlaps)) if overlaps else "",
        "weakest": agreement(min(overlaps)) if overlaps else "",
        "why": _why(study, trial, winner=winner),
    }


def _why(study: Study, trial: TrialRecord, *, winner: bool) -> str:
    name, decision = trial.configuration.id, study.decision
    if winner:
        return say("report.scorecard.answer")
    if trial.failed is not None:
        return closed(str(trial.failed))
    reason = next(
        (under_its_family(rival.reason) for rival in decision.rivals if rival.configuration == name), ""
    )
    head = say("report.scorecard.runner_up") if name == decision.runner_up else ""
    return " ".join(part for part in (head, reason, *texts(trial.warnings)) if part)


def families_swept(study: Study) -> str:
    """Return how many configurations each family had: ``K-Means 10, DBSCAN 12``."""
    counts = Counter(trial.configuration.family for trial in study.trials)
    return ", ".join(f"{family_title(family)} {count(n)}" for family, n in counts.items())
