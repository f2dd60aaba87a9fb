"""What a stored model must satisfy before any part of it is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError, UsageError
from segmint.labels import UNASSIGNED
from segmint.model.assigners import ASSIGNERS
from segmint.model.audit_drift import DRIFT, audit_drift_shapes, audit_drift_values
from segmint.model.audit_lineage import (
    LINEAGE,
    audit_landmark_shapes,
    audit_landmark_values,
    audit_lineage,
)
from segmint.model.customer_index import INDEX, audit_index_shapes, audit_index_values
from segmint.model.ids import check_model_name
from segmint.model.recipe import RECIPE
from segmint.model.schema import LEVEL_KINDS, Kind, Missing, Role
from segmint.model.shapes import Anything, Each, Maybe, OneOf, Setting, Table, Text, conform
from segmint.model.topic_columns import TOPICS, audit_topic_column_values, audit_topic_columns
from segmint.words import say
from segmint.words.sentences import LANGUAGE, known

FAMILIES = ("kmeans", "gaussian_mixture", "dbscan", "hdbscan", "ward")
"""Those that there are: a bundle of a later one has a later format."""

_MOST_QUANTILES = 4096
_LEVELS = frozenset(kind.value for kind in LEVEL_KINDS)
_SENTENCE = {"key": Text(r"[a-z_]{1,40}(\.[a-z0-9_]{1,60}){1,4}"), "figures": Table(Anything())}
_HASH = Text(r"[0-9a-f]{64}")
_ID = Text(r"[!-~]{1,80}")
_MOST_SETTINGS = 64
_WORD = r"[a-z0-9][a-z0-9+_.-]{0,63}"
_VERSION = Text(r"[0-9A-Za-z][0-9A-Za-z.!+_-]{0,63}")
_MANIFEST = {
    "name": str,
    "family": OneOf(FAMILIES),
    "configuration": Text(r"[0-9a-f]{12}"),
    "parameters": Table(Setting(_WORD), keys=_WORD, most=_MOST_SETTINGS),
    "seed": int,
    "fingerprint": _HASH,
    "verdict": OneOf(("groups", "slices", "none")),
    "agreement": float,
    "agreement_held_out": Maybe(float),
    "decided_because": Maybe(str),
    "parent": Maybe(_HASH),
    "revision": int,
    "versions": Table(_VERSION, keys=_WORD, most=_MOST_SETTINGS),
}
_FEATURE = {
    "name": str,
    "kind": OneOf(tuple(Kind)),
    "role": OneOf(tuple(Role)),
    "unit": Maybe(str),
    "missing": OneOf(tuple(Missing)),
    "missing_values": Each(str),
    "date_format": Maybe(str),
    "reason": _SENTENCE,
    "given": bool,
}
_NUMBER_STEP = {
    "type": str,
    "name": str,
    "fill": float,
    "lower": Maybe(float),
    "upper": Maybe(float),
    "log_offset": Maybe(float),
    "center": float,
    "scale": float,
    "log_unit": float,
}
_LEVEL_STEP = {"type": str, "name": str, "levels": Each(str), "centers": Each(float), "weight": float}
_PREPARATION = {"steps": Each(dict), "notes": Table(Each(_SENTENCE)), "scaling": str}
_CONDITION = {
    "feature": str,
    "lower": Maybe(float),
    "upper": Maybe(float),
    "level": Maybe(str),
    "negated": bool,
}
_CARD = {
    "id": _ID,
    "number": int,
    "label": int,
    "name": Text(r"(?s).{1,400}"),
    "name_given": bool,
    "size": int,
    "share": float,
    "center": Table(Maybe(float)),
    "quantiles": Table(Each(Maybe(float), 5)),
    "levels": Table(Table(Maybe(float))),
    "effects": Each(
        {
            "feature": str,
            "level": Maybe(str),
            "inside": Maybe(float),
            "outside": Maybe(float),
            "overall": Maybe(float),
            "size": Maybe(float),
            "used": bool,
        }
    ),
    "rule": Maybe(
        {
            "conditions": Each(_CONDITION),
            "precision": Maybe(float),
            "recall": Maybe(float),
            "n_held_out": int,
        }
    ),
    "stability": Maybe(float),
    "silhouette": Maybe(float),
    "summary": _SENTENCE,
}
_REFERENCE = {
    "n_samples": int,
    "numbers": Table(
        {
            "edges": Each(float),
            "counts": Each(int),
            "mean": float,
            "deviation": float,
            "missing_share": float,
        }
    ),
    "levels": Table({"levels": Each(str), "counts": Each(int), "n_other": int, "missing_share": float}),
}
_MODEL = {
    "content": _HASH,
    "format": int,
    "manifest": _MANIFEST,
    "schema": Each(_FEATURE),
    "preparation": _PREPARATION,
    "assigner": {"kind": OneOf(tuple(ASSIGNERS)), "parameters": Table(Anything())},
    "cards": Each(_CARD),
    "reference": _REFERENCE,
    "notices": Each(_SENTENCE),
}
_SECOND = _MODEL | {"lineage": Maybe(LINEAGE), "drift": Maybe(DRIFT)}
_THIRD = _SECOND | {"recipe": Maybe(RECIPE), "index": Maybe(INDEX), "topics": Maybe(TOPICS)}
_FORMS = {1: _MODEL, 2: _SECOND, 3: _THIRD}

_PARTS = {1: ("assigner.", "reference."), 2: ("landmarks.", "drift."), 3: ("index.", "topics.")}
"""The parts that arrays may be of, by the form that they came with."""


def audit(described: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuse a description whose parts have wrong types, or do not fit one another or the arrays.

    The rule for new rows checks its own arrays when it is restored.

    Raises
    ------
    BundleError
        Naming the part that does not fit.
    """
    _audit_shapes(described, {name: array.shape for name, array in arrays.items()})
    _audit_values(arrays)
    if described.get("drift"):
        audit_drift_values(described["drift"], arrays)


def audit_sizes(described: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse arrays of sizes that the description has no use for, before they are read.

    Parameters
    ----------
    described
        The description.
    shapes
        Of each array, by name.

    Raises
    ------
    BundleError
        Naming the part that does not fit.
    """
    n_clusters, n_features = _audit_shapes(described, shapes)
    rule = [shape for name, shape in shapes.items() if name.startswith("assigner.")]
    lengths = {1, n_clusters, *(shape[0] for shape in rule if len(shape) > 1)}
    for shape in rule:
        fits = shape[-1] == n_features if len(shape) > 1 else set(shape) <= lengths
        _refuse_unless(fits, "model.assigner")


def audit_sentences(value: Any) -> None:
    """Refuse plain data with a sentence that could not be shown.

    A key that this version does not know is left alone: a later version may have written it.

    Raises
    ------
    BundleError
        If a key is not of the form ``room.name`` (it names a file of words), or figures do not fill the
        text.
    """
    if isinstance(value, dict) and value.keys() == _SENTENCE.keys():
        _audit_sentence(value)
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        if isinstance(item, (dict, list)):
            audit_sentences(item)


def _audit_sentence(value: Mapping[str, Any]) -> None:
    conform(value, _SENTENCE, "sentence")
    key = value["key"]
    if key.partition(".")[0] not in _rooms():
        return
    try:
        fits = not known(key) or bool(say(key, **value["figures"]))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError):
        fits = False
    _refuse_unless(fits, "sentence")


@cache
def _rooms() -> frozenset[str]:
    """Return the rooms there are words of: what a bundle calls otherwise is not looked for on the disk."""
    folder = resources.files("segmint.words").joinpath(LANGUAGE)
    return frozenset(file.name.removesuffix(".toml") for file in folder.iterdir())


def _audit_preparation(schema: Sequence[Mapping[str, Any]], preparation: Mapping[str, Any]) -> None:
    """Refuse steps that no preparation has, or that name no column of the schema."""
    names = [feature["name"] for feature in schema]
    _refuse_unless(len(set(names)) == len(names), "model.schema")
    steps = preparation["steps"]
    for number, step in enumerate(steps):
        place = f"model.preparation.steps[{number}]"
        levels = step.get("type") == "levels"
        conform(step, _LEVEL_STEP if levels else _NUMBER_STEP, place)
        _refuse_unless(step["name"] in names, place)
        _refuse_unless(_level_step_fits(step) if levels else _number_step_fits(step), place)
    prepared = [step["name"] for step in steps]
    _refuse_unless(0 < len(set(prepared)) == len(prepared), "model.preparation.steps")


def _number_step_fits(step: Mapping[str, Any]) -> bool:
    lower, upper = step["lower"], step["upper"]
    ordered = lower is None or upper is None or lower <= upper
    return bool(step["type"] == "number" and step["scale"] > 0 and ordered)


def _level_step_fits(step: Mapping[str, Any]) -> bool:
    return len(step["centers"]) == len(step["levels"]) + 1 and len(set(step["levels"])) == len(step["levels"])


def _n_features(preparation: Mapping[str, Any]) -> int:
    return sum(len(step["levels"]) + 1 if step["type"] == "levels" else 1 for step in preparation["steps"])


def _audit_cards(cards: Sequence[Mapping[str, Any]]) -> int:
    """Return the number of clusters: each has one card, and no two cards share an id or a number."""
    n_clusters = len(cards)
    ids = {card["id"] for card in cards}
    _refuse_unless(
        n_clusters > 0 and {card["label"] for card in cards} == set(range(n_clusters)), "model.cards"
    )
    _refuse_unless(len(ids) == n_clusters and UNASSIGNED not in ids, "model.cards")
    _refuse_unless(len({card["number"] for card in cards}) == n_clusters, "model.cards")
    for card in cards:
        _refuse_unless(card["quantiles"].keys() <= card["center"].keys(), "model.cards")
        _refuse_unless(all(card["levels"].values()), "model.cards")
    return n_clusters


def _audit_reference(reference: Mapping[str, Any]) -> None:
    _refuse_unless(reference["n_samples"] > 0, "model.reference.n_samples")
    for item in reference["numbers"].values():
        _refuse_unless(len(item["counts"]) == len(item["edges"]) + 1, "model.reference.numbers")
    for item in reference["levels"].values():
        _refuse_unless(len(item["counts"]) == len(item["levels"]), "model.reference.levels")


def _audit_shapes(described: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, int]:
    """Check all but the arrays' values; return the number of clusters and of prepared features."""
    conform(described, _FORMS.get(described["format"], _MODEL), "model")
    audit_sentences(
        {name: part for name, part in described.items() if name != "topics"}
    )  # words are no sentences
    try:
        check_model_name(described["manifest"]["name"])
    except UsageError:
        raise BundleError("bundle.structure", place="model.manifest.name") from None
    _audit_preparation(described["schema"], described["preparation"])
    _audit_reference(described["reference"])
    n_clusters, n_features = _audit_cards(described["cards"]), _n_features(described["preparation"])
    parts = [part for form, parts in _PARTS.items() if form <= described["format"] for part in parts]
    _refuse_unless(all(name.startswith(tuple(parts)) for name in shapes), "arrays")
    _audit_reference_shapes(shapes, n_clusters, n_features)
    if described["format"] > 1:
        audit_landmark_shapes(shapes, n_clusters, n_features)
        audit_lineage(described)
        audit_drift_shapes(described["drift"], shapes, n_clusters, n_features)
        _audit_watched(described)
    audit_index_shapes(described.get("index"), shapes, n_features)
    audit_topic_columns(described, shapes)
    return n_clusters, n_features


def _audit_watched(described: Mapping[str, Any]) -> None:
    """Refuse watched columns that the schema has not, or has as another kind."""
    levels = {feature["name"]: feature["kind"] in _LEVELS for feature in described["schema"]}
    for column in (described["drift"] or {"columns": ()})["columns"]:
        _refuse_unless(levels.get(column["name"]) is not column["numeric"], "model.drift.columns")
        _refuse_unless(column["name"] in levels, "model.drift.columns")


def _audit_reference_shapes(shapes: Mapping[str, tuple[int, ...]], n_clusters: int, n_features: int) -> None:
    novelty = shapes.get("reference.novelty", ())
    fits = len(novelty) == 2 and novelty[0] == n_clusters and 1 <= novelty[1] <= _MOST_QUANTILES
    _refuse_unless(fits, "model.reference.novelty")
    wanted = {
        "reference.counts": (n_clusters + 1,),
        "reference.means": (n_clusters, n_features),
        "reference.covariances": (n_clusters, n_features, n_features),
        "reference.novelty": novelty,
    }
    names = {name for name in shapes if name.startswith("reference.")}
    _refuse_unless(names == wanted.keys(), "model.reference")
    for name, shape in wanted.items():
        _refuse_unless(shapes[name] == shape, f"model.{name}")


def _audit_values(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    counts = arrays["reference.counts"]
    _refuse_unless(counts.dtype == np.int64 and bool((counts >= 0).all()), "model.reference.counts")
    for name in ("means", "covariances", "novelty"):
        array = arrays[f"reference.{name}"]
        _refuse_unless(
            array.dtype == np.float64 and bool(np.isfinite(array).all()), f"model.reference.{name}"
        )
    audit_index_values(arrays)
    audit_topic_column_values(arrays)
    if "landmarks.labels" in arrays:
        audit_landmark_values(arrays, len(counts) - 1)
    novelty = arrays["reference.novelty"]
    _refuse_unless(bool((novelty[:, 1:] >= novelty[:, :-1]).all()), "model.reference.novelty")


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)
