"""What a stored lineage and stored landmarks must satisfy before they are built."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.labels import UNASSIGNED
from segmint.model.lineage import Kind
from segmint.model.shapes import Each, Maybe, OneOf, Text

_ID = Text(r"[!-~]{1,80}")
_MOST_LANDMARKS = 20_000
_MOST_REFITS = 64
_EVENT = {
    "kinds": Each(OneOf(tuple(Kind))),
    "before": Each(_ID),
    "after": Each(_ID),
    "share_before": float,
    "share_after": float,
    "distance": Maybe(float),
    "overlap": Maybe(float),
    "steadiness": float,
    "stated": bool,
}
LINEAGE = {
    "parent": Text(r"[0-9a-f]{64}"),
    "generation": int,
    "same": bool,
    "supported": float,
    "events": Each(_EVENT),
    "highest": int,
    "before": Each(_ID),
    "after": Each(_ID),
    "flow": Each(Each(int)),
    "churn": {
        "n_present": int,
        "today": float,
        "n_known": int,
        "total": Maybe(float),
        "own": Maybe(float),
        "model": Maybe(float),
        "interaction": Maybe(float),
        "along": float,
        "usual": Maybe(float),
    },
}


def audit_landmark_shapes(shapes: Mapping[str, tuple[int, ...]], n_clusters: int, n_features: int) -> None:
    """Refuse landmarks that are too many, or of other features or clusters than the model."""
    n = shapes.get("landmarks.labels", (0,))[0]
    refits = shapes.get("landmarks.churn", (0,))
    _refuse_unless(n <= _MOST_LANDMARKS and len(refits) == 1 and refits[0] <= _MOST_REFITS, "model.landmarks")
    wanted = {
        "landmarks.points": (n, n_features),
        "landmarks.labels": (n,),
        "landmarks.counts": (n,),
        "landmarks.overlaps": (n_clusters,),
        "landmarks.churn": refits,
    }
    found = {name: shape for name, shape in shapes.items() if name.startswith("landmarks.")}
    _refuse_unless(found == wanted, "model.landmarks")


def audit_lineage(described: Mapping[str, Any]) -> None:
    """Refuse a lineage that is not of this model's segments, or whose table does not fit them."""
    lineage = described["lineage"]
    _refuse_unless((lineage is None) or described["manifest"]["parent"] == lineage["parent"], "model.lineage")
    if lineage is None:
        return
    numbers = [card["number"] for card in described["cards"]]
    after = [card["id"] for card in sorted(described["cards"], key=lambda card: card["label"])]
    _refuse_unless(lineage["after"] == [*after, UNASSIGNED], "model.lineage.after")
    _refuse_unless(lineage["before"][-1:] == [UNASSIGNED], "model.lineage.before")
    _refuse_unless(lineage["highest"] >= max(numbers), "model.lineage.highest")
    known = {*lineage["before"][:-1], *after}
    for event in lineage["events"]:
        _refuse_unless({*event["before"], *event["after"]} <= known, "model.lineage.events")
    rows = [len(row) for row in lineage["flow"]]
    _refuse_unless(rows == [len(after) + 1] * len(lineage["before"]), "model.lineage.flow")


def audit_landmark_values(arrays: Mapping[str, npt.NDArray[Any]], n_clusters: int) -> None:
    """Refuse landmarks that are not finite, or of no cluster of the model."""
    for name in ("points", "overlaps", "churn"):
        array = arrays[f"landmarks.{name}"]
        _refuse_unless(
            array.dtype == np.float64 and bool(np.isfinite(array).all()), f"model.landmarks.{name}"
        )
    for name in ("labels", "counts"):
        array = arrays[f"landmarks.{name}"]
        most = n_clusters if name == "labels" else np.inf
        fits = array.dtype == np.int64 and bool(((array >= 0) & (array < most)).all())
        _refuse_unless(fits, f"model.landmarks.{name}")


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)
