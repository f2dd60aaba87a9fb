"""From a fit to a model that can be saved: cards, reference snapshot, manifest."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from segmint.choosing.decision import Decision
from segmint.choosing.trial import Trial
from segmint.data import raw_columns
from segmint.data.dataset import Dataset
from segmint.drift.build import build_drift_reference
from segmint.drift.snapshot import build_snapshot
from segmint.families.fit import Fit
from segmint.families.folding import place_as_new
from segmint.families.quick import density_of, quick_fit
from segmint.geometry.geometry import Geometry
from segmint.model.cards import SegmentCard
from segmint.model.drift_reference import DriftReference
from segmint.model.ids import origin, segment_id
from segmint.model.landmarks import Landmarks
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.prepare.fit import Prepared
from segmint.profile.cards import build_cards
from segmint.words import Sentence

LIBRARIES = ("numpy", "scipy", "scikit-learn", "numba")


@dataclass(frozen=True)
class Circumstances:
    """What a model says of the run that it comes from.

    ``parent`` is the content hash of the version before. With the ``geometry`` of its rows a model learns how far
    batches may differ by chance, which takes some seconds.
    """

    name: str
    seed: int
    decision: Decision
    parent: str | None = None
    held_out: float | None = None
    landmarks: Landmarks | None = None
    geometry: Geometry | None = None


def build_model(dataset: Dataset, prepared: Prepared, trial: Trial, about: Circumstances) -> SegmentModel:
    """Make a whole model of one fit.

    Parameters
    ----------
    dataset, prepared
        The rows that were fitted, raw and prepared.
    trial
        A trial that has a fit.
    about
        Name, seed, decision (for stability and verdict), the agreement on held-out rows, and the landmarks.
    """
    fit = trial.fit
    assert fit is not None, "a model is made of a fit"
    placement = fit.assigner.place(prepared.matrix.X)
    return SegmentModel(
        manifest=_manifest(dataset, fit, about),
        schema=dataset.schema,
        preparation=prepared.preparation,
        assigner=fit.assigner,
        cards=_cards(dataset, prepared, trial, fit, about),
        reference=build_snapshot(
            prepared.columns, dataset.schema, prepared.matrix.X, placement, fit.n_clusters
        ),
        notices=_notices(fit),
        landmarks=about.landmarks,
        drift=None if about.geometry is None else _drift(dataset, fit, about.geometry, about.seed),
        recipe=dataset.recipe,
        topics=dataset.topics,
    )


def _drift(dataset: Dataset, fit: Fit, geometry: Geometry, seed: int) -> DriftReference:
    asked = fit.configuration
    density = density_of(asked, geometry)
    fresh = quick_fit(asked, n_samples=geometry.n_samples, density=density)
    rows = place_as_new(asked, geometry, fit.labels, fit.assigner, fresh=fresh, seed=seed)
    return build_drift_reference(
        rows,
        fit.assigner,
        columns=raw_columns(dataset),  # of all rows: a batch's are not dropped for what they lack either
        schema=dataset.schema,
        fresh=fresh,
        density=density,
        seed=seed,
    )


def _cards(
    dataset: Dataset, prepared: Prepared, trial: Trial, fit: Fit, about: Circumstances
) -> tuple[SegmentCard, ...]:
    resampling = about.decision.resampling
    configuration = fit.configuration.id
    silhouettes = trial.cluster_silhouettes
    born = origin(dataset.fingerprint, prepared.preparation.to_json()["steps"], about.parent)
    return build_cards(
        prepared.columns,
        dataset.schema,
        prepared.preparation,
        fit.labels,
        ids=[segment_id(about.name, born, configuration, label) for label in range(fit.n_clusters)],
        stability=None if resampling is None else resampling.jaccard.get(configuration),
        silhouettes=None if silhouettes is None or not silhouettes.size else silhouettes.tolist(),
        seed=about.seed,
        recipe=dataset.recipe,
        topics=() if dataset.topics is None else dataset.topics.names,
    )


def _manifest(dataset: Dataset, fit: Fit, about: Circumstances) -> Manifest:
    decision = about.decision
    return Manifest(
        name=about.name,
        family=fit.configuration.family,
        configuration=fit.configuration.id,
        parameters=dict(fit.configuration.parameters),
        seed=about.seed,
        fingerprint=dataset.fingerprint,
        verdict=decision.verdict.value,
        agreement=fit.agreement,
        agreement_held_out=about.held_out,
        decided_because=decision.because,
        parent=about.parent,
        revision=0,
        versions=versions(),
    )


def _notices(fit: Fit) -> tuple[Sentence, ...]:
    return (fit.assigner.rule(), *fit.warnings)


def versions() -> dict[str, str]:
    """Return the versions that a reader needs to repeat a run."""
    return {name: version(name) for name in sorted(("segmint", *LIBRARIES))}
