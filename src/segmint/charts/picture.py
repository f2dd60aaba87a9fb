"""A picture of plain results: its words, its numbers, and how it is drawn at any width."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import altair as alt

from segmint.charts.chart import FULL, Canvas, Numbers, dressed
from segmint.charts.render import png
from segmint.charts.theme import THEMES
from segmint.words import Sentence

_CHARACTER: Final = 6.6


@dataclass(frozen=True)
class Picture:
    """What is shown beside a verdict.

    Attributes
    ----------
    name
        Its name in files.
    finding, reading, description
        The title, how to read the marks, and the whole for those who don't see it.
    numbers
        The table behind it.
    draw
        ``draw(canvas)``: the bare drawing.
    width
        Its own width in px.
    """

    name: str
    finding: Sentence
    reading: Sentence
    description: Sentence
    numbers: Numbers
    draw: Callable[[Canvas], Any]
    width: int = FULL

    def bare(self, *, theme: str = "light", width: int | None = None) -> Any:
        """Draw it without its title, for pages that set the words themselves."""
        return dressed(
            lambda draw, canvas: draw(canvas), self.draw, Canvas(width or self.width, THEMES[theme])
        )

    def titled(self, *, theme: str = "light") -> Any:
        """Draw it with its title: an Altair object that can be shown or saved."""
        drawing = self.bare(theme=theme)
        title = textwrap.wrap(str(self.finding), max(20, int(self.width / 8.5)))
        subtitle = textwrap.wrap(str(self.reading), max(24, int(self.width / _CHARACTER)))
        titled = drawing.properties(
            title=alt.TitleParams(text=title, subtitle=subtitle), background=THEMES[theme]["surface"]
        )
        if isinstance(
            drawing, alt.HConcatChart
        ):  # panels have their own heights; the title stands above them
            return titled
        return titled.properties(height=drawing.height + 20 * len(title) + 18 * len(subtitle) + 30)

    def png(self) -> bytes:
        """Return it with its title as a PNG picture."""
        return png(self.titled())
