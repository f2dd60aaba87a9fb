"""What a stored lineage and stored landmarks must satisfy before they are built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from segmint.errors import BundleError
from segmint.labels import FEWEST_TOLD, UNASSIGNED
from segmint.model.lineage import Kind
from segmint.model.shapes import Each, Maybe, OneOf, Text

_ID = Text(r"[!-~]{1,80}")
_MOST_LANDMARKS = 20_000
_MOST_REFITS = 64
_FORMS = {
    (0, 1): {Kind.BORN},
    (1, 0): {Kind.RETIRED},
    (1, 1): {Kind.KEPT, Kind.MOVED, Kind.GROWN, Kind.SHRUNK},
    (1, 2): {Kind.SPLIT},
    (2, 1): {Kind.MERGED},
    (2, 2): {Kind.REORGANIZED},
}
"""The kinds that an event may have, by how many segments it has before and after (two stands for more)."""
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
    after = [card["id"] for card in sorted(described["cards"], key=lambda card: card["label"])]
    before = lineage["before"]
    _refuse_unless(lineage["after"] == [*after, UNASSIGNED], "model.lineage.after")
    fits = before[-1:] == [UNASSIGNED] and len(before) > 1 and len(set(before)) == len(before)
    _refuse_unless(fits, "model.lineage.before")
    numbers = [card["number"] for card in described["cards"]]
    fits = lineage["highest"] >= max(numbers) and lineage["generation"] >= 1 and _share(lineage["supported"])
    _refuse_unless(fits, "model.lineage")
    _audit_events(lineage["events"], before[:-1], after)
    _audit_flow(lineage["flow"], len(before), len(after) + 1, lineage["churn"]["n_present"])
    _audit_churn(lineage["churn"])


def _audit_events(events: Sequence[Mapping[str, Any]], before: Sequence[str], after: Sequence[str]) -> None:
    """Refuse events that do not tell each segment's story once, or whose kind does not fit their form."""
    told = [name for event in events for name in event["before"]]
    told_after = [name for event in events for name in event["after"]]
    once = sorted(told) == sorted(before) and sorted(told_after) == sorted(after)
    _refuse_unless(once, "model.lineage.events")
    for event in events:
        kinds = tuple(event["kinds"])
        form = (min(len(event["before"]), 2), min(len(event["after"]), 2))
        fits = bool(kinds) and len(set(kinds)) == len(kinds) and all(kind in _FORMS[form] for kind in kinds)
        fits = fits and (len(kinds) == 1 or (len(kinds) == 2 and kinds[0] == Kind.MOVED))
        shares = (event["share_before"], event["share_after"], event["steadiness"])
        fits = fits and all(_share(one) for one in shares) and _share(event["overlap"] or 0.0)
        fits = fits and (event["distance"] is None or 0.0 <= event["distance"] < np.inf)
        _refuse_unless(fits, "model.lineage.events")


def _audit_flow(flow: Sequence[Sequence[int]], n_before: int, n_after: int, n_present: int) -> None:
    fits = [len(row) for row in flow] == [n_after] * n_before
    fits = fits and all(n >= 0 for row in flow for n in row) and sum(map(sum, flow)) == n_present
    _refuse_unless(fits, "model.lineage.flow")


def _audit_churn(churn: Mapping[str, Any]) -> None:
    """Refuse shares that are none: the limit of a promotion is held against them."""
    shares = [churn[name] for name in ("today", "along", "total", "own", "model", "usual")]
    fits = all(one is None or _share(one) for one in shares) and churn["n_known"] >= 0
    between = churn["interaction"] is None or -2.0 <= churn["interaction"] <= 2.0
    _refuse_unless(fits and between, "model.lineage.churn")


def _share(value: float) -> bool:
    return 0.0 <= value <= 1.0 + 1e-9


def audit_landmark_values(arrays: Mapping[str, npt.NDArray[Any]], n_clusters: int) -> None:
    """Refuse landmarks that are not finite, or of no cluster of the model."""
    for name, most in (("points", np.inf), ("overlaps", 1.0), ("churn", 1.0)):
        array = arrays[f"landmarks.{name}"]
        least = -np.inf if name == "points" else 0.0
        fits = array.dtype == np.float64 and bool(np.isfinite(array).all())
        fits = fits and bool(((array >= least) & (array <= most)).all())
        _refuse_unless(fits, f"model.landmarks.{name}")
    labels, counts = (arrays[f"landmarks.{name}"] for name in ("labels", "counts"))
    fits = labels.dtype == np.int64 and bool(((labels >= 0) & (labels < n_clusters)).all())
    _refuse_unless(fits, "model.landmarks.labels")
    _refuse_unless(counts.dtype == np.int64 and bool((counts >= FEWEST_TOLD).all()), "model.landmarks.counts")


def _refuse_unless(fits: bool, place: str) -> None:
    if not fits:
        raise BundleError("bundle.structure", place=place)
