"""The case study of games: from events of play to what is done on Monday."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import numpy as np

from segmint.charts import profile, segment_map
from segmint.lab.advice import (
    NEARLY,
    Told,
    advice,
    case_figures,
    case_findings,
    case_picture_of,
    segment_rows,
)
from segmint.lab.arcade import arcade
from segmint.lab.case import Case, Outcome, Rules, carry_out
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.labels import adjusted_rand
from segmint.words import Sentence, numbers, say, sentence

RULES: Final = Rules("players", horizon=30, counted="active_days", worth=("spend", "hours", "active_days"))
_FEATURES: Final = (
    "recency", "active_days", "session_minutes", "sessions_a_day", "hours", "games", "favorite_share", "weekend",
    "spend",
)  # fmt: skip
_MOST: Final = 6


def games(assignment: Assignment) -> Lesson:
    """Segment players by their play, see who came back in the next month, say what to do."""
    events, kinds = (assignment.data, None) if assignment.data is not None else arcade(assignment.seed)
    case = carry_out(assignment, RULES, events, "games")
    told = Told("lab.games", f"worth_{case.worth}")
    dated = "dated" if case.horizon else "undated"
    return Lesson(
        headline=sentence(
            f"lab.games.headline_{dated}{'_alike' if case.alike else ''}", n=case.features.n_customers, k=len(case.outcomes),
            at=case.features.at or "", verdict=case.made.study.decision.verdict.value,
        ),
        findings=(*case_findings(case, told), *([] if kinds is None else [_planted(case, kinds)])),
        tables=(_features(case), segment_rows(case, told), *([] if kinds is None else [_kinds(case, kinds)])),
        pictures={
            "case": case_picture_of(case, told).titled(),
            "map": segment_map(case.made.study),
            "profile": profile(case.made.study),
        },
        explanation=(
            *(_monday(case, one, told) for one in case.outcomes),
            sentence(f"lab.games.what_{dated}", features=case.clustered, horizon=case.horizon),
            sentence(f"lab.games.cannot_{dated}"),
            *([] if kinds is None else [sentence("lab.games.shipped")]),
        ),
        figures=case_figures(case)
        | ({} if kinds is None else {"planted_ari": _agreement(case, kinds)}),
    )  # fmt: skip


def _features(case: Case) -> Table:
    names = [name for name in _FEATURES if name in case.outcomes[0].medians][:_MOST]
    rows = tuple(
        (one.card.short, *(numbers.unit(one.medians[name]) for name in names)) for one in case.outcomes
    )
    return Table((say("lab.head.median_of"), *names), rows)


def _monday(case: Case, one: Outcome, told: Told) -> Sentence:
    advised: str = advice(case, one)
    if not case.horizon:
        advised = _of_undated(one)
    return sentence(
        f"lab.games.monday_{advised}",
        segment=f"{one.card.short} {one.card.name}",
        n=one.n_customers,
        back=0.0 if one.back is None else one.back / one.n_customers,
        part=one.worth_share or 0.0,
        after=one.worth_after or 0.0,
        worth=told.worth,
        **{name: one.medians.get(name, float("nan")) for name in ("hours", "games", "recency", "weekend")},
    )


def _of_undated(one: Outcome) -> str:
    """Return which advice fits players of whom only hours are known, and games where they are."""
    kind = "deep" if (one.worth_share or 0.0) >= NEARLY * one.share else "light"
    favorite = one.medians.get("favorite_share")
    if favorite is None:
        return kind
    return f"{kind}_{'one' if favorite >= 0.8 else 'many'}"


def _planted(case: Case, kinds: dict[str, str]) -> Sentence:
    return sentence("lab.games.planted", agreement=_agreement(case, kinds), n=len(set(kinds.values())))


def _agreement(case: Case, kinds: dict[str, str]) -> float:
    """Return the adjusted Rand index of the segments and the planted kinds."""
    names = sorted(set(kinds.values()))
    truth = np.array([names.index(kinds[key]) for key in case.made.dataset.keys.tolist()])
    return float(adjusted_rand(truth, case.labels))


def _kinds(case: Case, kinds: dict[str, str]) -> Table:
    """Return how many players of each planted kind each segment has."""
    names = list(dict.fromkeys(sorted(kinds.values(), key=lambda kind: -Counter(kinds.values())[kind])))
    keys = case.made.dataset.keys.tolist()
    counts: Any = Counter((kinds[key], label) for key, label in zip(keys, case.labels.tolist(), strict=True))
    rows = tuple(
        (one.card.short, *(numbers.count(counts[name, one.card.label]) for name in names))
        for one in case.outcomes
    )
    return Table((say("lab.head.planted"), *names), rows)
