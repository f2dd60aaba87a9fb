"""What an index of customers adds to the service's description; nothing where a model carries none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from segmint.model.segment_model import SegmentModel

_JSON: Final = "application/json"
_PSEUDONYM: Final = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_SEEDS: Final = 5
_CUSTOMER: Final = {"$ref": "#/components/schemas/Customer"}


def paths(model: SegmentModel, example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two routes; their examples work as they stand."""
    if model.index is None:
        return {}
    n_seeds = min(_SEEDS, model.index.n_customers - 1)
    seeds = model.index.texts(np.arange(n_seeds))
    return {
        "/neighbors": _post("neighbors", {"customers": [dict(example)], "k": 1}),
        "/lookalike": _post("lookalike", {"seeds": seeds, "reach": "5%"}),
    }


def schemas(model: SegmentModel) -> dict[str, Any]:
    """Return what they take and give."""
    if model.index is None:
        return {}
    most = model.index.n_customers - 1
    k = {"k": {"type": "integer", "minimum": 1, "maximum": most}}
    asked = {"customers": _some(_CUSTOMER), "pseudonyms": _some(_PSEUDONYM)}
    text, number, whole = {"type": "string"}, {"type": "number"}, {"type": "integer"}
    neighbor = {"pseudonym": _PSEUDONYM, "distance": {**number, "minimum": 0}, "segment_id": text}
    member = {"rank": whole, "pseudonym": _PSEUDONYM, "score": number, "segment_id": text, "reason": text}
    model_ref = {"$ref": "#/components/schemas/About"}
    return {
        "NeighborsQuestion": {
            "oneOf": [
                {**_object({name: spec}, k), "additionalProperties": False} for name, spec in asked.items()
            ]
        },
        "NeighborsAnswer": _object(
            {
                "metric": text,
                "answers": _list(_object({"neighbors": _list(_object(neighbor))})),
                "model": model_ref,
            }
        ),
        "LookalikeQuestion": {
            **_object(
                {"seeds": {"type": "array", "minItems": 1, "items": {"oneOf": [_PSEUDONYM, _CUSTOMER]}}},
                {
                    "exclude": _list(text),
                    "reach": {"type": ["string", "integer"], "examples": ["5%", 500]},
                    "rule": {"enum": ["density", "center", "seed"]},
                },
            ),
            "additionalProperties": False,
        },
        "LookalikeAnswer": _object(
            {
                "model": model_ref,
                "n_seeds": whole,
                "n_candidates": whole,
                "hold_out": {"type": "object"},
                "audience": _list(_object(member)),
            }
        ),
    }


def _post(operation: str, example: dict[str, Any]) -> dict[str, Any]:
    question, answer = (f"{operation.capitalize()}{what}" for what in ("Question", "Answer"))
    sent = {_JSON: {"schema": {"$ref": f"#/components/schemas/{question}"}, "example": example}}
    told = {_JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}}
    return {
        "post": {
            "operationId": operation,
            "requestBody": {"required": True, "content": sent},
            "responses": {"200": {"description": answer, "content": told}},
        }
    }


def _some(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any], extra: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": {**properties, **(extra or {})}, "required": list(properties)}
