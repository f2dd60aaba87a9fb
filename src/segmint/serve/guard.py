"""What stands before every route: keys, limits, time, counting, the access log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from segmint.errors import RequestError, SegmintError
from segmint.serve import problems
from segmint.serve.exchange import EXCHANGE, CutShort, Exchange
from segmint.serve.keys import Keys
from segmint.serve.meters import Meters
from segmint.serve.settings import Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OPEN: Final = frozenset({"/health/live", "/health/ready", "/ping", "/v2/health/live", "/v2/health/ready"})
"""Paths that need no key, and are answered also where the service is full."""

_BEARER: Final = "bearer "
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BY_STATUS: Final = {404: "serve.no_route", 405: "serve.no_method"}

Log = Callable[[dict[str, Any]], None]


class Guard:
    """Let a request pass, or answer it; and write down what became of it.

    The log has the pattern of the route, never the path, a header or an address: they may be personal data.

    Parameters
    ----------
    app
        The routes.
    limits, keys, meters
        The rules, and the counters.
    log
        Called with the facts of each request but those of health.
    """

    def __init__(self, app: ASGIApp, limits: Limits, keys: Keys, meters: Meters, log: Log) -> None:
        self._app, self._limits, self._keys, self._meters, self._log = app, limits, keys, meters, log
        self._at_work = 0
        self._busy_answers = {
            problems.of_inference(path): problems.raw_answer(_busy(limits), path) for path in ("", "/v2")
        }

    def turned_away(self, path: str) -> bytes | None:
        """Return the whole answer to a request that comes where the service is full, ``None`` where it is not."""
        if self._at_work < self._limits.requests or path in OPEN:
            return None
        return self._turned(path)

    def no_room(self) -> bytes:
        """Return the whole answer to a connection too many."""
        return self._turned("")

    def _turned(self, path: str) -> bytes:
        self._meters.refused.labels("serve.busy").inc()
        self._meters.requests.labels("none", "other", "503").inc()
        return self._busy_answers[problems.of_inference(path)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send, self._limits)
        scope["app"], scope[EXCHANGE] = self, exchange
        if scope["path"] in OPEN:
            await self._passed(scope, exchange)
            return
        started = time.perf_counter()
        self._at_work += 1
        self._meters.in_flight.inc()
        try:
            await self._passed(scope, exchange)
        finally:
            self._at_work -= 1
            self._meters.in_flight.dec()
            self._write_down(scope, exchange, time.perf_counter() - started)

    async def _passed(self, scope: Scope, exchange: Exchange) -> None:
        try:
            if scope["path"] not in OPEN:
                self._admit(scope)
            async with asyncio.timeout(self._limits.seconds) as exchange.deadline:
                await self._app(scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.code = "disconnected"
        except TimeoutError:
            await self._refuse(scope, exchange, _slow(self._limits))
        except HTTPException as error:
            await self._refuse(scope, exchange, _unrouted(error))
        except SegmintError as error:
            await self._refuse(scope, exchange, error)
        except Exception as error:
            exchange.fault = type(error).__name__
            await self._refuse(scope, exchange, RequestError("serve.broken", status=500))

    def _admit(self, scope: Scope) -> None:
        if self._keys.required and not self._keys.admit(_offered(scope)):
            raise RequestError("serve.no_key", status=401)
        if self._at_work > self._limits.requests:
            raise _busy(self._limits)
        if dict(scope["headers"]).get(b"content-encoding", b"identity").lower() != b"identity":
            raise RequestError("serve.encoding", status=415)

    async def _refuse(self, scope: Scope, exchange: Exchange, error: SegmintError) -> None:
        """Answer with a problem; where an answer has begun, cut it short, so that nobody takes it for whole."""
        exchange.code = error.code
        self._meters.refused.labels(error.code).inc()
        if exchange.status:
            raise CutShort from None
        await problems.answer(error, scope["path"])(scope, exchange.receive, exchange.send)

    def _write_down(self, scope: Scope, exchange: Exchange, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._meters.requests.labels(route, method, str(exchange.status)).inc()
        self._meters.seconds.labels(route).observe(seconds)
        self._log(
            {
                "method": method,
                "route": route,
                "ms": round(1000 * seconds, 3),
                **exchange.facts(),
            }
        )


def _offered(scope: Scope) -> str:
    """Return the key that a request offers, or the empty text."""
    headers = dict(scope["headers"])
    key: bytes | None = headers.get(b"x-api-key")
    if key is not None:
        return key.decode("latin-1")
    bearer = headers.get(b"authorization", b"").decode("latin-1")
    return str(bearer[len(_BEARER) :].strip()) if bearer.lower().startswith(_BEARER) else ""


def _busy(limits: Limits) -> RequestError:
    return RequestError("serve.busy", status=503, retry_after=1, most=limits.requests)


def _slow(limits: Limits) -> RequestError:
    return RequestError("serve.slow", status=408, seconds=limits.seconds)


def _unrouted(error: HTTPException) -> RequestError:
    """Return the framework's own refusal as one of ours: no such path, no such method."""
    code = _BY_STATUS.get(error.status_code, "serve.broken")
    return RequestError(code, status=error.status_code, allow=(error.headers or {}).get("Allow", ""))
