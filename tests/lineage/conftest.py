"""Two versions of a segmentation put together by hand: tables of shares, places and rules."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from segmint.drift.snapshot import build_snapshot
from segmint.labels import canonical
from segmint.lineage.evidence import Evidence, Shape
from segmint.model.cards import SegmentCard
from segmint.model.centers import CentersAssigner
from segmint.model.ids import origin, segment_id
from segmint.model.landmarks import Landmarks
from segmint.model.preparation import NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.words import sentence

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "lineage.py"


@pytest.fixture(scope="session")
def planting() -> ModuleType:
    """Give the benchmark's generator of planted changes."""
    spec = importlib.util.spec_from_file_location("segmint_benchmark_lineage", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def make_evidence(
    on_old: Any,
    on_new: Any,
    *,
    before: Any = None,
    after: Any = None,
    counts: tuple[Any, Any] | None = None,
    panel: Any = None,
) -> Evidence:
    """Put tables together; clusters lie far apart on a line unless places are given, each with deviation 1."""
    old, new = np.array(on_old, dtype=float), np.array(on_new, dtype=float)
    old, new = old / old.sum(), new / new.sum()
    n_before, n_after = old.shape
    places = [
        np.array(np.arange(n) * 100.0 if given is None else given, dtype=float).reshape(n, -1)
        for given, n in ((before, n_before), (after, n_after))
    ]
    counted = counts or (old.sum(axis=1) * 1000, new.sum(axis=0) * 1000)
    shapes = [
        Shape(np.array(n, dtype=float), place, np.ones(place.shape))
        for n, place in zip(counted, places, strict=True)
    ]
    return Evidence(old, new, None if panel is None else np.array(panel, dtype=float), shapes[0], shapes[1])


@pytest.fixture(scope="session")
def evidence() -> Callable[..., Evidence]:
    return make_evidence


SCHEMA = Schema(
    (
        Feature("customer", Kind.TEXT, Role.KEY, reason=sentence("common.rows", n=1)),
        Feature("income", Kind.NUMBER, Role.CLUSTER, unit="k$", reason=sentence("common.rows", n=1)),
        Feature("visits", Kind.NUMBER, Role.CLUSTER, reason=sentence("common.rows", n=1)),
    )
)


def make_model(
    rows: Any,
    centers: Any,
    *,
    fingerprint: str = "a" * 64,
    parent: str | None = None,
    steadiness: float = 1.0,
    step: tuple[float, float] = (50.0, 10.0),
) -> SegmentModel:
    """Make a version of given centers (original units) from rows (income, visits), numbered by size."""
    rows, centers = np.array(rows, dtype=float), np.array(centers, dtype=float)
    preparation = Preparation(
        tuple(
            NumericStep(name, step[0], -np.inf, np.inf, None, step[0], step[1])
            for name in ("income", "visits")
        ),
        {},
        "standard",
    )
    columns = {"income": rows[:, 0], "visits": rows[:, 1]}
    X = preparation.forward(columns)
    prepared = (centers - step[0]) / step[1]
    found = CentersAssigner(prepared).place(X).labels
    order = [int(found[canonical(found) == new][0]) for new in range(len(set(found.tolist())))]
    assert len(order) == len(centers), "a center without rows"
    assigner = CentersAssigner(prepared[order])
    labels = assigner.place(X).labels
    configuration = f"{len(centers):012d}"
    born = origin(fingerprint, [], parent)
    cards = tuple(
        SegmentCard(
            id=segment_id("shop", born, configuration, label),
            number=label + 1,
            label=label,
            name=f"Group {label + 1}",
            name_given=False,
            size=int((labels == label).sum()),
            share=float((labels == label).mean()),
            center={name: float(columns[name][labels == label].mean()) for name in columns},
            quantiles=dict.fromkeys(columns, (0.0, 1.0, 2.0, 3.0, 4.0)),
            levels={},
            effects=(),
            rule=None,
            stability=steadiness,
            silhouette=None,
            summary=sentence("common.customers", n=int((labels == label).sum())),
        )
        for label in range(len(order))
    )
    manifest = Manifest(
        "shop", "kmeans", configuration, {"n_clusters": len(order)}, 0, fingerprint, "groups", 1.0, None,
        None, parent, 0, {"segmint": "0.1.0"},
    )  # fmt: skip
    points = np.concatenate([X[labels == label] for label in range(len(order))])
    owners = np.sort(labels)
    landmarks = Landmarks(
        points, owners, np.ones(len(X), dtype=np.int64), np.full(len(order), steadiness), np.zeros(4)
    )
    reference = build_snapshot(columns, SCHEMA, X, assigner.place(X), len(order))
    return SegmentModel(manifest, SCHEMA, preparation, assigner, cards, reference, landmarks=landmarks)


@pytest.fixture(scope="session")
def version() -> Callable[..., SegmentModel]:
    return make_model


def make_rows(seed: int, *groups: tuple[float, float, int]) -> Any:
    """Draw groups of (income, visits, customers) with a deviation of 2."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(size=(n, 2)) * 2 + (x, y) for x, y, n in groups])


@pytest.fixture(scope="session")
def groups() -> Callable[..., Any]:
    return make_rows
