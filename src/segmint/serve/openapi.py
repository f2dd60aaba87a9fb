"""The service described for machines, typed by the model's own schema, with an example that works as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from segmint.model.schema import Feature
from segmint.model.segment_model import SegmentModel
from segmint.serve import openapi_index as of_index
from segmint.serve.desk import Desk, respond
from segmint.serve.problems import of_inference
from segmint.serve.served import Served
from segmint.words import say

_JSON: Final = "application/json"
_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
_INFERENCE_PROBLEM: Final = {"$ref": "#/components/responses/InferenceProblem"}


async def document(desk: Desk, _: Request) -> Response:
    """Tell the paths, what they take and what they give."""
    served = desk.shelf.current
    return respond(served, describe(served))


def describe(served: Served) -> dict[str, Any]:
    """Return the OpenAPI document of a model's service."""
    model = served.model
    return {
        "openapi": "3.1.0",
        "info": {
            "title": model.manifest.name,
            "version": served.version,
            "summary": say("serve.api.summary"),
        },
        "security": [{}, {"bearer": []}, {"key": []}],
        "paths": {
            path: _with_problem(path, item)
            for path, item in (_paths(model) | of_index.paths(model, example_of(model))).items()
        },
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
            "responses": {
                "Problem": _answer("Problem", "application/problem+json"),
                "InferenceProblem": _answer("InferenceProblem"),
            },
            "schemas": _schemas(model) | of_index.schemas(model),
        },
    }


def _paths(model: SegmentModel) -> dict[str, Any]:
    name = model.manifest.name
    customer = {"$ref": "#/components/schemas/Customer"}
    several = {"type": "array", "items": customer, "minItems": 1}
    example = example_of(model)
    csv_example = (
        ",".join(example) + "\n" + ",".join("" if v is None else str(v) for v in example.values()) + "\n"
    )
    texts = {"schema": {"type": "string"}, "example": csv_example}
    return {
        "/assign": _post(
            "assign",
            {
                _JSON: {"schema": {"oneOf": [customer, several]}, "example": example},
                "text/csv": texts,
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
            {
                "description": say("serve.api.assigned"),
                "content": {
                    _JSON: {"schema": {"oneOf": [_ref("Assigned"), _ref("AssignedMany")]}},
                    "text/csv": {"schema": {"type": "string"}},
                    "application/x-ndjson": {"schema": {"type": "string"}},
                },
            },
        ),
        "/explain": _post(
            "explain",
            {_JSON: {"schema": _ref("Question"), "example": {"customer": example}}},
            _answer("Explained"),
        ),
        "/segments": _get("segments", "Segments"),
        "/segments/{segment}": _get("segment", "Segment", parameters=["segment"]),
        "/model": _get("model", "Model"),
        "/metrics": _get("metrics", None),
        "/health/live": _get("live", "Health"),
        "/health/ready": _get("ready", "Health"),
        "/ping": _get("ping", None, _JSON),
        "/version": _get("version", None),
        "/invocations": _post(
            "invocations",
            {
                _JSON: {"schema": _ref("Invocation"), "example": {"dataframe_records": [example]}},
                "text/csv": texts,
            },
            _answer("Predictions"),
        ),
        "/v2": _get("v2", "Server"),
        "/v2/health/live": _get("v2_live", "Live"),
        "/v2/health/ready": _get("v2_ready", "Ready"),
        f"/v2/models/{name}": _get("v2_model", "Tensors"),
        f"/v2/models/{name}/ready": _get("v2_model_ready", "ModelReady"),
        f"/v2/models/{name}/infer": _post(
            "infer",
            {_JSON: {"schema": _ref("Inputs"), "example": {"inputs": _tensors(model, example)}}},
            _answer("Outputs"),
        ),
    }


def _with_problem(path: str, item: dict[str, Any]) -> dict[str, Any]:
    """Add what a refusal looks like: below ``/v2`` as that protocol has it."""
    refusal = _INFERENCE_PROBLEM if of_inference(path) else _PROBLEM
    for operation in item.values():
        operation["responses"]["default"] = refusal
    return item


def _tensors(model: SegmentModel, example: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "datatype": "FP64" if field.numeric else "BYTES",
            "shape": [1],
            "data": [example[field.name]],
        }
        for field in model.schema.clustering
    ]


def _schemas(model: SegmentModel) -> dict[str, Any]:
    fields = {field.name: _field(field, model) for field in model.schema.clustering}
    key = {} if model.schema.key is None else {model.schema.key.name: {"type": ["string", "integer", "null"]}}
    text, share = {"type": "string"}, {"type": "number", "minimum": 0, "maximum": 1}
    nullable = {"type": ["string", "null"]}
    ids = [card.id for card in model.cards]
    result = {
        "segment_id": {**text, "enum": [*ids, "unassigned"]},
        "segment_name": text,
        "confidence": {**share, "type": ["number", "null"]},
        "runner_up": nullable,
        "novelty": share,
    }
    about = {"name": text, "version": text, "revision": {"type": "integer"}}
    many = {"type": "array", "items": _object(result)}
    allow = {"type": ["array", "null"], "items": {"enum": list(model.preparation.columns)}}
    return {
        "Customer": _customer(model, fields, key),
        "About": _object(about),
        "Assigned": _object({**result, "model": _ref("About")}),
        "AssignedMany": _object({"model": _ref("About"), "assignments": many}),
        "Question": {
            **_object({"customer": _ref("Customer")}, extra={"allow": allow, "to": nullable}),
            "additionalProperties": False,
        },
        "Explained": _object(
            {**result, "why": _list({"type": "object"}), "change": {"type": ["object", "null"]}}
        ),
        "Segment": _object({"id": text, "short": text, "name": text}),
        "Segments": _object(
            {"model": _ref("About"), "segments": {"type": "array", "items": _ref("Segment")}}
        ),
        "Model": _object(about),
        "Health": _object({"status": text}),
        "Predictions": _object({"predictions": many}),
        "Outputs": _object({"model_name": text, "outputs": _list(_ref("Tensor"))}),
        **_of_protocols(),
        "Problem": _object({"type": text, "title": text, "status": {"type": "integer"}, "detail": text}),
    }


def _customer(model: SegmentModel, fields: dict[str, Any], key: dict[str, Any]) -> dict[str, Any]:
    """Describe a customer: every field is there, or a text in the place of the shares of topics."""
    if model.topics is None:
        return _object({**fields}, extra=key)
    shares = [name for name in fields if name in model.topics.names]
    others = {name: field for name, field in fields.items() if name not in shares}
    text = {"type": ["string", "null"], "description": say("serve.api.text")}
    told = {name: fields[name] for name in shares} | {model.topics.text: text}
    return {
        **_object(others, extra={**told, **key}),
        "anyOf": [{"required": shares}, {"required": [model.topics.text]}],
    }


def _of_protocols() -> dict[str, Any]:
    """Return what MLflow's scoring and the Open Inference Protocol send and are told."""
    text, flag, thing = {"type": "string"}, {"type": "boolean"}, {"type": "object"}
    rows = {"type": "array", "minItems": 1}
    split = _object({"columns": _list({}), "data": {**rows, "items": {"type": "array"}}})
    records = {**rows, "items": thing}
    sent = {
        "dataframe_split": split,
        "dataframe_records": records,
        "instances": {"anyOf": [{"type": "object", "minProperties": 1}, rows]},
        "inputs": {"anyOf": [{"type": "object", "minProperties": 1}, rows]},
    }
    shape = _list({"type": "integer", "minimum": -1})
    tensor = {"name": text, "datatype": text, "shape": shape}
    described = _list(_object(tensor))
    return {
        "Invocation": {"oneOf": [_object({name: schema}) for name, schema in sent.items()]},
        "Server": _object({"name": text, "version": text, "extensions": _list(text)}),
        "Live": _object({"live": flag}),
        "Ready": _object({"ready": flag}),
        "ModelReady": _object({"name": text, "ready": flag}),
        "Tensors": _object({"name": text, "platform": text, "inputs": described, "outputs": described}),
        "InferenceProblem": _object({"error": text, "status": {"type": "integer"}}),
        "Tensor": _object({**tensor, "data": {"type": "array"}}),
        "Inputs": _object({"inputs": {**rows, "items": _ref("Tensor")}}),
    }


def _field(field: Feature, model: SegmentModel) -> dict[str, Any]:
    if field.numeric:
        told: dict[str, Any] = {"type": ["number", "string", "null"]}
    else:
        known = model.reference.levels.get(field.name)
        told = {"type": ["string", "number", "boolean", "null"]}
        told |= {} if known is None else {"examples": list(known.levels[:5])}
    return told | ({} if field.unit is None else {"description": field.unit})


def example_of(model: SegmentModel) -> dict[str, Any]:
    """Return a customer that can be sent as it stands: the middle of every field, the commonest level.

    Of no customer: means of the largest segment, rounded.
    """
    card = max(model.cards, key=lambda one: one.size)
    example: dict[str, Any] = {} if model.schema.key is None else {model.schema.key.name: "A-1"}
    for field in model.schema.clustering:
        if field.numeric:
            mean = card.center.get(field.name)
            example[field.name] = None if mean is None else float(f"{mean:.3g}")
        else:
            known = model.reference.levels.get(field.name)
            example[field.name] = known.levels[0] if known is not None and known.levels else None
    return example


def _get(
    operation: str, schema: str | None, kind: str = "text/plain", parameters: Sequence[str] = ()
) -> dict[str, Any]:
    """Describe a route without a body; one without a schema answers with something of a kind."""
    described = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parameters
    ]
    content = _answer(schema) if schema else {"description": operation, "content": {kind: {}}}
    return {"get": {"operationId": operation, "parameters": described, "responses": {"200": content}}}


def _post(operation: str, content: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "operationId": operation,
            "requestBody": {"required": True, "content": content},
            "responses": {"200": answer},
        }
    }


def _answer(schema: str, kind: str = _JSON) -> dict[str, Any]:
    return {"description": schema, "content": {kind: {"schema": _ref(schema)}}}


def _object(properties: dict[str, Any], extra: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**properties, **(extra or {})}, "required": list(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _ref(schema: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{schema}"}
