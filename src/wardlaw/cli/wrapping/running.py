"""The process of ``wardlaw mcp wrap``: the client on its standard input and output, the server as its child."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import BinaryIO

import msgspec

from wardlaw.cli.exits import Exit
from wardlaw.cli.wrapping.front import Front
from wardlaw.cli.wrapping.voice import GatewayVoice
from wardlaw.config.toolservers import McpServer
from wardlaw.facts.errors import UnavailableError
from wardlaw.gateway.mcp.program import ProgramLine
from wardlaw.gateway.mcp.session import Session

OWN_PREFIX = "WARDLAW_"
_DEFAULTS = McpServer("wrapped", ("-",))


class Wrapping(msgspec.Struct, frozen=True):
    """What is wrapped, and who judges.

    Attributes:
        name: Name of the server in the gateway's configuration.
        gateway: Address of the gateway.
        key: What the gateway knows the caller by; the server never gets it.
        call_s: Seconds for one call of the server.
        message_bytes: Largest message, of the client and of the server.
    """

    name: str
    command: tuple[str, ...]
    gateway: str
    key: str
    call_s: float = _DEFAULTS.call_timeout_s
    message_bytes: int = _DEFAULTS.message_bytes


async def run(wrapping: Wrapping, *, env: Mapping[str, str], client: BinaryIO, say: Callable[[bytes], None]) -> int:
    """Serve the client until its input or the server ends.

    Args:
        env: Of this process; the server gets all of it but what is Wardlaw's own.
        client: Where the client writes.
        say: Writes one message to the client.

    Returns:
        An exit code.
    """
    voice = GatewayVoice(wrapping.gateway, wrapping.key, server=wrapping.name, timeout_s=wrapping.call_s)
    given = {name: value for name, value in env.items() if not name.startswith(OWN_PREFIX)}
    line = ProgramLine(wrapping.name, wrapping.command, env=given, cwd="", limit_bytes=wrapping.message_bytes)
    fronts: list[Front] = []

    def changed() -> None:
        for front in fronts:
            front.changed()

    session = Session(
        wrapping.name,
        line,
        limit_bytes=wrapping.message_bytes,
        asked=lambda method: _tell(f"refused: the server asked for {method}"),
        changed=changed,
        clock=time.monotonic,
    )
    try:
        await session.open(_DEFAULTS.start_timeout_s)
    except BaseException:
        await session.close()
        await voice.close()
        raise
    front = Front(
        session,
        voice,
        say=say,
        clock=time.monotonic,
        call_s=wrapping.call_s,
        limit_bytes=wrapping.message_bytes,
    )
    fronts.append(front)
    reading = asyncio.get_running_loop().create_task(_listen(client, front, wrapping.message_bytes))
    watching = asyncio.get_running_loop().create_task(session.ended.wait())
    try:
        await asyncio.wait((reading, watching), return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            reading.result()
            return Exit.DONE
        _tell(f"the server {wrapping.name} has ended")
        return Exit.UNAVAILABLE
    finally:
        for task in (reading, watching):
            task.cancel()
        await asyncio.gather(reading, watching, return_exceptions=True)
        await front.close()


async def _listen(client: BinaryIO, front: Front, limit_bytes: int) -> None:
    stream = asyncio.StreamReader(limit=limit_bytes)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), client)
    try:
        while True:
            front.hear(await stream.readuntil(b"\n"))
            await asyncio.sleep(0)
    except asyncio.IncompleteReadError:
        return  # the client has gone
    except asyncio.LimitOverrunError as error:
        raise UnavailableError(
            "WL-MCP-036",
            f"The client sent a message of more than {limit_bytes} bytes.",
            "Raise --message-bytes if that is meant.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            transport.close()


def _tell(text: str) -> None:
    """Clients show a server's standard error to people, and keep it from the model."""
    print(f"wardlaw: {text}", file=sys.stderr, flush=True)
