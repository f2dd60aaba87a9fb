"""Numbers that stand beside the customers' table, and texts in the place of shares: every way gives the same segments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.errors import DataError, SchemaError, SegmintError, UsageError
from segmint.model.bundle import content_hash, load_bundle
from segmint.model.lexicon import Lexicon
from segmint.model.schema import Role
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_columns import TopicColumns
from segmint.model.topic_file import save_topic_columns, save_topic_model, topic_bytes
from segmint.model.topic_model import TopicModel
from segmint.workflow.assign import assign_source
from segmint.workflow.batches import read_batch
from segmint.workflow.beside import read_with_topics, with_beside, with_texts
from segmint.workflow.retrain import Before, RetrainOptions, read_again, retrain
from segmint.workflow.studies import keep_decision
from segmint.workflow.texts import TextColumns, read_texts
from segmint.workflow.topic_features import feature_names, topics_path, write_features

SAID = ("my parcel is late", "refund my money", "", "a parcel, a parcel", "nothing known")
N = 120


def topic_model() -> TopicModel:
    words = Lexicon("en", "en", ("late", "money", "parcel", "refund"))
    told = np.array([[0.45, 0.04, 0.47, 0.04], [0.03, 0.5, 0.03, 0.44]])
    return TopicModel("requests", words, told, np.array([0.2, 0.1]), np.ones(4), told, 60, 1)


@dataclass(frozen=True)
class Files:
    """Customers, what they wrote, the shares of it, and both in one table."""

    customers: Path
    texts: Path
    shares: Path
    both: Path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Write 120 customers; every tenth is not among the texts, and some texts are empty."""
    folder, rng = tmp_path_factory.mktemp("beside"), np.random.default_rng(2)
    keys = [f"{number:04d}" for number in range(N)]
    spend = np.round(20.0 + 40.0 * (np.arange(N) % 3) + rng.normal(size=N), 2)
    said = [SAID[number % 5] if number % 10 != 3 else None for number in range(N)]
    customers = pd.DataFrame({"customer_id": keys, "spend": spend})
    texts = pd.DataFrame({"customer_id": [*keys, "nobody"], "said": [*said, "late"]})
    made = Files(*(folder / f"{name}.csv" for name in ("customers", "texts", "shares", "both")))
    customers.to_csv(made.customers, index=False)
    texts[texts["said"].notna()].to_csv(made.texts, index=False)
    customers.assign(said=said).to_csv(made.both, index=False)
    columns = TextColumns(text="said", key="customer_id")
    model, found = topic_model(), read_texts(made.texts, columns)
    write_features(
        made.shares, columns, found, model, segmint.assign_topics(model, made.texts, columns).shares
    )
    return made


@pytest.fixture(scope="module")
def model(files: Files) -> SegmentModel:
    dataset = segmint.read(files.customers, with_beside(segmint.ReadOptions(), files.shares))
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    made = segmint.study(dataset, options).model
    assert made is not None
    return made


def test_numbers_are_joined_by_key_counted_and_kept_with_their_topics(files: Files) -> None:
    dataset = segmint.read(files.customers, with_beside(segmint.ReadOptions(), files.shares))
    names = feature_names(topic_model())
    assert [one.name for one in dataset.schema.clustering] == ["spend", *names]
    assert dataset.topics is not None
    assert (dataset.topics.text, dataset.topics.names) == ("said", tuple(names))
    assert dataset.table.column(names[0]).null_count == 12 + 24
    told = [str(notice) for notice in dataset.notices]
    assert any("24 of 109 rows of shares.csv hold no number" in one for one in told)
    assert any("12 of 120 customers have no row in shares.csv" in one for one in told)
    assert any("1 of 109 rows of shares.csv are of no customer" in one for one in told)
    assert any("a text in “said”" in one for one in told)


def test_the_same_numbers_in_one_table_give_the_same_fingerprint(files: Files, tmp_path: Path) -> None:
    dataset = segmint.read(files.customers, with_beside(segmint.ReadOptions(), files.shares))
    whole = tmp_path / "whole.parquet"
    frame = dataset.table.to_pandas()
    frame.to_parquet(whole)
    assert segmint.read(whole).fingerprint == dataset.fingerprint


def test_columns_of_the_other_table_are_named_as_the_customers_own(files: Files) -> None:
    first, second = feature_names(topic_model())
    every = segmint.ReadOptions(exclude=(first,), describe=("spend",))
    dataset = segmint.read(files.customers, with_beside(every, files.shares))
    roles = {one.name: one.role for one in dataset.schema}
    assert roles == {
        "customer_id": Role.KEY, "spend": Role.DESCRIBE, first: Role.IGNORE, second: Role.CLUSTER,
    }  # fmt: skip
    assert dataset.topics is not None
    only = segmint.read(files.customers, with_beside(segmint.ReadOptions(features=(first,)), files.shares))
    assert [one.name for one in only.schema.clustering] == [first]
    assert [one.name for one in only.schema.describing] == ["spend", second]
    with pytest.raises(SchemaError) as unknown:
        segmint.read(
            files.customers, with_beside(segmint.ReadOptions(exclude=(first, "nothing")), files.shares)
        )
    assert unknown.value.figures["columns"] == ["nothing"]


@pytest.mark.parametrize("option", ["exclude", "describe"])
def test_a_column_of_both_tables_is_left_out_of_both(option: str) -> None:
    customers, others = frames()
    own, told = customers.assign(region=np.arange(8.0) % 3), segmint.ReadOptions(**{option: ("region",)})
    dataset = segmint.read(own, with_beside(told, others.assign(region=list("nswenswe"))))
    assert [one.name for one in dataset.schema.clustering] == ["spend", "calls"]
    if option == "exclude":
        dataset = segmint.read(own, with_beside(told, others.assign(region=np.arange(8.0))))
        assert [one.name for one in dataset.schema.clustering] == ["spend", "calls"]


def test_standard_input_is_the_customers() -> None:
    with pytest.raises(UsageError) as refused:
        with_beside(segmint.ReadOptions(), "-")
    assert refused.value.code == "workflow.beside_stdin"


def test_texts_give_the_segments_of_a_model_that_leaves_a_share_out(files: Files, tmp_path: Path) -> None:
    first, _ = feature_names(topic_model())
    reading = with_beside(segmint.ReadOptions(exclude=(first,)), files.shares)
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    made = segmint.study(segmint.read(files.customers, reading), options).model
    assert made is not None
    assert first not in [one.name for one in made.schema.clustering]
    texts = segmint.assign(made, files.customers, with_texts(segmint.ReadOptions(), files.texts, made))
    shares = segmint.assign(
        made, files.customers, with_beside(segmint.ReadOptions(), files.shares, model=made)
    )
    assert texts.segment_ids.tolist() == shares.segment_ids.tolist()


def test_a_table_of_shares_keeps_the_topics_beside_it(files: Files, tmp_path: Path) -> None:
    assert read_with_topics(files.shares).topics is not None
    assert read_with_topics(files.customers).topics is None
    alone = tmp_path / "shares.csv"
    alone.write_bytes(files.shares.read_bytes())
    save_topic_model(topic_model(), topics_path(alone))  # it does not say which columns are whose
    assert read_with_topics(alone).topics is None


def test_a_file_that_nobody_named_is_said_and_one_of_other_columns_is_not_taken(
    files: Files, tmp_path: Path
) -> None:
    alone, plain = tmp_path / "shares.csv", segmint.ReadOptions()
    alone.write_bytes(files.shares.read_bytes())
    topics_path(alone).write_bytes(b"x")
    dataset = read_with_topics(alone)
    assert (dataset.topics, dataset.fingerprint) == (None, segmint.read(alone).fingerprint)
    assert "shares.csv.topics" in str(dataset.notices[-1])
    with pytest.raises(SegmintError, match=r"shares\.csv\.topics"):
        with_beside(plain, alone)
    names = feature_names(topic_model())
    save_topic_columns(TopicColumns(topic_model(), "said", (names[0], "topic_2_other")), topics_path(alone))
    for found in (read_with_topics(alone), segmint.read(files.customers, with_beside(plain, alone))):
        assert found.topics is None
        assert any("shares.csv.topics beside the table is not taken" in str(one) for one in found.notices)
        assert "topic" not in str(found.schema.feature(names[0]).reason)


@pytest.mark.parametrize("way", ["beside", "texts", "both"])
def test_every_way_to_the_shares_gives_the_segments_of_the_training(
    files: Files, model: SegmentModel, way: str, tmp_path: Path
) -> None:
    plain = segmint.ReadOptions()
    trained = segmint.assign(model, segmint.read(files.customers, with_beside(plain, files.shares)))
    source, reading = {
        "beside": (files.customers, with_beside(plain, files.shares, model=model)),
        "texts": (files.customers, with_texts(plain, files.texts, model)),
        "both": (files.both, plain),
    }[way]
    found = segmint.assign(model, source, reading)
    assert found.keys.tolist() == trained.keys.tolist()
    assert found.segment_ids.tolist() == trained.segment_ids.tolist()
    assert np.array_equal(found.novelty, trained.novelty)
    assert set(found.n_filled.values()) == {36}
    assert_written(model, source, reading, trained, tmp_path)
    batch = read_batch(model, source, reading)
    assert set(batch.columns) == set(model.preparation.columns)
    again = read_again(source, model, reading)
    assert again.fingerprint == model.manifest.fingerprint
    assert again.schema.names == model.schema.names
    assert again.topics is not None


def assert_written(
    model: SegmentModel, source: Path, reading: segmint.ReadOptions, trained, folder: Path
) -> None:
    done = assign_source(model, source, folder / "out.csv", options=reading)
    written = pd.read_csv(folder / "out.csv", dtype={"customer_id": str})
    assert written["segment_id"].tolist() == trained.segment_ids.tolist()
    assert done.n_rows == N


def test_a_frame_and_a_dataset_may_hold_texts(files: Files, model: SegmentModel) -> None:
    trained = segmint.assign(model, files.both).segment_ids.tolist()
    frame = pd.read_csv(files.both, dtype={"customer_id": str})
    assert segmint.assign(model, frame).segment_ids.tolist() == trained
    assert segmint.assign(model, segmint.read(frame)).segment_ids.tolist() == trained


def test_chunks_give_what_the_whole_gives(files: Files, model: SegmentModel) -> None:
    from segmint.data import read_chunks

    reading = segmint.ReadOptions(topics=model.topics)
    chunks = list(read_chunks(files.both, model.schema, reading, chunk_rows=7))
    assert len(chunks) > 10
    whole = next(read_chunks(files.both, model.schema, reading))
    assert model.topics is not None
    for name in model.topics.names:
        together = np.concatenate([chunk.columns[name] for chunk in chunks])
        assert np.array_equal(together, whole.columns[name], equal_nan=True)
    beside = with_texts(segmint.ReadOptions(), files.texts, model)
    *_, last = read_chunks(files.customers, model.schema, beside, chunk_rows=7)
    assert any("12 of 120 customers" in str(notice) for notice in last.notices)


def test_a_decision_on_another_finalist_keeps_the_topics(files: Files, tmp_path: Path) -> None:
    dataset = segmint.read(files.customers, with_beside(segmint.ReadOptions(), files.shares))
    options = segmint.RunOptions(families=("kmeans", "gaussian_mixture"), ks=(3,), n_resamples=0)
    study = segmint.study(dataset, options)
    other = next(name for name in study.models if name != study.decision.configuration)
    folder = segmint.save_study(study, tmp_path)
    _, path = keep_decision(folder, other, "A test", tmp_path)
    decided = load_bundle(path)
    assert decided.manifest.family != study.decision.family
    assert decided.topics is not None and dataset.topics is not None
    assert topic_bytes(decided.topics.model) == topic_bytes(dataset.topics.model)
    assert (decided.topics.text, decided.topics.names) == (dataset.topics.text, dataset.topics.names)
    by_text = segmint.assign(decided, files.both)
    assert by_text.segment_ids.tolist() == segmint.assign(decided, dataset).segment_ids.tolist()


def test_without_shares_and_texts_both_ways_are_told(files: Files, model: SegmentModel) -> None:
    for ask in (segmint.assign, read_batch):
        with pytest.raises(SchemaError, match="--texts") as refused:
            ask(model, files.customers)
        assert any("topic_1" in detail for detail in refused.value.details)
    with pytest.raises(SchemaError, match="column “said”"):
        read_again(files.customers, model)
    with pytest.raises(SchemaError) as other:
        segmint.assign(model, pd.DataFrame({"customer_id": ["1"], "said": ["late"]}))
    assert other.value.code == "data.missing_columns"


@pytest.mark.parametrize("way", ["shares", "texts"])
def test_a_dataset_is_trained_again_with_the_topics(files: Files, model: SegmentModel, way: str) -> None:
    plain = segmint.ReadOptions()
    joined = segmint.read(files.customers, with_beside(plain, files.shares))
    dataset = replace(joined, topics=None) if way == "shares" else segmint.read(files.both)
    again = read_again(dataset, model)
    assert again.topics is model.topics
    assert again.schema.names == model.schema.names
    assert again.fingerprint == model.manifest.fingerprint
    made = retrain(Before(model, content_hash(model)), again, RetrainOptions(n_resamples=0)).study.model
    assert made is not None and made.topics is not None
    found, trained = segmint.assign(made, files.both), segmint.assign(model, files.both)
    assert found.segment_ids.tolist() == trained.segment_ids.tolist()
    kept = read_again(joined, model)
    assert kept.topics is joined.topics
    assert kept.notices == joined.notices


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    keys = [f"k{n}" for n in range(8)]
    numbers = np.arange(8.0)
    return pd.DataFrame({"id": keys, "spend": numbers}), pd.DataFrame({"id": keys, "calls": numbers**2})


def test_tables_without_the_columns_of_the_training_are_told_the_names_that_they_must_have(
    model: SegmentModel, files: Files, tmp_path: Path
) -> None:
    customers, shares = pd.read_csv(files.customers, dtype=str), pd.read_csv(files.shares, dtype=str)
    plain, out, other = segmint.ReadOptions(), tmp_path / "out.csv", {"customer_id": "who"}
    renamed = tmp_path / "renamed.csv"
    customers.rename(columns=other).to_csv(renamed, index=False)
    joined = with_beside(plain, files.shares, model=model)
    with pytest.raises(SchemaError) as lacking:
        assign_source(model, renamed, out, options=joined)
    assert '--rename "NAME FOUND=customer_id"' in lacking.value.remedy
    assert (
        assign_source(model, renamed, out, options=replace(joined, rename={"who": "customer_id"})).n_rows == N
    )
    with pytest.raises(SchemaError) as strangers:
        assign_source(
            model, customers.assign(customer_id="x" + customers["customer_id"]), out, options=joined
        )
    with pytest.raises(DataError) as repeats:
        with_beside(plain, pd.concat([shares, shares]), model=model)
    with pytest.raises(SchemaError) as unkeyed:
        with_beside(plain, pd.DataFrame({"a": [1, 1, 2], "b": [2, 1, 2]}), model=model)
    told = [one.value for one in (lacking, strangers, repeats, unkeyed)]
    for name in ({"said": "msg"}, other):
        with pytest.raises(SchemaError) as texts:
            with_texts(plain, pd.read_csv(files.texts, dtype=str).rename(columns=name), model)
        assert "“customer_id” there, and that of the texts “said”" in texts.value.rule
        told.append(texts.value)
    for error in told:
        assert "--key" not in error.text()
        assert error.code == "workflow.beside_repeats" or "“customer_id”" in error.text()


def test_texts_whose_keys_repeat_are_told_how_they_become_numbers(model: SegmentModel) -> None:
    said = ["my parcel is late", "I want a refund", "it was all good"] * 8
    tickets = pd.DataFrame(
        {"customer_id": [f"{n // 3:04d}" for n in range(24)], "stars": range(24), "note": said}
    )
    for key in (None, "customer_id"):
        with pytest.raises(DataError) as refused:
            with_beside(segmint.ReadOptions(key=key), tickets)
        assert "--text note --as-features" in refused.value.remedy
        with pytest.raises(DataError) as placed:
            with_beside(segmint.ReadOptions(key=key), tickets, model=model)
        assert "--texts" in placed.value.remedy
        with pytest.raises(DataError) as unfit:
            with_beside(segmint.ReadOptions(key=key), tickets, model=replace(model, topics=None))
        assert not {"--texts", "--as-features", "--key"} & {*unfit.value.text().split()}
    with pytest.raises(DataError) as once:
        with_beside(segmint.ReadOptions(), tickets[["customer_id", "note"]].iloc[::3], model=model)
    assert "--texts" in once.value.remedy


def test_what_cannot_be_joined_is_refused() -> None:
    customers, beside = frames()
    plain = segmint.ReadOptions()
    repeated = pd.concat([beside, beside.tail(1)])
    with pytest.raises(DataError, match="repeats a key"):
        with_beside(plain, repeated)
    with pytest.raises(SchemaError, match="names the customers"):
        with_beside(plain, beside.rename(columns={"id": "x"}))
    with pytest.raises(SchemaError, match="without a column of numbers"):
        with_beside(plain, beside.assign(calls="c"))
    with pytest.raises(SchemaError, match="no column names the customers"):
        segmint.read(customers.rename(columns={"id": "x"}), with_beside(plain, beside))
    with pytest.raises(SchemaError, match="spend stand"):
        segmint.read(customers, with_beside(plain, beside.rename(columns={"calls": "spend"})))
    with pytest.raises(SchemaError, match="not one customer"):
        segmint.read(customers.assign(id=[f"other{n}" for n in range(8)]), with_beside(plain, beside))
    named = with_beside(segmint.ReadOptions(key="x"), beside.rename(columns={"id": "x"}))
    assert (
        segmint.read(customers.rename(columns={"id": "x"}), named).schema.feature("calls").role
        is Role.CLUSTER
    )


def test_rows_without_a_key_in_the_other_table_are_left_out_and_counted(tmp_path: Path) -> None:
    customers, beside = frames()
    keyless = pd.DataFrame({"id": [None, " "], "calls": [5.0, 6.0]})
    reading = with_beside(segmint.ReadOptions(), pd.concat([beside, keyless]))
    dataset = segmint.read(customers, reading)
    assert dataset.table.column("calls").to_pylist() == beside["calls"].tolist()
    assert any("2 rows without a key left out" in str(notice) for notice in dataset.notices)
    with pytest.raises(DataError, match="repeats a key"):
        with_beside(segmint.ReadOptions(), pd.concat([beside, keyless, beside.tail(1)]))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("id,calls\na,1\nb,1e999\nc,3\n", "infinite or too large"),
        ("id,calls\na,1\nb,2,3\nc,3\n", "3 cells where"),
        ('id,calls\na,1\nb,"2\nc,3\n', "never closes"),
    ],
)
def test_what_is_wrong_in_the_other_table_is_said_of_it_without_options_that_do_not_reach_it(
    tmp_path: Path, text: str, part: str
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(text)
    with pytest.raises(DataError, match=part) as refused:
        with_beside(segmint.ReadOptions(), other)
    assert refused.value.where.startswith("other.csv")
    assert "in a table beside the customers'" in str(refused.value)
    assert "--" not in str(refused.value)


def test_a_model_without_topics_or_key_takes_no_texts(files: Files, model: SegmentModel) -> None:
    options = segmint.RunOptions(families=("kmeans",), ks=(3,), n_resamples=0)
    plain = segmint.study(segmint.read(files.customers), options).model
    assert plain is not None and plain.topics is None and plain.format == 2
    with pytest.raises(UsageError, match="keeps no topics"):
        with_texts(segmint.ReadOptions(), files.texts, plain)
    keyless = segmint.read(files.shares, segmint.ReadOptions(exclude=("customer_id",), topics=model.topics))
    chosen = segmint.RunOptions(
        families=("kmeans",), ks=(2,), n_resamples=0, choose="kmeans-2", because="A test"
    )
    made = segmint.study(keyless, chosen).model
    assert made is not None and made.topics is not None
    with pytest.raises(UsageError, match="no key"):
        with_texts(segmint.ReadOptions(), files.texts, made)


def test_texts_that_are_called_like_what_clusters_are_refused(files: Files, tmp_path: Path) -> None:
    shares = tmp_path / "shares.csv"
    shares.write_bytes(files.shares.read_bytes())
    save_topic_columns(
        TopicColumns(topic_model(), "spend", tuple(feature_names(topic_model()))), topics_path(shares)
    )
    with pytest.raises(SchemaError, match="spend"):
        segmint.read(files.customers, with_beside(segmint.ReadOptions(), shares))


def test_mlflow_predicts_from_texts(files: Files, model: SegmentModel, tmp_path: Path) -> None:
    import mlflow

    from segmint.model.bundle import save_bundle
    from segmint.track.packaging import write_model

    bundle = tmp_path / "m.segmint"
    save_bundle(model, bundle)
    write_model(bundle, tmp_path / "packed", model_id="m-1", run_id="1")
    frame = pd.read_csv(files.both, dtype={"customer_id": str})
    found = mlflow.pyfunc.load_model(str(tmp_path / "packed")).predict(frame)
    assert found["segment_id"].tolist() == segmint.assign(model, files.both).segment_ids.tolist()
    with pytest.raises(SegmintError):
        mlflow.pyfunc.load_model(str(tmp_path / "packed")).predict(frame[["spend"]])
