"""Phase II: other families on data that are not round. Tasks 2.1 and 2.2."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from segmint.charts import families, k_distance, segment_map
from segmint.choosing.trial import TrialRecord
from segmint.errors import UsageError
from segmint.lab.exercise import moon_labels, two_moons
from segmint.lab.lesson import Assignment, Lesson, Table, rows_of
from segmint.labels import NOISE
from segmint.measure.agreement import adjusted_rand, match_labels
from segmint.types import IntVector
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.planning import RunOptions
from segmint.workflow.run import Made, make


def mixtures(assignment: Assignment) -> Lesson:
    """Task 2.1: EM and the mixture of Gaussians against K-Means on two moons."""
    dataset = rows_of(assignment, two_moons)
    options = RunOptions(
        families=("kmeans", "gaussian_mixture"),
        ks=(2,),
        seed=assignment.seed,
        name="lab-moons",
        command="segmint lab",
    )
    made = make(dataset, options, assignment.progress)
    truth = moon_labels() if assignment.data is None else None
    fits = {fit.configuration.family: fit for fit in made.fits}
    if not {"kmeans", "gaussian_mixture"} <= set(fits):
        raise UsageError("lab.no_two_clusters")
    between = adjusted_rand(fits["kmeans"].labels, fits["gaussian_mixture"].labels)
    figures = {"agreement_of_the_two": between}
    findings = [sentence("lab.t21.agree", value=between)]
    if truth is not None:
        wrong = {name: wrong_rows(truth, fit.labels) for name, fit in fits.items()}
        figures |= {f"{name}_wrong": n for name, n in wrong.items()}
        findings = [
            sentence(
                "lab.t21.wrong", kmeans=wrong["kmeans"], mixture=wrong["gaussian_mixture"], n=len(truth)
            ),
            *findings,
        ]
    headline = "lab.t21.headline" if truth is not None else "lab.t21.headline_own"
    return Lesson(
        headline=sentence(headline),
        findings=tuple(findings),
        tables=(_families_table(made, truth),),
        pictures={"families": _titled(families(made.study), say(headline))},
        explanation=tuple(
            sentence(f"lab.t21.{part}") for part in ("em", "soft", "kmeans_is_special", "fails")
        ),
        figures=figures,
    )


def _titled(picture: Any, title: str) -> Any:
    """Return a picture with the lesson's own title above the line that says how to read it."""
    told = picture.title.copy()
    told.text = textwrap.wrap(title, 80)
    return picture.properties(title=told)


def _families_table(made: Made, truth: IntVector | None) -> Table:
    rows = []
    for fit in made.fits:
        row = [say(f"lab.family.{fit.configuration.family}"), numbers.count(fit.n_clusters)]
        row += [numbers.share(fit.noise_share)]
        row += [] if truth is None else [numbers.count(wrong_rows(truth, fit.labels))]
        rows.append(tuple(row))
    head = (say("lab.head.family"), say("lab.head.clusters"), say("lab.head.noise"))
    return Table(head if truth is None else (*head, say("lab.head.wrong")), tuple(rows))


def wrong_rows(truth: IntVector, labels: IntVector) -> int:
    """Return how many rows lie in another cluster than theirs after the best matching; noise not counted."""
    matched = match_labels(truth, labels)
    return int(np.count_nonzero((matched != truth) & (labels != NOISE)))


def density(assignment: Assignment) -> Lesson:
    """Task 2.2: DBSCAN with eps from the k-distance curve; its clusters and its noise."""
    dataset = rows_of(assignment, two_moons)
    options = RunOptions(families=("dbscan",), seed=assignment.seed, name="lab-dbscan", command="segmint lab")
    made = make(dataset, options, assignment.progress)
    study = made.study
    chosen = study.decision.configuration
    if chosen is None or not made.fits:
        raise UsageError("lab.no_density")
    fit = made.fits[0]
    parameters = study.trial(chosen).configuration.parameters
    n_noise = int(np.count_nonzero(fit.labels == NOISE))
    figures = {
        "eps": parameters["eps"],
        "min_samples": parameters["min_samples"],
        "n_clusters": fit.n_clusters,
        "n_noise": n_noise,
    }
    findings: list[Sentence] = [sentence("lab.t22.chosen", **figures)]
    if assignment.data is None:
        wrong = wrong_rows(moon_labels(), fit.labels)
        figures["wrong"] = wrong
        findings.append(sentence("lab.t22.wrong", n=wrong))
    return Lesson(
        headline=sentence("lab.t22.headline", **figures),
        findings=tuple(findings),
        tables=(_grid(study.trials),),
        pictures={
            name: chart(study)
            for name, chart in (("k_distance", k_distance), ("map", segment_map))
            if chart.available(study)
        },
        explanation=tuple(
            sentence(f"lab.t22.{part}") for part in ("what", "eps", "min_samples", "curve", "fails")
        ),
        figures=figures,
    )


def _grid(trials: tuple[TrialRecord, ...]) -> Table:
    rows = []
    for trial in trials:
        parameters = trial.configuration.parameters
        rows.append(
            (
                numbers.score(parameters["eps"]),
                str(parameters["min_samples"]),
                numbers.MISSING if trial.n_clusters is None else str(trial.n_clusters),
                numbers.MISSING if trial.noise_share is None else numbers.share(trial.noise_share),
            )
        )
    head = ("eps", "min_samples", say("lab.head.clusters"), say("lab.head.noise"))
    return Table(head, tuple(rows))
