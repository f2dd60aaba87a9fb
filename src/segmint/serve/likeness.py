"""Who is near a customer, and who is most like some: asked of the index that a bundle may carry."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from segmint.errors import DataError, RequestError, UsageError
from segmint.serve.customers import customers_of
from segmint.serve.desk import Desk, json_body, read_body, respond
from segmint.serve.rows import keys_of
from segmint.serve.served import Served
from segmint.serve.texts import columns_of_values, values_of_rows
from segmint.types import JSON, FloatMatrix, IntVector

if TYPE_CHECKING:
    from segmint.likeness.index import Neighbors
    from segmint.likeness.lookalikes import Asked, Lookalike
    from segmint.serve.near import Near, Seeds

K: Final = 10
REACH: Final = "5%"
_PAIRS: Final = 200_000_000
"""Distances of one request at most, of sixteen features (fewer of more): about four seconds."""
_FEATURES: Final = 16
_NEIGHBORS: Final = frozenset({"customers", "pseudonyms", "k"})
_LOOKALIKE: Final = frozenset({"seeds", "exclude", "reach", "rule"})


async def neighbors(desk: Desk, request: Request) -> Response:
    """Find the customers nearest to some: ``{"customers": [{...}], "k": 10}``, or ``{"pseudonyms": [...]}``."""
    served = desk.shelf.current
    sent = await json_body(request)
    return await asyncio.to_thread(_neighbors, desk, served, sent)  # a search: always beside the loop


def _neighbors(desk: Desk, served: Served, sent: bytes) -> Response:
    near = _near(served)
    body = _fields(read_body(desk, served, sent), _NEIGHBORS, "serve.neighbors")
    if ("customers" in body) == ("pseudonyms" in body):
        raise RequestError("serve.neighbors", status=422)
    asked = body.get("pseudonyms", body.get("customers"))
    n_asked = len(asked) if isinstance(asked, list) else 1
    _refuse_long_search(near, n_asked)
    k = _k(body.get("k", K), near, n_asked, desk)
    if "pseudonyms" in body:
        answers = _of_pseudonyms(served, near, _texts(asked, "serve.neighbors"), k)
    else:
        answers = _of_customers(desk, served, near, asked, k)
    return respond(
        served, {"metric": near.exact.points.metric.name, "answers": answers, "model": served.about()}
    )


async def lookalike(desk: Desk, request: Request) -> Response:
    """Rank who is most like some: ``{"seeds": [pseudonyms or customers], "exclude": [...], "reach": "5%"}``."""
    served = desk.shelf.current
    sent = await json_body(request)
    return await asyncio.to_thread(_lookalike, desk, served, sent)


def _lookalike(desk: Desk, served: Served, sent: bytes) -> Response:
    from segmint.serve.near import Seeds, lookalikes

    near = _near(served)
    body = _fields(read_body(desk, served, sent), _LOOKALIKE, "serve.lookalike")
    listed, asked = body.get("seeds"), _asked(body)
    if not isinstance(listed, list) or not listed:
        raise RequestError("serve.lookalike", status=422)
    records = [seed for seed in listed if isinstance(seed, dict)]
    names = dict.fromkeys(_texts([seed for seed in listed if not isinstance(seed, dict)], "serve.lookalike"))
    places, barred = _there(near, [*names]), _there(near, _texts(body.get("exclude", []), "serve.lookalike"))
    seeds = Seeds(places, _prepared(desk, served, records), len(names) + len(records))
    _refuse_lists(near, seeds, barred, asked, desk)
    found = lookalikes(served.model, near, seeds, barred.tolist(), asked)
    return respond(served, _told(served, near, found) | {"n_unknown": len(names) - len(places)})


# --------------------------------------------------------------------------------- what was sent


def _near(served: Served) -> Near:
    if served.near is None:
        raise RequestError("serve.no_index", status=404)
    return served.near


def _fields(body: JSON, known: frozenset[str], code: str) -> dict[str, JSON]:
    if not isinstance(body, dict) or not set(body) <= known:
        raise RequestError(code, status=422)
    return body


def _texts(sent: JSON, code: str) -> list[str]:
    texts = [text for text in sent if isinstance(text, str)] if isinstance(sent, list) else None
    if texts is None or not isinstance(sent, list) or len(texts) != len(sent):
        raise RequestError(code, status=422)
    return texts


def _refuse_long_search(near: Near, n_asked: int) -> None:
    """Refuse neighbors whose search would keep the one thread for more than some seconds."""
    most = _most(near, near.index.n_customers)
    if n_asked > most:
        raise RequestError("serve.long_search", status=413, n=n_asked, most=most)


def _refuse_many_seeds(near: Near, n_seeds: int, rule: str) -> None:
    """The same of seeds by the rule that compares with each; the others' cost does not grow with them."""
    from segmint.likeness.holdout import n_scored

    most = _most(near, n_scored(near.index.n_customers))
    if rule == "seed" and n_seeds > most:
        raise RequestError("serve.many_seeds", status=413, n=n_seeds, most=most)


def _most(near: Near, n_rows: int) -> int:
    """Return with how many customers so many rows may be compared."""
    return max(1, _PAIRS // n_rows * _FEATURES // max(_FEATURES, near.index.rows.shape[1]))


def _k(sent: JSON, near: Near, n_asked: int, desk: Desk) -> int:
    if n_asked > desk.limits.rows:
        raise RequestError("serve.long_search", status=413, n=n_asked, most=desk.limits.rows)
    most = min(near.index.n_customers - 1, desk.limits.rows // max(1, n_asked))
    if not isinstance(sent, int) or isinstance(sent, bool) or not 1 <= sent <= most:
        raise RequestError("serve.k", status=422, most=max(1, most))
    return sent


def _asked(body: dict[str, JSON]) -> Asked:
    from segmint.likeness.lookalikes import Asked
    from segmint.likeness.reach import read_reach
    from segmint.likeness.scoring import DEFAULT_RULE, RULES

    reach, rule = body.get("reach", REACH), body.get("rule", DEFAULT_RULE)
    if not isinstance(rule, str) or rule not in RULES:
        raise RequestError("serve.rule", status=422, rules=list(RULES))
    if isinstance(reach, bool) or not isinstance(reach, (int, str)):
        raise RequestError("serve.reach", status=422)
    try:
        return Asked(read_reach(str(reach)), rule)
    except UsageError:
        raise RequestError("serve.reach", status=422) from None


def _refuse_lists(near: Near, seeds: Seeds, barred: IntVector, asked: Asked, desk: Desk) -> None:
    """Refuse too few seeds, nobody left, and an audience longer than an answer may be, before anything is ranked."""
    from segmint.likeness.lookalikes import refuse_lists

    n_seeds, n_customers = len(seeds.places) + len(seeds.sent), near.index.n_customers
    n_free = n_customers - len({*seeds.places.tolist(), *barred.tolist()})
    try:
        refuse_lists(n_seeds, seeds.n_listed, n_free, n_customers)
    except DataError as error:  # in words of this service: a client has no options
        raise RequestError(f"serve.{error.code.rpartition('.')[2]}", status=422, **error.figures) from None
    _refuse_many_seeds(near, n_seeds, asked.rule)
    try:
        n_taken = asked.reach.of(n_free)
    except UsageError:
        raise RequestError("serve.reach", status=422) from None
    if n_taken > desk.limits.rows:
        raise RequestError("serve.long_audience", status=413, n=n_taken, most=desk.limits.rows)


def _prepared(desk: Desk, served: Served, customers: Sequence[Any]) -> FloatMatrix:
    model = served.model
    if not customers:
        return np.empty((0, len(model.preparation.feature_names)))
    values = values_of_rows(model, customers_of([*customers], desk))
    keys_of(model.schema, values, len(customers))  # what is refused elsewhere is refused here
    return model.preparation.forward(columns_of_values(model, values, most=desk.limits.words))


def _there(near: Near, names: Sequence[str]) -> IntVector:
    places = near.index.places(names) if names else np.empty(0, dtype=np.int64)
    return places[places >= 0]


# ------------------------------------------------------------------------------- what is answered


def _of_pseudonyms(served: Served, near: Near, names: Sequence[str], k: int) -> list[dict[str, Any]]:
    from segmint.serve.near import nearest_others

    if not names:
        raise RequestError("serve.neighbors", status=422)
    places = near.index.places(names)
    if (places < 0).any():
        raise RequestError("serve.no_pseudonym", status=422, row=int(np.argmax(places < 0)) + 1)
    told = _rows(served, near, nearest_others(near, places, k))
    return [{"pseudonym": name, "neighbors": rows} for name, rows in zip(names, told, strict=True)]


def _of_customers(desk: Desk, served: Served, near: Near, sent: JSON, k: int) -> list[dict[str, Any]]:
    from segmint.serve.near import nearest

    customers = customers_of(sent, desk)
    told = _rows(served, near, nearest(near, _prepared(desk, served, customers), k))
    key = served.model.schema.key
    own = [{} if key is None or one.get(key.name) is None else {key.name: one[key.name]} for one in customers]
    return [{**named, "neighbors": rows} for named, rows in zip(own, told, strict=True)]


def _rows(served: Served, near: Near, found: Neighbors) -> list[list[dict[str, Any]]]:
    places = found.rows.ravel()
    names, segments = near.index.texts(places), served.model.by_label[0][near.everyone.labels[places]]
    flat = [
        {"pseudonym": name, "distance": distance, "segment_id": segment}
        for name, distance, segment in zip(
            names, found.distances.ravel().tolist(), segments.tolist(), strict=True
        )
    ]
    k = found.rows.shape[1]
    return [flat[first : first + k] for first in range(0, len(flat), k)]


def _told(served: Served, near: Near, found: Lookalike) -> dict[str, Any]:
    audience, ids = found.audience, served.model.by_label[0]
    columns = {
        "rank": audience.rank.tolist(),
        "pseudonym": near.index.texts(audience.rows),
        "score": audience.score.tolist(),
        "segment_id": ids[near.everyone.labels[audience.rows]].tolist(),
        "segment_name": found.segments.tolist(),
        "group": (audience.group + 1).tolist(),
        "reason": found.reasons.tolist(),
    }
    return {
        "model": served.about(),
        **found.to_json(),
        "audience": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        "notices": [str(notice) for notice in found.notices],
    }
