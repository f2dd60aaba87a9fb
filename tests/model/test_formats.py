"""Bundles kept of each format since the first are read as they were on the day they were written."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmint.model.assigners import ASSIGNERS
from segmint.model.bundle import from_bytes, load_bundle, save_bundle, to_bytes
from segmint.model.mixture import COVARIANCE_TYPES
from segmint.model.segment_model import FORMAT, SegmentModel

FOLDER = Path(__file__).parent / "formats"
BUNDLES = sorted(FOLDER.glob("*/*.segmint"))
kept = pytest.mark.parametrize("path", BUNDLES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def said_by(model: SegmentModel, rows: Any) -> Any:
    """Return what a model says of rows, by the function that wrote the expected segments."""
    spec = importlib.util.spec_from_file_location("segmint_tests_formats_make", FOLDER / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.segments_of(model, rows)


def test_every_format_is_kept() -> None:
    folders = {int(path.parent.name) for path in BUNDLES}
    assert folders == set(range(1, FORMAT + 1)), "formats/make.py makes a folder for the present format"


@pytest.mark.parametrize("number", range(1, FORMAT + 1))
def test_every_kind_of_rule_is_kept_in_each_format(number: int) -> None:
    models = [load_bundle(path) for path in BUNDLES if path.parent.name == str(number)]
    assert {model.assigner.kind for model in models} == set(ASSIGNERS)
    covariances = {model.assigner.parameters().get("covariance_type") for model in models}
    assert covariances >= set(COVARIANCE_TYPES)
    families = {model.manifest.family for model in models}
    assert families == {"kmeans", "ward", "gaussian_mixture", "dbscan", "hdbscan"}


@kept
def test_a_kept_bundle_gives_the_segments_of_then(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = said_by(load_bundle(path), expected["rows"])
    for name in ("labels", "segment_id", "segment_name", "runner_up", "novelty"):
        assert found[name] == expected["segments"][name], name
    then, now = (np.array(told["confidence"], dtype=float) for told in (expected["segments"], found))
    # the last bits of exp are the processor's; a margin has none
    np.testing.assert_allclose(now, then, rtol=1e-13 if "mixture" in path.stem else 0, atol=0)


@kept
def test_a_kept_bundle_is_written_as_it_was(path: Path, tmp_path: Path) -> None:
    model, data = load_bundle(path), path.read_bytes()
    save_bundle(model, tmp_path / "again.segmint")
    again = (tmp_path / "again.segmint").read_bytes()
    assert to_bytes(from_bytes(again)) == again == to_bytes(model)
    if path.parent.name == str(FORMAT):
        assert again == data


def test_the_kept_bundles_hold_what_their_names_say() -> None:
    models = {path.stem: load_bundle(path) for path in BUNDLES}
    assert models["categories"].preparation.feature_names[-1] == "plan=other"
    assert any(number.missing_share > 0 for number in models["missing"].reference.numbers.values())
    assert models["renamed"].manifest.revision == 2
    assert models["renamed"].card("S2").name == "夜ふかし"
    assert models["index"].index is not None and models["index"].index.n_customers == 5
    assert models["topics"].topics is not None and models["topics"].topics.text == "said"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/topics.segmint")), ids=lambda path: path.parent.name)
def test_kept_topics_give_the_shares_of_then(path: Path) -> None:
    topics = load_bundle(path).topics
    kept_then = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert topics is not None
    then = np.array([kept_then["rows"][name] for name in topics.names], dtype=float)
    np.testing.assert_allclose(topics.shares(kept_then["texts"]).T, then, rtol=1e-12)
    assert np.isnan(then[:, [3, 7]]).all()
