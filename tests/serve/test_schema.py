"""What the service says of itself, held against what it does: requests by the thousand, made from its OpenAPI."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, positive_data_acceptance
from schemathesis.generation import GenerationMode

from segmint.serve.app import ROUTES

Serve = Callable[..., Any]
OF_INDEX = {("POST", "/neighbors"), ("POST", "/lookalike")}
NOT_SAYABLE = [positive_data_acceptance]
"""Fields take texts in the grammar of numbers, and bodies of CSV: more than a JSON schema can say."""


@pytest.fixture
def logged(serving: Serve, bundle: Path, tmp_path: Path) -> tuple[str, Path]:
    """Give a service's address, and the file of its log."""
    service = serving(bundle, "--json-log")
    service.pour(tmp_path / "log")
    return f"http://127.0.0.1:{service.port}", tmp_path / "log"


def operations(address: str) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    return [result.ok() for result in schema.get_all_operations()]


def answers(
    address: str, n_examples: int, number: int = 0, only: Collection[str] | None = None
) -> Counter[int]:
    """Send what may and what may not be sent, to every operation; check each answer and count them by status."""
    load_all_checks()
    counted: Counter[int] = Counter()
    with requests.Session() as session:
        for operation in operations(address):
            if only is not None and operation.path not in only:
                continue
            for mode in GenerationMode:

                @seed(number)
                @settings(
                    max_examples=n_examples,
                    phases=(Phase.generate,),
                    database=None,
                    suppress_health_check=list(HealthCheck),
                )
                @given(case=operation.as_strategy(generation_mode=mode))
                def sent(case: Any) -> None:
                    answer = case.call(session=session, timeout=30)
                    counted[answer.status_code] += 1
                    case.validate_response(answer, excluded_checks=NOT_SAYABLE)

                with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parts
                    sent()
    return counted


def test_every_route_is_described(service: Any) -> None:
    document = service.ask("GET", "/openapi.json")[2]
    name = document["info"]["title"]
    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    told |= OF_INDEX  # described where the model carries one: tests/serve/test_likeness.py
    versioned = {path for _, path, _ in ROUTES if "{version}" in path}
    same = {
        "/v2/",
        "/openapi.json",
    } | versioned  # a second spelling, the document itself, one version of the model
    served = {(method, path.replace("{model}", name)) for method, path, _ in ROUTES if path not in same}
    assert told == served


def test_answers_are_what_the_document_says(logged: tuple[str, Path]) -> None:
    counted = answers(logged[0], 12)
    assert counted.total() > 100
    assert {200, 404, 422} <= set(counted)
    assert max(counted) < 500


@pytest.mark.slow
def test_a_hundred_thousand_requests_never_break_it(logged: tuple[str, Path]) -> None:
    address, log = logged
    counted: Counter[int] = Counter()
    number = 0
    while counted.total() < 100_000:
        number += 1
        counted += answers(address, 3_000, number)
    print(f"{counted.total():,} requests: {dict(counted)}")
    assert max(counted) < 500
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    assert not [line for line in lines if "fault" in line]


def test_an_index_adds_what_the_document_says(near: Any) -> None:
    told = {(method.upper(), path) for path, item in operations_of(near).items() for method in item}
    assert told >= OF_INDEX
    counted = answers(f"http://127.0.0.1:{near.port}", 6, only={path for _, path in OF_INDEX})
    assert counted[200]
    assert not any(status >= 500 for status in counted)


def operations_of(service: Any) -> dict[str, Any]:
    return dict(service.ask("GET", "/openapi.json")[2]["paths"])
