"""A chart: how it is drawn, what it says, and the numbers behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import altair as alt
from altair.utils.schemapi import debug_mode

from segmint.charts.theme import THEMES, Theme, checked_theme, configuration
from segmint.choosing.study import Study
from segmint.errors import NotFoundError
from segmint.words import Sentence, say

FULL: Final = 830
HALF: Final = 384
PHONE: Final = 326
_CHARACTER: Final = 6.6
"""Mean width of a character of the subtitle, px: where its lines break."""


@dataclass(frozen=True)
class Canvas:
    """The width of a whole drawing in px (axes included) and the colors of its theme."""

    width: int
    theme: Theme

    @property
    def narrow(self) -> bool:
        """Whether the drawing is made for a phone or for half a page."""
        return self.width < 480


@dataclass(frozen=True)
class Caption:
    """What a chart says.

    Attributes
    ----------
    finding
        The title: what is to be seen.
    reading
        How to read the marks, and where an interval or a sample comes from.
    description
        Type, axes, main shape and numbers, for those who don't see it.
    """

    finding: Sentence
    reading: Sentence
    description: Sentence


@dataclass(frozen=True)
class Numbers:
    """The numbers behind a chart: a head and rows of texts, the first column a name."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """One picture of a study; called with a study, it gives an Altair object.

    Attributes
    ----------
    name
        Its name in the table, on the command line and in file names.
    draw
        ``draw(study, canvas)``: the bare drawing.
    caption
        ``caption(study)``: its words, computed from the study.
    numbers
        ``numbers(study)``: the table behind it.
    available
        Whether a study has what it shows.
    width
        Its own width in px.

    Examples
    --------
    >>> from segmint.charts import CHARTS
    >>> CHARTS["elbow"].title
    'Elbow of the inertia'
    """

    name: str
    draw: Callable[[Study, Canvas], Any]
    caption: Callable[[Study], Caption]
    numbers: Callable[[Study], Numbers]
    available: Callable[[Study], bool]
    width: int = FULL

    @property
    def title(self) -> str:
        """What kind of chart it is, in words."""
        return say(f"charts.{self.name}.kind")

    def __call__(self, study: Study, *, theme: str = "light", width: int | None = None) -> Any:
        """Draw the chart with its title: the finding, and a line that says how to read it.

        Parameters
        ----------
        study
            The study to show.
        theme
            ``light`` or ``dark``.
        width
            Width of the whole drawing in px, 280 or more; the chart's own by default.

        Returns
        -------
        altair.LayerChart
            An Altair object: a notebook shows it.

        Raises
        ------
        NotFoundError
            If the study has nothing that this chart shows.
        UsageError
            If there is no such theme.
        """
        drawing = self.bare(study, theme=checked_theme(theme), width=width)
        said, px = self.caption(study), width or self.width
        title = textwrap.wrap(str(said.finding), max(20, int(px / 8)))
        subtitle = textwrap.wrap(str(said.reading), max(24, int(px / _CHARACTER)))
        drawing = _taller(drawing, 20 * len(title) + 18 * len(subtitle) + 24)
        return drawing.properties(
            title=alt.TitleParams(text=title, subtitle=subtitle), background=THEMES[theme]["surface"]
        )

    def bare(self, study: Study, *, theme: str = "light", width: int | None = None) -> Any:
        """Draw the chart without its title, on no background: for pages that set the words themselves."""
        if not self.available(study):
            raise NotFoundError("charts.nothing_to_show", chart=self.name)
        return dressed(self.draw, study, Canvas(width or self.width, THEMES[theme]))


_Shown = TypeVar("_Shown")


def dressed(draw: Callable[[_Shown, Canvas], Any], shown: _Shown, canvas: Canvas) -> Any:
    """Draw a study (or what else is shown), and add the configuration of the canvas's theme."""
    with debug_mode(False):  # Altair would check each part anew: half of the time; the tests check them once
        drawing = draw(shown, canvas)
        drawing.config = alt.Config(**configuration(canvas.theme))
    return drawing


def _taller(drawing: Any, px: int) -> Any:
    """Make room above a drawing for its title, so that the plot keeps its size."""
    if isinstance(drawing.padding, dict):
        return drawing.properties(padding={**drawing.padding, "top": drawing.padding["top"] + px})
    if isinstance(drawing, alt.ConcatChart):
        return drawing
    return drawing.properties(height=drawing.height + px)
