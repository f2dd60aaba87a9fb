"""What is saved, served and tracked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from segmint.errors import NotFoundError
from segmint.labels import NOISE, UNASSIGNED
from segmint.model.cards import SegmentCard
from segmint.model.customer_index import CustomerIndex
from segmint.model.drift_reference import DriftReference
from segmint.model.landmarks import Landmarks
from segmint.model.lineage import Lineage
from segmint.model.placement import Assigner
from segmint.model.preparation import Preparation
from segmint.model.recipe import Recipe
from segmint.model.reference import ReferenceSnapshot
from segmint.model.schema import Schema
from segmint.model.topic_columns import TopicColumns
from segmint.types import TextVector
from segmint.words import Sentence

FORMAT = 3
"""The newest form of a bundle. A model that needs no part of it is written in form 2; one without landmarks, as it was read, in form 1."""


@dataclass(frozen=True)
class Manifest:
    """Where a model comes from. No clock: the same training gives the same bytes.

    Attributes
    ----------
    name
        The model's name in the registry.
    family, configuration, parameters
        What was fitted: the family, the configuration's id, and its parameters.
    seed
        The root seed of the run.
    fingerprint
        SHA-256 of the training data's content.
    verdict
        ``groups``, ``slices`` or ``none``.
    agreement
        Share of training rows whose saved rule gives the label of the fit (1 where the rule defines it).
    agreement_held_out
        The same on rows that the fit did not see; ``None`` where it was not measured.
    decided_because
        Why a person decided otherwise than the product; ``None`` where nobody did.
    parent
        Content hash of the bundle that this one follows; ``None`` for the first.
    revision
        0 for a model as trained; a renaming of segments is a new revision.
    versions
        Versions of segmint, numpy and the library that fitted it.
    """

    name: str
    family: str
    configuration: str
    parameters: Mapping[str, Any]
    seed: int
    fingerprint: str
    verdict: str
    agreement: float
    agreement_held_out: float | None
    decided_because: str | None
    parent: str | None
    revision: int
    versions: Mapping[str, str]


@dataclass(frozen=True)
class SegmentModel:
    """A segmentation, ready to be used: schema, preparation, rule for new rows, cards, reference, manifest.

    ``landmarks`` are what a later version is matched by; ``None`` in a bundle of form 1. ``lineage`` tells how
    its segments continue those of the version before; ``None`` for a first version. ``drift`` is what batches are
    compared with; ``None`` where it was not made. ``recipe`` is how its features were made of events; ``None`` where
    they came as a table. ``index`` holds single customers, for those who ask for near ones; ``None`` unless somebody
    wanted it. ``topics`` are what makes columns of shares of a customer's text; ``None`` where no columns are such.
    """

    manifest: Manifest
    schema: Schema
    preparation: Preparation
    assigner: Assigner
    cards: tuple[SegmentCard, ...]
    reference: ReferenceSnapshot
    notices: tuple[Sentence, ...] = ()
    landmarks: Landmarks | None = None
    lineage: Lineage | None = None
    drift: DriftReference | None = None
    recipe: Recipe | None = None
    index: CustomerIndex | None = None
    topics: TopicColumns | None = None

    @property
    def format(self) -> int:
        """The lowest form of a bundle that can hold this model."""
        if self.landmarks is None:
            return 1
        newest = (self.recipe, self.index, self.topics)
        return 2 if all(part is None for part in newest) else FORMAT

    @cached_property
    def by_label(self) -> tuple[TextVector, TextVector, TextVector]:
        """Tables that are looked up by label: ids, names, and ids of a runner-up; noise, −1, finds the last place."""
        cards = sorted(self.cards, key=lambda card: card.label)
        ids = np.array([*(card.id for card in cards), UNASSIGNED], dtype=object)
        names = np.array([*(card.name for card in cards), ""], dtype=object)
        seconds = ids.copy()
        seconds[NOISE] = None
        return ids, names, seconds

    def card(self, wanted: str) -> SegmentCard:
        """Return one card by id, short number (``S2``) or name.

        Raises
        ------
        NotFoundError
            If no segment is called so.
        """
        for card in self.cards:
            if wanted in (card.id, card.short, card.name):
                return card
        raise NotFoundError("model.no_such_segment", wanted=wanted, known=[card.short for card in self.cards])

    def segment_id(self, label: int) -> str:
        """Return the lasting id of a label of this model's assigner; ``unassigned`` for noise."""
        if label == NOISE:
            return UNASSIGNED
        return next(card.id for card in self.cards if card.label == label)

    def renamed(self, wanted: str, name: str) -> SegmentModel:
        """Return the next revision, in which one segment has another name."""
        card = self.card(wanted)
        cards = tuple(replace(c, name=name, name_given=True) if c.id == card.id else c for c in self.cards)
        manifest = replace(self.manifest, revision=self.manifest.revision + 1)
        return replace(self, cards=cards, manifest=manifest)
