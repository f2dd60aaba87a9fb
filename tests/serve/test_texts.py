"""A text in the place of shares, over HTTP: the answer is that of `segmint topics` and `segmint assign` for the same text."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from starlette.responses import Response

import segmint
from segmint.model.bundle import save_bundle
from segmint.model.lexicon import Lexicon
from segmint.model.segment_model import SegmentModel
from segmint.model.topic_model import TopicModel
from segmint.serve.desk import answered
from segmint.serve.served import Served
from segmint.workflow.beside import with_beside
from segmint.workflow.texts import TextColumns, read_texts
from segmint.workflow.topic_features import write_features

COLUMNS = TextColumns(text="said", key="customer")
SAID = (
    "The parcel is late, late!", 'He said "refund", and: money', "", "  ", "ünknown wörds 🎸", "a parcel,\nand money",
    "money " * 50, "<b>late</b> parcel",
)  # fmt: skip
N = 160


def topic_model() -> TopicModel:
    words = Lexicon("en", "en", ("late", "money", "parcel", "refund"))
    told = np.array([[0.45, 0.04, 0.47, 0.04], [0.03, 0.5, 0.03, 0.44]])
    return TopicModel("requests", words, told, np.array([0.2, 0.1]), np.ones(4), told, 60, 1)


@dataclass(frozen=True)
class Told:
    """A model with topics in force, customers with what they wrote, and what files say of them."""

    service: Any
    bundle: Path
    model: SegmentModel
    rows: list[dict[str, Any]]
    expected: list[dict[str, Any]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, starting: Any) -> Iterator[Told]:
    folder, rng = tmp_path_factory.mktemp("texts"), np.random.default_rng(4)
    said = [SAID[number % len(SAID)] for number in range(N)]
    spend = np.round(30.0 * (1 + np.arange(N) % 3) + rng.normal(0, 2, N), 2)
    customers = pd.DataFrame({"customer": [f"C{number:04d}" for number in range(N)], "spend": spend})
    customers.assign(said=said).to_csv(folder / "texts.csv", index=False)
    found, topics = read_texts(folder / "texts.csv", COLUMNS), topic_model()
    placed = segmint.assign_topics(topics, folder / "texts.csv", COLUMNS)
    write_features(folder / "shares.parquet", COLUMNS, found, topics, placed.shares)
    reading = with_beside(segmint.ReadOptions(key="customer"), folder / "shares.parquet")
    options = segmint.RunOptions(
        families=("kmeans",), ks=(4,), n_resamples=0, choose="kmeans-4", because="A test", name="shop"
    )
    dataset = segmint.read(customers, reading)
    model = segmint.study(dataset, options).model
    assert model is not None
    save_bundle(model, folder / "shop.segmint")
    assigned = segmint.assign(model, dataset)
    columns = {name: column.tolist() for name, column in assigned.result().items()}
    expected = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    rows = [
        {"customer": key, "spend": amount, "said": text}
        for key, amount, text in zip(customers["customer"], spend.tolist(), said, strict=True)
    ]
    with starting(folder / "shop.segmint") as service:
        yield Told(service, folder / "shop.segmint", model, rows, expected)


def without_key(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name not in ("customer", "model")} for one in records
    ]


def test_one_customer_and_many_get_the_answer_of_files(told: Told) -> None:
    status, _, many = told.service.ask("POST", "/assign", told.rows)
    assert status == 200, many
    assert without_key(many["assignments"]) == told.expected
    assert len({one["segment_id"] for one in told.expected}) == 4
    for place in range(len(SAID)):
        status, _, one = told.service.ask("POST", "/assign", told.rows[place])
        assert (status, without_key([one])) == (200, [told.expected[place]])


def test_no_text_is_a_missing_share_however_it_is_sent(told: Told) -> None:
    shares = dict.fromkeys(told.model.topics.names) if told.model.topics else {}
    sent = [{"spend": 31.5, "said": None}, {"spend": 31.5, "said": ""}, {"spend": 31.5, "said": " \t"}]
    found = told.service.ask("POST", "/assign", sent)[2]["assignments"]
    found += [without_key([told.service.ask("POST", "/assign", {"spend": 31.5, **shares})[2]])[0]]
    assert all(one == found[0] for one in found)
    prior = told.service.ask("POST", "/assign", {"spend": 31.5, "said": "nothing known"})[2]
    assert prior["novelty"] != found[0]["novelty"] or prior["confidence"] != found[0]["confidence"]


def test_streams_get_the_answer_of_files(told: Told) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in told.rows).encode()
    came = told.service.ask("POST", "/assign", lines, {"Content-Type": "application/x-ndjson"})[2]
    assert without_key([json.loads(line) for line in came.splitlines()]) == told.expected
    body = io.StringIO()
    writer = csv.DictWriter(body, ["said", "customer", "spend"])
    writer.writeheader()
    writer.writerows(told.rows)
    came = told.service.ask("POST", "/assign", body.getvalue().encode(), {"Content-Type": "text/csv"})[2]
    found = [*csv.DictReader(io.StringIO(came))]
    assert [one["segment_id"] for one in found] == [one["segment_id"] for one in told.expected]
    assert [float(one["confidence"]) for one in found] == [one["confidence"] for one in told.expected]


def test_mlflows_forms_and_tensors_get_the_answer_of_files(told: Told) -> None:
    columns = {name: [row[name] for row in told.rows] for name in ("spend", "said")}
    split = {"columns": ["said", "spend"], "data": [[row["said"], row["spend"]] for row in told.rows]}
    for body in (
        {"dataframe_records": told.rows}, {"dataframe_split": split}, {"instances": told.rows},
        {"instances": columns}, {"inputs": columns},
    ):  # fmt: skip
        status, _, came = told.service.ask("POST", "/invocations", body)
        assert status == 200, came
        assert without_key(came["predictions"]) == told.expected
    tensors = [
        {"name": "spend", "datatype": "FP64", "shape": [N], "data": columns["spend"]},
        {"name": "said", "datatype": "BYTES", "shape": [N, 1], "data": columns["said"]},
    ]
    status, _, came = told.service.ask("POST", "/v2/models/shop/infer", {"inputs": tensors})
    assert status == 200, came
    assert came["outputs"][0]["data"] == [one["segment_id"] for one in told.expected]


def test_shares_themselves_are_taken_as_before_and_go_before_a_text(told: Told) -> None:
    topics = told.model.topics
    assert topics is not None
    shares = topics.shares([row["said"] for row in told.rows])
    sent = [
        {"spend": row["spend"], **dict(zip(topics.names, values, strict=True))}
        for row, values in zip(told.rows, np.where(np.isnan(shares), None, shares).tolist(), strict=True)
    ]
    assert told.service.ask("POST", "/assign", sent)[2]["assignments"] == told.expected
    sent[0]["said"] = "another text"
    assert told.service.ask("POST", "/assign", sent[:1])[2]["assignments"] == told.expected[:1]


def test_more_words_than_a_body_may_hold_are_refused_and_answered_as_a_stream(
    told: Told, serving: Callable[..., Any]
) -> None:
    service = serving(told.bundle, "--max-words", "20")  # of two topics: ten words
    assert service.ask("POST", "/assign", told.rows[:5])[0] == 200
    columns = {name: [row[name] for row in told.rows] for name in ("spend", "said")}
    for path, body in (("/assign", told.rows), ("/invocations", {"inputs": columns})):
        status, _, found = service.ask("POST", path, body)
        assert (status, found["type"]) == (413, "urn:segmint:problem:serve.too_many_words")
        assert "at most 10" in found["detail"] and "JSON lines" in found["detail"]
    lines = "".join(json.dumps(row) + "\n" for row in told.rows).encode()
    status, _, came = service.ask("POST", "/assign", lines, {"Content-Type": "application/x-ndjson"})
    assert status == 200
    assert without_key([json.loads(line) for line in came.splitlines()]) == told.expected


def test_what_may_hold_a_text_is_never_answered_in_the_loop(told: Told) -> None:
    def where(_: bytes) -> Response:
        return Response(threading.current_thread().name)

    plain = replace(told.model, topics=None)
    found = [
        asyncio.run(answered(where, b"{}", Served(model, "1", frozenset(), None, None))).body
        for model in (told.model, plain)
    ]
    assert found[0] != found[1] == threading.main_thread().name.encode()


@pytest.mark.parametrize("texts_first", [True, False])
def test_texts_and_shares_in_one_body_are_refused_with_the_rule(told: Told, texts_first: bool) -> None:
    assert told.model.topics is not None
    text, shares = {"spend": 30, "said": "late"}, {"spend": 30, **dict.fromkeys(told.model.topics.names, 0.5)}
    alike, other = (text, shares) if texts_first else (shares, text)
    rows = [alike] * 5000 + [other]  # more than a piece of a stream
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    for path, body, kind in (
        ("/assign", rows, "application/json"), ("/assign", lines, "application/x-ndjson"),
        ("/invocations", {"dataframe_records": rows}, "application/json"),
    ):  # fmt: skip
        status, _, found = told.service.ask("POST", path, body, {"Content-Type": kind})
        assert (status, found["type"], found["row"]) == (422, "urn:segmint:problem:serve.mixed", 5001)
        assert "each has the text, or each has the shares" in found["detail"]


def test_a_text_is_explained_by_its_shares(told: Told) -> None:
    status, _, found = told.service.ask("POST", "/explain", {"customer": told.rows[0]})
    assert status == 200, found
    assert found["segment_id"] == told.expected[0]["segment_id"]
    assert told.model.topics is not None
    values = {one["field"]: one["value"] for one in found["why"]}
    shares = told.model.topics.shares([told.rows[0]["said"]])[0].tolist()
    assert [values[name] for name in told.model.topics.names] == shares


def test_the_field_is_told(told: Told) -> None:
    assert told.model.topics is not None
    about = told.service.ask("GET", "/model")[2]
    assert about["text"] == {"name": "said", "instead_of": list(told.model.topics.names)}
    schema = told.service.ask("GET", "/openapi.json")[2]["components"]["schemas"]["Customer"]
    assert schema["required"] == ["spend"]
    assert schema["anyOf"] == [{"required": list(told.model.topics.names)}, {"required": ["said"]}]
    assert set(schema["properties"]) == {"customer", "spend", "said", *told.model.topics.names}


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        ({"spend": 1}, "no_share"), ({"said": "late"}, "no_field"), ({"spend": 1, "said": ["late"]}, "value"),
        ({"spend": 1, "said": {"text": "late"}}, "value"), ({"spend": 1, "said": "Sesame", "topic_1_parcel_late": 0.5}, "no_share"),
        ({"spend": "Sesame", "said": "late"}, "value"),
    ],
)  # fmt: skip
def test_what_is_no_text_is_refused_without_a_value(told: Told, customer: dict[str, Any], code: str) -> None:
    status, _, found = told.service.ask("POST", "/assign", customer)
    assert (status, found["type"]) == (422, f"urn:segmint:problem:serve.{code}"), found
    assert "Sesame" not in json.dumps(found)
    assert told.service.ask("POST", "/explain", {"customer": customer})[0] == 422


@pytest.mark.parametrize(
    "text",
    [
        "\ud800 late",
        "\u0000",
        "'" * 4000,
        "<" * 4000,
        "late " * 20_000,
        "a" * 100_000,
        "é" * 2000,
        "-t-il" * 900,
    ],
    ids=["half a pair", "nothing", "apostrophes", "brackets", "many", "one long word", "accents", "clitics"],
)
def test_odd_texts_are_answered(told: Told, text: str) -> None:
    status, _, found = told.service.ask("POST", "/assign", {"spend": 30, "said": text})
    assert status == 200, found
    assert told.model.topics is not None
    shares = told.model.topics.shares([text])[0]
    named = dict(
        zip(told.model.topics.names, [None if np.isnan(one) else one for one in shares], strict=True)
    )
    same = told.service.ask("POST", "/assign", {"spend": 30, **named})[2]
    assert found == same
    assert found["segment_id"] in {card.id for card in told.model.cards}


def test_the_text_is_named_where_shares_are_missing(told: Told) -> None:
    customer: dict[str, Any] = {"customer": "C1", "spend": 30.0, "message": "sesame"}
    for body in (customer, [customer]):
        status, _, answer = told.service.ask("POST", "/assign", body)
        assert status == 422, answer
        assert "“said”" in json.dumps(answer, ensure_ascii=False)
        assert "sesame" not in json.dumps(answer)
