"""The case study of sales: from lines of invoices to what is done on Monday."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from segmint.charts import profile, segment_map
from segmint.choosing.decision import Verdict
from segmint.data import example_table
from segmint.lab.advice import Told, advice, case_figures, case_findings, case_picture_of, segment_rows
from segmint.lab.case import Case, Outcome, Rules, carry_out
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.words import Sentence, numbers, say, sentence

RULES: Final = Rules("rfm", horizon=91, counted="frequency", worth=("monetary", "frequency"))
EXTRACT: Final = "online_retail_extract"


def sales(assignment: Assignment) -> Lesson:
    """Segment customers by their purchases, see what each segment did in the next quarter, say what to do."""
    events = example_table(EXTRACT) if assignment.data is None else assignment.data
    case = carry_out(assignment, RULES, events, "sales")
    told = Told("lab.sales", "worth_monetary" if case.worth == "monetary" else "worth_frequency")
    return Lesson(
        headline=sentence(
            f"lab.sales.headline{'_alike' if case.alike else ''}", n=case.features.n_customers, k=len(case.outcomes), at=case.features.at,
            verdict=case.made.study.decision.verdict.value,
        ),
        findings=case_findings(case, told),
        tables=(_features(case), segment_rows(case, told)),
        pictures={
            "case": case_picture_of(case, told).titled(),
            "map": segment_map(case.made.study),
            "profile": profile(case.made.study),
        },
        explanation=(
            *(_monday(case, one, told) for one in case.outcomes),
            sentence("lab.sales.what", at=case.features.at, features=case.clustered, horizon=case.horizon),
            _cannot(case, told, shipped=assignment.data is None),
        ),
        figures=case_figures(case),
    )  # fmt: skip


def _features(case: Case) -> Table:
    """Return the medians by which a person tells the segments apart."""
    names = [
        name
        for name in ("recency", "frequency", "monetary", "gap_mean", "basket_amount", "return_share")
        if name in case.outcomes[0].medians
    ]
    rows = tuple(
        (one.card.short, *(numbers.unit(one.medians[name]) for name in names)) for one in case.outcomes
    )
    return Table((say("lab.head.median_of"), *names), rows)


def _monday(case: Case, one: Outcome, told: Told) -> Sentence:
    has_articles = "category" in case.features.recipe.columns
    return sentence(
        f"lab.sales.monday_{_advised(case, one)}",
        segment=f"{one.card.short} {one.card.name}",
        n=one.n_customers,
        gap=one.medians["gap_mean"],
        recency=one.medians["recency"],
        back=0.0 if one.back is None else one.back / one.n_customers,
        horizon=case.horizon,
        part=one.worth_share or 0.0,
        after=one.worth_after or 0.0,
        worth=told.worth,
        articles=say("lab.sales.articles") if has_articles else "",
    )


def _advised(case: Case, one: Outcome) -> str:
    """Return which advice fits, as far as there is a usual gap between purchases and it is not over already."""
    advised = advice(case, one)
    if advised not in ("keep", "grow"):
        return advised
    gap = one.medians["gap_mean"]
    if np.isnan(gap):
        return f"{advised}_once"
    return "grow_overdue" if advised == "grow" and one.medians["recency"] > gap else advised


def _cannot(case: Case, told: Told, *, shipped: bool) -> Sentence:
    """Say what the data can't tell: facts of the shipped table of it alone, of one's own what is counted in it."""
    first, last = _kept_back(case)
    more = "".join(f" {one}" for one in _counted(case, first, last, shipped=shipped))
    return sentence("lab.sales.cannot", worth=told.worth, first=str(first), last=str(last), more=more)


def _kept_back(case: Case) -> tuple[date, date]:
    """Return the first and the last of the days that were kept back."""
    assert case.features.at is not None  # purchases without dates are refused
    day = date.fromisoformat(case.features.at)
    return day + timedelta(days=1), day + timedelta(days=case.horizon)


def _counted(case: Case, first: date, last: date, *, shipped: bool) -> Iterator[Sentence]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    december = sum(day.month == 12 for day in days)
    if december:
        yield sentence("lab.sales.december", n=december)
    if case.features.n_without_key:
        yield sentence("lab.sales.without_key", share=case.features.n_without_key / case.features.n_events)
    if shipped:
        yield sentence("lab.sales.shipped")
    if case.made.study.decision.verdict is Verdict.SLICES:
        yield sentence("lab.sales.border")
