"""A study as plain data: every sentence and figure of its report, ready to be set."""

from __future__ import annotations

from typing import Any

from segmint.choosing.study import Study
from segmint.report.answer import answer
from segmint.report.columns import data_section
from segmint.report.pictures import family_pictures, pictures
from segmint.report.provenance import provenance, usage
from segmint.report.said import texts
from segmint.report.scorecard import scorecard
from segmint.report.segment_cards import segment_cards
from segmint.words import say
from segmint.words.sentences import LANGUAGE


def summarize(study: Study) -> dict[str, Any]:
    """Return all that a report says and shows, as plain data.

    Parameters
    ----------
    study
        The study; nothing else is needed, neither data nor model files.

    Returns
    -------
    dict
        Texts, lists and dicts only (``json.dumps`` takes it): ``answer``, ``segments``, ``charts``, ``why``,
        ``families``, ``scorecard``, ``data``, ``use``, ``provenance``. Texts are not escaped: that is the
        template's work; drawings are SVG with CSS variables for colors.
    """
    shown = pictures(study)
    found = segment_cards(study)
    families = family_pictures(study)
    return {
        "language": LANGUAGE,
        "title": say("report.title", source=study.provenance.source),
        "crumb": say("report.page.crumb"),
        "source": study.provenance.source,
        "verdict": study.decision.verdict.value,
        "n_segments": len(found),
        "answer": answer(study),
        "segments": found,
        "charts": shown,
        "why": {
            "reasons": texts(study.decision.reasons),
            "doubts": texts(study.decision.doubts),
            "title": say("report.why.title", k=study.decision.n_clusters)
            if found
            else say("report.why.title_none"),
        },
        "families": families,
        "scorecard": scorecard(study),
        "data": data_section(study),
        "use": usage(study),
        "provenance": provenance(study),
        "sections": _sections(
            study, has_cards=bool(found), has_map="map" in shown, has_families=len(families) > 1
        ),
    }


def _sections(study: Study, *, has_cards: bool, has_map: bool, has_families: bool) -> list[dict[str, str]]:
    k = study.decision.n_clusters
    found = [("answer", say("report.sections.answer"))]
    if has_cards:
        found.append(("segments", say("report.sections.segments", k=k)))
    if has_map:
        found.append(("map", say("report.sections.map")))
    found.append(("why", say("report.why.title", k=k) if has_cards else say("report.why.title_none")))
    if has_families:
        found.append(("families", say("report.sections.families")))
    rest = ("scorecard", "data", "use", "provenance")
    found += [(name, say(f"report.sections.{name}")) for name in rest]
    return [{"id": name, "title": title} for name, title in found]
