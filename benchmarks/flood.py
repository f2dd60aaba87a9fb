"""``python -m benchmarks.flood PORT KIND HOW_MANY SECONDS``: more requests than a service can answer.

``rate``: so many requests a second, whatever becomes of them. ``clients``: so many clients that each ask again as soon
as they were answered, and wait the seconds that ``Retry-After`` says where they were refused. The body is read from
standard input; statuses are counted on standard output, 0 for a connection that broke.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import uvloop


async def by_rate(port: int, rate: float, seconds: float, request: bytes) -> Counter[int]:
    """Send ``rate`` requests a second, each on a connection of its own; count the statuses answered in time."""
    statuses: Counter[int] = Counter()
    tasks: set[asyncio.Task[None]] = set()
    begun = time.perf_counter()
    until = begun + seconds

    async def ask() -> None:
        status, _ = await _answer(port, request)
        if time.perf_counter() < until:
            statuses[status] += 1

    sent = 0
    while (now := time.perf_counter()) < until:
        while sent < rate * (now - begun):
            task = asyncio.create_task(ask())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            sent += 1
        await asyncio.sleep(0.002)
    for task in tasks:
        task.cancel()
    return statuses


async def by_clients(port: int, clients: float, seconds: float, request: bytes) -> Counter[int]:
    """Let so many clients ask, who wait as they are told to; count the statuses answered in time."""
    statuses: Counter[int] = Counter()
    until = time.perf_counter() + seconds

    async def ask_on(delay: float) -> None:
        await asyncio.sleep(delay)
        while True:
            status, wait = await _answer(port, request)
            if time.perf_counter() < until:
                statuses[status] += 1
            await asyncio.sleep(wait)

    tasks = [asyncio.create_task(ask_on(number / clients)) for number in range(int(clients))]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return statuses


async def _answer(port: int, request: bytes) -> tuple[int, float]:
    """Return the status of an answer, and the seconds to wait before the next request."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        return 0, 0.0
    wait = head.split(b"retry-after:")[1].split(b"\r\n")[0] if b"retry-after:" in head else b"0"
    return int(head.split()[1]), float(wait)


if __name__ == "__main__":
    port, kind, how_many, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    body = sys.stdin.buffer.read()
    head = f"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    send = {"rate": by_rate, "clients": by_clients}[kind]
    sys.stdout.write(json.dumps(uvloop.run(send(port, how_many, seconds, head.encode() + body))))
