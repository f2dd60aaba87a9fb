"""Phase III: what production gets. Task 3.2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from segmint.charts.lessons import without_scaler_chart
from segmint.errors import UsageError
from segmint.lab.asking import asked_once
from segmint.lab.lesson import Assignment, Lesson, Table
from segmint.lab.representatives import kmeans_study
from segmint.model.bundle import save_bundle
from segmint.model.preparation import NumericStep
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatMatrix, IntVector
from segmint.words import Sentence, numbers, say, sentence
from segmint.workflow.export import Exported, export_sklearn
from segmint.workflow.package import Packaged, package

_BATCH = 0.5
"""The share of the rows that a batch has which happens to hold one kind of customer only."""


def packing(assignment: Assignment) -> Lesson:
    """Task 3.2: model and scaler in one file, as a pipeline, in a container; and a request with its answer."""
    made = kmeans_study(assignment)
    model = made.study.model
    if model is None:
        raise UsageError("lab.nothing_to_pack")
    folder = assignment.workspace / "lab" / "3.2"
    bundle, pipeline, image = (
        folder / "model.segmint",
        folder / "pipeline.joblib",
        folder / f"image-{model.manifest.name}",
    )
    content = save_bundle(model, bundle)
    exported = export_sklearn(model, pipeline)
    packaged = package(str(bundle), image, assignment.workspace)
    raw, labels = _raw(model, made.prepared.columns), model.assigner.place(made.prepared.matrix.X).labels
    unscaled, refitted = model.assigner.place(raw).labels, _with_own_scaler(model, raw)
    batch = refitted >= 0
    wrong, wrong_batch = int((unscaled != labels).sum()), int((refitted[batch] != labels[batch]).sum())
    customer = _customer(model)
    answer = asked_once(bundle, customer)
    return Lesson(
        headline=sentence("lab.t32.headline", size=bundle.stat().st_size, content=content[:16]),
        findings=(
            sentence("lab.t32.unscaled", wrong=wrong, n=labels.size),
            sentence("lab.t32.refitted", wrong=wrong_batch, n=int(batch.sum())),
            _pipeline_told(exported),
            sentence("lab.t32.image", folder=image.name, files=packaged.n_files),
            *_conversation(customer, answer),
        ),
        tables=(_parts(model, bundle, exported, packaged),),
        pictures={} if raw.shape[1] < 2 else {"without_scaler": _picture(model, raw, labels, unscaled)},
        explanation=tuple(
            sentence(f"lab.t32.{part}") for part in ("both", "role", "container", "pickle", "fails")
        ),
        figures={
            "content": content,
            "bytes": bundle.stat().st_size,
            "wrong_without_scaler": wrong,
            "wrong_with_own_scaler": wrong_batch,
            "checked_rows": exported.checked.n_rows,
            "bundle": str(bundle),
            "pipeline": str(pipeline),
            "image": str(image),
            "request": dict(customer),
            "answer": answer,
        },
    )


def _raw(model: SegmentModel, columns: Mapping[str, Any]) -> FloatMatrix:
    """Return the clustering columns of numbers as they are; what is missing as in training."""
    steps = [step for step in model.preparation.steps if isinstance(step, NumericStep)]
    if len(steps) != model.assigner.n_features:
        raise UsageError("lab.not_only_numbers")
    filled = [
        np.where(np.isnan(column), step.fill, column)
        for step in steps
        for column in [np.asarray(columns[step.name], dtype=np.float64)]
    ]
    return np.ascontiguousarray(np.column_stack(filled))


def _with_own_scaler(model: SegmentModel, raw: FloatMatrix) -> IntVector:
    """Return the labels of a batch that was scaled by its own mean and deviation, −1 for rows outside it.

    The batch is what one night may bring: the half of the rows that is highest in the first column.
    """
    labels = np.full(raw.shape[0], -1, dtype=np.int64)
    batch = np.argsort(raw[:, 0], kind="stable")[-max(2, int(_BATCH * raw.shape[0])) :]
    rows = raw[batch]
    spread = rows.std(axis=0)
    scaled = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    labels[batch] = model.assigner.place(np.ascontiguousarray(scaled)).labels
    return labels


def _customer(model: SegmentModel) -> dict[str, float]:
    """Return a customer of nobody's: the middle of the largest segment, rounded."""
    card = max(model.cards, key=lambda one: one.size)
    steps = [step for step in model.preparation.steps if isinstance(step, NumericStep)]
    return {step.name: float(f"{card.center.get(step.name, step.center):.3g}") for step in steps}


def _conversation(customer: Mapping[str, float], answer: Mapping[str, Any] | None) -> tuple[Sentence, ...]:
    if answer is None:
        return (sentence("lab.t32.no_service"),)
    told = json.dumps({name: value for name, value in answer.items() if name != "model"}, ensure_ascii=False)
    return (
        sentence("lab.t32.request", body=json.dumps(dict(customer), ensure_ascii=False)),
        sentence("lab.t32.answer", body=told),
    )


def _pipeline_told(exported: Exported) -> Sentence:
    version = exported.versions["scikit-learn"]
    return sentence("lab.t32.pipeline", file=exported.path.name, n=exported.checked.n_rows, version=version)


def _parts(model: SegmentModel, bundle: Path, exported: Exported, packaged: Packaged) -> Table:
    names = ", ".join(model.preparation.columns)
    rows = [
        (say("lab.t32.part_schema"), names),
        *_scaler(model),
        (say("lab.t32.part_rule"), say("lab.t32.centers", n=model.assigner.n_clusters)),
        (say("lab.t32.part_cards"), str(len(model.cards))),
        (bundle.name, say("lab.t32.bytes", n=bundle.stat().st_size)),
        (exported.path.name, say("lab.t32.bytes", n=exported.path.stat().st_size)),
        (f"{packaged.folder.name}/", say("lab.t32.files", n=packaged.n_files)),
    ]
    return Table((say("lab.head.part"), say("lab.head.holds")), tuple(rows), of_texts=True)


def _scaler(model: SegmentModel) -> list[tuple[str, str]]:
    steps = [step for step in model.preparation.steps if isinstance(step, NumericStep)]
    return [
        (
            say("lab.t32.part_scaler", column=step.name),
            f"(x − {numbers.unit(step.center)}) / {numbers.unit(step.scale)}",
        )
        for step in steps
    ]


def _picture(model: SegmentModel, raw: FloatMatrix, labels: IntVector, unscaled: IntVector) -> Any:
    number_of = np.array([card.number for card in sorted(model.cards, key=lambda card: card.label)])
    names = list(model.preparation.columns)[:2]
    return without_scaler_chart(names, raw[:, :2], number_of[labels], number_of[unscaled])
