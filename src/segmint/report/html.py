"""From plain data to one HTML file that works offline under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from segmint.charts.theme import css_variables
from segmint.choosing.study import Study
from segmint.report.summary import summarize
from segmint.words import say
from segmint.words.visible import safe


def render(summary: Mapping[str, Any]) -> str:
    """Return the report as one HTML page: no network, no style attributes, one small script.

    Parameters
    ----------
    summary
        What :func:`segmint.report.summarize` gave.

    Returns
    -------
    str
        The page; its content policy allows nothing but its own style and script, by their hashes.
    """
    return render_page("page.html", summary)


def render_page(template: str, summary: Mapping[str, Any]) -> str:
    """Return one of the pages (see :func:`render`), by the name of its template.

    Parameters
    ----------
    template
        A file of the folder of templates.
    summary
        Plain data: ``language``, ``title``, ``crumb``, ``source``, ``sections``, and what the template names.
    """
    style, script = _style(), _resource("toggle.js")
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    )
    return _template(template).render(
        s=summary, style=Markup(style), script=Markup(script), policy=policy, say=_words
    )


def write_report(study: Study, path: str | Path) -> Path:
    """Write a study's report: whole or not at all (see :func:`write_page`)."""
    return write_page(render(summarize(study)), path)


def write_page(page: str, path: str | Path) -> Path:
    """Write a page: whole or not at all.

    Parameters
    ----------
    page
        What :func:`render` gave.
    path
        The HTML file; its folder is made when it is missing; an older file is replaced in one step.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If the folder cannot be written to; then nothing has changed.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(page)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def _words(key: str, **figures: Any) -> str:
    return say(f"report.{key}", **figures)


_BREAKS = re.compile(r"(?<=\d) (?=%)|(?<=\bK) (?==)|(?<==) (?=\d)|(?<=[≥<≤]) (?=[\d−])")


def _unbroken(value: Any) -> Any:
    """Keep a number and its sign on one line, and show hidden characters; markup that is ready stays as it is."""
    return _BREAKS.sub("\u00a0", safe(value, kept="\n")) if type(value) is str else value


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("segmint.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_unbroken,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


@cache
def _style() -> str:
    """Return the stylesheet with both themes' tokens: one place for colors."""
    dark = css_variables("dark")
    classes = "".join(f".c-s{n}{{--c:var(--s{n})}}" for n in range(1, 13)) + ".c-edge{--c:var(--edge)}"
    tokens = (
        f":root{{color-scheme:light;{css_variables('light')}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}"
    )
    light = f"@media print{{:root:root:root{{color-scheme:light;{css_variables('light')}--paper:#fff;--sunken:#f4f4f4}}}}"
    return f"{tokens}{classes}\n{_resource('style.css')}\n{light}"


@cache
def _resource(name: str) -> str:
    return resources.files("segmint.report").joinpath("templates", name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
