"""The versions of a registered model, what each did to its segments, and the line that leads to the champion."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.drift.snapshot import build_snapshot
from segmint.errors import NotFoundError, SegmintError, UsageError
from segmint.labels import UNASSIGNED
from segmint.model.bundle import content_hash, save_bundle
from segmint.model.cards import SegmentCard
from segmint.model.centers import CentersAssigner
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Churn, Event, Kind, Lineage
from segmint.model.preparation import NumericStep, Preparation
from segmint.model.schema import Feature, Role, Schema
from segmint.model.schema import Kind as ColumnKind
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.track.imported import MlflowClient
from segmint.track.migrations import MIGRATION_TAG, Recorded, champion_of, record_migration, recorded
from segmint.track.promotion import promote
from segmint.track.registry import register
from segmint.words import sentence
from segmint.workflow.auditing import write_line
from segmint.workflow.history import Entry, changes, history, line_of, write_picture
from segmint.workflow.registered import ready_registry


def test_a_promotion_that_changes_nothing_is_no_change(tmp_path: Path) -> None:
    for before, after, what in (
        (None, 1, "promote"),
        (1, 2, "promote"),
        (2, 2, "promote"),
        (2, 1, "rollback"),
    ):
        write_line(tmp_path, what, {"model": "shop", "from": before, "to": after, "because": None})
    write_line(tmp_path, "promote", {"model": "other", "from": 1, "to": 9})
    found = [(one.what, one.before, one.version) for one in changes("shop", tmp_path)]
    assert found == [("promote", None, 1), ("promote", 1, 2), ("rollback", 2, 1)]


SCHEMA = Schema((Feature("hours", ColumnKind.NUMBER, Role.CLUSTER, reason=sentence("common.rows", n=1)),))


def version(number: int, parent: SegmentModel | None = None, *, k: int = 2) -> SegmentModel:
    """Make the ``number``-th version by hand; its first segment is carried on from the parent's first one."""
    rows = np.repeat(np.arange(k) * 10.0, 10) + np.tile(np.arange(10) / 10, k)
    preparation = Preparation((NumericStep("hours", 0.0, -np.inf, np.inf, None, 0.0, 1.0),), {}, "standard")
    rule = CentersAssigner(np.arange(k)[:, None] * 10.0 + 0.5)
    cards = tuple(
        SegmentCard(
            f"seg-{1 if label == 0 else 10 * number + label}", label + 1 if label == 0 else 10 * number + label,
            label, f"Group {label} of {number}", False, 10, 1 / k, {"hours": 10.0 * label}, {"hours": (0.0,) * 5},
            {}, (), None, None, None, sentence("common.customers", n=10),
        )
        for label in range(k)
    )  # fmt: skip
    content = None if parent is None else content_hash(parent)
    manifest = Manifest(
        "shop", "kmeans", "0" * 12, {"n_clusters": k}, 0, f"{number}" * 64, "groups", 1.0, None, None, content,
        0, {"segmint": "0.1.0"},
    )  # fmt: skip
    X = preparation.forward({"hours": rows})
    nobody = np.empty(0, dtype=np.int64)
    model = SegmentModel(
        manifest, SCHEMA, preparation, rule, cards, build_snapshot({"hours": rows}, SCHEMA, X, rule.place(X), k),
        landmarks=Landmarks(np.empty((0, 1)), nobody, nobody, np.ones(k), np.empty(0)),
    )  # fmt: skip
    if parent is None:
        return model
    before, after = [card.id for card in parent.cards], [card.id for card in cards]
    kept = Event((Kind.MOVED, Kind.GROWN), ("seg-1",), ("seg-1",), 0.5, 1 / k, 1.5, 0.9, 1.0, True)
    others = tuple(
        Event((Kind.RETIRED,), (name,), (), 0.5, 0.0, None, None, 1.0, True) for name in before[1:]
    )
    born = tuple(Event((Kind.BORN,), (), (name,), 0.0, 1 / k, None, None, 0.5, False) for name in after[1:])
    flow = np.zeros((len(before) + 1, k + 1), dtype=int)
    flow[0, :k] = 10
    churn = Churn(10 * k, 0.5, 0, None, None, None, None, 0.0, None)
    story = Lineage(
        str(content), number - 1, True, 1.0, (kept, *others, *born), 10 * number + k, (*before, UNASSIGNED),
        (*after, UNASSIGNED), tuple(tuple(row) for row in flow.tolist()), churn,
    )  # fmt: skip
    return replace(model, lineage=story)


def entry(number: int, model: SegmentModel, parent: int | None, *aliases: str) -> Entry:
    return Entry(
        Recorded(number, "2026-07-01T08:00:00+00:00", aliases, content_hash(model), None), model, parent
    )


@pytest.fixture(scope="module")
def generations() -> list[SegmentModel]:
    """Four versions, each the successor of the one before."""
    made = [version(1)]
    for number in (2, 3, 4):
        made.append(version(number, made[-1]))
    return made


def numbers(line: tuple[Entry, ...]) -> list[int]:
    return [one.recorded.version for one in line]


def test_segments_are_counted_and_those_that_cannot_be_followed_are_one_kind(
    generations: list[SegmentModel],
) -> None:
    assert entry(1, generations[0], None).events() == {}
    assert entry(2, generations[1], 1).events() == {"moved": 1, "grown": 1, "retired": 1, "born": 1}
    story = generations[1].lineage
    assert story is not None
    both = Event((Kind.MERGED,), story.before[:-1], story.after[:1], 1.0, 0.5, None, None, 0.5, False)
    other = replace(generations[1], lineage=replace(story, events=(both, *story.events[2:])))
    assert entry(2, other, 1).events() == {"unstated": 2, "born": 2}


def test_the_line_leads_to_the_champion(generations: list[SegmentModel]) -> None:
    one, two, three, four = generations
    line = (
        entry(1, one, None), entry(2, two, 1), entry(3, three, 2, "champion"), entry(4, four, 3, "challenger"),
    )  # fmt: skip
    assert numbers(line_of(line)) == [1, 2, 3]
    unpromoted = (entry(1, one, None, "champion"), entry(2, two, 1, "challenger"))
    assert numbers(line_of(unpromoted)) == [1, 2]


def test_of_two_challengers_the_line_has_the_one_that_was_promoted(generations: list[SegmentModel]) -> None:
    one, two = generations[:2]
    entries = (entry(1, one, None), entry(2, two, 1, "champion"), entry(3, version(3, one), 1, "challenger"))
    assert numbers(line_of(entries)) == [1, 2]


def test_a_champion_without_a_parent_is_a_line_of_its_own(generations: list[SegmentModel]) -> None:
    """A fresh run is the champion now: versions that led to another one are not its history."""
    one, two = generations[:2]
    entries = (entry(1, one, None), entry(2, two, 1), entry(3, version(3), None, "champion"))
    assert numbers(line_of(entries)) == [3]


def test_a_version_that_is_gone_ends_the_line(generations: list[SegmentModel]) -> None:
    entries = (entry(3, generations[2], None, "champion"), entry(4, generations[3], 3))
    assert numbers(line_of(entries)) in ([3], [3, 4])


def test_a_picture_needs_two_versions_and_a_known_form(
    generations: list[SegmentModel], tmp_path: Path
) -> None:
    one, two = entry(1, generations[0], None), entry(2, generations[1], 1, "champion")
    assert write_picture("shop", (one,), tmp_path / "x.png") is None
    assert not list(tmp_path.iterdir())
    with pytest.raises(UsageError):
        write_picture("shop", (one, two), tmp_path / "x.gif")
    written = write_picture("shop", (one, two), tmp_path / "x.svg")
    assert written == tmp_path / "x.svg"
    drawn = written.read_text()
    assert "<svg" in drawn and "S1" in drawn and "Group 0 of 1" in drawn
    with pytest.raises(SegmintError):
        write_picture("shop", (one, two), tmp_path / "x.svg" / "y.svg")


# with a real registry -----------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(generations: list[SegmentModel], tmp_path: Path) -> Path:
    """Register three versions; the second one was promoted with a reason."""
    folder = tmp_path / "ws"
    folder.mkdir()
    uri = ready_registry(folder, None)
    client = MlflowClient(uri, uri)
    run = client.create_run("0").info.run_id
    for number, model in enumerate(generations[:3], 1):
        path = tmp_path / f"{number}.segmint"
        save_bundle(model, path)
        register(path, name="shop", uri=uri, run_id=run)
    promote("shop", uri=uri, version=2)
    record_migration("shop", 2, {"churn": 0.5, "accepted": "because – „so“"}, uri=uri)
    return folder


def test_versions_come_with_their_stories(workspace: Path, generations: list[SegmentModel]) -> None:
    found = history("shop", workspace)
    assert [one.recorded.version for one in found] == [1, 2, 3]
    assert [one.parent for one in found] == [None, 1, 2]
    assert [one.recorded.aliases for one in found] == [(), ("champion",), ("challenger",)]
    assert [content_hash(one.model) for one in found] == [content_hash(model) for model in generations[:3]]
    assert [one.recorded.migration for one in found] == [
        None, {"churn": 0.5, "accepted": "because – „so“"}, None,
    ]  # fmt: skip
    assert all(one.recorded.created.endswith("+00:00") for one in found)
    assert numbers(line_of(found)) == [1, 2]


@pytest.mark.parametrize("told", ["", "{", "[1]", "null", '"text"', "NaN", "x" * 4000])
def test_a_tag_that_somebody_wrote_by_hand_is_no_migration(workspace: Path, told: str) -> None:
    uri = ready_registry(workspace, None)
    MlflowClient(uri, uri).set_model_version_tag("shop", "3", MIGRATION_TAG, told)
    assert recorded("shop", uri=uri)[2].migration is None


def test_of_nobody_there_is_no_history(workspace: Path) -> None:
    with pytest.raises(NotFoundError):
        history("nobody", workspace)
    assert champion_of("nobody", uri=ready_registry(workspace, None)) is None


def test_a_version_that_was_deleted_is_no_parent(workspace: Path) -> None:
    uri = ready_registry(workspace, None)
    MlflowClient(uri, uri).delete_model_version("shop", "1")
    found: Any = history("shop", workspace)
    assert [(one.recorded.version, one.parent) for one in found] == [(2, None), (3, 2)]
