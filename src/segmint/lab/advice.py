"""What a case study says of its segments: findings, a table, a picture, and which advice fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from segmint.charts.cases import case_picture
from segmint.charts.picture import Picture
from segmint.lab.case import Case, Outcome
from segmint.lab.lesson import Table
from segmint.profile.titles import capitalized
from segmint.words import Sentence, numbers, say, sentence

Advice = Literal["keep", "grow", "win_back", "let_rest", "worth_more", "as_all"]
VALUABLE: Final = 1.2
"""A segment is worth more than its number where its share of the worth is so much above its share of customers."""
NEARLY: Final = 0.8
"""So much of the share of all that came back still counts as coming back."""


@dataclass(frozen=True)
class Told:
    """The words of a case: their place, and the key of what somebody is worth."""

    place: str
    worth_key: str

    @property
    def worth(self) -> str:
        """What somebody is worth, in words."""
        return say(f"{self.place}.{self.worth_key}")

    @property
    def who(self) -> str:
        """What the rows are called: customers, or players."""
        return say(f"{self.place}.who")


def advice(case: Case, one: Outcome) -> Advice:
    """Return which advice fits a segment.

    Valuable: its share of the worth is above its share of the customers by :data:`VALUABLE`. Alive: of it
    came back nearly as many as of all (:data:`NEARLY`), or not surely fewer; where events have no dates, all count as
    alive. Where no segment differs in who came back, only worth is left to tell them apart, as far as it lasted.
    """
    valuable = _valuable(one.worth_share, one)
    if case.alike:
        return "worth_more" if valuable and _valuable(one.worth_after, one) else "as_all"
    if valuable:
        return "keep" if _alive(case, one) else "win_back"
    return "grow" if _alive(case, one) else "let_rest"


def _valuable(part: float | None, one: Outcome) -> bool:
    return part is not None and part >= VALUABLE * one.share


def _alive(case: Case, one: Outcome) -> bool:
    if one.back is None or case.back is None:
        return True
    not_surely_fewer = one.interval is not None and one.interval[1] >= case.back
    return not_surely_fewer or one.back / one.n_customers >= NEARLY * case.back


def case_findings(case: Case, told: Told) -> tuple[Sentence, ...]:
    """Say what segments are worth, what was seen in the days kept back, and how sure the segments are."""
    decision = case.made.study.decision
    found = [*case.features.notices, decision.headline]
    top = max(case.outcomes, key=lambda one: one.worth_share or 0.0)
    if top.worth_share is not None:
        found.append(
            sentence(
                f"{told.place}.top",
                segment=_called(top),
                share=top.share,
                part=top.worth_share,
                worth=told.worth,
            )
        )
    if case.horizon and case.back is not None:
        backs = [(one.back or 0) / one.n_customers for one in case.outcomes]
        best, least = case.outcomes[int(np.argmax(backs))], case.outcomes[int(np.argmin(backs))]
        found.append(
            sentence(
                f"{told.place}.followed{'_alike' if case.alike else ''}", chance=case.chance, horizon=case.horizon, back=case.back, best=_called(best),
                most=max(backs), least=_called(least), fewest=min(backs),
            )
        )  # fmt: skip
    if case.report is not None:
        found.append(sentence("lab.case_report", report=case.report.name))
    return tuple(found)


def _called(one: Outcome) -> str:
    return f"{one.card.short} {one.card.name}"


def segment_rows(case: Case, told: Told) -> Table:
    """Return the segments with their shares, who came back and what followed."""
    heads = ["segment", "customers", "share_of_customers"]
    heads += ["worth"] if case.worth else []
    heads += ["back", "between", "worth_after"] if case.horizon else []
    rows = []
    for one in case.outcomes:
        row = [one.card.short, numbers.count(one.n_customers), numbers.share(one.share)]
        if case.worth:
            row.append(_share(one.worth_share))
        if case.horizon and one.back is not None and one.interval is not None:
            low, high = one.interval
            row.append(_share(one.back / one.n_customers))
            row.append(f"{numbers.percent(low)} – {numbers.percent(high)}")
            row.append(_share(one.worth_after))
        rows.append(tuple(row))
    words = {"worth": say("lab.head.share_of", what=told.worth), "customers": capitalized(told.who)}
    return Table(tuple(words.get(head) or say(f"lab.head.{head}") for head in heads), tuple(rows))


def _share(value: float | None) -> str:
    return numbers.MISSING if value is None else numbers.share(value)


def case_picture_of(case: Case, told: Told) -> Picture:
    """Return the picture of the case."""
    rows = [
        {
            "name": _called(one),
            "number": one.card.number,
            "share": one.share,
            "worth_share": one.worth_share,
            "back": None if one.back is None else one.back / one.n_customers,
            "low": one.interval[0] if one.interval else None,
            "high": one.interval[1] if one.interval else None,
            "worth_after": one.worth_after,
        }
        for one in case.outcomes
    ]
    return case_picture(rows, told.worth, case.horizon, told.who)


def case_figures(case: Case) -> dict[str, Any]:
    """Return the numbers of a case as plain data."""
    return {
        "at": case.features.at,
        "horizon": case.horizon,
        "n_customers": case.features.n_customers,
        "n_events": case.features.n_events,
        "worth": case.worth,
        "back": case.back,
        "chance": case.chance,
        "verdict": case.made.study.decision.verdict.value,
        "segments": [
            {
                "id": one.card.id,
                "segment": one.card.short,
                "name": one.card.name,
                "customers": one.n_customers,
                "share": one.share,
                "worth_share": one.worth_share,
                "back": one.back,
                "worth_after": one.worth_after,
                "medians": {name: None if np.isnan(value) else value for name, value in one.medians.items()},
                "advice": advice(case, one),
            }
            for one in case.outcomes
        ],
        "report": None if case.report is None else str(case.report),
    }
