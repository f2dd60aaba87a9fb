"""From an Altair object to bytes: PNG, SVG, JSON, and an SVG whose colors are CSS variables.

Everything is converted on this machine by the bundled Vega; nothing is loaded from elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from concurrent.futures import Future
from itertools import groupby
from typing import Any, Final

from segmint.charts.theme import THEMES
from segmint.charts.vega import draw
from segmint.words.visible import safe

_TOKENS: Final = {color.lower(): token for token, color in THEMES["variables"].items()}
_TOKEN: Final = re.compile(r"#fe[0-9a-f]{2}01", re.IGNORECASE)
_MARK: Final = re.compile(r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" (d="[^"]*" ?[^>]*?)/>')
_RUN: Final = re.compile(rf"(?:{_MARK.pattern}){{4,}}")
_CLIP: Final = re.compile(r"(?<=[\"#])clip\d+(?=[\")])")
_NUMBER: Final = re.compile(r"-?\d+\.\d{2,}")


def png(chart: Any, *, scale: float = 2) -> bytes:
    """Return a chart as a PNG picture.

    Parameters
    ----------
    chart
        An Altair object.
    scale
        Picture elements for each px of the drawing, above 0.
    """
    return draw(specification(chart), "png", scale=scale).result()


def svg(chart: Any) -> str:
    """Return a chart as an SVG drawing with the colors of its theme."""
    return svgs([chart])[0]


def svgs(charts: Iterable[Any]) -> list[str]:
    """Return each chart as :func:`svg` does: one is drawn while the next is composed.

    Parameters
    ----------
    charts
        Altair objects, best made while they are asked for.
    """
    drawn: list[Future[bytes]] = []
    try:
        drawn.extend(draw(specification(chart), "svg") for chart in charts)
        return [_renumbered(drawing.result().decode(), "clip") for drawing in drawn]
    except BaseException:
        for drawing in drawn:
            drawing.cancel()
        raise


def specification(chart: Any) -> str:
    """Return a chart as Vega-Lite JSON with sorted keys: equal charts, equal bytes."""
    return json.dumps(
        chart.to_dict(validate=False), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def themed(drawing: str, *, name: str, label: str) -> str:
    """Return an SVG drawing made in the theme ``variables`` for use inside a page.

    The colors become ``var(--TOKEN)``, so that one drawing serves both themes; there are no style
    attributes, so that a content policy without ``unsafe-inline`` shows it. Repeated marks are defined once.

    Parameters
    ----------
    drawing
        What :func:`svg` gave of ``Chart.bare(study, theme="variables")``.
    name
        Unique within the page: the prefix of the ids inside the drawing.
    label
        What the drawing shows, in words, for those who don't see it.
    """
    text = safe(drawing, kept="\n\t")
    width, height = re.findall(r'(?:width|height)="([\d.]+)"', text)[:2]
    inner = text[text.index(">") + 1 : text.rindex("</svg>")]
    inner = _TOKEN.sub(lambda found: f"var(--{_TOKENS[found.group().lower()]})", inner)
    inner = _renumbered(_tidied(inner), f"{name}-clip")
    return (
        f'<svg role="img" aria-label="{_escaped(safe(label))}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{_compacted(inner, name)}</svg>'
    )


def _renumbered(drawing: str, prefix: str) -> str:
    """Number clip paths from 0: Vega counts them through the whole process, so that each call would differ."""
    order = {found: place for place, found in enumerate(dict.fromkeys(_CLIP.findall(drawing)))}
    return _CLIP.sub(lambda found: f"{prefix}{order[found.group()]}", drawing)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _tidied(inner: str) -> str:
    """Drop what only Vega's own runtime reads, empty backgrounds and needless decimals."""
    inner = re.sub(r'<path class="(?:background|foreground)"[^>]*/>', "", inner)
    inner = re.sub(r' (?:class|role|aria-[a-z]+|pointer-events|font-family|style)="[^"]*"', "", inner)
    inner = re.sub(r' (?:opacity|fill-opacity|stroke-opacity)="1"', "", inner)
    return _outside_text(inner)


def _outside_text(inner: str) -> str:
    """Round coordinates to a tenth of a px, but never a number that a reader sees."""
    pieces = re.split(r"(<text[^>]*>.*?</text>)", inner, flags=re.DOTALL)
    return "".join(piece if piece.startswith("<text") else _NUMBER.sub(_rounded, piece) for piece in pieces)


def _rounded(found: re.Match[str]) -> str:
    text = f"{float(found.group()):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _compacted(inner: str, name: str) -> str:
    """Define the shape of repeated marks once, and use it: a map of 2,000 points shrinks to a fifth."""
    known: dict[str, str] = {}

    def used(run: re.Match[str]) -> str:
        marks = [found.groups() for found in _MARK.finditer(run.group())]
        out = []
        for shape, group in groupby(marks, key=lambda mark: mark[2]):
            identity = known.setdefault(shape, f"{name}-{len(known)}")
            out += [f'<use href="#{identity}" x="{x}" y="{y}"/>' for x, y, _ in group]
        return "".join(out)

    body = _RUN.sub(used, inner)
    shapes = "".join(f'<path id="{identity}" {shape.strip()}/>' for shape, identity in known.items())
    return f"<defs>{shapes}</defs>{body}" if shapes else body
