"""All charts of a study as files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from segmint.charts.chart import Chart
from segmint.charts.render import png, specification, svg
from segmint.charts.table import CHARTS
from segmint.choosing.study import Study
from segmint.errors import UsageError

FORMATS: Final = ("png", "svg", "json")


def write_charts(
    study: Study, folder: str | Path, *, format: str = "png", theme: str = "light"
) -> list[Path]:
    """Write every chart that a study has to a folder, one file each, named after the chart.

    Parameters
    ----------
    study
        The study to show.
    folder
        Made when it is missing; files of the same names are replaced.
    format
        ``png`` (two picture elements a px), ``svg`` or ``json`` (Vega-Lite).
    theme
        ``light`` or ``dark``.

    Returns
    -------
    list of Path
        The files, in the order of the table of charts.

    Raises
    ------
    UsageError
        If there is no such format or theme.
    """
    drawn = drawings(study, format=format, theme=theme)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, draw in drawn.items():
        (target / name).write_bytes(draw())
    return [target / name for name in drawn]


def drawings(study: Study, *, format: str = "png", theme: str = "light") -> dict[str, Callable[[], bytes]]:
    """Return what draws each chart that a study has, by the name of its file; nothing is drawn yet.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    if format not in FORMATS:
        raise UsageError("charts.no_such_format", format=format, formats=list(FORMATS))
    return {
        f"{name}.{format}": partial(_drawn, chart, study, format, theme)
        for name, chart in CHARTS.items()
        if chart.available(study)
    }


def _drawn(chart: Chart, study: Study, format: str, theme: str) -> bytes:
    return rendered(chart(study, theme=theme), format)


def rendered(chart: Any, format: str) -> bytes:
    """Return an Altair object in one of the formats of files."""
    if format == "png":
        return png(chart)
    return (svg(chart) if format == "svg" else specification(chart)).encode()
