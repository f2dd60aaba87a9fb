"""Phase III: every configuration on record. Task 3.1."""

from __future__ import annotations

from segmint.charts import silhouette_by_k
from segmint.charts.lessons import inertia_and_silhouette_chart
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.lab.representatives import kmeans_study
from segmint.track.server import shown
from segmint.track.store import tracking_uri
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.studies import save_study
from segmint.workflow.tracking import track_study


def tracking(assignment: Assignment) -> Lesson:
    """Task 3.1: a run for every K in MLflow, and the two metrics compared."""
    made = kmeans_study(assignment)
    folder = save_study(made.study, assignment.workspace)
    tracked = track_study(folder, assignment.workspace, tracking_uri=assignment.tracking_uri)
    rows = []
    for trial in made.study.trials:
        silhouette = trial.value("silhouette")
        rows.append(
            (
                str(trial.configuration.parameters["n_clusters"]),
                numbers.MISSING if trial.failed else numbers.unit(trial.value("inertia") or 0.0),
                numbers.MISSING if silhouette is None else numbers.score(silhouette),
            )
        )
    return Lesson(
        headline=sentence("lab.t31.headline", n=len(made.study.trials), experiment=tracked.experiment),
        findings=(
            sentence("lab.t31.where", run=tracked.run_id[:8]),
            where_to_look(assignment),
        ),
        tables=(Table(("K", say("lab.head.inertia"), say("lab.head.silhouette")), tuple(rows)),),
        pictures={
            "compare": inertia_and_silhouette_chart(made.study),
            "silhouette_by_k": silhouette_by_k(made.study),
        },
        explanation=tuple(sentence(f"lab.t31.{part}") for part in ("what", "structure", "compare", "fails")),
        figures={
            "experiment": tracked.experiment,
            "run_id": tracked.run_id,
            "n_runs": len(made.study.trials),
        },
    )


def where_to_look(assignment: Assignment) -> Sentence:
    """Say how to see the runs where they are: on a server, or in a database that `mlflow ui` opens."""
    uri = shown(tracking_uri(assignment.workspace, assignment.tracking_uri))
    return sentence("lab.t31.server" if uri.startswith(("http://", "https://")) else "lab.t31.ui", uri=uri)
