"""A simulated arcade: events of players of five kinds, for the case study of games.

Nobody's data. Each player has a kind, a day of arrival and habits drawn from the kind's; days with play, sessions,
modes, levels and payments are drawn from them. What is planted is known, so that a student can see what
segments find of it.

==========  =====  ==================  ========  ==================  ============================
kind        share  plays on a day      sessions  minutes a session   pays
==========  =====  ==================  ========  ==================  ============================
tourist     .40    first three days    1         12                  never
commuter    .25    .75 of weekdays     2         9 (7–9, 17–19 h)    .01 of the days, 3 each
weekender   .18    .85 of weekends     1         70 (afternoon)      .03 of the days, 8 each
devoted     .12    .92 of all days     3         40 (evening)        .04 of the days, 10 each
patron      .05    .60 of all days     2         45 (evening)        .35 of the days, 25 each
==========  =====  ==================  ========  ==================  ============================

Minutes and payments are log-normal around these means; an eighth of those who stay leave for good on a random day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from segmint.seeds import generator
from segmint.types import IntVector

DAYS: Final = 120
PLAYERS: Final = 900
MODES: Final = ("story", "arena", "puzzle", "workshop", "trial")
_START: Final = np.datetime64("2026-01-05T00:00:00")
_LEAVE: Final = 0.125
_EVENT_MINUTES: Final = 6.0


@dataclass(frozen=True)
class Kind:
    """The habits of one kind of player: see the table above.

    ``days`` are the chances of play on a weekday and on a weekend day; ``stay`` is for how many days.
    """

    name: str
    share: float
    days: tuple[float, float]
    stay: int
    sessions: int
    minutes: float
    hours: tuple[float, ...]
    modes: int
    pays: float
    price: float


KINDS: Final = (
    Kind("tourist", 0.40, (0.9, 0.9), 3, 1, 12.0, (20.0,), 1, 0.0, 0.0),
    Kind("commuter", 0.25, (0.75, 0.1), DAYS, 2, 9.0, (8.0, 18.0), 1, 0.01, 3.0),
    Kind("weekender", 0.18, (0.03, 0.85), DAYS, 1, 70.0, (15.0,), 3, 0.03, 8.0),
    Kind("devoted", 0.12, (0.92, 0.92), DAYS, 3, 40.0, (19.0, 21.0, 22.5), 5, 0.04, 10.0),
    Kind("patron", 0.05, (0.6, 0.6), DAYS, 2, 45.0, (19.5, 21.5), 3, 0.35, 25.0),
)


def arcade(seed: int) -> tuple[pa.Table, dict[str, str]]:
    """Simulate the events of :data:`PLAYERS` players over :data:`DAYS` days.

    Returns
    -------
    events
        ``player``, ``time``, ``mode``, ``level`` and ``paid``; one row each six minutes of play.
    kinds
        The planted kind of each player.

    Examples
    --------
    >>> events, kinds = arcade(42)
    >>> events.column_names, len(kinds)
    (['player', 'time', 'mode', 'level', 'paid'], 900)
    """
    rng = generator(seed, "lab", "arcade")
    drawn = rng.choice(len(KINDS), PLAYERS, p=[kind.share for kind in KINDS])
    kinds = {f"p{number:04d}": KINDS[kind] for number, kind in enumerate(drawn.tolist())}
    rows = [_player(rng, player, kind) for player, kind in kinds.items()]
    columns = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return pa.table(columns), {player: kind.name for player, kind in kinds.items()}


def _player(rng: np.random.Generator, player: str, kind: Kind) -> dict[str, Any]:
    days = _days(rng, kind)
    minutes, session_days = _sessions(rng, kind, days)
    modes = rng.permutation(len(MODES))[: kind.modes]
    favorite = rng.dirichlet(np.full(kind.modes, 1.5))
    n_events = len(minutes)
    level = 1 + np.floor(np.arange(n_events) * rng.uniform(0.02, 0.06)).astype(np.int64)
    paid = np.zeros(n_events)
    paying = rng.random(len(days)) < kind.pays
    first = np.searchsorted(session_days, days[paying])
    paid[first[first < n_events]] = np.round(
        rng.lognormal(np.log(max(kind.price, 0.01)), 0.5, int((first < n_events).sum())), 2
    )
    return {
        "player": np.full(n_events, player, dtype=object),
        "time": _START + (minutes * 60).astype("timedelta64[s]"),
        "mode": np.array(MODES, dtype=object)[rng.choice(modes, n_events, p=favorite)],
        "level": level,
        "paid": paid,
    }


def _days(rng: np.random.Generator, kind: Kind) -> IntVector:
    """Return the days with play, the day of arrival first."""
    arrival = int(rng.integers(0, DAYS // 2))
    last = min(DAYS, arrival + kind.stay)
    if kind.stay == DAYS and rng.random() < _LEAVE:
        last = int(rng.integers(arrival + 1, DAYS))
    days = np.arange(arrival, last)
    chance = np.where(days % 7 >= 5, kind.days[1], kind.days[0])
    return days[(rng.random(days.size) < chance) | (days == arrival)]


def _sessions(rng: np.random.Generator, kind: Kind, days: IntVector) -> tuple[Any, Any]:
    """Return the minute of each event since the start, in order, and the day that each belongs to."""
    minutes: list[Any] = []
    belongs: list[Any] = []
    for day in days.tolist():
        for hour in rng.choice(kind.hours, min(kind.sessions, len(kind.hours)), replace=False):
            begin = day * 1440 + 60 * hour + rng.normal(0, 25)
            length = rng.lognormal(np.log(kind.minutes), 0.5)
            events = np.arange(0.0, length, _EVENT_MINUTES)
            minutes.append(begin + events)
            belongs.append(np.full(events.size, day))
    order = np.argsort(np.concatenate(minutes), kind="stable")
    return np.concatenate(minutes)[order], np.concatenate(belongs)[order]
