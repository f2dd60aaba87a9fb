"""The head of the report: the answer, how sure it is, and the figures that carry it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from segmint.charts.naming import configuration_name
from segmint.charts.points import close_calls
from segmint.charts.resampling import resample_groups, same_as_answer
from segmint.choosing.decision import Verdict
from segmint.choosing.reasons import level
from segmint.choosing.study import Study
from segmint.words import say
from segmint.words.numbers import agreement, count, score
from segmint.words.sentences import closed, known


def answer(study: Study) -> dict[str, Any]:
    """Return headline, confidence, notes and key figures."""
    return {
        "over": _over(study),
        "headline": _headline(study),
        "method": _method(study),
        "confidence": _confidence(study),
        "notes": _notes(study),
        "figures": [figure for figure in (_silhouette(study), *_others(study)) if figure],
        "resamples": [dict(group) for group in resample_groups(study)],
    }


def _headline(study: Study) -> str:
    """Return the answer's first sentence; how sure it is stands below, with its count."""
    headline = study.decision.headline
    if not known(headline.key):
        return say("report.answer.fallback", k=study.decision.n_clusters)
    return closed(str(headline).split(". ")[0])


def _over(study: Study) -> str:
    where = study.provenance
    parts = [say("common.customers", n=where.n_rows), where.source]
    return " · ".join([*parts, say_date(where.created)])


def say_date(created: str) -> str:
    """Return the day of an ISO 8601 moment in words: ``24 November 2026``."""
    moment = datetime.fromisoformat(created)
    month = say(f"report.months.m{moment.month}")
    return say("report.date", day=moment.day, month=month, year=moment.year)


def _method(study: Study) -> str:
    winner = study.winner
    if winner is None:
        return say("report.answer.no_candidate")
    key = "best_candidate" if study.model is None else "method"
    return say(f"report.answer.{key}", configuration=configuration_name(winner))


def _confidence(study: Study) -> dict[str, Any] | None:
    decision = study.decision
    if study.model is None:
        return None
    if decision.confidence is None or decision.resampling is None:
        return {
            "level": "unknown",
            "word": say("report.confidence.unknown_word"),
            "text": say("report.confidence.unknown"),
        }
    word = level(decision.confidence)
    n = decision.resampling.n_resamples
    fewer = n < decision.resampling.n_wanted
    together = len(same_as_answer(study)) > 1
    key = "same" if together and not fewer else "fewer" if fewer else "text"
    figures: dict[str, Any] = {
        "wins": round(decision.confidence * n),
        "own": decision.resampling.wins.get(decision.configuration or "", 0),
        "configuration": configuration_name(study.trial(decision.configuration or "").configuration),
        "n": n,
        "wanted": decision.resampling.n_wanted,
    }
    return {
        "level": word,
        "word": say(f"report.confidence.{word}"),
        "text": say(f"report.confidence.{key}", **figures),
    }


def _notes(study: Study) -> list[dict[str, str]]:
    decision, notes = study.decision, []
    if decision.chosen_by == "user":
        key = "because" if decision.because else "by_hand"
        notes.append({"kind": "plain", "text": say(f"report.answer.{key}", because=decision.because or "")})
    if decision.verdict is Verdict.SLICES:
        notes.append({"kind": "warn", "text": say("report.answer.slices")})
    if decision.verdict is Verdict.NONE:
        key = "none_asked" if study.model is not None else "none"
        notes.append({"kind": "warn", "text": say(f"report.answer.{key}")})
    return notes


# Key figures -----------------------------------------------------------------------------------------------


def _figure(value: str, unit: str, name: str, note: str) -> dict[str, str]:
    return {"value": value, "unit": unit, "label": say(f"report.figures.{name}"), "note": note}


def _silhouette(study: Study) -> dict[str, str] | None:
    chosen = study.decision.configuration
    value = None if chosen is None else study.trial(chosen).value("silhouette")
    if chosen is None or value is None:
        return None
    resampling, parts = study.decision.resampling, []
    band = None if resampling is None else resampling.silhouettes.get(chosen)
    if band is not None:
        parts.append(say("report.figures.band", low=band[0], high=band[1]))
    error = study.trial(chosen).scores["silhouette"].standard_error
    if error is not None:
        parts.append(say("report.figures.sampled", error=error))
    note = "; ".join(parts) or say("report.figures.silhouette_note")
    return _figure(score(value), "", "silhouette", note)


def _others(study: Study) -> list[dict[str, str] | None]:
    return [_found_again(study), _close_calls(study), _without_segment(study)]


def _found_again(study: Study) -> dict[str, str] | None:
    resampling, chosen = study.decision.resampling, study.decision.configuration
    overlaps = () if resampling is None else resampling.jaccard.get(chosen or "", ())
    if not overlaps:
        return None
    note = say("report.figures.found_again_note", k=len(overlaps), weakest=min(overlaps))
    return _figure(agreement(sum(overlaps) / len(overlaps)), "", "found_again", note)


def _close_calls(study: Study) -> dict[str, str] | None:
    figure = study.figures.map
    if study.model is None or figure is None:
        return None
    calls = close_calls(study)
    if len(calls) < figure.n_rows:
        unit = say("report.figures.of_drawn", n=len(calls))
        return _figure(count(int(calls.sum())), unit, "close_calls", say("report.figures.close_sampled"))
    unit = say("report.figures.of", n=len(calls))
    return _figure(count(int(calls.sum())), unit, "close_calls", say("report.figures.close_note"))


def _without_segment(study: Study) -> dict[str, str] | None:
    chosen = study.decision.configuration
    noise = 0.0 if chosen is None else study.trial(chosen).noise_share or 0.0
    if study.model is None or noise == 0:
        return None
    n = round(noise * study.provenance.n_rows)
    return _figure(
        count(n), say("report.figures.share_of", share=noise), "noise", say("report.figures.noise_note")
    )
