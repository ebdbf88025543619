"""The load: so many clients on kept-alive connections, each sending its next request when the last was answered.

Runs as a process of its own, reads a plan as JSON from standard input, prints what it measured as JSON.
Only 127.0.0.1 is ever spoken to. `busy` is the part of the time this process itself computed: far below 1 means
that it waited for the server and not the server for it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any


@dataclass
class Heard:
    """Seconds of each answer, and the codes."""

    seconds: list[float] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    bytes: int = 0


async def client(port: int, requests: Iterator[bytes], until: float, heard: Heard) -> None:
    """One connection until the time is over or no request is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    while time.perf_counter() < until:
        request = next(requests, None)
        if request is None:
            break
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _length(head)
        if length:
            await reader.readexactly(length)
        heard.seconds.append(time.perf_counter() - begun)
        heard.codes[head[9:12].decode()] += 1
        heard.bytes += len(head) + length
    writer.close()
    await writer.wait_closed()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
        if line.startswith(b"transfer-encoding:"):
            raise ValueError("answers in pieces are not read here")
    return 0


async def run(plan: dict[str, Any]) -> Heard:
    """`requests` are sent in turn by all clients; with `again` they begin anew at the end."""
    heard = Heard()
    texts = [text.encode() for text in plan["requests"]]
    requests = cycle(texts) if plan["again"] else iter(texts)
    until = time.perf_counter() + plan["seconds"]
    await asyncio.gather(*(client(plan["port"], requests, until, heard) for _ in range(plan["clients"])))
    return heard


def main() -> None:
    plan = json.load(sys.stdin)
    computed, begun = time.process_time(), time.perf_counter()
    heard = asyncio.run(run(plan))
    passed = time.perf_counter() - begun
    ordered = sorted(heard.seconds)
    json.dump(
        {
            "answers": len(ordered),
            "per_second": len(ordered) / passed,
            "p50": 1000 * ordered[len(ordered) // 2] if ordered else 0.0,
            "p99": 1000 * ordered[int(len(ordered) * 0.99)] if ordered else 0.0,
            "codes": heard.codes,
            "bytes": heard.bytes // max(1, len(ordered)),
            "busy": (time.process_time() - computed) / passed,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
