"""The segments of several versions: columns and bands of a flow, and their picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from segmint.charts.chart import FULL, Canvas, dressed
from segmint.charts.files import rendered
from segmint.charts.flow import Column, Flow, Node, draw_flow
from segmint.charts.theme import THEMES
from segmint.labels import UNASSIGNED
from segmint.model.lineage import Lineage
from segmint.model.segment_model import SegmentModel
from segmint.words import say

_COLUMN = 210


def flow_of(before: SegmentModel, after: SegmentModel, lineage: Lineage, titles: tuple[str, str]) -> Flow:
    """Return who goes where between two versions, by display number; those without a segment last.

    Parameters
    ----------
    before, after, lineage
        The two versions, and the lineage of the newer one.
    titles
        What the columns are called.
    """
    then = [sum(row) for row in lineage.flow]
    now = [sum(row) for row in zip(*lineage.flow, strict=True)]
    left, rows = _column(before, lineage.before, then, titles[0])
    right, columns = _column(after, lineage.after, now, titles[1])
    return Flow((left, right), (tuple(tuple(lineage.flow[i][j] for j in columns) for i in rows),))


def _column(
    model: SegmentModel, ids: Sequence[str], sizes: Sequence[int], title: str
) -> tuple[Column, list[int]]:
    """Return a column, and the places of its nodes among the ids."""
    known = {card.id: card for card in model.cards}
    last = max(card.number for card in model.cards) + 1
    order = sorted(range(len(ids)), key=lambda i: known[ids[i]].number if ids[i] in known else last)
    order = [i for i in order if ids[i] != UNASSIGNED or sizes[i]]
    nodes = tuple(
        Node(ids[i], known[ids[i]].number, known[ids[i]].name, sizes[i])
        if ids[i] in known
        else Node(UNASSIGNED, None, "", sizes[i])
        for i in order
    )
    return Column(title, nodes), order


def history_flow(versions: Sequence[tuple[int, SegmentModel]]) -> Flow:
    """Return the flow over several versions, each the successor of the one before.

    Parameters
    ----------
    versions
        Number and model of each, at least two.
    """
    pairs = []
    for (first, before), (second, after) in pairwise(versions):
        assert after.lineage is not None, "a successor has a lineage"
        titles = (say("charts.flow.version", n=first), say("charts.flow.version", n=second))
        pairs.append(flow_of(before, after, after.lineage, titles))
    columns = [pairs[0].columns[0]]
    for earlier, pair in pairwise(pairs):
        columns.append(_joined(earlier.columns[1], pair.columns[0]))
    columns.append(pairs[-1].columns[1])
    bands = [
        _aligned(pair, left, right) for pair, (left, right) in zip(pairs, pairwise(columns), strict=True)
    ]
    return Flow(tuple(columns), tuple(bands))


def _joined(arriving: Column, leaving: Column) -> Column:
    """Return one column of a version for two sets of rows: those it was trained on, and those of the next one."""
    more = [node for node in leaving.nodes if node.id not in {one.id for one in arriving.nodes}]
    return Column(arriving.title, (*arriving.nodes, *more))


def _aligned(pair: Flow, left: Column, right: Column) -> tuple[tuple[int, ...], ...]:
    """Return a pair's band between two columns that may have more nodes."""
    places = {
        (one.id, other.id): n
        for one, row in zip(pair.columns[0].nodes, pair.bands[0], strict=True)
        for other, n in zip(pair.columns[1].nodes, row, strict=True)
    }
    return tuple(tuple(places.get((one.id, other.id), 0) for other in right.nodes) for one in left.nodes)


def history_picture(name: str, versions: Sequence[tuple[int, SegmentModel]], form: str) -> bytes:
    """Return the picture of a model's versions.

    Parameters
    ----------
    name
        The model's name.
    versions
        Number and model of each, the first one first, each the successor of the one before.
    form
        ``png`` or ``svg``.
    """
    flow = history_flow(versions)
    canvas = Canvas(max(FULL, 400 + _COLUMN * (len(versions) - 1)), THEMES["light"])
    return rendered(_titled(dressed(draw_flow, flow, canvas), name, len(versions)), form)


def _titled(drawing: Any, name: str, n: int) -> Any:
    padding = {**drawing.padding, "top": drawing.padding["top"] + 64, "bottom": 16}
    title = alt.TitleParams(
        text=say("charts.flow.finding_history", n=n, name=name), subtitle=say("charts.flow.reading_history")
    )
    return drawing.properties(title=title, padding=padding, background=THEMES["light"]["surface"])
