"""Who was in which segment when a model was trained: the customers that a later version is compared on.

The only place where keys are kept: a file in the workspace, never in a bundle, a study or MLflow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from segmint.data import ReadOptions, open_writer, raw_columns, read
from segmint.errors import DataError, NotFoundError
from segmint.labels import NOISE, UNASSIGNED
from segmint.lineage.customers import Earlier
from segmint.model.schema import Kind
from segmint.model.segment_model import SegmentModel
from segmint.types import IntVector, TextVector
from segmint.workflow.workspace import Workspace


def keep_members(model: SegmentModel, keys: TextVector, labels: IntVector, workspace: Workspace) -> None:
    """Keep who was in which segment; nothing where rows have no key of their own.

    Parameters
    ----------
    model
        A model as it was trained.
    keys, labels
        Of its training rows, shape (n_samples,).
    workspace
        Where.
    """
    if model.schema.key is None:
        return
    ids, _, _ = model.by_label
    place = _place(model, workspace)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.parent.chmod(0o700)  # before the first key is written
    with open_writer(place) as writer:
        writer.write({"key": keys, "segment_id": ids[labels]})
    place.chmod(0o600)


def find_members(model: SegmentModel, workspace: Workspace) -> Earlier | None:
    """Return the customers as a model knew them when it was trained; ``None`` where that was not kept."""
    place = _place(model, workspace)
    if not place.is_file():
        return None
    kinds = {"key": Kind.TEXT, "segment_id": Kind.TEXT}
    try:
        dataset = read(place, ReadOptions(key="key", kinds=kinds))
    except (DataError, NotFoundError):
        return None
    labels = {card.id: card.label for card in model.cards} | {UNASSIGNED: NOISE}
    found = [labels.get(name, NOISE) for name in raw_columns(dataset)["segment_id"].tolist()]
    return Earlier(dataset.keys, np.array(found, dtype=np.int64))


def forget_members(models: Iterable[SegmentModel], workspace: Workspace) -> None:
    """Delete who was in which segment of some models."""
    for model in models:
        _place(model, workspace).unlink(missing_ok=True)


def _place(model: SegmentModel, workspace: Workspace) -> Path:
    """Return the file of a training: segment ids are no other training's, unless it carries this one on."""
    manifest = model.manifest
    told = "\n".join([manifest.fingerprint, manifest.configuration, *sorted(card.id for card in model.cards)])
    return workspace.members / f"{manifest.name}-{hashlib.sha256(told.encode()).hexdigest()[:16]}.parquet"
