"""Whether an exported form gives the labels that the model gives, and which rows nobody could decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmint.export.kept import kept_points
from segmint.labels import NOISE
from segmint.model.mixture import MixtureAssigner
from segmint.model.placement import Assigner, Placement
from segmint.model.segment_model import SegmentModel
from segmint.types import BoolVector, FloatMatrix, FloatVector, IntVector, RawColumns

TIE = 1e-9
"""Two distances (or log-probabilities) that differ by a smaller part of themselves cannot be told apart."""
CONFIDENCE = 1e-6
"""Confidences that differ by more are not the same."""


@dataclass(frozen=True)
class Comparison:
    """What a comparison found.

    Attributes
    ----------
    n_rows
        Rows compared.
    n_ties
        Rows with another label whose own segment is no nearer than the other's: rounding decides.
    n_other
        Rows with another label without that excuse, or with another confidence.
    """

    n_rows: int
    n_ties: int
    n_other: int


def compare(
    model: SegmentModel, columns: RawColumns, labels: IntVector, confidence: FloatVector | None = None
) -> Comparison:
    """Compare labels with those of the model's own rule, and confidences where the form has them.

    Parameters
    ----------
    model
        Whose rule counts.
    columns
        Raw columns, as :func:`segmint.model.assignment.assign` takes them.
    labels
        What the exported form says, −1 for none; shape (n_rows,).
    confidence
        What it says of that, NaN for none; shape (n_rows,).
    """
    X = model.preparation.forward(columns)
    own = model.assigner.place(X)
    other = own.labels != labels
    ties = other & _on_a_cap(model.assigner, own, labels)
    for row in np.flatnonzero(other & ~ties & (own.labels != NOISE) & (labels != NOISE)):
        ties[row] = _tied(model.assigner, X[row : row + 1], int(own.labels[row]), int(labels[row]))
    wrong = other & ~ties
    if confidence is not None:
        wrong |= ~other & ~np.isclose(confidence, own.confidence, rtol=0, atol=CONFIDENCE, equal_nan=True)
    return Comparison(len(labels), int(ties.sum()), int(wrong.sum()))


def _tied(rule: Assigner, x: FloatMatrix, label: int, other: int) -> bool:
    """Return whether a prepared row is as near to one cluster as to the other."""
    terms, rest = rule.apart(x[0])
    totals = terms.sum(axis=1) + rest  # squared distances; of a mixture −2 log-probabilities
    size = max(abs(totals[label]), abs(totals[other]), 1.0 if isinstance(rule, MixtureAssigner) else 0.0)
    return bool(abs(totals[label] - totals[other]) <= 2 * TIE * size)


def _on_a_cap(rule: Assigner, own: Placement, labels: IntVector) -> BoolVector:
    """Return which rows lie as far as a row may lie and still belong, where one label is that of noise."""
    kept = kept_points(rule)
    if kept is None:
        return np.zeros(len(labels), dtype=np.bool_)
    caps = kept.caps[own.nearest]
    one_is_noise = (own.labels == NOISE) != (labels == NOISE)
    with np.errstate(invalid="ignore"):
        return np.asarray(one_is_noise & (np.abs(own.distance - caps) <= TIE * caps))
