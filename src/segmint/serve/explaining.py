"""Why a customer is where it is, and what would move it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import NotFoundError, RequestError
from segmint.model.change import Change, smallest_change
from segmint.model.explain import Explanation, explain
from segmint.model.segment_model import SegmentModel
from segmint.serve.assigning import Assigned
from segmint.serve.desk import Desk, json_body, read_body, respond
from segmint.serve.rows import keys_of
from segmint.serve.served import Served
from segmint.serve.texts import columns_of_values, values_of_rows
from segmint.types import JSON

_OPTIONS = ("customer", "allow", "to")


async def answer(desk: Desk, request: Request) -> Response:
    """Explain one customer: ``{"customer": {...}, "allow": [fields], "to": segment}``; the last two may be left out.

    ``allow`` names the fields that may change, by default all of them; ``to`` the segment that is wanted.
    """
    served = desk.shelf.current
    sent = await json_body(request)
    return await asyncio.to_thread(_explained, desk, served, sent)  # a search: always beside the loop


def _explained(desk: Desk, served: Served, sent: bytes) -> Response:
    body = read_body(desk, served, sent)
    customer = body.get("customer") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(customer, dict) or not set(body) <= set(_OPTIONS):
        raise RequestError("serve.explain", status=422)
    model = served.model
    values = values_of_rows(model, [customer])
    keys_of(model.schema, values, 1)  # what is refused elsewhere is refused here
    columns = columns_of_values(model, values, most=desk.limits.words)
    allowed, label = _allowed(model, body.get("allow")), _label(model, body.get("to"))
    found = explain(model, columns)
    change = smallest_change(model, columns, allowed=allowed, to=label)
    told = Assigned(found.assignment, None).records()[0]
    return respond(served, {**told, **_told(found), "change": _told_change(change), "model": served.about()})


def _allowed(model: SegmentModel, sent: JSON) -> list[str]:
    fields = [*model.preparation.columns]
    if sent is None:
        return fields
    names = (
        [name for name in sent if isinstance(name, str) and name in fields] if isinstance(sent, list) else []
    )
    if not isinstance(sent, list) or len(names) != len(sent):
        raise RequestError("serve.allow", status=422, fields=fields)
    return names


def _label(model: SegmentModel, sent: JSON) -> int | None:
    if sent is None:
        return None
    try:
        return model.card(sent if isinstance(sent, str) else "").label
    except NotFoundError:
        raise RequestError("serve.no_segment", status=404) from None


def _told(found: Explanation) -> dict[str, Any]:
    return {
        "nearest": found.nearest,
        "compared_with": found.next,
        "why": [vars(contribution) for contribution in found.contributions],
        "rest": found.rest,
    }


def _told_change(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {"segment_id": change.segment, "values": dict(change.values), "size": change.size}
