from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.charts.topics import write_topic_pictures
from segmint.errors import BundleError, DataError, NotFoundError, ResourceError, SchemaError, UsageError
from segmint.model.fold_in import fold_in
from segmint.model.topic_file import load_topic_model, save_topic_model, topic_bytes
from segmint.report.topics import summarize_topics
from segmint.topics.study_file import hashed_bytes, read_topic_study, topic_study_bytes
from segmint.topics.telling import better, confidence, doubts, headline
from segmint.workflow.texts import TextColumns, read_texts
from segmint.workflow.topic_features import assign_topics, feature_names, write_features
from segmint.workflow.topic_files import excerpts_of, keep_topics, load_topic_study, write_topic_page
from segmint.workflow.topic_planning import TopicOptions, plan_topics
from segmint.workflow.topics import Found, topics

SECRET = "Sesamebourne"
COLUMNS = TextColumns(text="said", key="customer", labels="subject")
QUICK = TopicOptions(ks=(2, 3, 4), n_samples=3, n_seeds=3, name="tickets")


def frame(n: int = 150, seed: int = 0) -> pd.DataFrame:
    words = {
        "delivery": [
            "parcel",
            "late",
            "courier",
            "delivery",
            "box",
            "tracking",
            "street",
            "depot",
            "driver",
            "address",
        ],
        "money": [
            "refund",
            "payment",
            "card",
            "invoice",
            "price",
            "charge",
            "bank",
            "discount",
            "total",
            "currency",
        ],
        "music": [
            "guitar",
            "concert",
            "album",
            "singer",
            "piano",
            "melody",
            "drums",
            "orchestra",
            "chorus",
            "violin",
        ],
    }
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        subject = str(rng.choice(list(words)))
        own = words[subject] + (words["money"] if number % 10 == 0 else [])
        for _ in range(1 + number % 2):
            said = "the " + " ".join(rng.choice(own, 12))
            rows.append((f"000{number}", f"{said} {SECRET}{number}" if number < 9 else said, subject))
    return pd.DataFrame(rows, columns=["customer", "said", "subject"])


@pytest.fixture(scope="module")
def found() -> Found:
    return topics(frame(), COLUMNS, QUICK)


def test_the_planted_topics_are_found_and_told(found: Found) -> None:
    study = found.study
    assert study.choice.n_topics == 3
    assert study.corpus.n_documents == 150
    assert study.corpus.n_texts == 225
    assert {len(topic.words) for topic in study.topics} == {10}
    assert sum(topic.share for topic in study.topics) == pytest.approx(1)
    assert study.seeds["lda"].mean("nmi") > 0.7
    said = [headline(study), confidence(study), better(study), *doubts(study), *study.choice.reasons]
    assert all(str(one) and "newer segmint" not in str(one) for one in said)


@pytest.mark.parametrize(("method", "kept"), [("kmeans", True), ("lda", False), (None, False)])
def test_why_shares_are_kept_is_told_where_kmeans_is_the_better(
    found: Found, method: str | None, kept: bool
) -> None:
    study = replace(found.study, better=replace(found.study.better, method=method))
    told = " ".join(summarize_topics(study, ())["says"])
    assert ("LDA’s shares are kept all the same" in told) is kept
    assert str(better(study)) in told


def test_the_same_seed_gives_the_same_model(found: Found) -> None:
    assert topic_bytes(topics(frame(), COLUMNS, QUICK).study.model) == topic_bytes(found.study.model)


def test_labels_take_no_part_in_the_fitting(found: Found) -> None:
    without = topics(frame(), TextColumns(text="said", key="customer"), QUICK)
    assert topic_bytes(without.study.model) == topic_bytes(found.study.model)
    assert "nmi" not in without.study.seeds["lda"].values


def test_texts_of_one_customer_are_one_document_and_keys_are_texts(found: Found) -> None:
    assert found.texts.keys[0] == "0000"
    assert found.texts.documents[1].count("\n") == 1
    assert [notice.key for notice in found.texts.notices] == ["topics.notice.joined"]


def test_texts_of_nobody_are_counted_apart() -> None:
    table = pd.DataFrame({"who": ["a", "b", "c", None, ""], "said": ["late parcel"] * 5})
    read = read_texts(table, TextColumns(text="said", key="who"))
    assert (read.n_texts, read.keys) == (3, ("a", "b", "c"))
    assert [notice.key for notice in read.notices] == ["topics.notice.without_key"]


@pytest.mark.parametrize("few", [{"n_samples": 1}, {"n_seeds": 1}, {"n_seeds": 0}])
def test_one_draw_is_refused_before_anything_is_fitted(few: dict[str, int]) -> None:
    with pytest.raises(UsageError) as refused:
        topics(frame(), COLUMNS, replace(QUICK, **few))
    assert refused.value.code == "topics.few_draws"


def test_no_text_and_no_key_leaves_but_where_a_person_asks(found: Found, tmp_path: Path) -> None:
    kept = keep_topics(found, tmp_path)
    page, model = kept.page.read_text(), kept.model.read_bytes()
    stored = (kept.page.parent / "topics.json").read_text()
    for text in (page, stored, model.decode("latin-1"), str(summarize_topics(found.study, ()))):
        assert SECRET.lower() not in text.lower()
        assert not re.search(r"\b000\d{1,3}\b", text)
    assert not re.search(r"""https?://(?!www\.w3\.org)|style=["']""", page)
    shown = keep_topics(found, tmp_path, excerpts=excerpts_of(found)).page.read_text()
    key = excerpts_of(found)[0].key
    assert key in shown
    assert {path.suffix for path in kept.page.parent.iterdir()} == {".html", ".topics", ".png", ".json"}


def test_page_and_pictures_are_made_again_from_what_is_stored(found: Found, tmp_path: Path) -> None:
    kept = keep_topics(found, tmp_path / "w")
    again = load_topic_study("tickets", tmp_path / "w")
    assert topic_study_bytes(again) == (kept.page.parent / "topics.json").read_bytes()
    assert (again.choice, again.seeds, again.better) == (
        found.study.choice,
        found.study.seeds,
        found.study.better,
    )
    assert (again.topics, again.examples) == (found.study.topics, found.study.examples)
    assert write_topic_page(again, tmp_path / "again.html").read_bytes() == kept.page.read_bytes()
    pictures = write_topic_pictures(load_topic_study(kept.page.parent), tmp_path / "again")
    assert [path.name for path in pictures] == [path.name for path in kept.pictures]
    for path, first in zip(pictures, kept.pictures, strict=True):
        assert path.read_bytes() == first.read_bytes()


def test_a_picture_that_a_study_has_no_more_goes(found: Found, tmp_path: Path) -> None:
    first = keep_topics(found, tmp_path)
    stale = first.page.parent / "topic_of_before.png"
    stale.write_bytes(b"")
    keep_topics(found, tmp_path)
    assert not stale.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text.replace('"n_split":', '"n_split":1'), "study_files.altered"),
        (lambda text: text[:-9], "bundle.json"),
        (lambda text: "[]", "study_files.damaged"),
        (lambda text: text.replace('"format":1', '"format":9'), "study_files.later"),
    ],
)
def test_a_study_that_was_altered_is_not_opened(found: Found, tmp_path: Path, change, code: str) -> None:
    path = keep_topics(found, tmp_path).page.parent / "topics.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(BundleError) as caught:
        load_topic_study("tickets", tmp_path)
    assert caught.value.code == code


def test_a_study_of_another_model_is_not_opened(found: Found, tmp_path: Path) -> None:
    keep_topics(found, tmp_path)
    other = replace(found.study.model, seed=99)
    save_topic_model(other, tmp_path / "topics" / "tickets" / "tickets.topics")
    with pytest.raises(BundleError):
        load_topic_study("tickets", tmp_path)
    with pytest.raises(NotFoundError):
        load_topic_study("others", tmp_path)


@pytest.mark.parametrize("name", ["topics", "crossing", "sample", "choice", "seeds", "examples", "corpus"])
def test_a_study_whose_parts_do_not_fit_is_not_opened(found: Found, name: str) -> None:
    """Also where its hash is right: whoever wrote it could compute that."""
    plain = json.loads(topic_study_bytes(found.study))
    for value in ([[]], {}, [[1]], None, "x"):
        described = {key: part for key, part in plain.items() if key != "content"} | {name: value}
        with pytest.raises(BundleError):
            read_topic_study(hashed_bytes(described), found.study.model)


def test_what_it_will_cost_is_known_before_the_first_fit() -> None:
    asked: list[str] = []
    planned = plan_topics(frame(), COLUMNS, QUICK, progress=lambda step, *_: asked.append(step))
    assert asked == ["read", "worded"]
    more = plan_topics(frame(), COLUMNS, replace(QUICK, n_samples=30, n_seeds=30)).forecast
    assert 0 < planned.forecast.seconds < more.seconds
    assert 0 < planned.forecast.memory < more.memory
    assert planned.ks == (2, 3, 4)


def test_what_would_not_fit_is_refused_with_what_would() -> None:
    needed = plan_topics(frame(), COLUMNS, QUICK).forecast.memory
    alone = plan_topics(frame(20), COLUMNS, replace(QUICK, ks=(2,))).forecast.memory
    with pytest.raises(ResourceError) as caught:
        plan_topics(frame(), COLUMNS, replace(QUICK, memory=(needed + alone) / 2))
    assert caught.value.code == "topics.too_large"
    assert 10 <= caught.value.figures["fitting"] < 150
    with pytest.raises(ResourceError) as caught:
        topics(frame(), COLUMNS, replace(QUICK, memory=1e6))
    assert caught.value.code == "topics.too_large_for_any"


def test_long_texts_are_refused_before_their_words_are_counted() -> None:
    steps: list[str] = []
    with pytest.raises(ResourceError):
        plan_topics(
            frame(), COLUMNS, replace(QUICK, memory=1e6), progress=lambda step, *_: steps.append(step)
        )
    assert steps == ["read"]


def test_every_word_of_the_model_is_in_five_documents(found: Found) -> None:
    lexicon = found.study.model.lexicon
    n = sum(
        (
            np.isin(np.arange(len(lexicon.vocabulary)), lexicon.count([text]).words)
            for text in found.texts.documents
        ),
        np.zeros(1),
    )
    assert n.min() >= 5


def test_shares_become_columns_that_a_run_takes(found: Found, tmp_path: Path) -> None:
    model = found.study.model
    columns = TextColumns(text="said", key="customer")
    path = write_features(tmp_path / "f.csv", columns, found.texts, model, found.shares)
    dataset = segmint.read(path, segmint.ReadOptions(key="customer"))
    assert dataset.n_rows == 150
    assert [feature.name for feature in dataset.schema.clustering] == feature_names(model)
    options = segmint.RunOptions(families=("kmeans",), ks=(2, 3), n_resamples=0)
    assert segmint.study(dataset, options).decision.n_clusters == 3


def test_new_texts_are_placed_by_the_file_alone(found: Found, tmp_path: Path) -> None:
    kept = keep_topics(found, tmp_path)
    model = load_topic_model(kept.model)
    placed = assign_topics(model, frame(40, seed=5), TextColumns(text="said", key="customer"))
    assert placed.shares.shape == (40, 3)
    assert np.array_equal(fold_in(model, found.texts.documents), found.shares)
    assert assign_topics(model, pd.DataFrame({"t": ["?", "42"]}), TextColumns(text="t")).n_empty == 2


def test_columns_that_are_missing_double_or_empty_are_refused() -> None:
    table = frame(10)
    with pytest.raises(SchemaError):
        read_texts(table, TextColumns(text="nothing"))
    with pytest.raises(UsageError):
        read_texts(table, TextColumns(text="said", key="said"))
    with pytest.raises(DataError):
        read_texts(table.assign(subject=""), COLUMNS)


def test_rows_without_a_key_are_left_out_and_counted() -> None:
    table = frame(10)
    table.loc[0, "customer"] = ""
    texts = read_texts(table, TextColumns(text="said", key="customer"))
    assert len(texts.keys) == 9
    assert texts.notices[0].key == "topics.notice.without_key"


def test_the_summary_is_plain_data(found: Found) -> None:
    json.dumps(summarize_topics(found.study, ()))


def test_the_library_has_doors() -> None:
    assert segmint.find_topics is topics
    assert segmint.load_topic_model is load_topic_model
