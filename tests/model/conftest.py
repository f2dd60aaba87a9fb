"""A small real model: forty customers, two numbers and a category, two centers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.drift.snapshot import build_snapshot
from segmint.model.cards import Condition, Effect, Rule, SegmentCard
from segmint.model.centers import CentersAssigner
from segmint.model.cores import CoresAssigner
from segmint.model.ids import segment_id
from segmint.model.placement import Assigner
from segmint.model.preparation import LevelStep, NumericStep, Preparation
from segmint.model.schema import Feature, Kind, Role, Schema
from segmint.model.segment_model import Manifest, SegmentModel
from segmint.types import RawColumns
from segmint.words import sentence

_NAME = "model_forging"
"""How the tests import the tools beside them: no folder of tests is a package."""
if _NAME not in sys.modules:
    _spec = importlib.util.spec_from_file_location(_NAME, Path(__file__).with_name("forging.py"))
    assert _spec is not None and _spec.loader is not None
    sys.modules[_NAME] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules[_NAME])

SCHEMA = Schema(
    (
        Feature("customer", Kind.TEXT, Role.KEY, reason=sentence("common.rows", n=40)),
        Feature("income", Kind.NUMBER, Role.CLUSTER, unit="k$", reason=sentence("common.rows", n=40)),
        Feature("visits", Kind.COUNT, Role.CLUSTER, reason=sentence("common.rows", n=40)),
        Feature("région", Kind.CATEGORY, Role.CLUSTER, reason=sentence("common.rows", n=40)),
        Feature("age", Kind.NUMBER, Role.DESCRIBE, reason=sentence("common.rows", n=40)),
    )
)
PREPARATION = Preparation(
    (
        NumericStep("income", 30.0, 0.0, np.inf, None, 50.0, 20.0),
        NumericStep("visits", 2.0, 0.0, 40.0, 0.0, 1.1, 0.5, 2.0),
        LevelStep("région", ("nord", "süd"), (0.2, 0.3, 0.01), 0.7),
    ),
    {"income": (sentence("common.rows", n=40),)},
    "standard",
)


def raw_columns(n: int = 40) -> RawColumns:
    rng = np.random.default_rng(0)
    income = np.where(np.arange(n) % 2, 25.0, 80.0) + rng.normal(size=n)
    age = np.where(np.arange(n) % 7, 40.0 + np.arange(n), np.nan)
    return {
        "income": income,
        "visits": rng.poisson(4, n).astype(float),
        "région": np.array(["nord", "süd", "ost", None] * n, dtype=object)[:n],
        "age": age,
    }


def card(label: int, assigner_configuration: str) -> SegmentCard:
    return SegmentCard(
        id=segment_id("shop", "", assigner_configuration, label),
        number=label + 1,
        label=label,
        name=f"Segment {label}",
        name_given=False,
        size=20,
        share=0.5,
        center={"income": 25.0 + 55 * label, "age": float("nan")},
        quantiles={"income": (1.0, 2.0, 3.0, 4.0, 5.5), "age": (float("nan"),) * 5},
        levels={"région": {"nord": 0.25, "süd": 0.25}},
        effects=(Effect("income", None, 25.0, 80.0, 52.5, -3.1, True),),
        rule=Rule((Condition("income", upper=50.0),), 1.0, 0.9, 10),
        stability=None,
        silhouette=0.7,
        summary=sentence("common.customers", n=20),
    )


def make_model(assigner: Assigner | None = None, **changes: Any) -> SegmentModel:
    assigner = assigner or CentersAssigner(np.array([[-1.25, 0.9, 0.0, 0.0, 0.3], [1.5, 0.9, 0.0, 0.0, 0.3]]))
    columns = raw_columns()
    X = PREPARATION.forward(columns)
    manifest = Manifest(
        name="shop",
        family="kmeans",
        configuration="0123456789ab",
        parameters={"n_clusters": 2, "init": "k-means++"},
        seed=7,
        fingerprint="f" * 64,
        verdict="groups",
        agreement=1.0,
        agreement_held_out=None,
        decided_because=None,
        parent=None,
        revision=0,
        versions={"segmint": "0.1.0"},
    )
    values = {
        "manifest": manifest,
        "schema": SCHEMA,
        "preparation": PREPARATION,
        "assigner": assigner,
        "cards": tuple(card(label, manifest.configuration) for label in range(assigner.n_clusters)),
        "reference": build_snapshot(columns, SCHEMA, X, assigner.place(X), assigner.n_clusters),
        "notices": (assigner.rule(),),
    }
    return SegmentModel(**values | changes)


@pytest.fixture
def model() -> SegmentModel:
    return make_model()


@pytest.fixture
def cores_model() -> SegmentModel:
    points = np.array([[-1.25, 0.9, 0.0, 0.0, 0.3], [-1.2, 0.5, 0.0, 0.0, 0.3], [1.5, 0.9, 0.0, 0.0, 0.3]])
    return make_model(CoresAssigner(points, np.array([0, 0, 1]), np.array([0.8]), False))
