"""The page that is read before a promotion: what becomes of each segment, and who moves where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmint.charts.chart import FULL, PHONE, Canvas, dressed
from segmint.charts.flow import Flow, Node, draw_flow
from segmint.charts.matching import color_token, shape
from segmint.charts.render import svgs, themed
from segmint.charts.theme import THEMES
from segmint.charts.versions import flow_of
from segmint.labels import UNASSIGNED
from segmint.lineage.audiences import audiences, moves
from segmint.lineage.telling import headline, tell
from segmint.model.lineage import Lineage
from segmint.model.segment_model import SegmentModel
from segmint.report.html import render_page, write_page
from segmint.words import say
from segmint.words.numbers import count, share
from segmint.words.sentences import LANGUAGE, closed

_SECTIONS = ("segments", "moves", "churn", "audiences")
_MOST_MOVES = 50


def write_migration(before: SegmentModel, after: SegmentModel, allowed: Any, path: str | Path) -> Path:
    """Write the page of a migration: whole or not at all.

    Parameters
    ----------
    before, after
        The champion and the version that may follow; ``after`` has a lineage.
    allowed
        What may be promoted without a person's word, with ``churn``, ``limit``, ``retired``, ``usual``, ``allowed``.
    path
        The HTML file.
    """
    return write_page(render_page("migration.html", summarize_migration(before, after, allowed)), path)


def summarize_migration(before: SegmentModel, after: SegmentModel, allowed: Any) -> dict[str, Any]:
    """Return all that the page says and shows, as plain data."""
    lineage = after.lineage
    assert lineage is not None, "a migration is told of a version that has one before it"
    name = after.manifest.name
    return {
        "language": LANGUAGE,
        "title": say("report.migration.title", name=name),
        "crumb": say("report.migration.crumb"),
        "source": name,
        "sections": [{"id": one, "title": say(f"report.migration.sections.{one}")} for one in _SECTIONS],
        "headline": closed(str(headline(lineage))),
        "verdict": _verdict(allowed, lineage),
        "figures": _figures(lineage, allowed),
        "events": [_event(event, before, after) for event in lineage.events],
        "flow": _picture(before, after, lineage),
        "moves": _moves(before, after, lineage),
        "churn": _churn(lineage),
        "audiences": _audiences(before, after, lineage),
    }


def _verdict(allowed: Any, lineage: Lineage) -> dict[str, str]:
    figures = {"churn": allowed.churn, "limit": allowed.limit, "retired": ", ".join(allowed.retired)}
    key = "allowed" if allowed.allowed else "retires" if allowed.retired else "above"
    how = "old_rows" if lineage.churn.model is not None else "new_rows"
    return {
        "kind": "plain" if allowed.allowed else "warn",
        "text": closed(say(f"report.migration.verdict.{key}", **figures)),
        "how": closed(say(f"report.migration.how.{how}")),
    }


def _figures(lineage: Lineage, allowed: Any) -> list[dict[str, str]]:
    churn = lineage.churn
    told = [("today", share(churn.today), say("report.migration.figure.today_note", n=churn.n_present))]
    known = "model" if churn.model is not None else "model_today"
    told.append((known, share(allowed.churn), say("report.migration.figure.model_note", limit=allowed.limit)))
    if churn.usual is not None:
        told.append(("usual", share(churn.usual), say("report.migration.figure.usual_note")))
    if churn.total is not None:
        told.append(("total", share(churn.total), say("report.migration.figure.total_note", n=churn.n_known)))
    return [
        {"label": say(f"report.migration.figure.{name}"), "value": value, "note": note}
        for name, value, note in told
    ]


def _event(event: Any, before: SegmentModel, after: SegmentModel) -> dict[str, Any]:
    cards = {card.id: card for card in (*before.cards, *after.cards)}
    shown = [cards[name] for name in dict.fromkeys([*event.before, *event.after])]
    n = max(card.number for card in cards.values())
    kinds = [kind.value for kind in event.kinds] if event.stated else ["unstated"]
    return {
        "kinds": ", ".join(say(f"lineage.kind.{kind}") for kind in kinds),
        "changed": kinds != ["kept"],
        "swatches": [
            {"color": color_token(card.number, n), "shape": shape(card.number, n), "short": card.short}
            for card in shown
        ],
        "text": closed(str(tell(event, before, after))),
    }


def _picture(before: SegmentModel, after: SegmentModel, lineage: Lineage) -> dict[str, Any]:
    titles = (say("report.migration.before"), say("report.migration.after"))
    flow = flow_of(before, after, lineage, titles)
    figures = {"today": lineage.churn.today, "n": lineage.churn.n_present}
    label = say("charts.flow.description", **figures)
    widths = {"wide": FULL, "narrow": PHONE}
    drawn = svgs(dressed(draw_flow, flow, Canvas(width, THEMES["variables"])) for width in widths.values())
    return {
        "name": "flow",
        "label": label,
        "finding": say(
            "charts.flow.finding" if lineage.churn.today else "charts.flow.finding_none", **figures
        ),
        "reading": say("charts.flow.reading"),
        "drawings": {
            place: themed(drawing, name=f"flow-{place}", label=label)
            for place, drawing in zip(widths, drawn, strict=True)
        },
        "numbers": _table(flow),
    }


def _table(flow: Flow) -> dict[str, Any]:
    names = [[_named(node) for node in column.nodes] for column in flow.columns]
    return {
        "head": [say("report.migration.from_to"), *names[1]],
        "rows": [[name, *(count(n) for n in row)] for name, row in zip(names[0], flow.bands[0], strict=True)],
    }


def _named(node: Node) -> str:
    return say("charts.flow.unassigned") if node.number is None else f"S{node.number} {node.name}"


def _moves(before: SegmentModel, after: SegmentModel, lineage: Lineage) -> list[dict[str, str]]:
    """Return who goes from where to where, the largest group first; who stays is left out."""
    names = {card.id: f"{card.short} {card.name}" for card in (*before.cards, *after.cards)}
    names[UNASSIGNED] = say("charts.flow.unassigned")
    total = max(lineage.churn.n_present, 1)
    return [
        {"from": names[old], "to": names[new], "n": count(n), "share": share(n / total)}
        for old, new, n in moves(lineage)[:_MOST_MOVES]
    ]


def _churn(lineage: Lineage) -> list[dict[str, str]]:
    churn = lineage.churn
    parts = ("total", "own", "model", "interaction")
    values = {name: getattr(churn, name) for name in parts}
    return [
        {
            "name": say(f"report.migration.churn.{name}"),
            "value": say("report.migration.churn.unknown") if value is None else share(value),
            "text": say(f"report.migration.churn.{name}_text"),
        }
        for name, value in values.items()
    ]


def _audiences(before: SegmentModel, after: SegmentModel, lineage: Lineage) -> list[dict[str, str]]:
    names = {card.id: f"{card.short} {card.name}" for card in (*before.cards, *after.cards)}
    return [
        {
            "name": names.get(one.id, say("charts.flow.unassigned")),
            "stay": count(one.stay),
            "leave": count(one.leave),
            "come": count(one.come),
            "changed": share(one.changed),
        }
        for one in audiences(lineage)
    ]
