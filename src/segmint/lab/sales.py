"""The case study of sales: from lines of invoices to what is done on Monday."""

from __future__ import annotations

from typing import Final

from segmint.charts import profile, segment_map
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
            "lab.sales.headline", n=case.features.n_customers, k=len(case.outcomes), at=case.features.at,
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
            *(sentence(f"lab.sales.{part}") for part in ("what", "cannot")),
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
    return sentence(
        f"lab.sales.monday_{advice(case, one)}",
        segment=f"{one.card.short} {one.card.name}",
        n=one.n_customers,
        gap=one.medians["gap_mean"],
        recency=one.medians["recency"],
        back=0.0 if one.back is None else one.back / one.n_customers,
        part=one.worth_share or 0.0,
        worth=told.worth,
    )
