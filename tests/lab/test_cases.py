"""The case studies: what was kept back, what is said of it, and one's own events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from segmint.charts import png
from segmint.charts.cases import case_picture
from segmint.data import ReadOptions, example_table
from segmint.errors import UsageError
from segmint.lab.advice import advice
from segmint.lab.arcade import KINDS, arcade
from segmint.lab.case import Case, Outcome, carry_out
from segmint.lab.catalog import task
from segmint.lab.lesson import Assignment, Lesson
from segmint.lab.sales import RULES


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Case:
    assignment = Assignment(workspace=tmp_path_factory.mktemp("sales"))
    return carry_out(assignment, RULES, example_table("online_retail_extract"), "sales")


def test_what_came_after_is_counted_in_the_lines_themselves(sales: Case) -> None:
    lines = pq.read_table(example_table("online_retail_extract")).to_pandas()
    lines = lines[(lines.Quantity > 0) & (lines.UnitPrice > 0)]
    day = np.datetime64(str(sales.features.at)) + np.timedelta64(1, "D")
    after = lines[lines.InvoiceDate >= day]
    assert sales.horizon == 91
    back = set(after.CustomerID)
    keys = sales.made.dataset.keys
    for one in sales.outcomes:
        own = keys[sales.labels == one.card.label].tolist()
        assert one.back == len(back & set(own)) and one.n_customers == len(own)
        spent = (after.Quantity * after.UnitPrice)[after.CustomerID.isin(own)].sum()
        known = (after.Quantity * after.UnitPrice)[after.CustomerID.isin(keys.tolist())].sum()
        assert one.worth_after == pytest.approx(spent / known)


def test_shares_are_of_everybody(sales: Case) -> None:
    assert sum(one.share for one in sales.outcomes) == pytest.approx(1)
    assert sum(one.worth_share or 0 for one in sales.outcomes) == pytest.approx(1)
    assert sum(one.back or 0 for one in sales.outcomes) / sales.features.n_customers == pytest.approx(
        sales.back
    )


def outcome(share: float, worth: float | None, back: int | None) -> Outcome:
    return Outcome(None, 100, share, worth, back, None, None, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("worth", "back", "wanted"),
    [(0.5, 60, "keep"), (0.5, 10, "win_back"), (0.1, 60, "grow"), (0.1, 10, "let_rest"), (0.5, None, "keep")],
)
def test_four_advices(sales: Case, worth: float, back: int | None, wanted: str) -> None:
    assert advice(sales, outcome(0.25, worth, back)) == wanted  # of all, 54 in a hundred came back


def test_the_arcade_is_the_same_for_a_seed_and_has_its_kinds() -> None:
    events, kinds = arcade(42)
    again, _ = arcade(42)
    assert events.equals(again) and not events.equals(arcade(43)[0])
    shares = {kind.name: list(kinds.values()).count(kind.name) / len(kinds) for kind in KINDS}
    assert all(abs(shares[kind.name] - kind.share) < 0.05 for kind in KINDS)
    paid = events.to_pandas().groupby("player").paid.sum()
    assert paid[[player for player, kind in kinds.items() if kind == "tourist"]].max() == 0


@pytest.fixture(scope="module")
def games(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    answer = task("games").answer
    assert answer is not None
    return answer(Assignment(workspace=tmp_path_factory.mktemp("games")))


def test_the_segments_of_the_arcade_are_its_kinds(games: Lesson) -> None:
    assert games.figures["planted_ari"] > 0.9
    tourists = min(games.figures["segments"], key=lambda one: one["back"] / one["customers"])
    assert tourists["back"] == 0 and tourists["advice"] == "let_rest"
    assert all(png(picture)[:4] == b"\x89PNG" for picture in games.pictures.values())


def test_play_without_dates_is_not_followed(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    lines = ["user_id,game,hours"]
    for player in range(90):
        n_games = (1, 3, 12)[player % 3]
        lines += [
            f"u{player},g{game},{rng.lognormal((0, 3, 4)[player % 3], 0.3):.1f}" for game in range(n_games)
        ]
    path = tmp_path / "play.csv"
    path.write_text("\n".join(lines) + "\n")
    answer = task("games").answer
    assert answer is not None
    lesson = answer(Assignment(workspace=tmp_path, data=str(path)))
    assert lesson.figures["horizon"] == 0 and lesson.figures["back"] is None
    assert "no dates" in str(lesson.headline)
    assert any("Ask for time stamps" in str(part) for part in lesson.explanation)
    assert "Players" in lesson.tables[1].head and "Customers" not in lesson.tables[1].head


def test_events_of_nobody_by_name(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("what,day\nx,2026-01-01\ny,2026-01-02\n")
    answer = task("sales").answer
    assert answer is not None
    with pytest.raises(UsageError) as refused:
        answer(Assignment(workspace=tmp_path, data=str(path), options=ReadOptions()))
    assert refused.value.code == "lab.no_key_by_name"


def test_the_picture_without_dates_has_no_columns_of_what_followed() -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": f"S{n} Somebody", "number": n, "share": 0.5, "worth_share": n / 3, "back": None, "low": None,
            "high": None, "worth_after": None,
        }
        for n in (1, 2)
    ]  # fmt: skip
    picture = case_picture(rows, "hours", 0, "players")
    assert picture.numbers.head[1] == "Players"
    assert "customers" not in str(picture.description).lower()
    assert len(picture.numbers.head) == 3
    assert "67 % of the hours" in str(picture.finding)
    assert png(picture.titled())[:4] == b"\x89PNG"
