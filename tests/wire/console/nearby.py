"""A console in this process, at a real listener: for what a browser does with its pages, without an installation."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import httpx
from litestar import Litestar

from tests.console_fakes import START
from wardlaw.console.api.app import build_api
from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.entrance import Entrance
from wardlaw.console.pages.front import join
from wardlaw.console.pages.inside import InsideApi
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.site import build_site
from wardlaw.console.pages.visit import Front
from wardlaw.console.serve import ControlServer, TcpListener
from wardlaw.facts.person import Person, Role
from wardlaw.store.database import writing
from wardlaw.store.people import add_person
from wardlaw.store.tokens import NewToken, TokenKind, create_token

T = TypeVar("T")
_START_S = 30.0


class Console:
    """The console of one API at a port of this machine, in a loop of its own; its clock is the test's.

    Args:
        made: What ``console_fakes.make_dependencies`` gives.
        api: The API of it that is there already; None to make one.
        inside: How pages ask it.
    """

    def __init__(
        self,
        made: SimpleNamespace,
        *,
        api: Litestar | None = None,
        inside: Callable[[Litestar], InsideApi] = InsideApi,
    ) -> None:
        self.made = made
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        assets = Assets()
        api = api or build_api(self.made.deps)
        self.front = Front(
            api=inside(api),
            entrance=Entrance(secure=False, port=self.port),
            renderer=Renderer(assets),
            assets=assets,
            installation="acme",
            mode="enforce",
            clock=self.made.clock,
        )
        self.site = build_site(self.front)
        self._app = join(api, self.site, entrance=self.front.entrance)
        self._loop = asyncio.new_event_loop()
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._tokens = 0

    def begin(self) -> None:
        self._thread.start()
        assert self._begun.wait(_START_S)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_S)
        self._loop.close()
        self.made.engine.dispose()

    def person(self, name: str, *roles: Role) -> str:
        """Add a person; answers a one-time token."""
        with writing(self.made.engine) as connection:
            add_person(connection, Person(f"person:{name}", name.title(), roles), by="test", now=START)
        return self.invite(name)

    def invite(self, name: str) -> str:
        return self._token(TokenKind.ONE_TIME, name)

    def call(self, name: str, path: str, body: dict[str, Any]) -> Any:
        """Change something by the API, as somebody's script."""
        headers = {"authorization": f"Bearer {self._token(TokenKind.API, name)}"}
        answer = httpx.post(f"{self.address}/api{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def run(self, act: Callable[[], T]) -> T:
        """Do something in the loop the console runs in."""

        async def go() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(go(), self._loop).result(_START_S)

    def _token(self, kind: TokenKind, name: str) -> str:
        self._tokens += 1
        new = NewToken(kind, f"person:{name}", "test", 36_000.0)
        with writing(self.made.engine) as connection:
            return create_token(connection, new, secret=bytes([self._tokens]) * 32, now=self.made.clock())[1]

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = ControlServer(self._app, (TcpListener("127.0.0.1", self.port),))
        await server.start()
        self._begun.set()
        await self._stop.wait()
        await server.stop()
