"""The stack of the gateway without anything of the gateway: the same server, the same client, bytes passed on.

What Wardlaw costs above this is what deciding costs.
"""

from __future__ import annotations

import asyncio
import os
import sys

import msgspec
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops

from wardlaw.gateway.credential import NO_CREDENTIAL
from wardlaw.gateway.destination import Destination
from wardlaw.gateway.port import Call
from wardlaw.gateway.server import Application, Handler
from wardlaw.gateway.upstream import Upstreams

PORTS = "WARDLAW_BENCH_PORTS"  # the mock's port for whole answers and the one for streams
_DROPPED = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})
_MOST_BYTES = 33_554_432


class PassThrough:
    """Forwards every request."""

    def __init__(self, whole: int, streamed: int) -> None:
        self._whole = _destination("whole", whole)
        self._streamed = _destination("streamed", streamed)
        self._upstreams = Upstreams()

    async def serve(self, call: Call) -> None:
        """Forward one request and pass its answer on as it comes."""
        raw = await call.body(limit_bytes=_MOST_BYTES, within_s=30)
        stream = b'"stream":true' in raw
        destination = self._streamed if stream else self._whole
        headers = [("content-type", "application/json")]
        answer = await self._upstreams.post(destination, "/chat/completions", raw, headers)
        kept = [(name, value) for name, value in answer.headers if name.lower() not in _DROPPED]
        try:
            if not stream:
                call.reply(answer.status, kept, await answer.whole(_MOST_BYTES))
                return
            call.open(answer.status, kept)
            async for piece in answer.pieces():
                await call.send(piece)
        finally:
            await answer.close()

    async def close(self) -> None:
        """Close the clients."""
        await self._upstreams.close()


def _destination(name: str, port: int) -> Destination:
    return Destination(
        name=name,
        url=f"http://127.0.0.1:{port}/v1",
        credential=NO_CREDENTIAL,
        model="",
        region="eu",
        trust="internal",
        connect_timeout_s=5,
        first_byte_timeout_s=60,
        idle_timeout_s=60,
        total_timeout_s=600,
    )


def application() -> Application:
    """The application of the worker."""
    whole, streamed = msgspec.json.decode(os.environ[PORTS], type=tuple[int, int])
    app = PassThrough(whole, streamed)

    async def start() -> Handler:
        await asyncio.sleep(0)
        return app.serve

    return Application(start, app.close, concurrency=512, write_s=30)


def main(arguments: list[str]) -> None:
    """Serve on the port that is the only argument."""
    Granian(
        "bench.passthrough:application",
        address="127.0.0.1",
        port=int(arguments[0]),
        interface=Interfaces.RSGI,
        workers=1,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        factory=True,
        backlog=1_024,
        backpressure=4_096,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1:])
