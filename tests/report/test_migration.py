"""The page before a promotion: every event in its sentence, the verdict, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.labels import UNASSIGNED
from segmint.lineage.telling import headline, tell
from segmint.model.lineage import Churn, Event, Kind, Lineage
from segmint.model.segment_model import SegmentModel
from segmint.report import migration
from segmint.report.html import render_page
from segmint.report.migration import summarize_migration, write_migration
from segmint.words.numbers import share
from segmint.words.visible import safe
from segmint.workflow.migration import Migration

VOID = {"meta", "br", "link", "img", "input", "hr"}
BAD = "<b>x</b>"
CHURN = Churn(150, 0.14, 120, 0.22, 0.2, 0.08, -0.06, 0.05, 0.03)
FLOW = ((40, 5, 0, 2, 3), (0, 50, 0, 0, 0), (0, 1, 44, 0, 0), (0, 0, 5, 0, 0))
ALLOWED = Migration(0.08, True, (), 0.1, 0.03)


class Tree(HTMLParser):
    """Checks nesting, and collects tags and text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & {*self.open}:
            self.text.append(data)


@pytest.fixture(scope="module")
def versions(build: Any) -> tuple[SegmentModel, SegmentModel]:
    """Three segments and their successor with five: one moved and shrunk, one grown, one not followed, one new."""
    before = build.build_study(build.blobs(), winner=("kmeans", 3), ks=range(2, 4), resamples=2).model
    before = replace(before, cards=(replace(before.cards[0], name=BAD), *before.cards[1:]))
    one, two, three = (card.id for card in before.cards)
    base = before.cards
    cards = (
        replace(base[0], center={**base[0].center, "feature 1": base[0].center["feature 1"] + 30}),
        base[1],
        replace(base[2], id="seg-other", number=4, name="Group <4>"),
        replace(base[2], id="seg-new", number=5, label=3, name="\u202eNew"),
    )
    events = (
        Event((Kind.MOVED, Kind.SHRUNK), (one,), (one,), 0.5, 0.3, 2.5, 0.7, 0.95, True),
        Event((Kind.GROWN,), (two,), (two,), 0.2, 0.4, 0.1, 0.9, 0.95, True),
        Event((Kind.REORGANIZED,), (three,), ("seg-other",), 0.3, 0.2, None, None, 0.55, False),
        Event((Kind.BORN,), (), ("seg-new",), 0.0, 0.1, None, None, 0.93, True),
    )
    story = Lineage(
        "c" * 64, 1, True, 0.7, events, 5, (one, two, three, UNASSIGNED),
        (one, two, "seg-other", "seg-new", UNASSIGNED), FLOW, CHURN,
    )  # fmt: skip
    return before, replace(before, cards=cards, lineage=story)


@pytest.fixture(scope="module")
def summary(versions: tuple[SegmentModel, SegmentModel]) -> dict[str, Any]:
    return summarize_migration(*versions, ALLOWED)


@pytest.fixture(scope="module")
def page(summary: dict[str, Any]) -> str:
    return render_page("migration.html", summary)


def said(page: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Tree(page).text))


def plain(text: Any) -> str:
    return re.sub(r"\s+", " ", unescape(str(text)))


def test_the_page_says_every_event(page: str, versions: tuple[SegmentModel, SegmentModel]) -> None:
    before, after = versions
    assert after.lineage is not None
    text = said(page)
    for event in after.lineage.events:
        assert plain(safe(str(tell(event, before, after)))) in text
    assert plain(headline(after.lineage)) in text
    assert "not followed" in text


def test_names_are_escaped(page: str) -> None:
    Tree(page)
    assert "<b>x" not in page and "&lt;b&gt;x" in page
    assert "Group <4>" not in page
    assert page.count("<script") == 1


def test_a_name_cannot_turn_the_text_round(page: str) -> None:
    assert "\u202e" not in page


def test_the_policy_is_strict_and_nothing_is_loaded(page: str) -> None:
    tags = Tree(page).tags
    policy = next(
        given["content"] or "" for _, given in tags if given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    for element in ("style", "script"):
        (content,) = re.findall(rf"<{element}>(.*?)</{element}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    assert not [tag for tag, given in tags if "style" in given or given.get("src")]
    assert not [tag for tag, given in tags if any(name.startswith("on") for name in given)]
    assert not re.search(r"https?://|@import|url\(\s*['\"]?(?!#)", page)


def test_ids_are_unique_and_links_lead_somewhere(page: str) -> None:
    tags = Tree(page).tags
    ids = [given["id"] for _, given in tags if given.get("id")]
    assert len(ids) == len(set(ids))
    links = {given["href"] for tag, given in tags if tag in ("a", "use") and given.get("href")}
    assert links <= {f"#{name}" for name in ids}


def test_the_picture_is_there_twice_and_in_numbers(page: str, summary: dict[str, Any]) -> None:
    assert set(summary["flow"]["drawings"]) == {"wide", "narrow"}
    assert page.count('role="img"') >= 2
    head, rows = summary["flow"]["numbers"]["head"], summary["flow"]["numbers"]["rows"]
    assert len(head) == 6 and len(rows) == 4
    total = sum(int(cell.replace(",", "").replace("\u202f", "")) for row in rows for cell in row[1:])
    assert total == np.sum(FLOW) == CHURN.n_present


def test_who_moves_where_adds_up(summary: dict[str, Any], versions: Any) -> None:
    moved = sum(int(move["n"]) for move in summary["moves"])
    story = versions[1].lineage
    wanted = sum(
        n
        for old, row in zip(story.before, story.flow, strict=True)
        for new, n in zip(story.after, row, strict=True)
        if old != new
    )
    assert moved == wanted
    sizes = [int(move["n"]) for move in summary["moves"]]
    assert sizes == sorted(sizes, reverse=True)
    assert not [move for move in summary["moves"] if move["from"] == move["to"]]


def test_churn_is_told_in_its_parts(page: str) -> None:
    text = said(page)
    for value in (CHURN.today, CHURN.total, CHURN.own, CHURN.model, CHURN.usual):
        assert plain(share(float(value or 0))) in text, value
    minus = plain(share(-0.06))
    assert minus in text and "6.0" in minus and minus[0] in "-−"


def test_what_is_not_known_is_said_so(versions: Any) -> None:
    before, after = versions
    unknown = replace(CHURN, n_known=0, total=None, own=None, model=None, interaction=None, usual=None)
    other = replace(after, lineage=replace(after.lineage, churn=unknown))
    told = summarize_migration(before, other, replace(ALLOWED, churn=0.14, usual=None))
    assert [part["value"] for part in told["churn"]] == ["not known"] * 4
    assert len(told["figures"]) == 2
    assert "new rows" in told["verdict"]["how"]


@pytest.mark.parametrize(
    ("allowed", "kind", "parts"),
    [
        (ALLOWED, "plain", ["may be promoted"]),
        (replace(ALLOWED, churn=0.3), "warn", ["not promoted", "30", "10"]),
        (replace(ALLOWED, retired=("S3",)), "warn", ["not promoted", "S3"]),
        (replace(ALLOWED, retired=("S2", "S3")), "warn", ["S2, S3"]),
    ],
    ids=["allowed", "above", "retires", "retires two"],
)
def test_the_page_says_the_verdict(
    summary: dict[str, Any], versions: Any, allowed: Migration, kind: str, parts: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(migration, "_picture", lambda *_: summary["flow"])  # drawn once
    told = summarize_migration(*versions, allowed)
    assert told["verdict"]["kind"] == kind
    text = said(render_page("migration.html", told))
    assert plain(told["verdict"]["text"]) in text
    assert all(part in told["verdict"]["text"] for part in parts)


def test_audiences_are_all_there(summary: dict[str, Any]) -> None:
    told = {one["name"]: one for one in summary["audiences"]}
    assert len(told) == 6
    first = next(one for name, one in told.items() if name.startswith("S1"))
    assert (first["stay"], first["leave"], first["come"]) == ("40", "10", "0")


def test_it_is_written_whole(
    versions: Any, summary: dict[str, Any], tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(migration, "_picture", lambda *_: summary["flow"])
    target = tmp_path / "page.html"
    assert write_migration(*versions, ALLOWED, target) == target
    assert target.read_text().startswith("<!") and len(list(tmp_path.iterdir())) == 1
