"""All charts of a study as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from segmint.charts.chart import Chart
from segmint.charts.render import png, specification, svg
from segmint.charts.table import CHARTS
from segmint.choosing.study import Study
from segmint.errors import UsageError
from segmint.model.files import write_file

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
    return write_drawings(drawings(study, format=format, theme=theme), folder)


def write_drawings(drawn: Mapping[str, Callable[[], bytes]], folder: str | Path) -> list[Path]:
    """Draw pictures into a folder, each file whole or not at all; return the files.

    Parameters
    ----------
    drawn
        What draws each picture, by the name of its file.
    folder
        Made when it is missing; files of the same names are replaced.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)  # what the system says of it names the folder
    written = []
    for name, draw in drawn.items():
        written.append(Path(folder) / name)
        write_file(written[-1], [draw()], refusal="workflow.unwritable_figure")
    return written


def check_format(format: str) -> None:
    """Refuse a format that no picture is written in.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    if format not in FORMATS:
        raise UsageError("charts.no_such_format", format=format, formats=list(FORMATS))


def drawings(study: Study, *, format: str = "png", theme: str = "light") -> dict[str, Callable[[], bytes]]:
    """Return what draws each chart that a study has, by the name of its file; nothing is drawn yet.

    Raises
    ------
    UsageError
        If there is no such format.
    """
    check_format(format)
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
