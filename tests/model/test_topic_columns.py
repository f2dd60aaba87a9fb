"""Topics in a bundle: kept whole, audited before use, and no text is folded otherwise than in training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import model_forging as forging
import numpy as np
import pytest

from segmint.errors import BundleError
from segmint.model.audit import audit_sizes
from segmint.model.bundle import from_bytes, load_bundle, to_bytes
from segmint.model.fold_in import fold_in
from segmint.model.lexicon import Lexicon
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import TopicColumns, reading_schema
from segmint.model.topic_file import (
    load_topic_columns,
    load_topic_model,
    save_topic_columns,
    save_topic_model,
    topic_bytes,
)

HERE = Path(__file__).parent
KEPT = HERE / "formats" / "3" / "topics.segmint"
Forge = Callable[[bytes], bytes]


put, drop, cell, array = forging.put, forging.drop, forging.cell, forging.array


@pytest.fixture
def model() -> SegmentModel:
    return load_bundle(KEPT)


@pytest.fixture
def topics(model: SegmentModel) -> TopicColumns:
    assert model.topics is not None
    return model.topics


def test_a_bundle_holds_the_topics_to_the_bit(model: SegmentModel, topics: TopicColumns) -> None:
    again = from_bytes(to_bytes(model)).topics
    assert again is not None
    assert topic_bytes(again.model) == topic_bytes(topics.model)
    assert (again.text, again.names) == ("said", ("share_of_parcels", "share_of_money"))
    assert model.format == 3
    assert replace(model, topics=None).format == 2


def test_shares_are_those_of_the_fold_in_and_missing_without_a_text(topics: TopicColumns) -> None:
    texts = ["late parcels", None, "", " \t\n", "nothing known"]
    found = topics.shares(texts)
    assert np.array_equal(found[[0, 4]], fold_in(topics.model, ["late parcels", "nothing known"]).round(3))
    assert np.isnan(found[1:4]).all()
    np.testing.assert_allclose(found[4], topics.model.alpha / topics.model.alpha.sum(), atol=5e-4)
    assert topics.shares([]).shape == (0, 2)


def test_texts_stand_in_the_place_of_all_shares_or_of_none(model: SegmentModel, topics: TopicColumns) -> None:
    names = ["id", "hours", "said"]
    assert topics.replaces(names)
    assert not topics.replaces([*names, "share_of_money"])
    assert not topics.replaces(["id", "hours"])
    assert [one.name for one in reading_schema(model.schema, topics, names).clustering] == ["hours", "said"]
    assert reading_schema(model.schema, topics, ["hours"]) is model.schema
    assert reading_schema(model.schema, None, names) is model.schema
    columns = {"hours": np.ones(1), "said": np.array(["late"], dtype=object)}
    assert list(topics.folded(columns)) == ["hours", *topics.names]


def test_a_lexicon_that_looks_like_a_sentence_is_kept(model: SegmentModel, topics: TopicColumns) -> None:
    words = replace(topics.model.lexicon, forms={"key": "parcel", "figures": "money"})
    odd = replace(topics, model=replace(topics.model, lexicon=words))
    again = from_bytes(to_bytes(replace(model, topics=odd))).topics
    assert again is not None
    assert again.model.lexicon.forms == words.forms


def grown(arrays: dict[str, Any]) -> None:
    arrays["topics.more"] = np.zeros(3)


def one_less(arrays: dict[str, Any]) -> None:
    del arrays["topics.idf"]


HOSTILE: dict[str, Forge] = {
    "no topics, but arrays": put("topics", to=None),
    "topics of another kind": put("topics", to=[1]),
    "without a name of the texts": drop("topics", "text"),
    "an empty name of the texts": put("topics", "text", to=""),
    "texts that cluster": put("topics", "text", to="hours"),
    "texts that are the key": put("topics", "text", to="id"),
    "more in it": put("topics", "more", to=1),
    "a column too few": put("topics", "names", to=["share_of_parcels"]),
    "a column twice": put("topics", "names", to=["share_of_parcels"] * 2),
    "a column that the model has not": put("topics", "names", to=["share_of_parcels", "other"]),
    "a column that is the key": put("topics", "names", to=["share_of_parcels", "id"]),
    "names that are numbers": put("topics", "names", to=[1, 2]),
    "a topic model of a later form": put("topics", "model", "format", to=2),
    "a form that is a truth": put("topics", "model", "format", to=True),
    "no topic model": put("topics", "model", to=None),
    "an unknown part": put("topics", "model", "more", to=1),
    "a language that is none": put("topics", "model", "language", to=["en"]),
    "an unsorted vocabulary": put("topics", "model", "vocabulary", to=["late", "gift card", "money", "parcel", "refund"]),
    "a vocabulary too short": put("topics", "model", "vocabulary", to=["late"]),
    "a vocabulary of lists": put("topics", "model", "vocabulary", to=[["late"]] * 5),
    "a phrase of three": put("topics", "model", "phrases", to=[["gift", "card", "late"]]),
    "forms that are no words": put("topics", "model", "forms", to={"parcels": 3}),
    "a seed that is none": put("topics", "model", "seed", to=0.5),
    "an array too many": forging.with_arrays(grown),
    "an array too few": forging.with_arrays(one_less),
    "topics of no words": array("topics.topic_word", lambda old: old[:, :0]),
    "another number of topics": array("topics.alpha", lambda old: np.append(old, 0.1)),
    "a vector of topics": array("topics.topic_word", lambda old: old[0]),
    "whole numbers": array("topics.idf", lambda old: old.astype(np.int64)),
    "a topic without a word": cell("topics.topic_word", 0.0),
    "a topic above 1": cell("topics.topic_word", 0.9),
    "no number": cell("topics.centers", np.nan),
    "an infinite weight": cell("topics.idf", np.inf),
    "a prior of nothing": cell("topics.alpha", 0.0),
    "a center below 0": cell("topics.centers", -1.0),
}  # fmt: skip


@pytest.mark.parametrize("forge", HOSTILE.values(), ids=HOSTILE.keys())
def test_topics_that_do_not_fit_are_refused(forge: Forge) -> None:
    with pytest.raises(BundleError) as refused:
        from_bytes(forge(KEPT.read_bytes()))
    assert refused.value.code == "bundle.structure"
    assert "topics" in str(refused.value) or "arrays" in str(refused.value)


def test_sizes_are_refused_before_the_arrays_are_read() -> None:
    _, described, _ = forging.parts(KEPT.read_bytes())
    shapes = {name: array.shape for name, array in _arrays().items()}
    audit_sizes(described, shapes)
    for name in ("topic_word", "centers", "alpha", "idf"):
        large = {**shapes, f"topics.{name}": tuple(1000 * n for n in shapes[f"topics.{name}"])}
        with pytest.raises(BundleError):
            audit_sizes(described, large)


def _arrays() -> dict[str, Any]:
    found: dict[str, Any] = {}
    forging.with_arrays(found.update)(KEPT.read_bytes())
    return found


def test_a_topic_file_tells_its_columns_and_is_still_a_topic_model(
    topics: TopicColumns, tmp_path: Path
) -> None:
    path = tmp_path / "shares.topics"
    save_topic_columns(topics, path)
    again = load_topic_columns(path)
    assert again is not None
    assert (again.text, again.names) == (topics.text, topics.names)
    assert topic_bytes(load_topic_model(path)) == topic_bytes(topics.model)
    save_topic_model(topics.model, path)
    assert load_topic_columns(path) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "share_of_money"},
        {"names": ("share_of_money",)},
        {"names": ("share_of_money",) * 2},
    ],
)
def test_columns_that_could_not_be_read_are_not_written(
    topics: TopicColumns, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BundleError):
        save_topic_columns(replace(topics, **wrong), tmp_path / "x.topics")
    assert not [*tmp_path.iterdir()]


def test_a_topic_file_whose_columns_are_damaged_is_refused(topics: TopicColumns, tmp_path: Path) -> None:
    path = tmp_path / "shares.topics"
    save_topic_columns(topics, path)
    data = path.read_bytes()
    for old, new in (
        (b'\\"text\\":', b'\\"tent\\":'),
        (b'\\"format\\":2', b'\\"format\\":1'),
        (b'\\"format\\":2', b'\\"format\\":9'),
    ):
        assert old in data
        path.write_bytes(data.replace(old, new))
        with pytest.raises(BundleError):
            load_topic_columns(path)


def test_a_text_is_read_as_in_training(topics: TopicColumns) -> None:
    lexicon = topics.model.lexicon
    assert isinstance(lexicon, Lexicon)
    assert lexicon.terms("Parcels, and a GIFT  card") == ["parcel", "gift card"]
