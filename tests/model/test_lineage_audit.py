"""Bundles with landmarks and a lineage: they come back whole, old ones stay old, hostile ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import model_forging as forging
import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.labels import UNASSIGNED
from segmint.model.bundle import content_hash, from_bytes, load_bundle, save_bundle, to_bytes
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Churn, Event, Kind, Lineage
from segmint.model.segment_model import SegmentModel

HERE = Path(__file__).parent
OLD = sorted((HERE / "formats" / "1").glob("*.segmint"))
PARENT = "c" * 64
CHURN = Churn(40, 0.25, 30, 0.5, 0.25, 0.125, 0.125, 0.1, None)


put, drop, cell, array = forging.put, forging.drop, forging.cell, forging.array


def marked(model: SegmentModel) -> SegmentModel:
    """Return a model with landmarks: form 2, a first version."""
    means = model.reference.means
    points = np.repeat(means, 2, axis=0) + np.linspace(-0.1, 0.1, means.size * 2).reshape(-1, means.shape[1])
    landmarks = Landmarks(
        points,
        np.array([0, 0, 1, 1]),
        np.array([10, 10, 12, 8]),
        np.array([1.0, 0.75]),
        np.array([0.0, 0.05]),
    )
    return replace(model, landmarks=landmarks)


def succeeded(model: SegmentModel) -> SegmentModel:
    """Return a second version: its first segment is carried on, one was retired, its second one is new."""
    first, second = (card.id for card in model.cards)
    kept = Event((Kind.MOVED, Kind.GROWN), (first,), (first,), 0.4, 0.5, 1.5, 0.7, 0.95, True)
    gone = Event((Kind.RETIRED,), ("seg-gone",), (), 0.6, 0.0, None, None, 0.9, True)
    born = Event((Kind.BORN,), (), (second,), 0.0, 0.5, None, None, 0.6, False)
    lineage = Lineage(
        PARENT, 3, True, 1.0, (kept, gone, born), 7, (first, "seg-gone", UNASSIGNED),
        (first, second, UNASSIGNED), ((15, 5, 0), (5, 13, 0), (0, 2, 0)), CHURN,
    )  # fmt: skip
    manifest = replace(model.manifest, parent=PARENT)
    return replace(marked(model), manifest=manifest, lineage=lineage)


@pytest.fixture
def second(model: SegmentModel) -> SegmentModel:
    return succeeded(model)


@pytest.fixture
def data(second: SegmentModel) -> bytes:
    return to_bytes(second)


def test_what_is_saved_comes_back(second: SegmentModel, tmp_path: Path) -> None:
    path = tmp_path / "shop.segmint"
    content = save_bundle(second, path)
    again = load_bundle(path)
    assert again.format == 2
    assert again.lineage == second.lineage
    assert isinstance(again.lineage, Lineage) and isinstance(again.lineage.events[0].kinds[0], Kind)
    assert again.landmarks is not None and second.landmarks is not None
    for name in ("points", "labels", "counts", "overlaps", "churn"):
        np.testing.assert_array_equal(getattr(again.landmarks, name), getattr(second.landmarks, name))
    assert to_bytes(again) == path.read_bytes()
    assert content_hash(again) == content


def test_a_first_version_has_landmarks_and_no_lineage(model: SegmentModel) -> None:
    again = from_bytes(to_bytes(marked(model)))
    assert (again.format, again.lineage) == (2, None)
    assert again.landmarks is not None


def test_landmarks_where_no_cluster_has_five_rows_and_no_refit_succeeded(model: SegmentModel) -> None:
    nobody = np.empty(0, dtype=np.int64)
    none = Landmarks(np.empty((0, 5)), nobody, nobody, np.zeros(2), np.empty(0))
    again = from_bytes(to_bytes(replace(model, landmarks=none))).landmarks
    assert again is not None
    assert (again.points.shape, again.churn.shape) == ((0, 5), (0,))


def test_a_story_goes_through_plain_data(second: SegmentModel) -> None:
    assert second.lineage is not None
    assert Lineage.from_json(second.lineage.to_json()) == second.lineage
    assert second.lineage.retired == ("seg-gone",)


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_a_bundle_of_form_1_is_read_and_written_as_form_1(path: Path, tmp_path: Path) -> None:
    model = load_bundle(path)
    assert (model.format, model.landmarks, model.lineage) == (1, None, None)
    save_bundle(model, tmp_path / "again.segmint")
    assert (tmp_path / "again.segmint").read_bytes() == path.read_bytes()


def test_a_name_that_is_given_later_leaves_the_story_alone(second: SegmentModel) -> None:
    renamed = from_bytes(to_bytes(second.renamed("S1", "Hawks")))
    assert renamed.lineage == second.lineage
    assert content_hash(renamed) != content_hash(second)


def refused(data: bytes) -> BundleError:
    with pytest.raises(BundleError) as caught:
        from_bytes(data)
    assert len(caught.value.text()) < 500
    return caught.value


def event(number: int, **changes: Any) -> Callable[[bytes], bytes]:
    def change(described: Any) -> None:
        described["lineage"]["events"][number].update(changes)

    return lambda data: forging.forged(data, change)


def story(change: Callable[[Any], None]) -> Callable[[bytes], bytes]:
    return lambda data: forging.forged(data, lambda described: change(described["lineage"]))


def duplicated(lineage: Any) -> None:
    lineage["events"].append(dict(lineage["events"][0]))


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "an event twice": story(duplicated),
    "no event of a segment": story(lambda lineage: lineage["events"].pop()),
    "an event of nobody": event(0, before=[], after=[]),
    "an event of no kind": event(0, kinds=[]),
    "an unknown kind": event(0, kinds=["vanished"]),
    "a kind twice": event(0, kinds=["kept", "kept"]),
    "a kind that is a number": event(0, kinds=[1]),
    "an id that nobody has": event(0, before=["seg-nobody"]),
    "an id of the new ones as an old one": story(
        lambda lineage: lineage["events"][0].update(before=[lineage["after"][1]])
    ),
    "an id of the old ones as a new one": event(2, after=["seg-gone"]),
    "unassigned has an event": event(1, before=[UNASSIGNED]),
    "a retired one that has an heir": event(1, kinds=["kept"]),
    "a share above one": event(0, share_before=1.5),
    "a share below zero": event(0, share_after=-0.5),
    "an overlap above one": event(0, overlap=2.0),
    "a steadiness above one": event(0, steadiness=1.5),
    "a distance below zero": event(0, distance=-1.0),
    "an event without its figures": drop("lineage", "events", 0, "overlap"),
    "an event that says more": put("lineage", "events", 0, "note", to="x"),
    "stated is a number": put("lineage", "events", 0, "stated", to=1),
    "a flow of fewer rows": story(lambda lineage: lineage["flow"].pop()),
    "a flow of fewer columns": story(lambda lineage: lineage["flow"][0].pop()),
    "a flow of more columns": story(lambda lineage: lineage["flow"][0].append(1)),
    "customers below zero": put("lineage", "flow", 0, 0, to=-15),
    "customers that are text": put("lineage", "flow", 0, 0, to="15"),
    "customers in parts": put("lineage", "flow", 0, 0, to=1.5),
    "a flow of other customers": put("lineage", "flow", 0, 0, to=10**9),
    "another parent than the manifest": put("manifest", "parent", to="d" * 64),
    "a story without a parent in the manifest": put("manifest", "parent", to=None),
    "a parent that is no hash": put("lineage", "parent", to="x"),
    "no story's place": drop("lineage"),
    "other segments than the model has": story(lambda lineage: lineage["after"].reverse()),
    "an old id twice": story(lambda lineage: lineage["before"].__setitem__(1, lineage["before"][0])),
    "no unassigned before": story(lambda lineage: lineage["before"].__setitem__(2, "seg-x")),
    "unassigned in the middle": story(lambda lineage: lineage["before"].__setitem__(0, UNASSIGNED)),
    "a highest number below those given": put("lineage", "highest", to=1),
    "a generation below one": put("lineage", "generation", to=0),
    "a support above one": put("lineage", "supported", to=1.5),
    "a churn above one": put("lineage", "churn", "today", to=1.5),
    "a churn below zero": put("lineage", "churn", "model", to=-0.5),
    "a churn that hides itself": put("lineage", "churn", "by_the_model", to=0.0),
    "fewer than no customers": put("lineage", "churn", "n_present", to=-1),
    "a model in form 3": put("format", to=3),
    "a lineage in form 1": put("format", to=1),
    "a landmark of an unknown label": cell("landmarks.labels", 2),
    "a landmark of noise": cell("landmarks.labels", -1),
    "a landmark that is NaN": cell("landmarks.points", np.nan),
    "a landmark that is infinite": cell("landmarks.points", np.inf),
    "an overlap that is NaN": cell("landmarks.overlaps", np.nan),
    "an overlap of a cluster above one": cell("landmarks.overlaps", 1.5),
    "a refit's churn above one": cell("landmarks.churn", 1.5),
    "a landmark of fewer than no rows": cell("landmarks.counts", -1),
    "a landmark of fewer than five rows": cell("landmarks.counts", 4),
    "labels that are floats": array("landmarks.labels", lambda labels: labels.astype(float)),
    "counts of another length": array("landmarks.counts", lambda counts: counts[:-1]),
    "landmarks of more features": array("landmarks.points", lambda points: np.hstack([points, points])),
    "overlaps of more clusters": array("landmarks.overlaps", lambda overlaps: np.append(overlaps, 1.0)),
    "too many refits": array("landmarks.churn", lambda _: np.zeros(65)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_variant_is_refused(data: bytes, name: str) -> None:
    hostile = HOSTILE[name](data)
    assert hostile != data
    refused(hostile)


def test_too_many_landmarks_are_refused(data: bytes) -> None:
    def many(arrays: dict[str, Any]) -> None:
        for part in ("points", "labels", "counts"):
            arrays[f"landmarks.{part}"] = np.repeat(arrays[f"landmarks.{part}"], 5001, axis=0)

    assert refused(forging.with_arrays(many)(data)).code == "bundle.structure"


def test_an_array_beside_the_landmarks_is_refused(data: bytes) -> None:
    def more(arrays: dict[str, Any]) -> None:
        arrays["landmarks.rows"] = np.zeros((4, 5))

    refused(forging.with_arrays(more)(data))


@pytest.mark.parametrize("part", ["points", "labels", "counts", "overlaps", "churn"])
def test_a_landmark_array_that_is_missing_is_refused(data: bytes, part: str) -> None:
    def fewer(arrays: dict[str, Any]) -> None:
        del arrays[f"landmarks.{part}"]

    refused(forging.with_arrays(fewer)(data))


def test_landmarks_in_form_1_are_refused(model: SegmentModel, data: bytes) -> None:
    plain = to_bytes(model)
    assert from_bytes(plain).format == 1

    def more(arrays: dict[str, Any]) -> None:
        arrays["landmarks.points"] = np.zeros((4, 5))

    refused(forging.with_arrays(more)(plain))
    refused(put("lineage", to=None)(plain))
    refused(put("format", to=2)(plain))


def test_the_forger_himself_spoils_nothing(data: bytes) -> None:
    assert forging.forged(data) == data
    assert forging.with_arrays(forging.unchanged)(data) == data


@pytest.mark.parametrize(
    "changes",
    [
        {"highest": 1},
        {"parent": "d" * 64},
        {"after": ("seg-x", "seg-y", UNASSIGNED)},
        {"flow": ((1, 2), (3, 4))},
    ],
    ids=["highest", "parent", "after", "flow"],
)
def test_what_could_not_be_loaded_is_not_saved(
    second: SegmentModel, tmp_path: Path, changes: dict[str, Any]
) -> None:
    assert second.lineage is not None
    with pytest.raises(BundleError):
        save_bundle(replace(second, lineage=replace(second.lineage, **changes)), tmp_path / "x.segmint")
    assert not list(tmp_path.iterdir())
