"""Hostile rules for new rows and hostile references, each with the content hash that is right for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from forging import MARK, array, cell, put, with_arrays

Make = Callable[[bytes], bytes]
NAN, INF = float("nan"), float("inf")


def without(name: str) -> Make:
    return with_arrays(lambda arrays: arrays.pop(name))


def beside(name: str) -> Make:
    return with_arrays(lambda arrays: arrays.update({name: np.zeros(2)}))


def parameter(name: str, to: Any) -> Make:
    return put("assigner", "parameters", name, to=to)


def asymmetric(covariances: Any) -> Any:
    covariances[0, 0, 1] += 1.0
    return covariances


def not_positive(covariances: Any) -> Any:
    covariances[0] = [[1.0, 2.0], [2.0, 1.0]]
    return covariances


def endless(novelty: Any) -> Any:
    novelty[0, -2:] = INF
    return novelty


def _of(base: str, cases: Mapping[str, tuple[Make, str]], room: str = "model_assigners") -> dict[str, Any]:
    return {f"{base}: {name}": (base, make, f"{room}.{code}") for name, (make, code) in cases.items()}


CENTERS = {
    "a center that is missing": (cell("assigner.centers", NAN), "not_finite"),
    "an infinite center": (cell("assigner.centers", -INF, at=5), "not_finite"),
    "centers in a row": (array("assigner.centers", lambda found: found.ravel()), "shape"),
    "no centers": (array("assigner.centers", lambda found: found[:0]), "shape"),
    "centers of no feature": (array("assigner.centers", lambda found: found[:, :0]), "shape"),
    "centers of whole numbers": (array("assigner.centers", lambda found: found.astype("<i8")), "dtype"),
    "without centers": (without("assigner.centers"), "parts"),
    "an array beside": (beside("assigner.code"), "parts"),
    "a value beside": (parameter(f"{MARK}\u202e" + "x" * 10_000, 1), "parts"),
}
CENTERS_THAT_DO_NOT_FIT = {
    "a center too many": (
        array("assigner.centers", lambda found: np.vstack([found, found[:1]])),
        "structure",
    ),
    "centers of other features": (array("assigner.centers", lambda found: found[:, :1]), "structure"),
    "the rule of a mixture": (put("assigner", "kind", to="mixture"), "parts"),
}
MIXTURE = {
    "weights that add up to 2": (array("assigner.weights", lambda found: 2 * found), "weights"),
    "weights beyond all bounds": (array("assigner.weights", lambda found: found * 0 + 1.7e308), "weights"),
    "a weight of zero": (cell("assigner.weights", 0.0), "not_positive"),
    "a weight below zero": (cell("assigner.weights", -0.5), "not_positive"),
    "a weight that is missing": (cell("assigner.weights", NAN), "not_finite"),
    "a weight too few": (array("assigner.weights", lambda found: found[:-1]), "shape"),
    "a mean that is infinite": (cell("assigner.means", INF), "not_finite"),
    "a covariance that is missing": (cell("assigner.covariances", NAN), "not_finite"),
    "a lopsided covariance": (array("assigner.covariances", asymmetric), "covariance"),
    "a covariance that is none": (array("assigner.covariances", not_positive), "covariance"),
    "a covariance of zeros": (array("assigner.covariances", lambda found: 0 * found), "covariance"),
    "a covariance beyond all bounds": (
        array("assigner.covariances", lambda found: 0 * found + 1.7e308),
        "covariance",
    ),
    "covariances of one less": (array("assigner.covariances", lambda found: found[1:]), "shape"),
    "unheard-of covariances": (parameter("covariance_type", MARK), "choice"),
    "covariances that are a list": (parameter("covariance_type", [MARK]), "choice"),
    "another type of covariances": (parameter("covariance_type", "tied"), "shape"),
    "no type of covariances": (put("assigner", "parameters", to={}), "parts"),
}
CORES = {
    "a point that is missing": (cell("assigner.points", NAN), "not_finite"),
    "no points": (array("assigner.points", lambda found: found[:0]), "shape"),
    "a label below zero": (cell("assigner.point_labels", -1), "labels"),
    "a label of 2^62": (cell("assigner.point_labels", 2**62), "labels"),
    "labels with a gap": (array("assigner.point_labels", lambda found: found * 2), "labels"),
    "labels of floats": (array("assigner.point_labels", lambda found: found.astype("<f8")), "dtype"),
    "a label too few": (array("assigner.point_labels", lambda found: found[1:]), "shape"),
    "no reach": (cell("assigner.reach", 0.0), "not_positive"),
    "a reach below zero": (cell("assigner.reach", -1.0), "not_positive"),
    "a reach that is missing": (cell("assigner.reach", NAN), "not_finite"),
    "an endless reach": (cell("assigner.reach", INF), "not_finite"),
    "two reaches": (array("assigner.reach", lambda found: np.repeat(found, 2)), "shape"),
    "exact in words": (parameter("exact", MARK), "flag"),
    "exact as a number": (parameter("exact", 1), "flag"),
}
EXEMPLARS = {
    "an exemplar that is infinite": (cell("assigner.exemplars", INF), "not_finite"),
    "a label below zero": (cell("assigner.exemplar_labels", -1), "labels"),
    "a cap that is missing": (cell("assigner.caps", NAN), "not_finite"),
    "a cap below zero": (cell("assigner.caps", -1.0), "negative"),
    "a cap too many": (array("assigner.caps", lambda found: np.append(found, 1.0)), "shape"),
    "caps of whole numbers": (array("assigner.caps", lambda found: found.astype("<i8")), "dtype"),
    "exact as null": (parameter("exact", None), "flag"),
    "without exact": (put("assigner", "parameters", to={}), "parts"),
}
REFERENCE = {
    "an array of another part": (beside("other.centers"), "structure"),
    "an array of no part": (beside("centers"), "structure"),
    "a reference too many": (beside("reference.more"), "structure"),
    "without means": (without("reference.means"), "structure"),
    "means of other features": (array("reference.means", lambda found: found[:, :1]), "structure"),
    "means of whole numbers": (array("reference.means", lambda found: found.astype("<i8")), "structure"),
    "a mean that is missing": (cell("reference.means", NAN), "structure"),
    "covariances in a row": (array("reference.covariances", lambda found: found.ravel()), "structure"),
    "counts below zero": (cell("reference.counts", -1), "structure"),
    "counts of floats": (array("reference.counts", lambda found: found.astype("<f8")), "structure"),
    "novelty that falls": (array("reference.novelty", lambda found: found[:, ::-1]), "structure"),
    "novelty that is missing": (cell("reference.novelty", NAN), "structure"),
    "novelty without end": (array("reference.novelty", endless), "structure"),
    "novelty of nothing": (array("reference.novelty", lambda found: found[:, :0]), "structure"),
    "novelty of 4,097": (array("reference.novelty", lambda found: np.zeros((3, 4097))), "structure"),
}
LEVELS = {
    "a level too few": (put("preparation", "steps", 1, "levels", to=["free"]), "structure"),
    "a level twice": (put("preparation", "steps", 1, "levels", to=["free", "free", "pro"]), "structure"),
    "a level that is a number": (put("preparation", "steps", 1, "levels", 0, to=7), "structure"),
    "other levels in the reference": (put("reference", "levels", "plan", "levels", to=["free"]), "structure"),
}
RULES: Mapping[str, tuple[str, Make, str]] = {
    **_of("kmeans", CENTERS),
    **_of("kmeans", {name: CENTERS_THAT_DO_NOT_FIT[name] for name in list(CENTERS_THAT_DO_NOT_FIT)[:2]}, "bundle"),
    **_of("kmeans", {"the rule of a mixture": CENTERS_THAT_DO_NOT_FIT["the rule of a mixture"]}),
    **_of("kmeans", REFERENCE, "bundle"),
    **_of("mixture_full", MIXTURE),
    **_of("dbscan", CORES),
    **_of("hdbscan", EXEMPLARS),
    **_of("categories", LEVELS, "bundle"),
}  # fmt: skip
