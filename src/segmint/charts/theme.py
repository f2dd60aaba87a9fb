"""The tokens of the look, and the Altair configuration made of them.

A drawing names tokens (``ink``, ``s2``, ``line``), never colors. The third theme, ``variables``, gives every
token a hexadecimal value of its own, so that the finished drawing can be turned into CSS variables
without guessing (see :func:`segmint.charts.render.themed`): in the light theme ``s1``, ``accent``
and ``q6`` are one color, in the dark theme three.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from segmint.errors import UsageError

ThemeName = Literal["light", "dark"]
Theme = Mapping[str, str]

SANS: Final = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', system-ui, sans-serif"
N_COLORS: Final = 12

_LIGHT: Final[Theme] = {
    "paper": "#FAF9F7", "surface": "#FFFFFF", "sunken": "#F2F0EC", "chip": "#F2F0EB", "line": "#E5E2DC",
    "line-2": "#C8C4BC", "edge": "#8C8981", "ink": "#1A1B1F", "ink-2": "#4F5058", "ink-3": "#6B6C74",
    "accent": "#1F4BB8", "accent-soft": "#EAF0FC", "good": "#1B6B3A", "good-soft": "#E6F3EA",
    "warn": "#8A5A00", "warn-soft": "#FBF0D9", "bad": "#A8281E", "bad-soft": "#FBE9E6", "noise": "#85868C",
    "s1": "#1F4BB8", "s2": "#D9701E", "s3": "#17857C", "s4": "#8A2352", "s5": "#2E9BDC", "s6": "#5B5417",
    "s7": "#7962DD", "s8": "#BF425B", "s9": "#869B65", "s10": "#602C1E", "s11": "#4D616C", "s12": "#715390",
    "q1": "#EEF3FB", "q2": "#CBDAF4", "q3": "#9FBAEA", "q4": "#6E95DC", "q5": "#4270CC", "q6": "#1F4BB8",
    "q7": "#152F78", "d1": "#1F4BB8", "d2": "#6F8FD6", "d3": "#BCCBEB", "d4": "#EFEDE8", "d5": "#F3CBA8",
    "d6": "#E2965A", "d7": "#AF5208",
}  # fmt: skip

_DARK: Final[Theme] = {
    "paper": "#121315", "surface": "#1A1C1F", "sunken": "#0D0E10", "chip": "#2A2D32", "line": "#2B2E33",
    "line-2": "#4A4E56", "edge": "#747982", "ink": "#ECECEE", "ink-2": "#B6B7BE", "ink-3": "#92949C",
    "accent": "#8FB0FF", "accent-soft": "#1C2740", "good": "#6CC98D", "good-soft": "#15291D",
    "warn": "#E5B454", "warn-soft": "#2E2512", "bad": "#FF8F80", "bad-soft": "#351B18", "noise": "#83858C",
    "s1": "#6A86FF", "s2": "#F09A4E", "s3": "#3FB8AC", "s4": "#D9508A", "s5": "#8ECFFB", "s6": "#D0D79B",
    "s7": "#A29DD4", "s8": "#FC7B9B", "s9": "#69872F", "s10": "#AB6E64", "s11": "#CAD9EB", "s12": "#A96CAF",
    "q1": "#1B2233", "q2": "#23345F", "q3": "#2F4C94", "q4": "#4468C4", "q5": "#6A8CEB", "q6": "#9DB6FA",
    "q7": "#D6E1FF", "d1": "#7D9BFF", "d2": "#5571BE", "d3": "#36466F", "d4": "#2B2E33", "d5": "#6B4424",
    "d6": "#AE6A2C", "d7": "#F09A4E",
}  # fmt: skip

_VARIABLES: Final[Theme] = {token: f"#FE{place:02X}01" for place, token in enumerate(_LIGHT)}

THEMES: Final[Mapping[str, Theme]] = {"light": _LIGHT, "dark": _DARK, "variables": _VARIABLES}


def checked_theme(name: str) -> ThemeName:
    """Return the name of a theme.

    Raises
    ------
    UsageError
        If it is neither ``light`` nor ``dark``.
    """
    known: Mapping[str, ThemeName] = {"light": "light", "dark": "dark"}
    if name not in known:
        raise UsageError("charts.no_such_theme", theme=name)
    return known[name]


def css_variables(theme: ThemeName) -> str:
    """Return a theme as CSS declarations: ``--ink:#1A1B1F;…``."""
    return "".join(f"--{token}:{color};" for token, color in THEMES[theme].items())


def configuration(theme: Theme) -> dict[str, Any]:
    """Return the Altair configuration in the colors of one theme.

    ``tickCount`` is never set here: it would silently drop explicit tick values.
    """
    categories = [theme[f"s{number}"] for number in range(1, N_COLORS + 1)]
    ramp = [theme[f"q{number}"] for number in range(1, 8)]
    return {
        "aria": False,
        "background": "transparent",
        "font": SANS,
        "padding": 4,
        "view": {"stroke": None, "continuousWidth": 640, "continuousHeight": 320},
        **_axes(theme),
        "text": {"fontSize": 12, "color": theme["ink"]},
        "point": {"size": 46, "filled": True, "opacity": 0.85},
        "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
        "rule": {"color": theme["line-2"]},
        "bar": {"cornerRadiusEnd": 2},
        "title": _title(theme),
        "range": {
            "category": categories,
            "ordinal": ramp,
            "ramp": ramp,
            "heatmap": ramp,
            "diverging": [theme[f"d{number}"] for number in range(1, 8)],
        },
    }


def _title(theme: Theme) -> dict[str, Any]:
    return {
        "fontSize": 15,
        "fontWeight": 600,
        "color": theme["ink"],
        "anchor": "start",
        "frame": "bounds",
        "offset": 14,
        "subtitleColor": theme["ink-2"],
        "subtitleFontSize": 12.5,
        "subtitleLineHeight": 18,
        "subtitlePadding": 6,
    }


def _axes(theme: Theme) -> dict[str, Any]:
    return {
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "labelColor": theme["ink-3"],
            "titleColor": theme["ink-2"],
            "titleFontWeight": 500,
            "labelPadding": 6,
            "titlePadding": 10,
            "domain": False,
            "ticks": False,
            "gridColor": theme["line"],
            "gridWidth": 1,
            "labelFlush": False,
        },
        "axisX": {
            "grid": False,
            "domain": True,
            "domainColor": theme["line-2"],
            "ticks": True,
            "tickSize": 4,
            "tickColor": theme["line-2"],
        },
        "axisY": {
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "start",
            "titleBaseline": "bottom",
            "titleY": -14,
            "titleX": 0,
        },
    }
