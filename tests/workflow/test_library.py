from __future__ import annotations

from pathlib import Path

import pytest

import segmint
from segmint.errors import NotFoundError, UsageError
from segmint.workflow.library import list_models, open_model, rename_segment
from segmint.workflow.workspace import Workspace


def rename(path: Path, segment: str, name: str) -> None:
    rename_segment(path, segment, name)


def test_a_renamed_segment_keeps_its_id_and_the_model_counts_a_revision(model: Path) -> None:
    before = segmint.load_model(model)
    rename(model, "S3", " Hawks ")
    after = segmint.load_model(model)
    assert [card.id for card in after.cards] == [card.id for card in before.cards]
    assert (after.card("S3").name, after.card("S3").name_given) == ("Hawks", True)
    assert [card.name for card in after.cards][:2] == [card.name for card in before.cards][:2]
    assert after.manifest.revision == 1


@pytest.mark.parametrize("name", ["Caf\u00e9 Hawks", "cafe\u0301 hawks", "  CAF\u00c9 HAWKS ", "S3", "s3 "])
def test_a_name_that_another_segment_holds_is_refused(model: Path, name: str) -> None:
    rename(model, "S3", "Caf\u00e9 Hawks")
    before = model.read_bytes()
    with pytest.raises(UsageError) as refused:
        rename(model, "S1", name)
    assert refused.value.code == "workflow.name_taken"
    assert model.read_bytes() == before


def test_a_name_that_is_another_segments_id_is_refused(model: Path) -> None:
    taken = segmint.load_model(model).card("S2").id
    with pytest.raises(UsageError):
        rename(model, "S1", taken)


@pytest.mark.parametrize("name", ["hawks", "S3"])
def test_a_segment_may_change_how_its_own_name_is_written(model: Path, name: str) -> None:
    rename(model, "S3", "Hawks")
    rename(model, "Hawks", name)
    assert segmint.load_model(model).cards[2].name == name


def test_a_segment_that_is_not_there_is_not_renamed(model: Path) -> None:
    before = model.read_bytes()
    with pytest.raises(NotFoundError):
        rename(model, "S9", "Hawks")
    assert model.read_bytes() == before


def test_models_are_listed_by_name_and_opened_by_it(model: Path, tmp_path: Path) -> None:
    place = Workspace(tmp_path / "ws")
    assert list_models(place) == []
    place.models.mkdir(parents=True)
    for name in ("b", "a"):
        place.model(name).write_bytes(model.read_bytes())
    (place.models / "notes.txt").write_text("not a model")
    assert list_models(place) == [("a", place.model("a")), ("b", place.model("b"))]
    opened, path = open_model("a", place.folder)
    assert (path, opened.manifest.name) == (place.model("a"), "shop")
