"""Near customers and audiences, over HTTP, of a model that carries an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import segmint
from segmint.likeness.scoring import RULES
from segmint.model.segment_model import SegmentModel
from segmint.serve.openapi_index import RULES as OFFERED
from segmint.workflow.indexing import Indexed
from segmint.workflow.neighbors import NeighborOptions, neighbors

ROW = {"customer": "C1", "spend": 120.5, "visits": 4, "region": "south"}


@pytest.fixture(scope="module")
def pseudonyms(indexed: Indexed) -> dict[str, str]:
    table = pd.read_csv(indexed.pseudonyms, dtype=str)
    return dict(zip(table["customer"], table["pseudonym"], strict=True))


@pytest.fixture(scope="module")
def seeds(customers: pd.DataFrame) -> list[str]:
    return customers.nlargest(40, "visits")["customer"].tolist()


def test_neighbors_are_those_of_the_command(
    near: Any, customers: pd.DataFrame, pseudonyms: dict[str, str]
) -> None:
    asked = customers["customer"].tolist()[:20]
    status, _, told = near.ask(
        "POST", "/neighbors", {"pseudonyms": [pseudonyms[key] for key in asked], "k": 3}
    )
    assert status == 200, told
    reading = segmint.ReadOptions(key="customer", features=("spend", "visits", "region"))
    expected = neighbors(segmint.read(customers, reading), NeighborOptions(k=3))
    for row, answer in enumerate(told["answers"]):
        assert [one["distance"] for one in answer["neighbors"]] == expected.distances[row].tolist()
        keys = customers["customer"].to_numpy()[expected.rows[row]]
        assert [one["pseudonym"] for one in answer["neighbors"]] == [pseudonyms[key] for key in keys]


def test_a_customer_who_is_sent_is_nearest_to_herself(
    near: Any, customers: pd.DataFrame, pseudonyms: dict[str, str]
) -> None:
    rows = customers.head(5).to_dict("records")
    told = near.ask("POST", "/neighbors", {"customers": rows, "k": 1})[2]
    for row, answer in zip(rows, told["answers"], strict=True):
        assert answer["customer"] == row["customer"]
        assert answer["neighbors"][0]["distance"] == 0.0
    found = [answer["neighbors"][0]["segment_id"] for answer in told["answers"]]
    assigned = near.ask("POST", "/assign", rows)[2]["assignments"]
    assert found == [one["segment_id"] for one in assigned]
    assert len(near.ask("POST", "/neighbors", {"customers": ROW})[2]["answers"][0]["neighbors"]) == 10


def test_the_audience_is_that_of_the_command(
    near: Any, model: SegmentModel, customers: pd.DataFrame, seeds: list[str], pseudonyms: dict[str, str]
) -> None:
    body = {"seeds": [pseudonyms[key] for key in seeds], "reach": "10%", "exclude": [pseudonyms["C0000"]]}
    status, _, told = near.ask("POST", "/lookalike", body)
    assert status == 200, told
    options = segmint.LookalikeOptions(reach="10%")
    expected = segmint.lookalike(model, customers, seeds, exclude=["C0000"], options=options)
    audience = told["audience"]
    assert [one["pseudonym"] for one in audience] == [pseudonyms[key] for key in expected.audience.keys]
    assert [one["score"] for one in audience] == expected.audience.score.tolist()
    assert [one["segment_name"] for one in audience] == expected.segments.tolist()
    assert told["hold_out"]["lift"]["value"] == expected.hold_out.lift.value > 1
    assert all(one["reason"] for one in audience)


def test_seeds_may_be_sent_as_customers(
    near: Any, customers: pd.DataFrame, seeds: list[str], pseudonyms: dict[str, str]
) -> None:
    rows = customers[customers["customer"].isin(seeds)].to_dict("records")
    told = near.ask("POST", "/lookalike", {"seeds": rows, "reach": 60})[2]
    assert (told["n_seeds"], told["n_candidates"]) == (40, 300)
    visits = customers.set_index("customer")["visits"]
    keys = {pseudonym: key for key, pseudonym in pseudonyms.items()}
    taken = [visits[keys[one["pseudonym"]]] for one in told["audience"]]
    assert len(taken) == 60
    assert float(np.median(taken)) > visits.quantile(0.75)


@pytest.mark.parametrize("number", [0, 1])
def test_no_key_is_in_the_bundle_or_an_answer(near: Any, indexed: Indexed, number: int) -> None:
    path, body = [("/neighbors", {"customers": [ROW], "k": 5}), ("/model", None)][number]
    told = str(near.ask("POST" if body else "GET", path, body)[2])
    assert "C0" not in told
    assert b"C0001" not in indexed.bundle.read_bytes()


def test_without_an_index_nothing_is_known_of_customers(service: Any) -> None:
    assert service.ask("GET", "/model")[2]["index"] is None
    for path, body in (("/neighbors", {"customers": [ROW]}), ("/lookalike", {"seeds": ["0" * 16] * 5})):
        status, _, told = service.ask("POST", path, body)
        assert (status, told["type"]) == (404, "urn:segmint:problem:serve.no_index")
        assert path not in service.ask("GET", "/openapi.json")[2]["paths"]


def test_the_model_says_what_it_stores(near: Any) -> None:
    told = near.ask("GET", "/model")[2]["index"]
    assert told["n_customers"] == 300
    assert "personal data" in told["stores"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/neighbors", [], 422, "serve.neighbors"),
        ("/neighbors", {"k": 3}, 422, "serve.neighbors"),
        ("/neighbors", {"customers": [ROW], "pseudonyms": ["a"]}, 422, "serve.neighbors"),
        ("/neighbors", {"customers": [ROW], "other": 1}, 422, "serve.neighbors"),
        ("/neighbors", {"customers": [ROW], "k": 0}, 422, "serve.k"),
        ("/neighbors", {"customers": [ROW], "k": True}, 422, "serve.k"),
        ("/neighbors", {"customers": [ROW], "k": 300}, 422, "serve.k"),
        ("/neighbors", {"customers": []}, 422, "serve.no_customers"),
        ("/neighbors", {"customers": [{"spend": 1}]}, 422, "serve.no_field"),
        ("/neighbors", {"pseudonyms": ["nobody"]}, 422, "serve.no_pseudonym"),
        ("/neighbors", {"pseudonyms": []}, 422, "serve.neighbors"),
        ("/neighbors", {"pseudonyms": [1]}, 422, "serve.neighbors"),
        ("/lookalike", {}, 422, "serve.lookalike"),
        ("/lookalike", {"seeds": []}, 422, "serve.lookalike"),
        ("/lookalike", {"seeds": "all"}, 422, "serve.lookalike"),
        ("/lookalike", {"seeds": [1]}, 422, "serve.lookalike"),
        ("/lookalike", {"seeds": ["0" * 16] * 9}, 422, "serve.few_seeds"),
        ("/lookalike", {"seeds": [ROW] * 4}, 422, "serve.few_seeds"),
        ("/lookalike", {"seeds": [ROW] * 5, "reach": "0%"}, 422, "serve.reach"),
        ("/lookalike", {"seeds": [ROW] * 5, "reach": 301}, 422, "serve.reach"),
        ("/lookalike", {"seeds": [ROW] * 5, "reach": None}, 422, "serve.reach"),
        ("/lookalike", {"seeds": [ROW] * 5, "rule": "magic"}, 422, "serve.rule"),
        ("/lookalike", {"seeds": [ROW] * 5, "rule": []}, 422, "serve.rule"),
        ("/lookalike", {"seeds": [ROW] * 5, "exclude": "x"}, 422, "serve.lookalike"),
        ("/lookalike", {"seeds": [{**ROW, "spend": "x"}] * 5}, 422, "serve.value"),
    ],
)
def test_other_questions_are_refused(near: Any, path: str, body: Any, status: int, code: str) -> None:
    found, _, told = near.ask("POST", path, body)
    assert (found, told["type"]) == (status, f"urn:segmint:problem:{code}"), told


def test_nobody_is_left(near: Any, pseudonyms: dict[str, str]) -> None:
    status, _, told = near.ask("POST", "/lookalike", {"seeds": [*pseudonyms.values()]})
    assert (status, told["type"]) == (422, "urn:segmint:problem:serve.nobody_left")


def test_an_audience_too_long_for_an_answer_is_refused(
    serving: Callable[..., Any], indexed: Indexed, pseudonyms: dict[str, str]
) -> None:
    with serving(indexed.bundle, "--max-rows", "20") as small:
        status, _, told = small.ask("POST", "/lookalike", {"seeds": [ROW] * 5, "reach": "50%"})
        assert (status, told["type"]) == (413, "urn:segmint:problem:serve.long_audience")
        assert small.ask("POST", "/neighbors", {"customers": [ROW] * 5, "k": 5})[0] == 422
        status, _, told = small.ask("POST", "/neighbors", {"pseudonyms": [*pseudonyms.values()][:21], "k": 1})
        assert (status, told["type"]) == (413, "urn:segmint:problem:serve.long_search")
        assert small.ask("POST", "/neighbors", {"customers": [ROW] * 5, "k": 4})[0] == 200


def test_the_examples_work_as_they_stand(near: Any) -> None:
    paths = near.ask("GET", "/openapi.json")[2]["paths"]
    assert set(RULES) == set(OFFERED)
    for path in ("/neighbors", "/lookalike"):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert near.ask("POST", path, body)[0] == 200


def test_the_examples_of_a_small_index_work_too(
    serving: Callable[..., Any], model: SegmentModel, customers: pd.DataFrame, tmp_path: Path
) -> None:
    done = segmint.index_customers(model, customers.head(3), tmp_path / "few.segmint", tmp_path)
    with serving(done.bundle) as few:
        paths = few.ask("GET", "/openapi.json")[2]["paths"]
        for path in ("/neighbors", "/lookalike"):
            body = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
            assert few.ask("POST", path, body)[0] == 200
        known = pd.read_csv(done.pseudonyms)["pseudonym"]
        assert not any(name in str(paths) for name in known)


def test_a_search_that_would_hold_up_all_others_is_refused(
    serving: Callable[..., Any], model: SegmentModel, customers: pd.DataFrame, tmp_path: Path
) -> None:
    many = pd.concat([customers] * 200, ignore_index=True)
    many["customer"] = [f"M{number}" for number in range(len(many))]
    done = segmint.index_customers(model, many, tmp_path / "many.segmint", tmp_path)
    known = pd.read_csv(done.pseudonyms, dtype=str)["pseudonym"].tolist()
    with serving(done.bundle) as large:
        status, _, told = large.ask("POST", "/neighbors", {"pseudonyms": known[:20_000], "k": 1})
        assert (status, told["type"]) == (413, "urn:segmint:problem:serve.long_search")
        assert large.ask("POST", "/neighbors", {"pseudonyms": known[:50], "k": 1})[0] == 200
        asked = {"seeds": known[:1_000], "reach": 10, "rule": "seed"}
        status, _, told = large.ask("POST", "/lookalike", asked)
        assert (status, told["type"]) == (413, "urn:segmint:problem:serve.many_seeds")
        assert large.ask("POST", "/lookalike", asked | {"rule": "density"})[0] == 200
