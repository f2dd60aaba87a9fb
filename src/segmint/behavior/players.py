"""Features of players from their play: sessions, active days, streaks, retention, breadth, concentration, spend.

References
----------
A. Drachen, M. Seif El-Nasr, A. Canossa (2013). Game Analytics: Maximizing the Value of Player Data. Springer.
doi:10.1007/978-1-4471-4769-5
C. Gini (1912). Variabilità e mutabilità. Bologna.
"""

from __future__ import annotations

from typing import Final

from segmint.behavior.features import CURRENCY, BehaviorFeature, purposes_of
from segmint.behavior.staging import DAY_SECONDS, one_row
from segmint.data.engine import Connection
from segmint.model.recipe import Recipe
from segmint.model.schema import Kind, Role
from segmint.words import Sentence, sentence

GAP_MINUTES: Final = 30
"""Minutes without an event after which a new session begins, unless the recipe says otherwise."""

_COUNT, _NUMBER, _FLAG = Kind.COUNT, Kind.NUMBER, Kind.FLAG
_CLUSTER, _DESCRIBE = Role.CLUSTER, Role.DESCRIBE


def _retained(day: int) -> BehaviorFeature:
    formula = f"CASE WHEN at_day >= first_day + {day} THEN back_{day} END"
    return BehaviorFeature(f"retention_{day}", _FLAG, _DESCRIBE, None, ("date",), formula)


def _share(name: str, *needs: str) -> BehaviorFeature:
    return BehaviorFeature(name, _NUMBER, _DESCRIBE, None, ("date", *needs), f"n_{name} / n_events")


FEATURES: Final[tuple[BehaviorFeature, ...]] = (
    BehaviorFeature("recency", _COUNT, _CLUSTER, "days", ("date",), "at_day - last_day"),
    BehaviorFeature("tenure", _COUNT, _DESCRIBE, "days", ("date",), "at_day - first_day"),
    BehaviorFeature("active_days", _COUNT, _CLUSTER, "days", ("date",), "n_days"),
    BehaviorFeature("sessions", _COUNT, _DESCRIBE, "sessions", ("date",), "n_sessions"),
    BehaviorFeature(
        "session_minutes", _NUMBER, _CLUSTER, "minutes", ("date", "time"), "session_seconds / n_sessions / 60"
    ),
    BehaviorFeature(
        "sessions_a_day", _NUMBER, _CLUSTER, "sessions", ("date", "time"), "n_sessions / n_days"
    ),
    BehaviorFeature("streak", _COUNT, _DESCRIBE, "days", ("date",), "streak"),
    _retained(1), _retained(7), _retained(30),
    *(_share(name, "time") for name in ("night", "morning", "afternoon", "evening")), _share("weekend"),
    BehaviorFeature("hours", _NUMBER, _CLUSTER, "hours", ("duration",), "hours::DOUBLE"),
    BehaviorFeature("games", _COUNT, _CLUSTER, "games", ("game",), "coalesce(n_games, 0)"),
    BehaviorFeature("favorite_share", _NUMBER, _DESCRIBE, None, ("game",), "top::DOUBLE / play::DOUBLE"),
    BehaviorFeature(
        "concentration", _NUMBER, _DESCRIBE, None, ("game",),
        "CASE WHEN n_games > 1 THEN 2 * ranked::DOUBLE / (n_games * play::DOUBLE) - (n_games + 1) / n_games END",
    ),
    BehaviorFeature("level", _NUMBER, _DESCRIBE, "levels", ("level",), "top_level::DOUBLE"),
    BehaviorFeature(
        "progress", _NUMBER, _DESCRIBE, "levels a day", ("level", "date"),
        "(top_level - first_level)::DOUBLE / n_days",
    ),
    BehaviorFeature("spend", _NUMBER, _CLUSTER, CURRENCY, ("amount",), "spend::DOUBLE"),
    BehaviorFeature("payments", _COUNT, _DESCRIBE, "payments", ("amount",), "n_payments"),
)  # fmt: skip


def make_sums(connection: Connection, recipe: Recipe, at: int) -> None:
    """Make the table ``sums``: one row a player, with all that the formulas of :data:`FEATURES` name.

    Parameters
    ----------
    connection
        The engine with the staged ``events``.
    recipe
        Its settings: ``gap_minutes``, so long without an event, and the next one begins a session; ``times``, false
        where dates are taken as days.
    at
        The day that counts as today, in days since 1970-01-01; later events are left out.
    """
    there = purposes_of(recipe)
    dated = "date" in there
    where = f"WHERE day <= {at}" if dated else ""
    moments = "*" if not dated or "time" in there else f"* REPLACE ({DAY_SECONDS} * day AS second)"
    connection.execute(f"CREATE VIEW play AS SELECT {moments} FROM events {where}")
    parts = ["everybody", *(["sessions", "days"] if dated else []), *(["breadth"] if "game" in there else [])]
    connection.execute(f"CREATE TABLE everybody AS {_everybody(there)}")
    if dated:
        connection.execute(f"CREATE TABLE sessions AS {_sessions(gap_seconds(recipe))}")
        connection.execute(f"CREATE TABLE days AS {_days()}")
    if "game" in there:
        connection.execute(f"CREATE TABLE breadth AS {_breadth(there)}")
    joined = " LEFT JOIN ".join([parts[0], *(f"{part} USING (key)" for part in parts[1:])])
    connection.execute(f"CREATE TABLE sums AS SELECT *, {at} AS at_day FROM {joined}")


def gap_seconds(recipe: Recipe) -> float:
    """Return the seconds without an event after which the next one begins a session."""
    return 60 * float(recipe.settings.get("gap_minutes", GAP_MINUTES))


def _everybody(there: frozenset[str]) -> str:
    sums = ["count(*) AS n_events"]
    if "date" in there:
        hour = f"(second - {DAY_SECONDS} * day) // 3600"
        weekday = "((day + 3) % 7 + 7) % 7"  # day 0 was a Thursday, 0 a Monday; before it, % is negative
        sums += [
            f"count(*) FILTER ({hour} < 6) AS n_night",
            f"count(*) FILTER ({hour} BETWEEN 6 AND 11) AS n_morning",
            f"count(*) FILTER ({hour} BETWEEN 12 AND 17) AS n_afternoon",
            f"count(*) FILTER ({hour} >= 18) AS n_evening",
            f"count(*) FILTER ({weekday} >= 5) AS n_weekend",
        ]
    if "duration" in there:
        sums.append("coalesce(sum(duration) FILTER (duration > 0), 0) AS hours")
    if "level" in there:
        sums += ["max(level) AS top_level", "min(level) AS first_level"]
    if "amount" in there:
        sums += [
            "coalesce(sum(amount) FILTER (amount > 0), 0) AS spend",
            "count(*) FILTER (amount > 0) AS n_payments",
        ]
    return f"SELECT key, {', '.join(sums)} FROM play GROUP BY key"


def _sessions(gap: float) -> str:
    """Return the sessions of each player: a pause longer than the gap (in seconds) ends one."""
    return f"""
        SELECT key, 1 + count(*) FILTER (pause > {gap!r}) AS n_sessions,
            coalesce(sum(pause) FILTER (pause <= {gap!r}), 0)::BIGINT AS session_seconds
        FROM (SELECT key, second - lag(second) OVER (PARTITION BY key ORDER BY second) AS pause FROM play)
        GROUP BY key"""


def _days() -> str:
    """Return the active days of each player; days in a row share their day less their rank."""
    back = ", ".join(f"coalesce(bool_or(day = first_day + {n}), false) AS back_{n}" for n in (1, 7, 30))
    return f"""
        WITH active AS (SELECT DISTINCT key, day FROM play),
        ranked AS (
            SELECT key, day, min(day) OVER (PARTITION BY key) AS first_day,
                day - row_number() OVER (PARTITION BY key ORDER BY day) AS run
            FROM active),
        runs AS (SELECT key, count(*) AS length FROM ranked GROUP BY key, run),
        streaks AS (SELECT key, max(length) AS streak FROM runs GROUP BY key)
        SELECT key, min(day) AS first_day, max(day) AS last_day, count(*) AS n_days, any_value(streak) AS streak,
            {back}
        FROM ranked JOIN streaks USING (key) GROUP BY key"""


def _breadth(there: frozenset[str]) -> str:
    """Return over how many games the play is spread, and how evenly: by hours, or else by events."""
    play = "coalesce(sum(duration) FILTER (duration > 0), 0)" if "duration" in there else "count(*)"
    return f"""
        WITH played AS (
            SELECT key, game, ({play})::DECIMAL(38, 9) AS one FROM play WHERE game IS NOT NULL GROUP BY key, game),
        ranked AS (
            SELECT key, one, row_number() OVER (PARTITION BY key ORDER BY one, game) AS rank
            FROM (SELECT * FROM played WHERE one > 0))
        SELECT key, count(*) AS n_games, max(one) AS top, sum(one) AS play, sum(rank::DECIMAL(10, 0) * one) AS ranked
        FROM ranked GROUP BY key"""


def notices(connection: Connection, recipe: Recipe) -> tuple[Sentence, ...]:
    """Say who played only after today, who was seen once only (of them there is no habit), and what a session is."""
    not_yet, once = connection.execute("""
        SELECT (SELECT count(*) FROM (SELECT DISTINCT key FROM events) ANTI JOIN sums USING (key)),
            count(*) FILTER (n_events = 1)
        FROM sums""").fetchall()[0]
    lone = (
        "one_row" if once and one_row(connection) else "once"
    )  # later events count: of those there will be a habit
    counted = tuple(
        sentence(f"behavior.notice.{what}", n=n) for what, n in {"not_yet": not_yet, lone: once}.items() if n
    )
    return (*counted, *_sessions_of_days(recipe))


def _sessions_of_days(recipe: Recipe) -> tuple[Sentence, ...]:
    """Say what a session is where dates have no times of day."""
    there, days = purposes_of(recipe), int(gap_seconds(recipe) // DAY_SECONDS)
    if "date" not in there or "time" in there:
        return ()
    return (
        sentence(
            "behavior.notice.session_is_days" if days else "behavior.notice.session_is_a_day", days=days
        ),
    )
