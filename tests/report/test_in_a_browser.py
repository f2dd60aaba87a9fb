"""The report in a real browser, with the network off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from segmint.report import render

pytestmark = pytest.mark.browser
STUDIES = ("blobs", "lone", "moons", "nothing", "slices", "wide")
WIDTHS = (320, 390, 800, 1280)


@pytest.fixture(scope="module")
def files(summary: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    found = {which: folder / f"{which}.html" for which in STUDIES}
    for which, path in found.items():
        path.write_text(render(summary(which)), encoding="utf-8")
    return found


def opened(browser: Any, path: Path, width: int, **more: Any) -> tuple[Any, list[str]]:
    page = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **more).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: said.append(asked.url) if not asked.url.startswith("file:") else None)
    page.goto(path.as_uri())
    return page, said


@pytest.mark.parametrize("which", STUDIES)
def test_it_opens_without_a_word_and_never_scrolls_sideways(
    browser: Any, files: dict[str, Path], which: str
) -> None:
    for width in WIDTHS:
        page, said = opened(browser, files[which], width)
        assert said == []
        scroll = "document.documentElement.scrollWidth"
        assert page.evaluate(scroll) <= width
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate(scroll) <= width, "with everything opened"
        page.context.close()


def test_text_of_drawings_is_not_cut_at_the_edge_of_the_page(browser: Any, files: dict[str, Path]) -> None:
    outside = """() => [...document.querySelectorAll('.drawing svg text')]
        .filter(t => t.getBoundingClientRect().width && t.closest('.drawing').offsetParent)
        .filter(t => { const r = t.getBoundingClientRect(), p = t.closest('.plot, .dots').getBoundingClientRect();
                       return r.left < p.left - 1 || r.right > p.right + 1; })
        .map(t => t.textContent)"""
    for which in STUDIES:
        for width in (390, 1280):
            page, _ = opened(browser, files[which], width)
            assert page.evaluate("document.querySelectorAll('.drawing svg text').length") > 20
            assert page.evaluate(outside) == []
            page.context.close()


def test_the_button_turns_the_lights_off_and_on(browser: Any, files: dict[str, Path]) -> None:
    page, said = opened(browser, files["blobs"], 1280, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.click("#theme")
    dark = page.evaluate(paper)
    assert light == "rgb(250, 249, 247)" and dark == "rgb(18, 19, 21)"
    mark = page.evaluate("getComputedStyle(document.querySelector('#chart-map defs path')).fill")
    page.click("#theme")
    assert page.evaluate(paper) == light and said == []
    assert page.evaluate("getComputedStyle(document.querySelector('#chart-map defs path')).fill") != mark
    page.context.close()


def test_it_follows_the_system_and_prints_in_light(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["blobs"], 1280, color_scheme="dark")
    ink = "getComputedStyle(document.body).color"
    assert page.evaluate(ink) == "rgb(236, 236, 238)"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(ink) == "rgb(26, 27, 31)"
    hidden = "getComputedStyle(document.querySelector('.rail')).display"
    assert page.evaluate(hidden) == "none"
    page.context.close()


def test_the_keyboard_reaches_the_content_first(browser: Any, files: dict[str, Path]) -> None:
    page, _ = opened(browser, files["blobs"], 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.context.close()
