"""Phase I: representative-based clustering. Tasks 1.1, 1.2 and 1.3."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from segmint.charts import elbow, silhouette_by_k, silhouette_rows
from segmint.charts.lessons import scaling_chart
from segmint.choosing.study import Study
from segmint.data.dataset import Dataset
from segmint.errors import UsageError
from segmint.geometry.geometry import Geometry
from segmint.lab.exercise import fourteen_rows
from segmint.lab.lesson import Assignment, Lesson, Table, rows_of
from segmint.measure.silhouette import silhouette_samples
from segmint.model.preparation import NumericStep
from segmint.prepare.fit import prepare
from segmint.prepare.options import PreparationOptions
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.planning import RunOptions
from segmint.workflow.run import Made, make

EXCERPT = 5
PLAIN = PreparationOptions(clip=False, log=False)


def preparation(assignment: Assignment) -> Lesson:
    """Task 1.1: standardise two columns, and show why K-Means needs it."""
    dataset = rows_of(assignment, fourteen_rows)
    prepared = prepare(dataset, PLAIN)
    steps = [step for step in prepared.preparation.steps if isinstance(step, NumericStep)]
    if not steps:
        raise UsageError("lab.no_numbers")
    X = prepared.matrix.X
    raw = [np.asarray(prepared.columns[step.name], dtype=np.float64) for step in steps]
    parts = [np.nanvar(column) for column in raw]
    largest = int(np.argmax(parts))
    excerpt = Table(
        tuple(step.name for step in steps),
        tuple(tuple(numbers.score(value) for value in row[: len(steps)]) for row in X[:EXCERPT].tolist()),
    )
    learned = Table(
        (say("lab.head.column"), say("lab.head.mean"), say("lab.head.deviation")),
        tuple((step.name, numbers.unit(step.center), numbers.unit(step.scale)) for step in steps),
    )
    return Lesson(
        headline=sentence("lab.t11.headline", n=X.shape[0], columns=[step.name for step in steps]),
        findings=(sentence("lab.t11.weight", column=steps[largest].name, share=parts[largest] / sum(parts)),),
        tables=(learned, excerpt),
        pictures={} if len(steps) < 2 else {"scaling": scaling_chart(steps[:2], raw[:2], X[:, :2])},
        explanation=(sentence("lab.t11.what"), sentence("lab.t11.kept"), sentence("lab.t11.fails")),
        figures={
            "means": [step.center for step in steps],
            "deviations": [step.scale for step in steps],
            "excerpt": X[:EXCERPT].tolist(),
        },
    )


def kmeans_study(assignment: Assignment, exercise: Callable[[], Dataset] = fourteen_rows) -> Made:
    """Make the study of tasks 1.2 and 1.3: K-Means alone, K from 1 to 10, standardised."""
    dataset = rows_of(assignment, exercise)
    options = RunOptions(
        families=("kmeans",),
        preparation=PLAIN,
        seed=assignment.seed,
        name="lab-kmeans",
        command="segmint lab",
    )
    return make(dataset, options, assignment.progress)


def choosing_k(assignment: Assignment) -> Lesson:
    """Task 1.2: inertia for K from 1 to 10, and where its curve bends."""
    study = kmeans_study(assignment).study
    bend = study.decision.elbow
    if bend is None:
        raise UsageError("lab.no_elbow")
    inertias = _by_k(study, "inertia")
    first = inertias[min(inertias)]
    rows = []
    before: float | None = None
    for k, value in inertias.items():
        drop = numbers.MISSING if before is None else numbers.share((before - value) / first)
        rows.append((str(k), numbers.unit(value), drop, "◂" if k == bend.n_clusters else ""))
        before = value
    silhouettes = _by_k(study, "silhouette")
    best = max(silhouettes, key=lambda k: silhouettes[k])
    return Lesson(
        headline=sentence("lab.t12.headline", k=bend.n_clusters),
        findings=(
            sentence("lab.t12.rule", k=bend.n_clusters, distance=bend.distance),
            sentence("lab.t12.agree" if best == bend.n_clusters else "lab.t12.differ", k=best),
        ),
        tables=(
            Table(("K", say("lab.head.inertia"), say("lab.head.drop"), say("lab.head.elbow")), tuple(rows)),
        ),
        pictures={"elbow": elbow(study)},
        explanation=(sentence("lab.t12.what"), sentence("lab.t12.parameters"), sentence("lab.t12.fails")),
        figures={"inertia": inertias, "elbow": bend.n_clusters},
    )


def silhouette(assignment: Assignment) -> Lesson:
    """Task 1.3: the silhouette of the K that the elbow gives, beside all others."""
    made = kmeans_study(assignment)
    study = made.study
    silhouettes = _by_k(study, "silhouette")
    if not silhouettes:
        raise UsageError("lab.no_elbow")
    best = max(silhouettes, key=lambda k: silhouettes[k])
    bend = study.decision.elbow
    chosen = bend.n_clusters if bend is not None and bend.n_clusters in silhouettes else best
    rows = tuple((str(k), numbers.score(value), _marks(k, best, chosen)) for k, value in silhouettes.items())
    pictures = {"silhouette_by_k": silhouette_by_k(study)}
    if silhouette_rows.available(study):
        pictures["silhouette_rows"] = silhouette_rows(study)
    return Lesson(
        headline=sentence("lab.t13.headline", k=chosen, value=silhouettes[chosen]),
        findings=(
            sentence("lab.t13.best", k=best, value=silhouettes[best]),
            *_misplaced(made),
        ),
        tables=(Table(("K", say("lab.head.silhouette"), ""), rows),),
        pictures=pictures,
        explanation=(sentence("lab.t13.what"), sentence("lab.t13.read"), sentence("lab.t13.fails")),
        figures={"silhouette": silhouettes, "chosen": chosen, "best": best},
    )


def _marks(k: int, best: int, chosen: int) -> str:
    marks = [say("lab.best")] if k == best else []
    return ", ".join([*marks, say("lab.elbow_says")] if k == chosen else marks)


def _misplaced(made: Made) -> tuple[Sentence, ...]:
    """Say how many rows of the decided clustering lie nearer to another cluster than to their own."""
    if not made.fits or made.fits[0].n_clusters < 2:
        return ()
    fit = made.fits[0]
    values = silhouette_samples(Geometry(made.prepared.matrix.X).X, fit.labels)
    return (sentence("lab.t13.misplaced", n=int((values < 0).sum()), rows=len(values), k=fit.n_clusters),)


def _by_k(study: Study, measure: str) -> dict[int, float]:
    found: dict[int, float] = {}
    for trial in study.trials:
        value = trial.value(measure)
        if value is not None and trial.configuration.family == "kmeans":
            found[int(trial.configuration.parameters["n_clusters"])] = value
    return dict(sorted(found.items()))
