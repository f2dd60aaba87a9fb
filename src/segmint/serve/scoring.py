"""MLflow's scoring protocol: ``/ping``, ``/version``, ``/invocations`` in its four forms of JSON and CSV."""

from __future__ import annotations

import csv
import io
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import RequestError
from segmint.serve.customers import customers_of
from segmint.serve.desk import Desk, answered, assign_values, json_body, kind_of, read_body, respond
from segmint.serve.rows import Values
from segmint.serve.served import Served
from segmint.serve.texts import values_of_rows
from segmint.types import JSON

_FORMS: Final = ("dataframe_split", "dataframe_records", "instances", "inputs")


async def ping(_: Desk, __: Request) -> Response:
    """Say that the service answers."""
    return Response(b"\n", media_type="application/json")


async def version(desk: Desk, _: Request) -> Response:
    """Say which version of Segmint made the model: the protocol asks for a text."""
    return Response(desk.shelf.current.model.manifest.versions.get("segmint", ""), media_type="text/plain")


async def invocations(desk: Desk, request: Request) -> Response:
    """Assign what any client of MLflow sends; the answer is ``{"predictions": [an object a row]}``."""
    served = desk.shelf.current
    if kind_of(request) == "text/csv":
        return await answered(lambda body: _predicted(desk, served, _csv(body)), await request.body(), served)

    def make(body: bytes) -> Response:
        return _predicted(desk, served, values_of(read_body(desk, served, body), served, desk))

    return await answered(make, await json_body(request), served)


def _predicted(desk: Desk, served: Served, values: Values) -> Response:
    return respond(served, {"predictions": assign_values(desk, served, values).records()})


def values_of(body: JSON, served: Served, desk: Desk) -> Values:
    """Return the values by field of one of the four forms.

    Raises
    ------
    RequestError
        422 for another form, or columns of unequal length.
    """
    forms = [name for name in _FORMS if isinstance(body, dict) and name in body]
    if not isinstance(body, dict) or len(forms) != 1:
        raise RequestError("serve.form", status=422, forms=list(_FORMS))
    sent = body[forms[0]]
    if forms[0] == "dataframe_split":
        return _split(sent)
    if isinstance(sent, dict):
        return _by_name(sent)
    model = served.model
    if forms[0] != "dataframe_records" and isinstance(sent, list) and sent and isinstance(sent[0], list):
        return _split({"columns": [feature.name for feature in model.schema.clustering], "data": sent})
    return values_of_rows(model, customers_of(sent if isinstance(sent, list) else None, desk))


def _split(sent: JSON) -> Values:
    """Return the values of ``{"columns": [...], "data": [[...], ...]}``."""
    names = sent.get("columns") if isinstance(sent, dict) else None
    rows = sent.get("data") if isinstance(sent, dict) else None
    if not isinstance(names, list) or not isinstance(rows, list) or not rows:
        raise RequestError("serve.form", status=422, forms=list(_FORMS))
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise RequestError("serve.csv", status=422, row=place)
    columns = zip(*rows, strict=True)
    return {name: column for name, column in zip(names, columns, strict=True) if isinstance(name, str)}


def _by_name(sent: dict[str, JSON]) -> Values:
    """Return the values of ``{"field": [...], ...}``; one value stands for one row."""
    values = {name: column if isinstance(column, list) else [column] for name, column in sent.items()}
    values = {name: [_alone(value) for value in column] for name, column in values.items()}
    if len({len(column) for column in values.values()}) != 1 or not all(values.values()):
        raise RequestError("serve.lengths", status=422)
    return values


def _alone(value: JSON) -> JSON:
    """Return the one value of a list of one: numpy columns of shape (n, 1) are sent so."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _csv(body: bytes) -> Values:
    try:
        rows = [
            row for row in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True) if row
        ]
    except UnicodeDecodeError:
        raise RequestError("serve.no_text", status=400) from None
    except csv.Error:
        raise RequestError("serve.csv", status=422, row=0) from None
    names, *customers = rows or [[]]
    return _split({"columns": [*names], "data": [[*row] for row in customers]})
