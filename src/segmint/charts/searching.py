"""Pictures of the search for neighbors: what a tree leaves out, and when hashes agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import numpy as np

from segmint.charts.chart import HALF, Canvas, Numbers
from segmint.charts.marks import halo_text, layer, sized
from segmint.charts.picture import Picture
from segmint.likeness.kd_nodes import KDNodes
from segmint.types import BoolVector, FloatVector
from segmint.words import say, sentence
from segmint.words.numbers import agreement, percent, share

_PERCENT: Final = "format(100 * datum.value, '.0f') + ' %'"
_HEIGHT: Final = 320


@dataclass(frozen=True)
class Visits:
    """Which share of a tree's nodes a search visits, by dimension; 0 … 1."""

    name: str
    dimensions: tuple[int, ...]
    share: tuple[float, ...]


@dataclass(frozen=True)
class Agreement:
    """How often one hash of two rows agrees, by similarity: measured, and by theory on the same pairs."""

    name: str
    similarity: tuple[float, ...]
    measured: tuple[float, ...]
    theory: tuple[float, ...]


@dataclass(frozen=True)
class Bands:
    """How often ``n_bands`` bands of ``n_rows`` hashes find a pair, by similarity: measured, and by theory."""

    n_bands: int
    n_rows: int
    similarity: tuple[float, ...]
    found: tuple[float, ...]
    theory: tuple[float, ...]


def boxes_picture(tree: KDNodes, query: FloatVector, visited: BoolVector, radius: float, k: int) -> Picture:
    """Return the leaves of a tree in the plane: which a search opens, and which it never looks into.

    Parameters
    ----------
    tree
        Of rows with two features.
    query
        Shape (2,).
    visited
        Which nodes were visited, shape (n_nodes,).
    radius
        The distance of the k-th neighbor.
    k
        How many were asked for.
    """
    leaves = tree.leaves
    figures = {"opened": int(visited[leaves].sum()), "leaves": leaves.size, "n": len(tree.X), "k": k,
               "nodes": int(visited.sum()), "all": tree.n_nodes}  # fmt: skip
    head = (say("charts.searching.what"), say("charts.searching.visited"), say("charts.searching.all"))
    rows = (
        (say("charts.searching.leaves"), str(figures["opened"]), str(figures["leaves"])),
        (say("charts.searching.nodes"), str(figures["nodes"]), str(figures["all"])),
    )
    return Picture(
        "boxes",
        sentence("charts.searching.boxes", **figures),
        sentence("charts.searching.boxes_reading", **figures),
        sentence("charts.searching.boxes_description", **figures),
        Numbers(head, rows),
        lambda canvas: _boxes(tree, query, visited, radius, canvas),
        560,
    )


def _boxes(tree: KDNodes, query: FloatVector, visited: BoolVector, radius: float, canvas: Canvas) -> Any:
    c = canvas.theme
    middle = (tree.high[0] + tree.low[0]) / 2
    half = float((tree.high[0] - tree.low[0]).max() / 2 * 1.04)
    x_scale, y_scale = (alt.Scale(domain=[float(m - half), float(m + half)], nice=False) for m in middle)
    x, y = alt.X("x:Q", scale=x_scale, axis=None), alt.Y("y:Q", scale=y_scale, axis=None)
    boxes = [
        {"x": float(tree.low[node][0]), "x2": float(tree.high[node][0]), "y": float(tree.low[node][1]),
         "y2": float(tree.high[node][1]), "color": c["accent-soft" if visited[node] else "surface"],
         "edge": c["accent" if visited[node] else "line-2"]}
        for node in sorted(tree.leaves.tolist(), key=lambda one: bool(visited[one]))
    ]  # fmt: skip
    points = [{"x": float(a), "y": float(b)} for a, b in tree.X]
    turn = np.linspace(0, 2 * math.pi, 73)
    ring = [
        {
            "x": float(query[0] + radius * math.cos(t)),
            "y": float(query[1] + radius * math.sin(t)),
            "t": float(t),
        }
        for t in turn
    ]
    asked = [{"x": float(query[0]), "y": float(query[1])}]
    drawing = alt.layer(
        layer(boxes).mark_rect(cornerRadius=0).encode(
            x=x, y=y, x2="x2:Q", y2="y2:Q", color=alt.Color("color:N", scale=None), stroke=alt.Stroke("edge:N", scale=None)
        ),
        layer(points).mark_point(size=9, opacity=0.8, color=c["ink-3"]).encode(x=x, y=y),
        layer(ring).mark_line(color=c["s2"], strokeWidth=1.8).encode(x=x, y=y, order="t:Q"),
        layer(asked).mark_point(size=90, shape="cross", opacity=1, color=c["s2"]).encode(x=x, y=y),
    )  # fmt: skip
    return sized(drawing, canvas, canvas.width)


def visits_picture(visits: Sequence[Visits], k: int) -> Picture:
    """Return the share of nodes that a search visits, by dimension, of generated points and of real texts.

    Parameters
    ----------
    visits
        One line each; the first is told of in the title.
    k
        How many neighbors were asked for.
    """
    first = visits[0]
    figures = {
        "low": first.share[0],
        "high": first.share[-1],
        "e": first.dimensions[0],
        "d": first.dimensions[-1],
        "k": k,
    }
    head = tuple(say(f"charts.searching.{name}") for name in ("rows", "dimensions", "share"))
    rows = tuple(
        (say(f"charts.searching.{one.name}"), str(d), share(value))
        for one in visits
        for d, value in zip(one.dimensions, one.share, strict=True)
    )
    return Picture(
        "visits",
        sentence("charts.searching.visits", **figures),
        sentence("charts.searching.visits_reading", **figures),
        sentence("charts.searching.visits_description", **figures),
        Numbers(head, rows),
        lambda canvas: _visits(visits, canvas),
    )


def _visits(visits: Sequence[Visits], canvas: Canvas) -> Any:
    c = canvas.theme
    dimensions = sorted({d for one in visits for d in one.dimensions})
    x = alt.X(
        "d:Q", scale=alt.Scale(type="log", domain=[dimensions[0] * 0.9, dimensions[-1] * 2.1], nice=False),
        axis=alt.Axis(title=say("charts.searching.dimensions"), values=dimensions, format="d"),
    )  # fmt: skip
    y = alt.Y(
        "share:Q", scale=alt.Scale(domain=[0, 1.05], nice=False),
        axis=alt.Axis(title=say("charts.searching.share"), labelExpr=_PERCENT, values=[0, 0.25, 0.5, 0.75, 1]),
    )  # fmt: skip
    layers = []
    for one, token in zip(visits, ("edge", "accent"), strict=False):
        data = [
            {"d": d, "share": v, "text": percent(v)} for d, v in zip(one.dimensions, one.share, strict=True)
        ]
        base = layer(data).encode(x=x, y=y)
        end = [{**data[-1], "text": f"{say(f'charts.searching.{one.name}')}, {data[-1]['text']}"}]
        layers += [
            base.mark_line(color=c[token]),
            base.mark_point(color=c[token], size=40, opacity=1),
            halo_text(
                layer(end).encode(x=x, y=y, text="text:N"), canvas, align="left", dx=12, fontWeight=500
            ),
        ]
    return sized(alt.layer(*layers), canvas, _HEIGHT)


def collisions_picture(agreements: Sequence[Agreement], hashes: int) -> Picture:
    """Return how often a hash of two texts agrees, by similarity, against theory, a panel a kind of hash.

    Parameters
    ----------
    agreements
        ``cosine`` of signs of projections, and ``jaccard`` of smallest numbers.
    hashes
        How many hashes were drawn.
    """
    error = max(abs(a - b) for one in agreements for a, b in zip(one.measured, one.theory, strict=True))
    figures = {"error": error, "n": hashes}
    head = tuple(say(f"charts.searching.{name}") for name in ("hash", "similarity", "measured", "theory"))
    rows = tuple(
        (say(f"charts.searching.{one.name}"), agreement(s), agreement(m), agreement(t))
        for one in agreements
        for s, m, t in zip(one.similarity, one.measured, one.theory, strict=True)
    )
    return Picture(
        "collisions",
        sentence("charts.searching.collisions", **figures),
        sentence("charts.searching.collisions_reading", **figures),
        sentence("charts.searching.collisions_description", **figures),
        Numbers(head, rows),
        lambda canvas: _collisions(agreements, canvas),
    )


def _theory(name: str, s: float) -> float:
    return 1 - math.acos(s) / math.pi if name == "cosine" else s


def _collisions(agreements: Sequence[Agreement], canvas: Canvas) -> Any:
    c, grid = canvas.theme, [n / 400 for n in range(401)]
    panels = []
    for one in agreements:
        curve = [{"s": s, "p": _theory(one.name, s)} for s in grid]
        dots = [{"s": s, "p": p} for s, p in zip(one.similarity, one.measured, strict=True)]
        x, y = _unit_axes(f"similarity_{one.name}", "agree")
        drawing = alt.layer(
            layer(curve).mark_line(color=c["edge"]).encode(x=x, y=y),
            layer(dots).mark_point(size=60, opacity=1, color=c["accent"]).encode(x=x, y=y),
        )
        title = alt.TitleParams(say(f"charts.searching.{one.name}"), fontSize=13, anchor="start", offset=22)
        panels.append(drawing.properties(width=HALF - 60, height=260, title=title))
    return alt.hconcat(*panels, spacing=36).properties(autosize="pad", padding=20)


def _unit_axes(x: str, y: str, right: float = 1.0) -> tuple[Any, Any]:
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    return (
        alt.X("s:Q", scale=alt.Scale(domain=[0, right], nice=False),
              axis=alt.Axis(title=say(f"charts.searching.{x}"), values=ticks)),
        alt.Y("p:Q", scale=alt.Scale(domain=[0, 1.02], nice=False),
              axis=alt.Axis(title=say(f"charts.searching.{y}"), values=ticks, labelExpr=_PERCENT)),
    )  # fmt: skip


def bands_picture(bands: Sequence[Bands]) -> Picture:
    """Return how often a pair of texts shares a bucket, by similarity and by how hashes are banded.

    Parameters
    ----------
    bands
        One S-curve each, with what was measured on pairs.
    """
    turns = {one: (1 / one.n_bands) ** (1 / one.n_rows) for one in bands}
    first, last = bands[0], bands[-1]
    figures = {"b": first.n_bands, "r": first.n_rows, "s": turns[first], "b2": last.n_bands, "r2": last.n_rows,
               "s2": turns[last]}  # fmt: skip
    head = tuple(say(f"charts.searching.{name}") for name in ("bands", "similarity", "measured", "theory"))
    rows = tuple(
        (say("charts.searching.shape", b=one.n_bands, r=one.n_rows), agreement(s), share(m), share(t))
        for one in bands
        for s, m, t in zip(one.similarity, one.found, one.theory, strict=True)
    )
    return Picture(
        "bands",
        sentence("charts.searching.s_curve", **figures),
        sentence("charts.searching.s_curve_reading", **figures),
        sentence("charts.searching.s_curve_description", **figures),
        Numbers(head, rows),
        lambda canvas: _bands(bands, canvas),
    )


def _bands(bands: Sequence[Bands], canvas: Canvas) -> Any:
    c = canvas.theme
    x, y = _unit_axes("similarity_jaccard", "found")
    layers = []
    for one, token in zip(bands, ("accent", "s2", "s3", "s4"), strict=False):
        curve = [{"s": n / 100, "p": 1 - (1 - (n / 100) ** one.n_rows) ** one.n_bands} for n in range(101)]
        dots = [{"s": s, "p": p} for s, p in zip(one.similarity, one.found, strict=True)]
        label = [{"s": (1 - 0.55 ** (1 / one.n_bands)) ** (1 / one.n_rows), "p": 0.45,
                  "text": say("charts.searching.shape", b=one.n_bands, r=one.n_rows)}]  # fmt: skip
        layers += [
            layer(curve).mark_line(color=c[token]).encode(x=x, y=y),
            layer(dots).mark_point(size=50, opacity=1, color=c[token]).encode(x=x, y=y),
            halo_text(
                layer(label).encode(x=x, y=y, text="text:N"), canvas, align="left", dx=12, fontWeight=500
            ),
        ]
    return sized(alt.layer(*layers), canvas, _HEIGHT)
