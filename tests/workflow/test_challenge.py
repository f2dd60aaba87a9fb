"""From a retrained model to a challenger and to the champion: what is in use changes by promotion only.

Pictures are left out here: they are drawn in the tests of charts, reports and commands.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.errors import NotFoundError, PromotionRefused
from segmint.model.bundle import content_hash, load_bundle
from segmint.model.lineage import Kind
from segmint.track.migrations import champion_of, recorded
from segmint.workflow import challenge as challenging
from segmint.workflow import deliver, studies, tracking
from segmint.workflow.challenge import Challenge, find_before, renew
from segmint.workflow.library import rename_segment
from segmint.workflow.promotion import promote, rollback
from segmint.workflow.registered import pull, ready_registry
from segmint.workflow.retrain import RetrainOptions
from segmint.workflow.workspace import Workspace

KEY = "customer-4815162342"
CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0], [95.0, 1300.0]])


def shop(seed: int = 3, *, sizes: Any = (60, 50, 40), walked: int = 0) -> pa.Table:
    """Make customers in clear groups; some walked from the first one to the second one since."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(CENTERS[: len(sizes)], sizes, axis=0) + rng.normal(size=(sum(sizes), 2)) * [3.0, 30.0]
    rows[:walked] += CENTERS[1] - CENTERS[0]
    keys = [f"{KEY}-{n}" for n in range(len(rows))]
    return pa.table({"customer": keys, "hours": rows[:, 0], "points": rows[:, 1]})


OPTIONS = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="shop")
QUICK = RetrainOptions(seed=7, n_resamples=0)


@pytest.fixture(scope="module", autouse=True)
def undrawn() -> Iterator[None]:
    """Leave reports and pictures out."""

    def write(*given: Any) -> None:
        given[-1].write_text("drawn elsewhere")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tracking, "_attachments", lambda _: {})
        for module in (deliver, challenging, studies):
            patched.setattr(module, "write_report", write)
        patched.setattr(challenging, "write_migration", write)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run once; the workspace is copied by each test."""
    folder = tmp_path_factory.mktemp("home") / "ws"
    segmint.run(segmint.read(shop()), folder, options=OPTIONS)
    return folder


@pytest.fixture
def workspace(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "ws"))


def again(workspace: Path, data: Any = None, **options: Any) -> Challenge:
    given = {"options": QUICK, **options}
    return renew("shop", shop(4) if data is None else data, workspace, **given)


def uri(workspace: Path) -> str:
    return ready_registry(workspace, None)


def audit(workspace: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (workspace / "audit.jsonl").read_text().splitlines()]


def ids(model: Any) -> list[str]:
    return [card.id for card in model.cards]


def test_a_challenger_changes_nothing_that_is_in_use(workspace: Path) -> None:
    place = Workspace(workspace)
    used, bytes_before = place.model("shop"), place.model("shop").read_bytes()
    made = again(workspace)
    assert used.read_bytes() == bytes_before
    assert (made.path, made.report) == (place.challenger("shop"), place.report("shop-challenger"))
    assert champion_of("shop", uri=uri(workspace)) == 1
    assert made.tracked.version == 2
    versions = recorded("shop", uri=uri(workspace))
    assert [each.aliases for each in versions] == [("champion",), ("challenger",)]
    assert versions[1].content_hash == content_hash(made.path) == content_hash(made.model)
    assert ids(made.model) == ids(made.before)
    assert made.model.lineage is not None
    assert made.model.lineage.parent == versions[0].content_hash
    assert made.migration.allowed and made.migration.measured


def test_promotion_replaces_what_is_in_use_and_rollback_brings_it_back(workspace: Path) -> None:
    used = Workspace(workspace).model("shop")
    first = content_hash(used)
    made = again(workspace)
    done = promote("shop", workspace)
    assert (done.moved.before, done.moved.version) == (1, 2)
    assert content_hash(used) == content_hash(made.path)
    assert done.migration is not None and done.migration.churn == made.migration.churn
    back = rollback("shop", workspace)
    assert (back.before, back.version) == (2, 1)
    assert content_hash(used) == first
    assert [line["what"] for line in audit(workspace)] == ["promote", "rollback"]


def test_names_that_people_gave_are_carried_through(workspace: Path) -> None:
    used = Workspace(workspace).model("shop")
    rename_segment(used, "S1", "Hawks")
    made = again(workspace)
    assert made.model.card("Hawks").name_given
    rename_segment(used, "S2", "夜ふかし")  # between the retraining and the promotion
    promote("shop", workspace)
    kept = load_bundle(used)
    assert [(card.number, card.name) for card in kept.cards if card.name_given] == [
        (1, "Hawks"),
        (2, "夜ふかし"),
    ]
    assert ids(kept) == ids(made.model)
    third = again(workspace, shop(5))
    assert [card.name for card in third.model.cards if card.name_given] == ["Hawks", "夜ふかし"]


@pytest.mark.parametrize("named_before", [False, True])
def test_a_name_given_to_the_challenger_goes_with_it(workspace: Path, named_before: bool) -> None:
    """It is the later word on that segment, whether the champion's had a name or not."""
    used = Workspace(workspace).model("shop")
    if named_before:
        rename_segment(used, "S1", "Hawks")
    made = again(workspace)
    rename_segment(made.path, "S1", "Falcons")
    promote("shop", workspace)
    assert load_bundle(used).card("S1").name == "Falcons"


@pytest.mark.slow
def test_a_rollback_brings_back_the_names_that_were_there(workspace: Path) -> None:
    used = Workspace(workspace).model("shop")
    rename_segment(used, "S1", "Hawks")
    again(workspace)
    promote("shop", workspace)
    rollback("shop", workspace)
    assert [card.name for card in load_bundle(used).cards if card.name_given] == ["Hawks"]


@pytest.mark.slow
def test_a_renaming_between_breaks_no_lineage(workspace: Path) -> None:
    """The champion's bundle in the registry has no name that was given later; its hash is the parent all the same."""
    rename_segment(Workspace(workspace).model("shop"), "S1", "Hawks")
    by_name = again(workspace)
    assert by_name.model.lineage is not None
    assert by_name.model.lineage.parent == recorded("shop", uri=uri(workspace))[0].content_hash


def test_a_file_of_the_workspace_means_the_version_that_it_is(workspace: Path) -> None:
    """Renamed or not: its parent must be found again in the registry, or history and the limit lose it."""
    used = Workspace(workspace).model("shop")
    rename_segment(used, "S1", "Hawks")
    made = renew(str(used), shop(4), workspace, options=QUICK)
    assert made.model.card("S1").name == "Hawks"
    assert made.model.lineage is not None
    assert made.model.lineage.parent == recorded("shop", uri=uri(workspace))[0].content_hash
    done = promote("shop", workspace)
    assert done.migration is not None and done.migration.measured


@pytest.mark.slow
@pytest.mark.parametrize("wanted", ["models:/shop@champion", "models:/shop/1"])
def test_a_registered_version_can_be_named(workspace: Path, wanted: str) -> None:
    made = renew(wanted, shop(4), workspace, options=QUICK)
    assert ids(made.model) == ids(load_bundle(Workspace(workspace).model("shop")))


def test_what_is_nowhere_cannot_be_trained_again(workspace: Path) -> None:
    with pytest.raises(NotFoundError):
        renew("nobody", shop(4), workspace, options=QUICK)


def test_a_model_that_was_made_without_mlflow_is_registered_first(tmp_path: Path) -> None:
    segmint.run(segmint.read(shop()), tmp_path / "ws", options=OPTIONS, track=False)
    rename_segment(Workspace(tmp_path / "ws").model("shop"), "S2", "Hawks")
    made = again(tmp_path / "ws")
    assert made.tracked.version == 2
    assert champion_of("shop", uri=uri(tmp_path / "ws")) == 1
    assert made.model.card("S2").name == "Hawks"


def test_a_damaged_study_beside_it_is_no_reason_to_fail(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    done = segmint.run(segmint.read(shop()), folder, options=OPTIONS, track=False)
    other = segmint.run(segmint.read(shop(9)), folder, options=replace(OPTIONS, name="other"), track=False)
    assert other.folder != done.folder
    for bundle in other.folder.rglob("*.segmint"):
        bundle.write_bytes(bundle.read_bytes()[:100])
    assert again(folder).tracked.version == 2


def test_a_model_without_a_study_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    done = segmint.run(segmint.read(shop()), folder, options=OPTIONS, track=False)
    shutil.rmtree(done.folder)
    with pytest.raises(NotFoundError) as refused:
        again(folder)
    assert refused.value.code == "workflow.no_predecessor"


def test_two_challengers_of_one_champion(workspace: Path) -> None:
    """Both follow version 1; when the first is promoted, the second is measured against it by an estimate."""
    one, two = again(workspace, shop(4)), again(workspace, shop(5))
    assert (one.tracked.version, two.tracked.version) == (2, 3)
    assert ids(one.model) == ids(two.model)
    assert promote("models:/shop/2", workspace).migration == one.migration
    later = promote("shop", workspace)
    assert (later.moved.before, later.moved.version) == (2, 3)
    assert later.migration is not None
    assert not later.migration.measured and later.migration.churn <= 0.05


@pytest.mark.slow
def test_the_same_retraining_twice_is_one_version(workspace: Path) -> None:
    assert again(workspace).tracked.version == again(workspace).tracked.version == 2
    assert len(recorded("shop", uri=uri(workspace))) == 2


def test_members_of_the_champion_tell_total_and_own(workspace: Path) -> None:
    told = again(workspace, shop(3, walked=12)).model.lineage
    assert told is not None
    assert (told.churn.n_known, told.churn.own) == (150, pytest.approx(12 / 150))
    assert told.churn.model is None
    whole = again(workspace, shop(3, walked=12), before=shop()).model.lineage
    assert whole is not None
    assert (whole.churn.own, whole.churn.model) == (pytest.approx(12 / 150), 0.0)
    assert whole.churn.total == pytest.approx(12 / 150)


def test_moves_are_written_to_a_file(workspace: Path, tmp_path: Path) -> None:
    """A group is new; the rule before put its customers elsewhere."""
    moves = tmp_path / "moves.csv"
    data = shop(4, sizes=(60, 50, 40, 30))
    made = again(workspace, data, options=replace(QUICK, rechoose=True), moves=str(moves))
    rows = list(csv.DictReader(moves.read_text().splitlines()))
    assert list(rows[0]) == ["customer", "from_id", "from_name", "to_id", "to_name"]
    assert {row["customer"] for row in rows} == {f"{KEY}-{n}" for n in range(150, 180)}
    born = made.model.card("S4")
    assert {(row["to_id"], row["to_name"]) for row in rows} == {(born.id, born.name)}
    assert made.model.lineage is not None
    assert made.model.lineage.churn.today == pytest.approx(30 / 180)


def test_a_file_of_moves_has_its_head_where_nobody_moves(workspace: Path, tmp_path: Path) -> None:
    moves = tmp_path / "moves.csv"
    made = again(workspace, shop(), moves=str(moves))
    assert made.model.lineage is not None and made.model.lineage.churn.today == 0
    assert moves.read_text().splitlines() == ["customer,from_id,from_name,to_id,to_name"]


# the limit ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    workspace: Path
    made: Challenge


@pytest.fixture
def retiring(workspace: Path) -> Refusal:
    """A challenger by which one segment is gone."""
    made = again(workspace, shop(4, sizes=(60, 50)), options=replace(QUICK, rechoose=True))
    assert made.model.lineage is not None
    assert Kind.RETIRED in {event.kinds[0] for event in made.model.lineage.events}
    return Refusal(workspace, made)


def test_a_version_that_retires_a_segment_is_refused_without_a_reason(retiring: Refusal) -> None:
    before = Workspace(retiring.workspace).model("shop").read_bytes()
    for accepted in (None, "", "   "):
        with pytest.raises(PromotionRefused) as refused:
            promote("shop", retiring.workspace, accepted=accepted, limit=1.0)
        assert refused.value.code == "workflow.migration_retires"
        assert refused.value.exit_code == 5
        assert "S3" in refused.value.text()
    assert champion_of("shop", uri=uri(retiring.workspace)) == 1
    assert Workspace(retiring.workspace).model("shop").read_bytes() == before
    assert not (retiring.workspace / "audit.jsonl").exists()


def test_a_reason_is_kept_in_the_audit_and_in_the_registry(retiring: Refusal) -> None:
    reason = "S3 is sold by partners – „now“"
    done = promote("shop", retiring.workspace, because="spring", accepted=reason)
    assert done.migration is not None
    (line,) = audit(retiring.workspace)
    assert (line["what"], line["because"], line["accepted"]) == ("promote", "spring", reason)
    assert line["retired"] == ["S3"] and line["churn"] == done.migration.churn
    first, second = recorded("shop", uri=uri(retiring.workspace))
    assert first.migration is None
    assert second.migration is not None
    assert (second.migration["accepted"], second.migration["from"]) == (reason, 1)
    assert second.migration["retired"] == ["S3"]
    assert second.migration["churn"] == done.migration.churn
    assert champion_of("shop", uri=uri(retiring.workspace)) == 2


def test_the_limit_decides(workspace: Path) -> None:
    made = again(workspace, shop(3, walked=12))
    assert made.model.lineage is not None and not made.migration.retired
    churn = made.migration.churn
    if churn == 0:
        promote("shop", workspace, limit=0.0)
        return
    with pytest.raises(PromotionRefused) as refused:
        promote("shop", workspace, limit=churn / 2)
    assert refused.value.code == "workflow.migration_above"
    promote("shop", workspace, limit=churn)


@pytest.mark.slow
def test_a_version_that_was_not_retrained_is_estimated_and_refused(workspace: Path) -> None:
    """`segmint run` again, with other segments: its ids are others, so that everybody would move."""
    segmint.run(segmint.read(shop(8)), workspace, options=OPTIONS)
    with pytest.raises(PromotionRefused) as refused:
        promote("shop", workspace)
    assert refused.value.figures["churn"] == pytest.approx(1.0)
    assert champion_of("shop", uri=uri(workspace)) == 1


def test_nobody_is_named_but_in_members_and_moves(workspace: Path) -> None:
    made = again(workspace, shop(3, walked=12), before=shop())
    promote("shop", workspace)
    assert made.tracked.version == 2
    holding = [
        path.relative_to(workspace)
        for path in sorted(workspace.rglob("*"))
        if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert holding and {path.parts[0] for path in holding} == {"members"}


def test_the_champion_is_what_was_registered(workspace: Path) -> None:
    before = find_before("shop", workspace)
    assert before.content == content_hash(pull("models:/shop@champion", workspace))
    assert before.members is not None
    assert len(before.members.keys) == 150


@pytest.mark.slow
def test_deciding_otherwise_makes_a_challenger_again(workspace: Path) -> None:
    """A finalist of a retrained study is chosen by hand: it must not slip into use."""
    used = Workspace(workspace).model("shop").read_bytes()
    made = again(workspace, shop(4))
    chosen = str(made.study.decision.configuration)
    _, path = studies.keep_decision(made.folder, chosen, "as it was", workspace)
    assert path == Workspace(workspace).challenger("shop")
    assert Workspace(workspace).model("shop").read_bytes() == used
