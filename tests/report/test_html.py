"""The page: one file, a strict content policy, everything escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from segmint.report import render, summarize, write_report
from segmint.report.html import write_page

STUDIES = ("blobs", "lone", "moons", "nothing", "slices", "wide")
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Tree(HTMLParser):
    """Checks nesting, and collects what the tests ask for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1] if self.open else ''}>"
        self.open.pop()


def parsed(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    assert tree.open == []
    return tree


@pytest.fixture(scope="module")
def pages(summary: Any) -> dict[str, str]:
    return {which: render(summary(which)) for which in STUDIES}


@pytest.mark.parametrize("which", STUDIES)
def test_the_page_is_well_formed_and_loads_nothing(pages: dict[str, str], which: str) -> None:
    page = pages[which]
    tags = parsed(page).tags
    assert not [tag for tag, given in tags if "style" in given], "a style attribute would be refused"
    assert not [
        tag for tag, given in tags if given.get("src") or any(name.startswith("on") for name in given)
    ]
    assert not re.search(r"https?://|@import|url\(\s*['\"]?(?!#)", page)
    assert [given["lang"] for tag, given in tags if tag == "html"] == ["en"]


@pytest.mark.parametrize("which", STUDIES)
def test_ids_are_unique_and_links_lead_somewhere(pages: dict[str, str], which: str) -> None:
    tags = parsed(pages[which]).tags
    ids = [given["id"] for _, given in tags if given.get("id")]
    assert len(ids) == len(set(ids))
    links = {given["href"] for tag, given in tags if tag in ("a", "use") and given.get("href")}
    assert links
    assert links <= {f"#{name}" for name in ids}


def test_the_policy_allows_only_its_own_style_and_script(pages: dict[str, str]) -> None:
    page = pages["blobs"]
    policy = next(
        given["content"] or ""
        for tag, given in parsed(page).tags
        if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for element in ("style", "script"):
        content = re.findall(rf"<{element}>(.*?)</{element}>", page, flags=re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("which", STUDIES)
def test_every_picture_can_be_heard(pages: dict[str, str], which: str) -> None:
    page = pages[which]
    for tag, given in parsed(page).tags:
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or (
                given.get("role") == "img" and given.get("aria-label")
            )
    figures = re.findall(r'<figure class="plot" id=.*?</figure>', page, flags=re.DOTALL)
    assert figures
    for figure in figures:
        assert "<figcaption><b>" in figure and "Show the numbers" in figure and "<th scope=" in figure
    assert 'class="skip" href="#main"' in page


def test_names_of_columns_segments_and_files_are_escaped(build: Any) -> None:
    bad = "<script>alert('x')</script>&\"'"
    table = replace(build.blobs(), names=(bad, "b"), source=f"{bad}.csv")
    study = build.build_study(
        table, winner=("kmeans", 3), ks=range(1, 4), resamples=2, names=[bad, "<i>", "{{ 7*7 }}"]
    )
    because = replace(study.decision, chosen_by="user", because=bad)
    page = render(summarize(replace(study, decision=because)))
    parsed(page)
    assert "<script>alert" not in page and "<i>" not in page
    assert page.count("<script") == 1
    assert "{{ 7*7 }}" in page


def test_the_same_study_gives_the_same_page(blobs: Any, pages: dict[str, str]) -> None:
    assert render(summarize(blobs)) == pages["blobs"]


def test_ten_columns_stay_small(pages: dict[str, str]) -> None:
    assert max(len(page.encode()) for page in pages.values()) < 1_500_000


def test_a_report_is_the_page_of_its_study(tmp_path: Path, blobs: Any, pages: dict[str, str]) -> None:
    target = tmp_path / "new" / "report.html"
    assert write_report(blobs, target) == target
    assert target.read_text(encoding="utf-8") == pages["blobs"]


def test_writing_replaces_whole_files_and_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")
    write_page("<p>new · neu</p>\n", target)
    assert target.read_bytes() == "<p>new · neu</p>\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_write_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_page("<p>new</p>", target)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (target / "inside").is_dir()


def test_the_card_of_fewer_than_five_rows_tells_only_their_number(lone: Any, pages: dict[str, str]) -> None:
    *_, card = summarize(lone)["segments"]
    assert (card["size"], card["features"], card["described"], card["rest"]) == ("1 customer", [], [], [])
    assert "fewer than five rows" in card["summary"]
    assert card["summary"] in pages["lone"]
    assert not re.search(r"777\.[78]|888\.[23]", pages["lone"])
