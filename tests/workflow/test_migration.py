"""May it be promoted? The churn that counts, what retires, and the limit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import segmint
from segmint.errors import PromotionRefused
from segmint.labels import UNASSIGNED
from segmint.model.bundle import content_hash
from segmint.model.lineage import Churn, Lineage
from segmint.model.segment_model import SegmentModel
from segmint.words import say
from segmint.workflow.migration import LIMIT, judge, refuse_unless_accepted

CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])


def trained(seed: int = 3, *, flag: bool = False, rows: Any = None) -> SegmentModel:
    rng = np.random.default_rng(seed)
    drawn = np.repeat(CENTERS, [60, 50, 40], axis=0) + rng.normal(size=(150, 2)) * [3.0, 30.0]
    columns = {"hours": drawn[:, 0], "points": drawn[:, 1]}
    if flag:
        columns["age"] = rng.normal(40, 5, 150) + 60 * (drawn[:, 0] > 60)
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0, name="shop", choose="kmeans-3")
    model = segmint.study(segmint.read(pa.table(columns)), options).model
    assert model is not None
    return model


@pytest.fixture(scope="module")
def champion() -> SegmentModel:
    return trained()


def following(champion: SegmentModel, *, parent: str | None = None, **churn: Any) -> SegmentModel:
    """Return the champion as its own successor, with a story of so much churn."""
    ids = (*(card.id for card in champion.cards), UNASSIGNED)
    told = {"n_present": 150, "today": 0.0, "n_known": 0, "total": None, "own": None, "model": None,
            "interaction": None, "along": 0.0, "usual": None, **churn}  # fmt: skip
    flow = tuple(tuple(0 for _ in ids) for _ in ids)
    content = parent or content_hash(champion)
    story = Lineage(content, 1, True, 1.0, (), 3, ids, ids, flow, Churn(**told))
    return replace(champion, lineage=story, manifest=replace(champion.manifest, parent=content))


def judged(champion: SegmentModel, version: SegmentModel, **options: Any) -> Any:
    return judge(champion, content_hash(champion), version, **options)


def test_the_models_own_change_counts_where_old_rows_were_at_hand(champion: SegmentModel) -> None:
    version = following(champion, today=0.5, model=0.02, total=0.6, own=0.55, interaction=0.03, n_known=150)
    found = judged(champion, version)
    assert (found.churn, found.measured, found.allowed) == (0.02, True, True)


def test_else_what_moves_today(champion: SegmentModel) -> None:
    found = judged(champion, following(champion, today=0.3))
    assert (found.churn, found.measured, found.allowed) == (0.3, True, False)


@pytest.mark.parametrize(
    ("churn", "allowed"), [(0.0, True), (LIMIT, True), (LIMIT + 1e-9, False), (1.0, False)]
)
def test_the_limit_itself_is_allowed(champion: SegmentModel, churn: float, allowed: bool) -> None:
    assert judged(champion, following(champion, today=churn)).allowed is allowed
    assert LIMIT == 0.1


def test_the_limit_can_be_another(champion: SegmentModel) -> None:
    version = following(champion, today=0.3)
    assert judged(champion, version, limit=0.3).allowed
    assert not judged(champion, version, limit=0.29).allowed


def test_a_retired_segment_is_told_by_its_number_whatever_the_limit(champion: SegmentModel) -> None:
    version = following(champion)
    gone = champion.card("S2").id
    other = replace(
        version, cards=tuple(replace(c, id="seg-new", number=4) if c.id == gone else c for c in version.cards)
    )
    found = judged(champion, other, limit=1.0)
    assert (found.retired, found.allowed) == (("S2",), False)


def test_of_a_version_with_another_parent_the_churn_is_estimated(champion: SegmentModel) -> None:
    """Its story tells of customers of another champion; the rules themselves are compared."""
    version = following(champion, parent="d" * 64, today=0.9)
    found = judged(champion, version)
    assert (found.churn, found.measured, found.allowed) == (0.0, False, True)


def test_an_estimate_is_near_what_rows_would_say(champion: SegmentModel) -> None:
    other = trained(4)
    mine = sorted(champion.cards, key=lambda card: card.center["hours"])
    ids = {
        card.id: was
        for card, was in zip(sorted(other.cards, key=lambda c: c.center["hours"]), mine, strict=True)
    }
    same = replace(
        other, cards=tuple(replace(c, id=ids[c.id].id, number=ids[c.id].number) for c in other.cards)
    )
    assert judged(champion, same).churn == pytest.approx(0.0, abs=0.01)
    swapped = {mine[0].id: mine[1].id, mine[1].id: mine[0].id, mine[2].id: mine[2].id}
    turned = replace(same, cards=tuple(replace(c, id=swapped[c.id]) for c in same.cards))
    share = 1 - mine[2].share
    assert judged(champion, turned).churn == pytest.approx(share, abs=0.03)


def test_an_estimate_between_versions_of_other_columns_is_a_share(champion: SegmentModel) -> None:
    found = judged(champion, trained(5, flag=True))
    assert not found.measured and 0.0 <= found.churn <= 1.0
    back = judge(trained(5, flag=True), "0" * 64, champion)
    assert not back.measured and 0.0 <= back.churn <= 1.0


def test_an_estimate_needs_no_landmarks(champion: SegmentModel) -> None:
    old = replace(champion, landmarks=None)
    found = judge(old, "0" * 64, replace(champion, landmarks=None))
    assert (found.churn, found.usual) == (0.0, None)


def test_what_chance_moves_stands_beside_the_limit(champion: SegmentModel) -> None:
    assert champion.landmarks is not None
    found = judged(champion, following(champion))
    assert found.usual == pytest.approx(float(np.quantile(champion.landmarks.churn, 0.9)))


def test_a_reason_opens_the_way(champion: SegmentModel) -> None:
    found = judged(champion, following(champion, today=0.3))
    with pytest.raises(PromotionRefused) as refused:
        refuse_unless_accepted("shop", found, None)
    assert "30" in refused.value.received and "10" in refused.value.rule
    assert "--accept-migration" in refused.value.remedy
    refuse_unless_accepted("shop", found, "because")
    refuse_unless_accepted("shop", judged(champion, following(champion)), None)


def test_what_the_registry_keeps_is_plain(champion: SegmentModel) -> None:
    facts = judged(champion, following(champion, today=0.3)).facts(4, "because")
    assert facts["from"] == 4 and facts["accepted"] == "because"
    assert set(facts) == {"churn", "measured", "retired", "limit", "usual", "apart", "from", "accepted"}


def test_the_sentences_do_not_say_measured_of_an_estimate(champion: SegmentModel) -> None:
    """“… of the customers change segment because the model changed” is a count; an estimate says that it is one."""
    found = judged(champion, trained(4))
    assert not found.measured
    with pytest.raises(PromotionRefused) as refused:
        refuse_unless_accepted("shop", found, None)
    assert "estimate" in refused.value.text().lower(), say("workflow.errors.migration_above.rule", limit=0.1)
