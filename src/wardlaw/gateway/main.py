"""The gateway process: granian with one or more workers, each with a runtime of its own."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import sys
import traceback
from pathlib import Path

import uvloop
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings

from wardlaw.config.address import parse_listen
from wardlaw.config.load import load_config
from wardlaw.config.model import Config
from wardlaw.facts.errors import WardlawError
from wardlaw.facts.layouts import settle_layouts
from wardlaw.gateway.runtime import Runtime
from wardlaw.gateway.server import Application, Handler

CONFIG_VARIABLE = "WARDLAW_CONFIG"
_BACKLOG = 1_024
_COLLECT_AFTER = (50_000, 20, 100)
# granian stops reading new requests above this many per worker; the application refuses earlier, with words.
_BACKPRESSURE = 4_096

_log = logging.getLogger("wardlaw.gateway")


def application() -> Application:
    """The application of one worker; its configuration file is named by ``WARDLAW_CONFIG``."""
    settle_layouts()
    config = load_config(Path(os.environ[CONFIG_VARIABLE]))
    runtime = Runtime(config)

    async def start() -> Handler:
        try:
            door = await runtime.open()
        except WardlawError as error:
            _log.error("%s", error)
            # A worker that cannot decide must not live on and refuse for ever: the supervisor says why.
            os._exit(error.exit_code)
        # What was loaded lives as long as the worker: left out of the collector's rounds, an exchange costs a
        # sixth less (measured). What exchanges leave behind is still collected, only not every 700 objects.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)
        _give_back()
        return door.serve

    limits = config.gateway.limits
    return Application(start, runtime.close, concurrency=limits.concurrency, write_s=limits.client_write_s)


def _give_back() -> None:
    """Give the system what start-up no longer needs; glibc would keep it (12 MB of a worker, measured)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc alone, malloc_trim(3)
    if trim is not None:
        trim(0)


def serve(config: Config) -> None:
    """Serve until told to stop."""
    host, port = parse_listen(config.gateway.listen)
    tls = config.gateway.tls
    server = Granian(
        "wardlaw.gateway.main:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=config.gateway.workers,
        loop=Loops.uvloop,
        # HTTP/1.1 only: a cut must close the connection, and HTTP/2 would share it with other exchanges.
        http=HTTPModes.http1,
        websockets=False,
        factory=True,
        backlog=_BACKLOG,
        backpressure=_BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, keep_alive=True),
        ssl_cert=Path(tls.cert) if tls else None,
        ssl_key=Path(tls.key) if tls else None,
        log_access=False,
        log_level="warning",  # type: ignore[arg-type]
        workers_kill_timeout=int(config.gateway.limits.drain_s) + 5,
    )
    server.serve()


def main(arguments: list[str]) -> int:
    """Run the gateway for the configuration file named by the only argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m wardlaw.gateway CONFIG\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    settle_layouts()
    path = Path(arguments[0]).absolute()
    os.environ[CONFIG_VARIABLE] = str(path)
    try:
        config = load_config(path)
    except WardlawError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    code = check_ready(config)
    if code == 0:
        serve(config)
    return code


def check_ready(config: Config) -> int:
    """Open and close everything once, so that what is wrong is said before a port is bound.

    In a process of its own: workers are forked, and must not inherit threads of another runtime.

    Returns:
        The exit code: 0 when a worker can serve.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    code = 70
    try:
        uvloop.run(_open_once(config))
        code = 0
    except WardlawError as error:
        sys.stderr.write(f"{error}\n")
        code = error.exit_code
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


async def _open_once(config: Config) -> None:
    runtime = Runtime(config)
    try:
        await runtime.open()
    finally:
        await runtime.close()
