"""One run, kept for good: everything that its report, charts and cards are remade from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from segmint.choosing.decision import Decision
from segmint.choosing.trial import TrialRecord
from segmint.families.fit import Configuration, Cost
from segmint.model.preparation import Preparation
from segmint.model.schema import Schema
from segmint.model.segment_model import SegmentModel
from segmint.types import FloatMatrix, FloatVector, IntVector
from segmint.words import Sentence


@dataclass(frozen=True, eq=False)
class MapData:
    """Points of the map of segments: a sample without keys, in two dimensions.

    Attributes
    ----------
    points
        Shape (n_points, 2); about 2,000 rows, stratified by segment of the winner, noise among them.
    axes
        Names of the two axes: two columns in original units, or ``component 1`` and ``component 2``.
    projected, kept_variance
        Whether the axes are a projection, and the share of the variance it keeps (1 without one).
    labels
        For each finalist's configuration id the labels of the points, shape (n_points,).
    confidence
        Confidence of each point under the winner, 0 … 1, NaN for noise; shape (n_points,).
    n_rows
        Rows of the whole table.
    """

    points: FloatMatrix
    axes: tuple[str, str]
    projected: bool
    kept_variance: float
    labels: Mapping[str, IntVector]
    confidence: FloatVector
    n_rows: int


@dataclass(frozen=True, eq=False)
class FigureData:
    """What the charts are drawn from, beside the trials and the decision.

    Attributes
    ----------
    map
        ``None`` where no configuration gave clusters.
    silhouette_rows
        For each finalist's id: for each cluster the sorted silhouettes of (a sample of) its rows.
    k_distance
        Sorted distances to the k-th nearest row, itself counted (at most 500 points), by each
        ``min_samples`` that DBSCAN plans.
    """

    map: MapData | None
    silhouette_rows: Mapping[str, tuple[FloatVector, ...]]
    k_distance: Mapping[int, FloatVector]


@dataclass(frozen=True)
class Provenance:
    """Where a study comes from. ``created`` (ISO 8601, UTC) is shown and stays outside the content hash."""

    source: str
    name: str
    fingerprint: str
    n_rows: int
    n_columns: int
    seed: int
    command: str
    versions: Mapping[str, str]
    forecast: Cost
    seconds: float
    created: str


@dataclass(frozen=True)
class Study:
    """One run.

    Attributes
    ----------
    provenance, schema, preparation
        What went in and what was done to it.
    notices
        What was repaired, left out or worth knowing, in the order it happened.
    trials
        Every configuration.
    finalists
        Ids of the winner, the runner-up and each other family's best, the winner first.
    decision
        The verdict and the winner.
    models
        For each finalist a whole model, by configuration id: another decision needs no data.
    figures
        What the charts are drawn from.
    """

    provenance: Provenance
    schema: Schema
    preparation: Preparation
    notices: tuple[Sentence, ...]
    trials: tuple[TrialRecord, ...]
    finalists: tuple[str, ...]
    decision: Decision
    models: Mapping[str, SegmentModel]
    figures: FigureData

    def trial(self, configuration: str) -> TrialRecord:
        """Return the trial of one configuration id."""
        return next(trial for trial in self.trials if trial.configuration.id == configuration)

    @property
    def winner(self) -> Configuration | None:
        """The chosen configuration, or ``None``."""
        chosen = self.decision.configuration
        return None if chosen is None else self.trial(chosen).configuration

    @property
    def model(self) -> SegmentModel | None:
        """The chosen model, or ``None`` with the verdict ``none``."""
        chosen = self.decision.configuration
        if chosen is None or (self.decision.verdict == "none" and self.decision.chosen_by == "product"):
            return None
        return self.models.get(chosen)
