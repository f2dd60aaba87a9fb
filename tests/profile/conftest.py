from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from segmint.model.cards import SegmentCard
from segmint.model.preparation import LevelStep, Preparation, Step
from segmint.model.recipe import Recipe
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.prepare.categories import fit_levels
from segmint.prepare.numeric import fit_number
from segmint.prepare.options import PreparationOptions
from segmint.profile.cards import build_cards

Cards = Callable[..., tuple[SegmentCard, ...]]


@pytest.fixture
def cards_of() -> Cards:
    """Build cards from plain columns and labels; columns named in ``describing`` only describe."""

    def build(
        columns: Mapping[str, Any],
        labels: Sequence[int],
        *,
        describing: Sequence[str] = (),
        units: Mapping[str, str] | None = None,
        seed: int = 0,
        recipe: Recipe | None = None,
        **measured: Sequence[float],
    ) -> tuple[SegmentCard, ...]:
        raw = {name: _array(values) for name, values in columns.items()}
        features = tuple(
            Feature(
                name,
                Kind.CATEGORY if column.dtype == object else Kind.NUMBER,
                Role.DESCRIBE if name in describing else Role.CLUSTER,
                unit=(units or {}).get(name),
            )
            for name, column in raw.items()
        )
        steps = [_step(feature, raw[feature.name]) for feature in features if feature.role is Role.CLUSTER]
        preparation = Preparation(tuple(step for step in steps if step), {}, "standard")
        codes = np.asarray(labels, dtype=np.int64)
        return build_cards(
            raw,
            Schema(features),
            preparation,
            codes,
            ids=[f"id{label}" for label in range(codes.max() + 1)],
            stability=measured.get("stability"),
            silhouettes=measured.get("silhouettes"),
            seed=seed,
            recipe=recipe,
        )

    return build


def _array(values: Any) -> np.ndarray:
    if any(isinstance(value, str) for value in values):
        return np.array(list(values), dtype=object)
    return np.asarray(values, dtype=np.float64)


def _step(feature: Feature, column: np.ndarray) -> Step | None:
    if column.dtype == object:
        step: LevelStep | None = fit_levels(feature, column, max_levels=50, variance=1.0).step
        return step
    return fit_number(feature, column, PreparationOptions()).step
