"""The measures, as data: to add one, write its function and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from segmint.measure.score import Measure
from segmint.words import say


def _title(name: str) -> str:
    return say(f"measure.title.{name}")


_ALL = (
    Measure("inertia", _title("inertia"), "none", 0.0, inf, "not defined", "linear", "centers"),
    Measure("silhouette", _title("silhouette"), "higher", -1.0, 1.0, "left out", "pairs", "labels"),
    Measure(
        "calinski_harabasz", _title("calinski_harabasz"), "higher", 0.0, inf, "left out", "linear", "labels"
    ),
    Measure("davies_bouldin", _title("davies_bouldin"), "lower", 0.0, inf, "left out", "linear", "labels"),
    Measure("dbcv", _title("dbcv"), "higher", -1.0, 1.0, "counted", "pairs", "labels"),
    Measure(
        "log_likelihood", _title("log_likelihood"), "none", -inf, inf, "not defined", "linear", "likelihood"
    ),
    Measure("bic", _title("bic"), "lower", -inf, inf, "not defined", "linear", "likelihood"),
    Measure("aic", _title("aic"), "lower", -inf, inf, "not defined", "linear", "likelihood"),
    Measure("icl", _title("icl"), "lower", -inf, inf, "not defined", "linear", "likelihood"),
)

MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}
"""By name, in the order in which they are shown."""
