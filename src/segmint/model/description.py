"""A model as plain data and arrays, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.model.assigners import restore
from segmint.model.cards import SegmentCard
from segmint.model.customer_index import CustomerIndex
from segmint.model.drift_reference import DriftReference
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Lineage
from segmint.model.preparation import Preparation
from segmint.model.recipe import Recipe
from segmint.model.reference import LevelReference, NumericReference, ReferenceSnapshot
from segmint.model.schema import Schema
from segmint.model.segment_model import FORMAT, Manifest, SegmentModel
from segmint.model.topic_columns import TopicColumns
from segmint.words import Sentence

_REFERENCE = ("counts", "means", "covariances", "novelty")
_LANDMARKS = ("points", "labels", "counts", "overlaps", "churn")


def describe(model: SegmentModel) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return the plain part of a model and its arrays by name."""
    reference = model.reference
    described = {
        "format": model.format,
        "manifest": asdict(model.manifest),
        "schema": model.schema.to_json(),
        "preparation": model.preparation.to_json(),
        "assigner": {"kind": model.assigner.kind, "parameters": dict(model.assigner.parameters())},
        "cards": [finite(card.to_json()) for card in model.cards],
        "reference": {
            "n_samples": reference.n_samples,
            "numbers": {name: _number_to_json(item) for name, item in reference.numbers.items()},
            "levels": {name: _level_to_json(item) for name, item in reference.levels.items()},
        },
        "notices": [notice.to_json() for notice in model.notices],
    }
    arrays = {f"assigner.{name}": np.asarray(array) for name, array in model.assigner.arrays().items()}
    arrays |= {f"reference.{name}": np.asarray(getattr(reference, name)) for name in _REFERENCE}
    if model.landmarks is not None:
        described["lineage"] = None if model.lineage is None else model.lineage.to_json()
        described["drift"] = None if model.drift is None else dict(model.drift.parameters())
        arrays |= {f"landmarks.{name}": np.asarray(getattr(model.landmarks, name)) for name in _LANDMARKS}
        watched = {} if model.drift is None else model.drift.arrays()
        arrays |= {f"drift.{name}": np.asarray(array) for name, array in watched.items()}
    if model.format == FORMAT:
        described["recipe"] = None if model.recipe is None else model.recipe.to_json()
        described["index"] = None if model.index is None else model.index.to_json()
        described["topics"] = None if model.topics is None else model.topics.to_json()
        for name, part in (("index", model.index), ("topics", model.topics)):
            of_it = {} if part is None else part.arrays()
            arrays |= {f"{name}.{one}": np.asarray(array) for one, array in of_it.items()}
    return described, arrays


def make(described: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> SegmentModel:
    """Make a model of what :func:`describe` gave; the parts must have been checked before.

    Raises
    ------
    BundleError
        If the rule for new rows is none, or one of other clusters or features.
    """
    rule = described["assigner"]
    assigner = restore(rule["kind"], of_part(arrays, "assigner"), rule["parameters"])
    if (assigner.n_clusters, assigner.n_features) != arrays["reference.means"].shape:
        raise BundleError("bundle.structure", place="model.assigner")
    return SegmentModel(
        manifest=Manifest(**described["manifest"]),
        schema=Schema.from_json(described["schema"]),
        preparation=Preparation.from_json(described["preparation"]),
        assigner=assigner,
        cards=tuple(SegmentCard.from_json(_with_nan(card)) for card in described["cards"]),
        reference=_reference(described["reference"], of_part(arrays, "reference")),
        notices=tuple(Sentence.from_json(notice) for notice in described["notices"]),
        landmarks=Landmarks(**of_part(arrays, "landmarks")) if described["format"] > 1 else None,
        lineage=Lineage.from_json(described["lineage"]) if described.get("lineage") else None,
        drift=DriftReference.restore(of_part(arrays, "drift"), described["drift"])
        if described.get("drift")
        else None,
        recipe=Recipe.from_json(described["recipe"]) if described.get("recipe") else None,
        index=CustomerIndex(**of_part(arrays, "index")) if described.get("index") else None,
        topics=TopicColumns.restore(described["topics"], of_part(arrays, "topics"))
        if described.get("topics")
        else None,
    )


def of_part(arrays: Mapping[str, npt.NDArray[Any]], part: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of one part, under the names they have there."""
    return {
        name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")
    }


def finite(value: Any) -> Any:
    """Return plain data in which numbers that are missing or infinite are ``None``, which JSON can hold."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def _with_nan(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored card in which numbers that are missing are NaN again."""
    return {
        **card,
        "center": {name: _number(value) for name, value in card["center"].items()},
        "quantiles": {name: [_number(value) for value in row] for name, row in card["quantiles"].items()},
        "levels": {
            name: {level: _number(share) for level, share in shares.items()}
            for name, shares in card["levels"].items()
        },
        "effects": [
            {**effect, **{name: _number(effect[name]) for name in ("inside", "overall", "size")}}
            for effect in card["effects"]
        ],
    }


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _number_to_json(reference: NumericReference) -> dict[str, Any]:
    return {
        "edges": reference.edges.tolist(),
        "counts": reference.counts.tolist(),
        "mean": reference.mean,
        "deviation": reference.deviation,
        "missing_share": reference.missing_share,
    }


def _level_to_json(reference: LevelReference) -> dict[str, Any]:
    return {
        "levels": list(reference.levels),
        "counts": reference.counts.tolist(),
        "n_other": reference.n_other,
        "missing_share": reference.missing_share,
    }


def _reference(stored: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> ReferenceSnapshot:
    return ReferenceSnapshot(
        n_samples=stored["n_samples"],
        numbers={
            name: NumericReference(
                np.asarray(item["edges"], dtype=np.float64),
                np.asarray(item["counts"], dtype=np.int64),
                item["mean"],
                item["deviation"],
                item["missing_share"],
            )
            for name, item in stored["numbers"].items()
        },
        levels={
            name: LevelReference(
                tuple(item["levels"]),
                np.asarray(item["counts"], dtype=np.int64),
                item["n_other"],
                item["missing_share"],
            )
            for name, item in stored["levels"].items()
        },
        **{name: arrays[name] for name in _REFERENCE},
    )
