"""What a service is told when it starts; every limit has a safe default."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from segmint.errors import UsageError


@dataclass(frozen=True)
class Limits:
    """What one request, and all of them together, may ask for.

    Attributes
    ----------
    body
        Bytes of a body that is read whole (JSON).
    stream
        Bytes of a body that is read and answered in pieces (CSV, JSON lines).
    rows
        Customers in a body that is read whole.
    words
        Different words of each text in a body that is read whole, once a topic: what it costs to fold them in.
    connections
        Connections at the same time, answered or not; more get 503 and ``Retry-After``.
    depth
        Levels of lists and objects in JSON.
    requests
        Requests at the same time; more get 503 and ``Retry-After``.
    seconds
        Seconds for the head of a request, for one that is read whole, between two pieces of one that is
        streamed, and in which nothing of an answer is read.

    Raises
    ------
    UsageError
        If a limit is not above 0 and finite.
    """

    body: int = 8 * 2**20
    stream: int = 4 * 2**30
    rows: int = 20_000
    words: int = 4_000_000
    depth: int = 16
    requests: int = 64
    seconds: float = 30.0
    connections: int = 1024

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 < value < math.inf:
                raise UsageError("serve.limit", name=name)


@dataclass(frozen=True)
class Settings:
    """Where a service listens, what it serves, and who may ask.

    Attributes
    ----------
    model
        The bundle file; it may be replaced while the service runs.
    host, port
        Where it listens; this machine only by default.
    keys
        A file of API keys, one a line; ``None`` where only the environment's keys, if any, count.
    require_signature
        A PEM file of public keys; a model that none of them signed is not served. ``None`` to ask nothing.
    min_version
        The lowest signed version that is served.
    json_log
        Whether the access log is JSON, an object a line.
    limits
        See :class:`Limits`.
    """

    model: Path
    host: str = "127.0.0.1"
    port: int = 8000
    keys: Path | None = None
    require_signature: Path | None = None
    min_version: int = 1
    json_log: bool = False
    limits: Limits = field(default_factory=Limits)
