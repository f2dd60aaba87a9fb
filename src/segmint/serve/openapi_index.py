"""What an index of customers adds to the service's description; nothing where a model carries none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from segmint.labels import FEWEST_TOLD
from segmint.model.segment_model import SegmentModel

_JSON: Final = "application/json"
_PSEUDONYM: Final = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_CUSTOMER: Final = {"$ref": "#/components/schemas/Customer"}
_ABOUT: Final = {"$ref": "#/components/schemas/About"}
RULES: Final = ("density", "center", "seed")
"""Those of :data:`segmint.likeness.scoring.RULES`, which a service without an index does not load."""


def paths(model: SegmentModel, example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the two routes; their examples work as they stand, and name nobody."""
    if model.index is None:
        return {}
    customer = dict(example)
    return {
        "/neighbors": _post("neighbors", {"customers": [customer], "k": 1}),
        "/lookalike": _post("lookalike", {"seeds": [customer] * FEWEST_TOLD, "reach": "5%"}),
    }


def schemas(model: SegmentModel) -> dict[str, Any]:
    """Return what they take and give."""
    if model.index is None:
        return {}
    return _questions(model.index.n_customers - 1) | _answers()


def _questions(most: int) -> dict[str, Any]:
    k = {"k": {"type": "integer", "minimum": 1, "maximum": most}}
    asked = {"customers": _some(_CUSTOMER), "pseudonyms": _some(_PSEUDONYM)}
    either = [{**_object({name: spec}, k), "additionalProperties": False} for name, spec in asked.items()]
    seeds = _some({"oneOf": [_PSEUDONYM, _CUSTOMER]})
    more = {
        "exclude": _list({"type": "string"}),
        "reach": {"type": ["string", "integer"], "examples": ["5%", 500]},
        "rule": {"enum": [*RULES]},
    }
    return {
        "NeighborsQuestion": {"oneOf": either},
        "LookalikeQuestion": {**_object({"seeds": seeds}, more), "additionalProperties": False},
    }


def _answers() -> dict[str, Any]:
    text, number, whole = {"type": "string"}, {"type": "number"}, {"type": "integer"}
    neighbor = {"pseudonym": _PSEUDONYM, "distance": {**number, "minimum": 0}, "segment_id": text}
    member = {"rank": whole, "pseudonym": _PSEUDONYM, "score": number, "segment_id": text, "reason": text}
    answers = _list(_object({"neighbors": _list(_object(neighbor))}))
    found = {"n_seeds": whole, "n_candidates": whole, "hold_out": {"type": "object"}}
    return {
        "NeighborsAnswer": _object({"metric": text, "answers": answers, "model": _ABOUT}),
        "LookalikeAnswer": _object({"model": _ABOUT, **found, "audience": _list(_object(member))}),
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
