"""The scripted model as a process."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from wardlaw.cli.readiness import ending_signals, tell_ready
from wardlaw.config.address import parse_listen
from wardlaw.config.model import Config
from wardlaw.demo.model import ScriptedModel


def run_demo_model(config: Config) -> int:
    """Serve the scripted model on loopback until told to stop."""
    host, port = parse_listen(config.demo_model.listen)
    folder = Path(config.data_dir) / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    model = ScriptedModel(folder / "received.jsonl", f"sk-demo-{secrets.token_hex(16)}")
    server = _ModelServer(uvicorn.Config(model, host=host, port=port, log_level="warning", lifespan="off"))
    for number in ending_signals():
        signal.signal(number, server.handle_exit)
    asyncio.run(_serve_model(server))
    return 0


class _ModelServer(uvicorn.Server):
    """A server whose signals were set before."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve_model(server: uvicorn.Server) -> None:
    serving = asyncio.ensure_future(server.serve())  # noqa: TID251 (held and awaited here)
    while not server.started and not serving.done():  # noqa: ASYNC110 (the server has no event for it)
        await asyncio.sleep(0.01)
    if server.started:
        tell_ready()
    await serving
