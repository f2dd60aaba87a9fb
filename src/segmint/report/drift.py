"""The page of a look at a batch: the verdict, its cause, what it consists of, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from segmint.charts.chart import PHONE
from segmint.charts.looks import Look
from segmint.charts.picture import Picture
from segmint.charts.render import svgs, themed
from segmint.drift.verdict import Verdict
from segmint.report.html import render_page, write_page
from segmint.words import say
from segmint.words.numbers import MISSING, agreement, count, percent, probability, score, share, unit
from segmint.words.sentences import LANGUAGE, closed

_SECTIONS: Final = ("looks", "changes", "tests", "columns")


def write_drift(name: str, looks: Sequence[Look], pictures: Sequence[Picture], path: str | Path) -> Path:
    """Write the page of the last of several looks: whole or not at all.

    Parameters
    ----------
    name
        The model's name.
    looks
        The earliest first, at least one.
    pictures
        See :func:`segmint.charts.watching.pictures_of`.
    path
        The HTML file.
    """
    return write_page(render_page("drift.html", summarize_drift(name, looks, pictures)), path)


def summarize_drift(name: str, looks: Sequence[Look], pictures: Sequence[Picture]) -> dict[str, Any]:
    """Return all that the page says and shows, as plain data."""
    look = looks[-1]
    report = look["report"]
    sentences = [closed(said) for said in report["sentences"]]
    shown = page_pictures(pictures)
    told = ("looks" in shown, report["parts"], report["statistics"], report["columns"])
    sections = [one for one, there in zip(_SECTIONS, told, strict=True) if there]
    verdict = report["verdict"].replace(" ", "_")
    return {
        "language": LANGUAGE,
        "title": say("report.drift.title", name=name, batch=look["batch"]),
        "crumb": say("report.drift.crumb"),
        "source": name,
        "batch": look["batch"],
        "sections": [{"id": one, "title": say(f"report.drift.sections.{one}")} for one in sections],
        "mark": say(f"report.drift.mark.{verdict}"),
        "kind": _kind(report["verdict"]),
        "verdict": say(f"report.drift.verdict.{verdict}"),
        "warnings": [closed(said) for said in look.get("warnings", ())],
        "headline": sentences[0],
        "reasons": sentences[1:-1],
        "advice": sentences[-1],
        "figures": _figures(report),
        "charts": shown,
        "parts": _parts(report),
        "tests": _tests(report),
        "columns": _columns(report),
    }


def _kind(verdict: str) -> str:
    return {"stable": "plain", "watch": "warn", "insufficient data": "plain"}.get(verdict, "bad")


def page_pictures(pictures: Sequence[Picture]) -> dict[str, dict[str, Any]]:
    """Return pictures as parts of a page: their words, both drawings, and their numbers, by name."""
    wanted = [
        (picture, place, width)
        for picture in pictures
        for place, width in (("wide", picture.width), ("narrow", PHONE))
    ]
    drawn = svgs(picture.bare(theme="variables", width=width) for picture, _, width in wanted)
    found: dict[str, dict[str, Any]] = {
        picture.name: {
            "name": picture.name,
            "label": str(picture.description),
            "finding": str(picture.finding),
            "reading": str(picture.reading),
            "drawings": {},
            "numbers": {
                "head": list(picture.numbers.head),
                "rows": [list(row) for row in picture.numbers.rows],
            },
        }
        for picture in pictures
    }
    for (picture, place, _), drawing in zip(wanted, drawn, strict=True):
        label = str(picture.description)
        found[picture.name]["drawings"][place] = themed(drawing, name=f"{picture.name}-{place}", label=label)
    return found


def _figures(report: Any) -> list[dict[str, str]]:
    p, broken = report["p"], report["verdict"] == Verdict.BROKEN
    return [
        {
            "label": say("report.drift.figure.p"),
            "value": probability(p),
            "note": say("report.drift.figure.p_note", alpha=report["alpha"], looks=report["looks"]),
        },
        {
            "label": say("report.drift.figure.rows"),
            "value": count(report["n_rows"]),
            "note": say("report.drift.figure.rows_note", n=report["n_reference"]),
        },
        {
            "label": say("report.drift.figure.new"),
            "value": MISSING if broken else share(report["new"]["now"]),
            "note": say("report.drift.figure.new_note", before=report["new"]["before"]),
        },
        {
            "label": say("report.drift.figure.confidence"),
            "value": MISSING if broken else agreement(report["confidence"]["now"]),
            "note": say("report.drift.figure.confidence_note", before=report["confidence"]["before"]),
        },
    ]


def _parts(report: Any) -> list[dict[str, str]]:
    return [
        {
            "name": say(f"report.drift.part.{part['cause'].replace(' ', '_')}"),
            "value": percent(part["part"]),
            "interval": f"{percent(part['low'])} – {percent(part['high'])}",
        }
        for part in report["parts"]
    ]


def _tests(report: Any) -> list[dict[str, str]]:
    return [
        {
            "name": test["title"],
            "p": probability(test["adjusted"]),
            "effect": score(test["effect"]),
            "threshold": f"{test['threshold']:g}",
        }
        for test in report["statistics"]
    ]


def _columns(report: Any) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "psi": score(found["psi"]),
            "jensen_shannon": score(found["jensen_shannon"]),
            "ks": MISSING if found["ks"] is None else score(found["ks"]),
            "wasserstein": MISSING if found["wasserstein"] is None else unit(found["wasserstein"]),
        }
        for name, found in report["columns"].items()
    ]
