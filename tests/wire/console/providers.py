"""A console on loopback that people sign in to through a real identity provider of others (oidc-provider)."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import httpx
import msgspec

from tests import console_fakes
from wardlaw.cli.providing import provider_desk
from wardlaw.cli.roles.control import with_console
from wardlaw.config.load import load_config
from wardlaw.console.api.app import build_api
from wardlaw.console.serve import ControlServer, TcpListener
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import reading, writing
from wardlaw.store.people import add_person, get_person
from wardlaw.store.providerlogins import ProviderLogin, bind_login
from wardlaw.store.sessions import SessionEntry, list_sessions

SERVER = Path(__file__).parents[3] / "tools" / "vendorclients" / "oidc" / "provider.mjs"
HOME = Path(os.environ.get("WARDLAW_TEST_VENDORS", "none")).absolute() / "oidc"
MISSING = (
    ""
    if (HOME / "node_modules" / "oidc-provider").is_dir() and shutil.which("node")
    else "oidc-provider is not there (python -m tools.vendorclients; WARDLAW_TEST_VENDORS)"
)
SECRET = "sec:ret/1"
GROUPS = "{security: [secops], counsel: [legal], audit: [auditor]}"


class _TrueClock:
    """The provider is another process: both look at the same clock."""

    def __call__(self) -> float:
        return time.time()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def provider(console: str) -> Iterator[str]:
    """The provider's address, while it runs."""
    with SERVER.open("rb") as script:
        process = subprocess.Popen(
            ("node", "--input-type=module"), cwd=HOME, stdin=script, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, "CONSOLE": console},
        )  # fmt: skip
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


class Console:
    """The console, with what a test asks of its tables and its log.

    Args:
        folder: Empty.
        port: Where it listens; browsers call it ``localhost``, the provider ``127.0.0.1``: two sites.
        issuer: The provider.
        settings: YAML of ``console.oidc`` beside the usual ones.
    """

    def __init__(self, folder: Path, port: int, issuer: str, settings: str = "") -> None:
        self.address, self.issuer, self.port = f"http://localhost:{port}", issuer, port
        path = folder / "wardlaw.yaml"
        (folder / "secret").write_text(SECRET + "\n")
        (folder / "secret").chmod(0o600)
        path.write_text(
            f"""version: 1
control: {{listen: "localhost:{port}"}}
console:
  oidc:
    issuer: {issuer}
    name: Acme
    client_id: wardlaw
    client_secret: file:secret
    scopes: [openid, profile, email, groups]
    create: true
    max_age_s: 3600
    groups: {GROUPS}
{settings}""",
            encoding="utf-8",
        )
        self.config = load_config(path, env={})
        self.made: SimpleNamespace = console_fakes.make_dependencies(folder)
        self.records = self.made.recorder.records
        self._ready, self._thread = threading.Event(), threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Console:
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_given: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self.made.engine.dispose()
        assert not self._thread.is_alive()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        desk = provider_desk(self.config, {})
        deps = msgspec.structs.replace(self.made.deps, provider=desk)
        server = ControlServer(
            with_console(build_api(deps), self.config, stop=self._stop), (TcpListener("127.0.0.1", self.port),)
        )
        await server.start()
        self._ready.set()
        await self._stop.wait()
        await server.stop()
        assert desk is not None
        await desk.close()

    def add(self, name: str, subject: str, *roles: Role) -> None:
        with writing(self.made.engine) as connection:
            add_person(connection, Person(f"person:{name}", name, roles), by="test", now=time.time())
            bind_login(connection, ProviderLogin(self.issuer, subject, f"person:{name}", "test", time.time()))

    def person(self, name: str) -> Person:
        with reading(self.made.engine) as connection:
            return get_person(connection, f"person:{name}")

    def sessions(self, name: str) -> list[SessionEntry]:
        with reading(self.made.engine) as connection:
            return [one for one in list_sessions(connection, f"person:{name}") if not one.ended_at]

    def told(self, operation: str) -> dict[str, Any]:
        return [facts for _, _, name, facts in self.records if name == operation][-1]


class Caller:
    """A browser of httpx: follows redirects by itself as far as a test lets it, from site to site."""

    def __init__(self, console: Console) -> None:
        self.console = console
        # Cookies do not keep ports apart, and two processes of one machine must not see each other's.
        self.home, self.away = httpx.Client(timeout=30), httpx.Client(timeout=30)

    def close(self) -> None:
        self.home.close()
        self.away.close()

    def become(self, sub: str, **told: Any) -> None:
        self.away.cookies.clear()
        self.away.post(f"{self.console.issuer}/test/person", json={"sub": sub} | told).raise_for_status()

    def get(self, path: str) -> httpx.Response:
        return self.home.get(self.console.address + path)

    def leave(self, path: str = "/sign-in/oidc") -> str:
        """Through the provider's pages; the address it sends the browser back to."""
        seen = self.get(path)
        assert seen.status_code == 303, seen.text
        address = seen.headers["location"]
        for _ in range(10):
            if address.startswith(self.console.address):
                return address
            answer = self.away.get(address)
            if answer.status_code == 200:
                assert 'id="login"' in answer.text, answer.text
                answer = self.away.post(address)
            address = urljoin(address, answer.headers["location"])
        raise AssertionError(address)

    def sign_in(self, path: str = "/sign-in/oidc") -> httpx.Response:
        return self.home.get(self.leave(path))
