"""Every feature of players beside a slow, obvious twin, and a table done by hand."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmint.behavior.compute import behavior
from segmint.errors import DataError, UsageError
from segmint.model.recipe import Recipe

EPOCH = dt.datetime(1970, 1, 1)
TIMED = ("session_minutes", "sessions_a_day", "night", "morning", "afternoon", "evening")


def features(events: pa.Table, at: str | None = None, **rules: Any) -> dict[str, Any]:
    """Return the features of the only player, by name."""
    columns = {name: name for name in events.column_names}
    with behavior(events, Recipe("players", columns, None, rules), at=at) as found:
        (batch,) = found.batches
    assert len(batch["key"]) == 1
    return {name: values.tolist()[0] for name, values in batch.items() if name != "key"}


def play_at(*moments: str, **columns: list[Any]) -> pa.Table:
    dates = pa.array([dt.datetime.fromisoformat(moment) for moment in moments], pa.timestamp("us"))
    return pa.table({"key": ["p"] * len(moments), "date": dates, **columns})


# ------------------------------------------------------------------------------------------ the twin


def twin(drawn: Any) -> dict[str, dict[str, Any]]:
    rows = drawn.counting()
    dated = "date" in drawn.purposes
    today = 0
    if dated:
        everything = [row for row in drawn.rows if row["key"] is not None and row["date"] is not None]
        today = drawn.today([{**row, "day": (row["date"] - EPOCH).days} for row in everything])
        timed = any((row["date"] - EPOCH).total_seconds() % 86_400 for row in everything)
    gap = 60 * drawn.settings.get("gap_minutes", 30)
    found: dict[str, dict[str, Any]] = {}
    for key in {row["key"] for row in rows}:
        own = [row for row in rows if row["key"] == key]
        found[key] = {
            **(by_days(own, today) | by_sessions(own, gap) | by_clock(own) if dated else {}),
            **by_purposes(own, drawn.purposes),
        }
        if dated and not timed:
            found[key] = {name: value for name, value in found[key].items() if name not in TIMED}
    return found


def by_days(rows: list[Any], today: int) -> dict[str, Any]:
    days = {row["day"] for row in rows}
    first, last = min(days), max(days)
    streak = 0
    for begin in days:
        length = 0
        while begin + length in days:
            length += 1
        streak = max(streak, length)
    retained = {
        f"retention_{n}": str(first + n in days).lower() if first + n <= today else None for n in (1, 7, 30)
    }
    return {
        "recency": today - last, "tenure": today - first, "active_days": len(days), "streak": streak, **retained,
    }  # fmt: skip


def by_sessions(rows: list[Any], gap: float) -> dict[str, Any]:
    moments = sorted((row["date"] - EPOCH).total_seconds() for row in rows)
    sessions = [[moments[0]]]
    for moment in moments[1:]:
        if moment - sessions[-1][-1] > gap:
            sessions.append([moment])
        else:
            sessions[-1].append(moment)
    minutes = [(session[-1] - session[0]) / 60 for session in sessions]
    return {
        "sessions": len(sessions),
        "session_minutes": sum(minutes) / len(sessions),
        "sessions_a_day": len(sessions) / len({row["day"] for row in rows}),
    }


def by_clock(rows: list[Any]) -> dict[str, Any]:
    parts = ("night", "morning", "afternoon", "evening")
    counts = dict.fromkeys(parts, 0)
    for row in rows:
        counts[parts[row["date"].hour // 6]] += 1
    weekend = sum(row["date"].isoweekday() > 5 for row in rows)
    return {**{part: n / len(rows) for part, n in counts.items()}, "weekend": weekend / len(rows)}


def by_purposes(rows: list[Any], purposes: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "duration" in purposes:
        found["hours"] = math.fsum(max(row["duration"] or 0.0, 0.0) for row in rows)
    if "game" in purposes:
        found |= by_games(rows, timed="duration" in purposes)
    if "level" in purposes:
        levels = [row["level"] for row in rows if row["level"] is not None]
        days = len({row["day"] for row in rows})
        found["level"] = max(levels) if levels else None
        found["progress"] = (max(levels) - min(levels)) / days if levels else None
    if "amount" in purposes:
        paid = [row["amount"] for row in rows if row["amount"] is not None and row["amount"] > 0]
        found |= {"spend": math.fsum(paid), "payments": len(paid)}
    return found


def by_games(rows: list[Any], *, timed: bool) -> dict[str, Any]:
    """Return breadth and concentration; Gini's coefficient as half the relative mean difference."""
    play: dict[str, float] = {}
    for row in rows:
        if row["game"] is not None:
            play[row["game"]] = play.get(row["game"], 0.0) + (
                max(row["duration"] or 0.0, 0.0) if timed else 1.0
            )
    amounts = [amount for amount in play.values() if amount > 0]
    n, total = len(amounts), math.fsum(amounts)
    differences = math.fsum(abs(a - b) for a in amounts for b in amounts)
    return {
        "games": n,
        "favorite_share": max(amounts) / total if n else None,
        "concentration": differences / (2 * n * total) if n > 1 else None,
    }


@settings(max_examples=30)
@given(data=st.data())
def test_every_feature_is_what_a_slow_twin_says(data: Any, play: Any, computed: Any, alike: Any) -> None:
    drawn = data.draw(play)
    alike(computed(drawn), twin(drawn))


# ------------------------------------------------------------------------------------------ by hand


def test_a_player_done_by_hand() -> None:
    # a Friday evening, a Saturday with two sessions, and a Tuesday
    events = play_at(
        "2026-01-09 19:00", "2026-01-09 19:30", "2026-01-10 00:10", "2026-01-10 00:20", "2026-01-10 12:00", "2026-01-13 06:00",
        game=["go", "go", "go", "tag", None, "uno"], level=[1, 2, 2, None, 4, 3], amount=[0.99, None, -1.0, 0.0, 4.99, None],
    )  # fmt: skip
    found = features(events, at="2026-01-16")
    expected = {
        "recency": 3, "tenure": 7, "active_days": 3, "sessions": 4, "session_minutes": 40 / 4, "sessions_a_day": 4 / 3,
        "streak": 2, "retention_1": "true", "retention_7": "false", "retention_30": None,
        "night": 2 / 6, "morning": 1 / 6, "afternoon": 1 / 6, "evening": 2 / 6, "weekend": 3 / 6,
        "games": 3, "favorite_share": 3 / 5, "concentration": 4 / 15, "level": 4.0, "progress": 3 / 3,
        "spend": 5.98, "payments": 2,
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == (pytest.approx(value) if isinstance(value, float) else value), name


def test_a_pause_as_long_as_the_gap_ends_no_session() -> None:
    events = play_at("2026-01-09 23:50", "2026-01-10 00:20", "2026-01-10 00:50:01")
    assert features(events)["sessions"] == 2
    assert features(events, gap_minutes=29)["sessions"] == 3
    assert features(events, gap_minutes=31)["sessions"] == 1


@pytest.mark.parametrize(
    ("at", "known"),
    [("2026-01-09", 0), ("2026-01-10", 1), ("2026-01-15", 1), ("2026-01-16", 2), ("2026-02-08", 3)],
)
def test_retention_is_not_known_before_its_day(at: str, known: int) -> None:
    events = play_at("2026-01-09 10:00", "2026-01-10 10:00", "2026-01-16 10:00", "2026-02-08 10:00")
    found = features(events, at=at)
    assert [found[f"retention_{n}"] for n in (1, 7, 30)] == ["true"] * known + [None] * (3 - known)


@pytest.mark.parametrize("moment", ["2026-01-10 23:59:59.7", "1969-12-28 23:10:00", "1900-01-06 18:00:00"])
def test_an_evening_at_a_weekend_is_one_in_any_year_and_to_its_last_moment(moment: str) -> None:
    found = features(play_at(moment))
    assert (found["evening"], found["night"], found["weekend"]) == (1.0, 0.0, 1.0)
    assert found["recency"] == 1


DAYS = ("2026-01-09", "2026-01-10", "2026-01-12", "2026-01-20")


def of_days(dates: list[Any], **rules: Any) -> tuple[dict[str, Any], dict[str, Any], Recipe]:
    """Return what was computed of dates, the notices by name, and the recipe."""
    table = pa.table({"key": ["p"] * len(dates), "date": dates})
    with behavior(table, Recipe("players", {"key": "key", "date": "date"}, None, rules)) as found:
        (batch,) = found.batches
    return batch, {one.key.split(".")[-1]: one.figures for one in found.notices}, found.recipe


@pytest.mark.parametrize("typed", [False, True])
def test_dates_without_times_have_no_hours_of_play_and_sessions_are_days(typed: bool) -> None:
    dates: list[Any] = [dt.date.fromisoformat(day) for day in DAYS] if typed else [*DAYS]
    made, told, recipe = of_days([*dates, *dates])
    assert not {*TIMED} & {*made}
    assert told["without_times"]["features"] == [*TIMED]
    assert "session_is_a_day" in told
    assert recipe.settings["times"] is False
    assert made["sessions"].tolist() == made["active_days"].tolist() == [4]
    assert made["weekend"].tolist() == [0.25]


def test_sessions_of_days_go_on_over_a_gap_of_days() -> None:
    made, told, _ = of_days([*DAYS], gap_minutes=2 * 1440)
    assert made["sessions"].tolist() == [2]
    assert told["session_is_days"]["days"] == 2


def test_one_event_with_a_time_says_that_dates_have_times() -> None:
    made, told, recipe = of_days([*(f"{day} 00:00:00" for day in DAYS), "2026-01-09 00:00:01"])
    assert {*TIMED} <= {*made}
    assert recipe.settings["times"] is True
    assert not {"without_times", "session_is_a_day"} & {*told}


def test_a_recipe_of_days_takes_later_times_as_days() -> None:
    timed = [f"{day} 13:{minute}:00" for day in DAYS for minute in ("00", "50")]
    made, _, _ = of_days(timed, times=False)
    assert made["sessions"].tolist() == [4]
    assert not {*TIMED} & {*made}


def test_a_recipe_of_times_takes_no_days() -> None:
    with pytest.raises(DataError) as refused:
        of_days([*DAYS], times=True)
    assert refused.value.code == "behavior.no_times"


def test_players_of_whom_all_events_are_later_are_counted() -> None:
    table = pa.table(
        {"key": ["a", "b", "b"], "date": ["2026-01-01 10:00", "2026-01-05 10:00", "2026-01-06 10:00"]}
    )
    with behavior(table, Recipe("players", {"key": "key", "date": "date"}), at="2026-01-02") as found:
        told = {one.key.split(".")[-1]: one.figures.get("n") for one in found.notices}
    assert (found.n_customers, told["later"], told["not_yet"]) == (1, 2, 1)


def test_even_play_has_no_concentration_and_one_game_has_none_known() -> None:
    even = features(play_at(*["2026-01-09 10:00"] * 6, game=["a", "b", "c"] * 2))
    assert even["concentration"] == pytest.approx(0, abs=1e-12)
    assert even["favorite_share"] == pytest.approx(1 / 3)
    one = features(play_at(*["2026-01-09 10:00"] * 6, game=["a"] * 6))
    assert math.isnan(one["concentration"])
    assert (one["games"], one["favorite_share"]) == (1, 1.0)


def test_hours_alone_make_breadth_without_dates() -> None:
    events = pa.table({"key": ["p"] * 4, "game": ["a", "a", "b", "c"], "duration": [1.0, 2.0, 1.0, 0.0]})
    found = features(events)
    assert found == {"hours": 4.0, "games": 2, "favorite_share": 0.75, "concentration": pytest.approx(0.25)}
    with pytest.raises(UsageError) as refused:
        features(events, at="2026-01-01")
    assert refused.value.code == "behavior.at_without_dates"


def test_hours_beyond_what_one_cell_may_hold() -> None:
    events = pa.table({"key": ["p"] * 2000, "game": ["a", "b"] * 1000, "duration": [9e14] * 2000})
    assert features(events)["hours"] == pytest.approx(1.8e18)


@pytest.mark.reference
def test_steam(reference_data: Any) -> None:
    recipe = Recipe("players", {"key": "user_id", "game": "game", "duration": "hours"})
    with behavior(reference_data / "gaming" / "steam_play.csv.gz", recipe) as found:
        assert found.n_events == 70_489
        assert found.n_customers == 9_418
