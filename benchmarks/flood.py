"""``python -m benchmarks.flood PORT RATE SECONDS``: send requests at a rate, whatever becomes of them.

The body is read from standard input; statuses are counted on standard output, 0 for a connection that broke.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

import uvloop


async def flood(port: int, rate: float, seconds: float, body: bytes) -> Counter[int]:
    """Send ``rate`` requests a second, each on a connection of its own; count the statuses answered in time."""
    head = f"POST /assign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    request = head.encode() + body
    statuses: Counter[int] = Counter()
    tasks: set[asyncio.Task[None]] = set()
    begun = time.perf_counter()
    until = begun + seconds

    async def ask() -> None:
        status = await _status(port, request)
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


async def _status(port: int, request: bytes) -> int:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        writer.close()
    except (OSError, asyncio.IncompleteReadError):
        return 0
    return int(head.split()[1])


if __name__ == "__main__":
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    counted = uvloop.run(flood(port, rate, seconds, sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps(counted))
