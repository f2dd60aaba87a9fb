from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.workflow.conftest import OPTIONS, players

import segmint
from segmint.choosing.study import Study
from segmint.errors import NotFoundError
from segmint.workflow.library import keep_model, list_models, rename_segment
from segmint.workflow.studies import (
    Listed,
    chosen_model,
    find_study,
    keep_decision,
    list_studies,
    save_study,
)
from segmint.workflow.workspace import Workspace, open_workspace


@pytest.fixture
def place(study: Study, tmp_path: Path) -> Workspace:
    """Return a workspace in which the study and its model lie, as after a run."""
    place = open_workspace(tmp_path / "ws")
    save_study(study, place.folder)
    keep_model(chosen_model(study), place.model("shop"))
    return place


def rename(place: Workspace, segment: str, name: str) -> None:
    path = place.model("shop")
    rename_segment(path, segment, name)


def names(place: Workspace) -> list[str]:
    return [card.name for card in segmint.load_model(place.model("shop")).cards]


def revision(place: Workspace) -> int:
    return segmint.load_model(place.model("shop")).manifest.revision


def decide(place: Workspace, study: Study, number: int) -> Study:
    folder = save_study(study, place.folder)
    return keep_decision(folder, study.finalists[number], "fewer campaigns", place.folder)[0]


def test_another_decision_makes_the_rival_current_and_is_kept(place: Workspace, study: Study) -> None:
    decided = decide(place, study, 1)
    assert decided.decision.because == "fewer campaigns"
    model = segmint.load_model(place.model("shop"))
    assert model.manifest.configuration == study.finalists[1]
    assert model.manifest.decided_because == "fewer campaigns"
    assert segmint.load_study(save_study(study, place.folder)).decision == decided.decision
    assert all(card.name in place.report("shop").read_text() for card in model.cards)


def test_only_finalists_can_be_decided(place: Workspace, study: Study) -> None:
    before = place.model("shop").read_bytes()
    with pytest.raises(NotFoundError):
        keep_decision(save_study(study, place.folder), "000000000000", "no", place.folder)
    assert place.model("shop").read_bytes() == before


def test_given_names_survive_a_decision_for_the_same_configuration(place: Workspace, study: Study) -> None:
    rename(place, "S2", "Hawks")
    decide(place, study, 0)
    assert names(place)[1] == "Hawks"
    assert revision(place) == 2
    assert "Hawks" in place.report("shop").read_text()


def test_given_names_come_back_with_their_segments(place: Workspace, study: Study) -> None:
    rename(place, "S2", "Hawks")
    decide(place, study, 1)
    assert "Hawks" not in names(place)
    rename(place, "S1", "Owls")
    decide(place, study, 0)
    assert names(place)[1] == "Hawks"
    decide(place, study, 1)
    assert names(place)[0] == "Owls"
    assert revision(place) == 5
    assert [name for name, _ in list_models(place)] == ["shop"]


def test_a_run_of_the_same_data_keeps_given_names(place: Workspace, study: Study) -> None:
    rename(place, "S2", "Hawks")
    before = place.model("shop").read_bytes()
    kept = keep_model(chosen_model(study), place.model("shop"))
    assert kept.card("Hawks").name_given
    assert place.model("shop").read_bytes() == before


def test_a_model_that_nobody_renamed_stays_as_trained(place: Workspace, study: Study) -> None:
    before = place.model("shop").read_bytes()
    keep_model(chosen_model(study), place.model("shop"))
    assert place.model("shop").read_bytes() == before
    decide(place, study, 1)
    assert revision(place) == 0


def test_names_do_not_go_to_the_segments_of_other_rows(place: Workspace, study: Study) -> None:
    rename(place, "S2", "Hawks")
    other = chosen_model(segmint.study(players(seed=4), OPTIONS))
    assert other.manifest.configuration == chosen_model(study).manifest.configuration
    assert {card.id for card in other.cards}.isdisjoint(card.id for card in chosen_model(study).cards)
    assert "Hawks" not in [card.name for card in keep_model(other, place.model("shop")).cards]
    assert revision(place) == 2


def test_a_damaged_model_is_replaced(place: Workspace, study: Study) -> None:
    place.model("shop").write_bytes(b"not a model")
    assert keep_model(chosen_model(study), place.model("shop")).manifest.revision == 0
    assert len(names(place)) == len(chosen_model(study).cards)


@pytest.fixture
def three(study: Study, tmp_path: Path) -> tuple[Workspace, list[Path]]:
    """Return a workspace with studies of 2024, 2025 (called ``club``) and 2026, saved in another order."""
    place = open_workspace(tmp_path / "ws")
    folders = {}
    for year, name in ((2025, "club"), (2026, "shop"), (2024, "shop")):
        about = replace(
            study.provenance, name=name, created=f"{year}-01-02T03:04:05+00:00", source=f"{year}.csv"
        )
        folders[year] = save_study(replace(study, provenance=about), place.folder)
    return place, [folders[year] for year in sorted(folders)]


def test_studies_are_listed_by_when_they_were_made(three: tuple[Workspace, list[Path]]) -> None:
    place, folders = three
    for number, folder in enumerate(folders):
        os.utime(folder / "run.json", (9e8 - number, 9e8 - number))  # a copy has another date than its study
    listed = list_studies(place)
    assert [study.source for study in listed] == ["2024.csv", "2025.csv", "2026.csv"]
    assert [study.id for study in listed] == [folder.name for folder in folders]
    assert {
        (study.name, study.n_rows, study.verdict, study.n_clusters, study.damaged) for study in listed
    } == {
        ("shop", 120, "groups", 3, False),
        ("club", 120, "groups", 3, False),
    }
    assert find_study("latest", place.folder) == folders[-1]


@pytest.mark.parametrize("damage", ["no run.json", "no models", "altered", "deleting"])
def test_a_damaged_study_is_one_line_of_the_list(three: tuple[Workspace, list[Path]], damage: str) -> None:
    place, folders = three
    hurt = folders[-1]
    if damage == "no run.json":
        (hurt / "run.json").unlink()
    elif damage == "altered":
        (hurt / "study.json").write_bytes(b"{}")
    elif damage == "deleting":
        hurt.rename(hurt.with_name(f".{hurt.name}.deleting"))
    else:
        for path in (hurt / "models").iterdir():
            path.unlink()
    listed = list_studies(place)
    damaged = [study for study in listed if study.damaged]
    assert damaged == ([] if damage in ("no models", "deleting") else [Listed(hurt.name, damaged=True)])
    assert len(listed) == (2 if damage == "deleting" else 3)
    if damage in ("no run.json", "deleting"):
        assert find_study("latest", place.folder) == folders[1]


def test_a_study_is_found_by_folder_id_first_digits_and_name(three: tuple[Workspace, list[Path]]) -> None:
    place, folders = three
    assert find_study(folders[0]) == folders[0]
    for folder in folders:
        assert find_study(folder.name, place.folder) == folder
        assert find_study(folder.name[:8], place.folder) == folder
    assert find_study("shop", place.folder) == folders[2]
    assert find_study("club", place.folder) == folders[1]


@pytest.mark.parametrize("wanted", ["", "abc", "shops", "../ws", "zzzzzzzz"])
def test_a_study_that_is_not_there(three: tuple[Workspace, list[Path]], wanted: str) -> None:
    with pytest.raises(NotFoundError):
        find_study(wanted, three[0].folder)
    with pytest.raises(NotFoundError):
        find_study("latest", three[0].folder / "none")
