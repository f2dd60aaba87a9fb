"""Phase III: what to watch after production. Task 3.3."""

from __future__ import annotations

from typing import Any

import numpy as np

from segmint.charts.looks import looks_picture
from segmint.charts.watching import pictures_of
from segmint.drift.report import DriftReport
from segmint.drift.verdict import ALARMS, Cause
from segmint.errors import UsageError
from segmint.lab.exercise import many_customers
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.lab.representatives import kmeans_study
from segmint.model.preparation import NumericStep
from segmint.model.segment_model import SegmentModel
from segmint.seeds import generator
from segmint.types import FloatVector, RawColumns
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.batches import Batch
from segmint.workflow.monitor import MonitorOptions, judge
from segmint.workflow.run import Made

ROWS = 400
MOVED = 1.0
"""How far the planted move takes one segment, in its standard deviations."""
GONE = 0.8
"""The part of one segment's customers that the planted change of the mix takes away."""
_OWN = 0.9
"""The part of a column's numbers that differ where it is measured, not counted."""
_BATCHES = ("as_before", "moved", "fewer")


def monitoring(assignment: Assignment) -> Lesson:
    """Task 3.3: centroid drift and the distribution of sizes, on batches in which both are planted."""
    made = kmeans_study(assignment, many_customers)
    model = made.study.model
    if model is None or model.assigner.n_clusters < 2:
        raise UsageError("lab.nothing_to_watch")
    target = max(range(model.assigner.n_clusters), key=lambda label: int(model.reference.counts[label]))
    told = {name: _judged(model, made, name, target, assignment.seed) for name in _BATCHES}
    card = next(one for one in model.cards if one.label == target)
    return Lesson(
        headline=sentence(f"lab.t33.headline_{_outcome(told)}", segment=f"{card.short} {card.name}"),
        findings=(
            *(() if assignment.data is not None else (sentence("lab.t33.many", n=len(made.prepared.keys)),)),
            *(_finding(name, report, card.short) for name, report in told.items()),
        ),
        tables=(_table(told, target),),
        pictures=_pictures(model, told),
        explanation=tuple(sentence(f"lab.t33.{part}") for part in ("centroid", "sizes", "verdict", "fails")),
        figures={name: _figures(report) for name, report in told.items()},
    )


def _pictures(model: SegmentModel, told: dict[str, DriftReport]) -> dict[str, Any]:
    """Return all looks, the centers of the batch that moved, and the sizes of the one that lacks customers."""
    numbers_of = {str(card.label): card.number for card in model.cards}
    looks = [
        {"batch": say(f"lab.t33.batch_{name}"), "when": "", "numbers": numbers_of, "report": report.to_json()}
        for name, report in told.items()
    ]
    moved, fewer = ({one.name: one for one in pictures_of([look])} for look in looks[1:])
    found = {"looks": looks_picture(looks), "sizes": fewer.get("sizes"), "centers": moved.get("centers")}
    return {name: picture.titled() for name, picture in found.items() if picture is not None}


def _figures(report: DriftReport) -> dict[str, Any]:
    told = report.to_json()
    return {"verdict": told["verdict"], "cause": told["cause"], "p": told["p"], "rows": told["n_rows"]}


def _judged(model: SegmentModel, made: Made, name: str, target: int, seed: int) -> DriftReport:
    """Judge a batch of new customers, drawn around those of training, with a change planted in it."""
    columns = _drawn(model, made, seed)
    labels = model.assigner.place(model.preparation.forward(columns)).labels
    own = labels == target
    if name == "moved":
        step = next(one for one in model.preparation.steps if isinstance(one, NumericStep))
        column = np.array(columns[step.name], dtype=np.float64)
        column[own] += MOVED * _deviation(column[own])
        columns = {**columns, step.name: column}
    if name == "fewer":
        rng = generator(seed, "lab", "fewer")
        kept = ~own | (rng.random(own.size) >= GONE)
        columns = {one: column[kept] for one, column in columns.items()}
    return judge(model, Batch(name, columns), MonitorOptions(seed=seed))


def _drawn(model: SegmentModel, made: Made, seed: int) -> RawColumns:
    """Return new customers: rows of training drawn again, each measured number moved a little within its segment.

    A number that many share (a count, a price) stays what it is: moved, it would be of another kind.
    """
    rng = generator(seed, "lab", "batch")
    rows = rng.integers(0, len(made.prepared.keys), ROWS)
    labels = model.assigner.place(made.prepared.matrix.X).labels[rows]
    columns: dict[str, Any] = {}
    for name in model.preparation.columns:
        column = made.prepared.columns[name][rows]
        noise = rng.normal(size=ROWS)
        if column.dtype.kind != "f" or not _measured(np.asarray(made.prepared.columns[name], np.float64)):
            columns[name] = column
            continue
        spread = [_deviation(column[labels == label]) for label in range(model.assigner.n_clusters)]
        columns[name] = column + noise * 0.1 * np.array(spread)[labels]
    return columns


def _measured(column: FloatVector) -> bool:
    """Return whether nearly every row has a number of its own."""
    present = column[~np.isnan(column)]
    return bool(present.size) and np.unique(present).size > _OWN * present.size


def _deviation(column: FloatVector) -> float:
    present = column[~np.isnan(column)]
    return float(np.std(present)) if present.size else 0.0


def _outcome(told: dict[str, DriftReport]) -> str:
    """Return whether both planted changes were called drift, each by its own cause, and the unchanged batch was not."""
    causes = {name: report.cause for name, report in told.items()}
    if told["as_before"].verdict in ALARMS:
        return "alarmed"
    return "found" if causes["moved"] is Cause.BEHAVIOR and causes["fewer"] is Cause.MIX else "missed"


def _finding(name: str, report: DriftReport, short: str) -> Sentence:
    said = " · ".join(str(one) for one in report.sentences()[:3])
    return sentence(f"lab.t33.found_{name}", verdict=report.verdict.value, said=said, segment=short)


def _table(told: dict[str, DriftReport], target: int) -> Table:
    head = tuple(
        say(f"lab.head.{name}") for name in ("batch", "share_of_segment", "center_moved", "chance", "verdict")
    )
    rows = tuple(
        (
            say(f"lab.t33.batch_{name}"),
            numbers.share(report.segments[target].share_now) if report.segments else numbers.MISSING,
            _moved(report, target),
            numbers.probability(report.p),
            report.verdict.value,
        )
        for name, report in told.items()
    )
    return Table(head, rows)


def _moved(report: DriftReport, target: int) -> str:
    moves = report.segments[target].moves if report.segments else ()
    return numbers.MISSING if not moves else f"{moves[0].deviations:+.2f}"
