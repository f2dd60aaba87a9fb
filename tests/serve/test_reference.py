"""The inference protocol's own description, held against the answers of a running service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.generation import GenerationMode

pytestmark = pytest.mark.reference
_VERSIONED = "/v2/models/${MODEL_NAME}/versions/${MODEL_VERSION}"


@pytest.fixture
def protocol(reference_data: Path) -> Any:
    """Give the Open Inference Protocol's OpenAPI."""
    return schemathesis.openapi.from_path(reference_data / "protocols" / "open_inference_rest.yaml")


@pytest.fixture
def address(service: Any) -> str:
    return f"http://127.0.0.1:{service.port}"


def spelled(path: str, version: str, *, versioned: bool) -> str:
    wanted = _VERSIONED if versioned else "/v2/models/${MODEL_NAME}"
    return (
        path.replace(_VERSIONED, wanted).replace("${MODEL_NAME}", "shop").replace("${MODEL_VERSION}", version)
    )


@pytest.mark.parametrize("versioned", [True, False])
def test_what_it_tells_is_what_the_protocol_says(protocol: Any, address: str, *, versioned: bool) -> None:
    version = requests.get(f"{address}/v2/models/shop", timeout=30).json()["versions"][0]
    asked = [operation.ok() for operation in protocol.get_all_operations() if operation.ok().method == "get"]
    assert len(asked) == 5
    for operation in asked:
        answer = requests.get(address + spelled(operation.path, version, versioned=versioned), timeout=30)
        assert answer.status_code == 200
        operation.validate_response(answer)


def test_tensors_and_errors_are_the_protocols(protocol: Any, address: str) -> None:
    operation = protocol[f"{_VERSIONED}/infer"]["post"]
    data: dict[str, tuple[str, list[Any]]] = {
        "spend": ("FP32", [100.5, 300]), "visits": ("INT64", [3, 12]), "region": ("BYTES", ["south", "north"]),
    }  # fmt: skip
    inputs = [
        {"name": name, "datatype": kind, "shape": [2], "data": values}
        for name, (kind, values) in data.items()
    ]
    wrong = [{**tensor, "data": ["no number", "C0001"]} for tensor in inputs]
    outputs = [{"name": "segment_id"}, {"name": "confidence"}]
    for body, status in (
        ({"id": "42", "inputs": inputs}, 200),
        ({"inputs": inputs, "outputs": outputs, "parameters": {"a": 1}}, 200),
        ({"inputs": inputs[:2]}, 400),
        ({"inputs": wrong}, 400),
        ({"inputs": []}, 400),
        ({}, 400),
    ):
        answer = requests.post(f"{address}/v2/models/shop/infer", json=body, timeout=30)
        assert answer.status_code == status, answer.text
        operation.validate_response(answer)


def test_whatever_the_protocol_allows_is_answered_in_its_terms(protocol: Any, address: str) -> None:
    operation = protocol[f"{_VERSIONED}/infer"]["post"]
    positive = operation.as_strategy(
        generation_mode=GenerationMode.POSITIVE, path_parameters={"MODEL_NAME": "shop", "MODEL_VERSION": "1"}
    )

    @settings(max_examples=100, suppress_health_check=list(HealthCheck), database=None)
    @given(case=positive)
    def sent(case: Any) -> None:
        assume(isinstance(case.body, dict))  # the description forgets to say that a body is required
        answer = requests.post(f"{address}/v2/models/shop/infer", json=case.body, timeout=30)
        assert answer.status_code in (200, 400)
        operation.validate_response(answer)

    sent()
