"""The Open Inference Protocol, version 2: one tensor a field, or one for all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import RequestError
from segmint.model.assignment import RESULT_COLUMNS
from segmint.serve.desk import Desk, answered, assign_values, json_body, read_body, respond
from segmint.serve.rows import Values, encodable
from segmint.serve.served import Served
from segmint.types import JSON

_PLATFORM: Final = "segmint_bundle"
_DATATYPES: Final = frozenset(
    {
        "BOOL",
        "UINT8",
        "UINT16",
        "UINT32",
        "UINT64",
        "INT8",
        "INT16",
        "INT32",
        "INT64",
        "FP16",
        "FP32",
        "FP64",
        "BYTES",
    }
)


async def live(_: Desk, __: Request) -> Response:
    """Say that the server lives."""
    return Response(b'{"live":true}', media_type="application/json")


async def ready(_: Desk, __: Request) -> Response:
    """Say that the server is ready."""
    return Response(b'{"ready":true}', media_type="application/json")


async def server(desk: Desk, _: Request) -> Response:
    """Tell name, version and extensions of the server."""
    served = desk.shelf.current
    about = {
        "name": "segmint",
        "version": served.model.manifest.versions.get("segmint", ""),
        "extensions": [],
    }
    return respond(served, about)


async def model_ready(desk: Desk, request: Request) -> Response:
    """Say that the model is ready."""
    served = _asked_for(desk, request)
    return respond(served, {"name": served.model.manifest.name, "ready": True})


async def model(desk: Desk, request: Request) -> Response:
    """Tell the tensors that the model takes and gives."""
    served = _asked_for(desk, request)
    fields = served.model.schema.clustering
    return respond(
        served,
        {
            "name": served.model.manifest.name,
            "versions": [served.version],
            "platform": _PLATFORM,
            "inputs": [
                {"name": field.name, "datatype": "FP64" if field.numeric else "BYTES", "shape": [-1]}
                for field in fields
            ],
            "outputs": [
                {"name": name, "datatype": _datatype(name), "shape": [-1]} for name in RESULT_COLUMNS
            ],
        },
    )


async def infer(desk: Desk, request: Request) -> Response:
    """Assign the rows of tensors. Outputs without a value are ``""`` and 0: tensors know no ``null``."""
    served = _asked_for(desk, request)
    return await answered(partial(_inferred, desk, served), await json_body(request), served)


def _inferred(desk: Desk, served: Served, sent: bytes) -> Response:
    body = read_body(desk, served, sent)
    inputs = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(inputs, list):
        raise RequestError("serve.tensors", status=400)
    found = assign_values(desk, served, _values(inputs, served))
    columns = found.columns()
    outputs = [_tensor(name, columns[name]) for name in _wanted(body.get("outputs"))]
    about = {"model_name": served.model.manifest.name, "model_version": served.version}
    identity = {"id": body["id"]} if isinstance(body.get("id"), str) and encodable(body["id"]) else {}
    return respond(served, {**about, **identity, "outputs": outputs})


def _asked_for(desk: Desk, request: Request) -> Served:
    """Return the model in force, where the path names it and, if it says so, its version."""
    served, path = desk.shelf.current, request.path_params
    if path["model"] != served.model.manifest.name or path.get("version", served.version) != served.version:
        raise RequestError("serve.other_model", status=404)
    return served


def _values(inputs: Sequence[Any], served: Served) -> Values:
    tensors = [_read(tensor) for tensor in inputs]
    fields = [feature.name for feature in served.model.schema.clustering]
    if len(tensors) == 1 and len(tensors[0][1]) == 2 and tensors[0][1][1] == len(fields) > 1:
        data = tensors[0][2]
        # a level is a text: the number 1 would be taken for a level that was never seen
        of_numbers = all(feature.numeric for feature in served.model.schema.clustering)
        if not of_numbers and inputs[0]["datatype"] != "BYTES":
            raise RequestError("serve.tensors", status=400)
        return {name: data[place :: len(fields)] for place, name in enumerate(fields)}
    values = {name: data for name, shape, data in tensors if shape[1:] in ([], [1])}
    if len({len(data) for data in values.values()}) != 1:
        raise RequestError("serve.tensors", status=400)
    return values


def _read(tensor: Any) -> tuple[str, list[int], list[JSON]]:
    """Return a tensor's name, shape and flat data."""
    sent = tensor if isinstance(tensor, Mapping) else {}
    name, shape, data = sent.get("name"), sent.get("shape"), sent.get("data")
    if not isinstance(name, str) or not isinstance(shape, list) or not isinstance(data, list):
        raise RequestError("serve.tensors", status=400)
    flat = _flat(data)
    counted = bool(shape) and all(type(n) is int and n >= 0 for n in shape) and math.prod(shape) == len(flat)
    if not counted or not flat or sent.get("datatype") not in _DATATYPES:
        raise RequestError("serve.tensors", status=400)
    return name, shape, flat


def _flat(data: list[JSON]) -> list[JSON]:
    while any(isinstance(part, list) for part in data):
        data = [one for part in data for one in (part if isinstance(part, list) else [part])]
    return data


def _wanted(outputs: JSON) -> Sequence[str]:
    """Return the names of the outputs that are asked for; all by default."""
    if outputs is None:
        return [*RESULT_COLUMNS]
    asked = outputs if isinstance(outputs, list) else [None]
    names = [output.get("name") if isinstance(output, dict) else None for output in asked]
    known = [name for name in names if isinstance(name, str) and name in RESULT_COLUMNS]
    if not known or len(known) != len(names):
        raise RequestError("serve.tensors", status=400)
    return known


def _datatype(name: str) -> str:
    return "FP64" if RESULT_COLUMNS[name] is float else "BYTES"


def _tensor(name: str, column: Sequence[Any]) -> dict[str, Any]:
    empty: Any = 0.0 if RESULT_COLUMNS[name] is float else ""
    data = [empty if value is None else value for value in column]
    return {"name": name, "datatype": _datatype(name), "shape": [len(data)], "data": data}
