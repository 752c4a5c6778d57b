"""``wardlaw up``: gateway, control plane and sequencer as one."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
import sys
import time
from pathlib import Path

import msgspec
from rich.text import Text

from wardlaw import __version__
from wardlaw.cli.creating import console_address, create_installation
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output, program
from wardlaw.cli.renewing import renew_policies
from wardlaw.cli.supervise import Part, Supervisor, python_command
from wardlaw.config.address import parse_listen
from wardlaw.config.load import FILE_NAME, read_config
from wardlaw.config.model import Config, LogFormat
from wardlaw.config.schema import env_name
from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.migrate import upgrade
from wardlaw.store.people import count_admins

DEFAULT_FOLDER = "wardlaw-data"
_SUN_PATH = 107  # unix(7): sun_path holds 108 bytes with the closing zero
_COLORS = {
    "gateway": "cyan",
    "control": "magenta",
    "sequencer": "blue",
    "canary": "yellow",
    "export": "yellow",
    "listener": "yellow",
    "watch": "yellow",
    "demo-model": "green",
}


def up(*, options: Options = NONE) -> int:
    """Start gateway, control plane and sequencer together; ctrl-C ends all.

    Without a configuration a new installation is made in ./wardlaw-data first.
    """
    output = options.output()
    began = time.monotonic()
    path, token = _installation(options, output)
    config = read_config(path, env=os.environ, flags=options.flags()).config
    _check_socket(config)
    with InstanceLock(Path(config.data_dir)):
        token = (token or "?") if _prepare(config) else ""
        renewed = renew_policies(config)
        if renewed:
            output.note(renewed)
        # What flags say must hold in every process of the group.
        env = dict(os.environ) | {env_name(key): value for key, value in options.flags().items()}
        return asyncio.run(_run(config, path, env=env, screen=_Screen(config, output, token, began)))


def _installation(options: Options, output: Output) -> tuple[Path, str]:
    """The configuration in force, made first where there is none; and the first admin's token of a new one."""
    path = options.config_path()
    if path is not None:
        return path, ""
    folder = Path(DEFAULT_FOLDER)
    output.note(f"There is no {FILE_NAME} here; making a new installation in {folder.absolute()}.")
    created = create_installation(folder)
    return created.config_path, created.admin_token


def _check_socket(config: Config) -> None:
    if len(os.fsencode(config.control.socket)) > _SUN_PATH:
        raise ConfigError(
            "WL-CLI-021",
            f"The path of the control socket has more than {_SUN_PATH} bytes: {config.control.socket}.",
            "Set control.socket to a shorter path, such as /run/wardlaw/control.sock.",
        )


def _prepare(config: Config) -> bool:
    """Bring the schema up before anything starts on it; answers whether nobody is admin yet."""
    engine = open_database(Installation(config).database_url(os.environ))
    try:
        upgrade(engine)
        with reading(engine) as connection:
            return count_admins(connection) == 0
    finally:
        engine.dispose()


class _Screen:
    """What ``up`` shows."""

    def __init__(self, config: Config, output: Output, token: str, began: float) -> None:
        self._config = config
        self._output = output
        self._token = token
        self._began = began
        as_json = config.logs.format is LogFormat.JSON
        self._as_json = as_json or (config.logs.format is LogFormat.AUTO and not sys.stderr.isatty())

    def tell(self, part: str, line: str) -> None:
        """One log line of a process."""
        if self._as_json:
            document = {"at": round(time.time(), 3), "process": part, "line": line}
            sys.stderr.buffer.write(msgspec.json.encode(document) + b"\n")
            sys.stderr.buffer.flush()
        else:
            self._output.note(Text(f"{part:<10} ", style=_COLORS.get(part, "")).append(line, style="default"))

    def ready(self, config_path: Path) -> None:
        """The start screen: where it serves and what to do next."""
        config = self._config
        scheme = "https" if config.gateway.tls else "http"
        address = f"{scheme}://{config.gateway.listen}"
        took = time.monotonic() - self._began
        data = {
            "gateway": address,
            "control": config.control.socket,
            "mode": config.installation.mode.value,
            "models": [model.name for model in config.models],
            "config": str(config_path),
        }
        bold = "bold"
        lines = [
            Text(""),
            Text("  Wardlaw ", style="bold green")
            .append(f"{__version__} is up", style="not bold default")
            .append(f"  {took:.1f} s", style="dim"),
            Text(""),
            Text("  gateway   ").append(f"{address}/v1", style=bold),
            Text(f"  control   {config.control.socket}"),
            *self._console_line(config),
            Text(f"  mode      {config.installation.mode.value}; models {', '.join(data['models']) or 'none'}"),
            Text(f"  config    {config_path}"),
            Text(""),
            *self._admin_steps(config_path),
            Text("  a key     ").append(f"{program()} key create my-app --principal user:me", style=bold),
            Text("  your app  ").append(f'OpenAI(base_url="{address}/v1", api_key="wl_…")', style=bold),
            Text("  ctrl-C ends it", style="dim"),
            Text(""),
        ]
        self._output.result(data, *lines)

    def _console_line(self, config: Config) -> list[Text]:
        """Where a browser finds the console; nothing where no address is set."""
        address = console_address(config)
        return [Text("  console   ").append(f"{address}/", style="bold")] if address else []

    def _admin_steps(self, config_path: Path) -> list[Text]:
        """How the first person gets in; an old token is never printed into a service's log unasked."""
        if not self._token:
            return []
        if self._token == "?":
            return [
                Text("  no admin  ")
                .append(f"{program()} init {config_path.parent}", style="bold")
                .append(" prints a one-time token", style="not bold")
            ]
        steps = [
            Text("  or shell  ")
            .append(f"{program()} token redeem {self._token}", style="bold")
            .append("  (one of the two, once)", style="dim not bold")
        ]
        if address := console_address(self._config):
            link = Text("  sign in   ").append(f"{address}/sign-in#{self._token}", style="bold")
            steps.insert(0, link.append("  makes you the first admin", style="dim not bold"))
        return steps


async def _run(config: Config, config_path: Path, *, env: dict[str, str], screen: _Screen) -> int:
    supervisor = Supervisor(parts_of(config, config_path), env=env, tell=screen.tell)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)
    ended = await supervisor.run(lambda: screen.ready(config_path))
    if not ended.part:
        return Exit.DONE
    if ended.code == Exit.EVIDENCE:
        return Exit.EVIDENCE
    raise UnavailableError(
        "WL-CLI-022",
        f"{ended.part} ended with exit code {ended.code}, so everything was stopped.",
        "The lines above say why; `wardlaw doctor` looks for more.",
    )


def parts_of(config: Config, config_path: Path) -> list[Part]:
    """The processes; the gateway is last and so the first to end."""
    path = str(config_path)
    parts = [
        Part("control", python_command("wardlaw.cli.processes", "control", path), may_restart=True),
        Part("sequencer", python_command("wardlaw.cli.processes", "sequencer", path), may_restart=True),
    ]
    # What proves and tells, what comes from outside, and reading what is outside, must not be able to end the gateway.
    aside = {
        "canary": config.canaries.enabled,
        "export": bool(config.export.targets),
        "listener": bool(config.inventory.listener.listen),
        "watch": config.inventory.watching.enabled and bool(config.inventory.directories),
    }
    parts += [
        Part(name, python_command("wardlaw.cli.processes", name, path), may_restart=True, may_stay_away=True)
        for name, is_wanted in aside.items()
        if is_wanted
    ]
    if config.demo_model.enabled:
        parts.append(Part("demo-model", python_command("wardlaw.cli.processes", "demo-model", path), may_restart=True))

    async def is_ready() -> bool:
        return await gateway_is_ready(config)

    stop_s = config.gateway.limits.drain_s + 10.0
    parts.append(Part("gateway", python_command("wardlaw.gateway", path), is_ready=is_ready, stop_s=stop_s))
    return parts


async def gateway_is_ready(config: Config) -> bool:
    """``GET /readyz`` of the gateway answers 200."""
    host, port = parse_listen(config.gateway.listen)
    context: ssl.SSLContext | None = None
    if config.gateway.tls:
        # Only whether it serves is asked; the certificate names a host, not this loopback address.
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (it is asked, not bound)
    try:
        async with asyncio.timeout(2.0):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            writer.write(f"GET /readyz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
            head = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return head.split(b" ")[1:2] == [b"200"]
