"""Errors as they are answered: one shape (RFC 9457), and never a value of a customer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from segmint.errors import BundleError, DataError, NotFoundError, RequestError, SegmintError
from segmint.serve.answers import encoded

CONTENT_TYPE: Final = "application/problem+json"
_INFERENCE: Final = "/v2"
_UNREAD: Final = frozenset({401, 408, 413, 415, 503})
"""Refused before the body was read: the connection ends, so that the rest of it is not."""


def status_of(error: SegmintError) -> int:
    """Return the status that an error is answered with."""
    match error:
        case RequestError():
            return error.status
        case NotFoundError():
            return 404
        case DataError():
            return 422
        case BundleError():
            return 503
    return 500


def problem(error: SegmintError) -> dict[str, Any]:
    """Return an error as problem details.

    Examples
    --------
    >>> told = problem(RequestError("serve.no_field", status=422, field="age", row=2))
    >>> told["status"], told["title"]
    (422, 'Row 2 without the field “age”')
    """
    told: dict[str, Any] = {
        "type": f"urn:segmint:problem:{error.code}",
        "title": _sentence(error.received),
        "status": status_of(error),
        "detail": _sentence(error.rule) + (f". {error.remedy}" if error.remedy else ""),
    }
    if isinstance(error, RequestError):
        told |= {name: value for name, value in (("field", error.field), ("row", error.row)) if value}
    return told


def answer(error: SegmintError, path: str) -> Response:
    """Return the response of an error.

    Below ``/v2`` it is what that protocol knows: JSON with the field ``error`` beside the others, and 400
    for a body that cannot be used.
    """
    headers = {}
    if isinstance(error, RequestError):
        if error.retry_after is not None:
            headers["Retry-After"] = str(error.retry_after)
        if error.allow:
            headers["Allow"] = error.allow
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if error.status in _UNREAD:
            headers["Connection"] = "close"
    told, kind = problem(error), CONTENT_TYPE
    if of_inference(path):
        told |= {"error": told["title"], "status": 400 if told["status"] == 422 else told["status"]}
        kind = "application/json"
    return Response(encoded(told), told["status"], headers, kind)


def of_inference(path: str) -> bool:
    """Return whether a path belongs to the inference protocol, which has its own shape of errors."""
    return path.startswith(_INFERENCE)


def raw_answer(error: SegmintError, path: str) -> bytes:
    """Return the same as bytes of HTTP/1.1, to be sent to those who never come to a route."""
    response = answer(error, path)
    phrase = HTTPStatus(response.status_code).phrase
    lines = [f"HTTP/1.1 {response.status_code} {phrase}".encode()]
    lines += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join([*lines, b"", bytes(response.body)])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
