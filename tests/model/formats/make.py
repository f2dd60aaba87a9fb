"""Make the bundles that are kept of the present format, with the segments that they give to some rows.

    python tests/model/formats/make.py FOLDER

The files in the folders beside this one were made once, by the version that wrote that format first, and stay
as they are: a reader of an old format is tested with what was written then. Before ``FORMAT`` is raised, the
new folder is made with this script; the old ones are not made again. All data are drawn, nobody's.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import segmint
from segmint.model.assignment import assign
from segmint.model.bundle import content_hash
from segmint.model.customer_index import CustomerIndex
from segmint.model.lexicon import Lexicon
from segmint.model.recipe import Recipe
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import TopicColumns
from segmint.model.topic_model import TopicModel
from segmint.workflow.planning import plan_run
from segmint.workflow.retrain import Before, RetrainOptions, read_again, retrain
from segmint.workflow.studies import chosen_model

COVARIANCES = ("full", "tied", "diag", "spherical")
CENTERS = np.array([[10.0, 200.0], [40.0, 900.0], [75.0, 300.0]])
NEW_ROWS = (
    (10.4, 212.0),
    (41.0, 888.0),
    (74.0, 310.5),
    (30.0, 500.0),
    (9.0, 870.0),
    (0.0, 0.0),
    (300.0, 9.0),
)
PLANS = ("free", "pro", "team")
TEXTS = (
    "The parcels are late: where is my parcel?",
    "Refund my money",
    "a late refund",
    "",
    "nothing that is known",
    "gift card, gift card and a parcel",
    "money",
    None,
)
"""What new rows say; the first seven are those of :data:`NEW_ROWS`."""
RECIPE = Recipe(
    "players", {"key": "id", "duration": "hours"}, settings={"gap_minutes": 20.0, "currency": "€"}
)
"""With it a bundle has the newest form; the events are nobody's."""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {"hours,points": _groups()}
    for family in ("kmeans", "ward", "dbscan", "hdbscan"):
        _keep(folder, family, _fitted(_written(**numbers), family))
    for kind in COVARIANCES:
        _keep(folder, f"mixture_{kind}", _fitted(_written(**numbers), "gaussian_mixture", kind))
    categories = _fitted(
        _written(**{"hours,points,plan": _with_plans()}), "kmeans", features=("hours", "plan")
    )
    _keep(folder, "categories", categories)
    _keep(folder, "missing", _fitted(_written(**{"hours,points": _with_holes()}), "kmeans"))
    renamed = _fitted(_written(**numbers), "kmeans").renamed("S1", "Nachteulen & «Frühaufsteher»")
    _keep(folder, "renamed", renamed.renamed("S2", "夜ふかし"))
    _keep(folder, "retrained", _retrained(_written(**numbers)))
    _keep(folder, "topics", _with_topics())
    _keep(folder, "index", _with_index(_fitted(_written(**numbers), "kmeans")))


def _topics() -> TopicColumns:
    """Return topics of four words and a phrase that nobody said."""
    words = Lexicon(
        "en",
        "en-short",
        ("gift card", "late", "money", "parcel", "refund"),
        (("gift", "card"),),
        {"parcels": "parcel"},
    )
    told = np.array([[0.05, 0.4, 0.05, 0.45, 0.05], [0.35, 0.05, 0.3, 0.05, 0.25]])
    model = TopicModel(
        "requests", words, told, np.array([0.2, 0.1]), np.full(5, 1.5), told * 2, 60, 1, {"segmint": "0"}
    )
    return TopicColumns(model, "said", ("share_of_parcels", "share_of_money"))


def _with_topics() -> SegmentModel:
    """Return a model of hours and of shares of topics, which it can make of texts."""
    rows = [
        [hours, f"{parcels:.2f}", f"{1 - parcels:.2f}"]
        for at, (hours, _) in enumerate(_groups())
        for parcels in ((0.1, 0.5, 0.9)[at % 3],)
    ]
    made = _fitted(_written(**{"hours,share_of_parcels,share_of_money": rows}), "kmeans")
    return replace(made, recipe=None, topics=_topics())


def _with_index(model: SegmentModel) -> SegmentModel:
    """Return a model with five customers under pseudonyms."""
    columns = {name: _column(values) for name, values in _new_rows(model).items()}
    return replace(
        model, index=CustomerIndex(np.array([-9, -1, 0, 7, 11]), model.preparation.forward(columns)[:5])
    )


def _retrained(table: Path) -> SegmentModel:
    """Return a second version, whose segments carry on those of the first."""
    first = _fitted(table, "kmeans")
    dataset = read_again(table, first)
    made = retrain(Before(first, content_hash(first)), dataset, RetrainOptions(seed=1, n_resamples=0))
    return chosen_model(made.study)


def _groups(n: int = 60) -> list[list[Any]]:
    """Return rows of two numbers in three groups, the last three far from all."""
    rng = np.random.default_rng(5)
    near = [CENTERS[row % 3] + rng.normal(size=2) * [2.0, 25.0] for row in range(n)]
    far = [[150.0, 2000.0], [-60.0, 1500.0], [160.0, -900.0]]
    return [[f"{hours:.2f}", f"{points:.1f}"] for hours, points in (*near, *far)]


def _with_plans() -> list[list[Any]]:
    return [[*row, PLANS[at % 3]] for at, row in enumerate(_groups())]


def _with_holes() -> list[list[Any]]:
    return [
        ["" if at % 9 == 4 else hours, "" if at % 7 == 2 else points]
        for at, (hours, points) in enumerate(_groups())
    ]


def _written(**table: list[list[Any]]) -> Path:
    """Write a table under its head, with a key in front of each row."""
    ((head, rows),) = table.items()
    path = Path(tempfile.mkdtemp()) / "players.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(
            [["id", *head.split(",")], *([f"p{at}", *row] for at, row in enumerate(rows))]
        )
    return path


def _fitted(
    table: Path, family: str, kind: str | None = None, features: tuple[str, ...] | None = None
) -> SegmentModel:
    """Fit a family and return its model of three segments, or the first one where it finds their number itself."""
    dataset = segmint.read(table, segmint.ReadOptions(features=features, recipe=RECIPE))
    options: dict[str, Any] = {"families": (family,), "ks": (3,), "n_resamples": 0, "seed": 1}
    planned = plan_run(dataset, segmint.RunOptions(**options)).configurations
    for configuration in planned:
        if kind in (None, configuration.parameters.get("covariance_type")):
            chosen = segmint.RunOptions(**options, choose=configuration.id, because="It is kept")
            model = chosen_model(segmint.study(dataset, chosen))
            if len(model.cards) > 1:
                return model
    raise SystemExit(f"{family} found no segments")


def _keep(folder: Path, name: str, model: SegmentModel) -> None:
    segmint.save_model(model, folder / f"{name}.segmint")
    rows = _new_rows(model)
    expected: dict[str, Any] = {"rows": rows, "segments": segments_of(model, rows)}
    expected |= {} if model.topics is None else {"texts": TEXTS}
    text = json.dumps(expected, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _new_rows(model: SegmentModel) -> dict[str, list[Any]]:
    """Return columns of rows that the model was not fitted on, some without a value or with an unheard-of one."""
    hours, points = (list(column) for column in zip(*NEW_ROWS, strict=True))
    columns = {"hours": [*hours, None], "points": [*points, 250.0], "plan": [*PLANS, *PLANS, "other", None]}
    if model.topics is not None:
        shares = model.topics.shares(TEXTS).T.tolist()
        columns |= {
            name: _without_nan(column) for name, column in zip(model.topics.names, shares, strict=True)
        }
    return {name: columns[name] for name in model.preparation.columns}


def _without_nan(column: list[float]) -> list[float | None]:
    return [None if value != value else value for value in column]


def segments_of(model: SegmentModel, rows: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Return what a model says of rows, as JSON can hold it."""
    columns = {name: _column(values) for name, values in rows.items()}
    n_rows = len(next(iter(rows.values())))
    found = assign(model, columns, np.arange(n_rows).astype(object))
    plain = {name: list(values) for name, values in found.result().items()}
    plain["confidence"] = [None if np.isnan(value) else float(value) for value in found.confidence]
    plain["novelty"] = [float(value) for value in found.novelty]
    return {"labels": found.labels.tolist(), **plain}


def _column(values: list[Any]) -> Any:
    texts = any(isinstance(value, str) for value in values)
    return np.array(values, dtype=object) if texts else np.array(values, dtype=np.float64)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
