"""A browser without a screen: cookies, forms and headers as one sends them, to the joined application in this process."""

from __future__ import annotations

import asyncio
import copy
import functools
import re
from urllib.parse import urlencode

import msgspec
from litestar import Litestar
from sqlalchemy import update

from tests.console_fakes import START, Api
from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.entrance import Entrance
from wardlaw.console.pages.front import join
from wardlaw.console.pages.inside import InsideApi
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.site import build_site, state_of
from wardlaw.console.pages.visit import Front
from wardlaw.facts.person import Role
from wardlaw.facts.signin import SignInMethod
from wardlaw.store.database import writing
from wardlaw.store.signingtables import CONSOLE_SESSION
from wardlaw.store.tokens import NewToken, TokenKind, create_token

HOST = "127.0.0.1:8081"


@functools.cache
def _look() -> tuple[Assets, Renderer]:
    """Files and templates, which are the same for every console."""
    assets = Assets()
    return assets, Renderer(assets)


@functools.cache
def _first_site() -> Litestar:
    return build_site(None)  # nobody visits this one: what it has for itself is put into its copies


def site_of(front: Front) -> Litestar:
    """The console with this front; its addresses, most of a second's work, are drawn once in a process."""
    site = copy.copy(_first_site())
    site.state = state_of(front)
    return site


class Seen(msgspec.Struct):
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Browser:
    """One browser at the console of one API."""

    def __init__(self, api: Api, *, secure: bool = False) -> None:
        assets, renderer = _look()
        self.api = api
        self.front = Front(
            api=InsideApi(api.app),
            entrance=Entrance(secure=secure, port=0 if secure else 8081),
            renderer=renderer,
            assets=assets,
            installation="acme",
            mode="enforce",
            clock=lambda: START,
        )
        self.site = site_of(self.front)
        self.app = join(api.app, self.site, entrance=self.front.entrance)
        self.cookies: dict[str, str] = {}

    def use(self, front: Front) -> None:
        """Another front of the same console; what it has made so far stays."""
        self.front = front
        self.site.state["front"] = front
        self.app = join(self.api.app, self.site, entrance=front.entrance)

    def invite(self, name: str, *roles: Role) -> str:
        """A one-time token of a new person."""
        self.api.person(name, *roles)
        new = NewToken(TokenKind.ONE_TIME, f"person:{name}", "test", 3600.0)
        with writing(self.api.made.engine) as connection:
            return create_token(connection, new, secret=name.encode().ljust(32, b"x"), now=START)[1]

    def sign_in(self, name: str, *roles: Role, proven: bool = True) -> None:
        """Sign a new person in; ``proven``: with a password of a moment ago, and not with a one-time token alone."""
        assert self.post("/sign-in", token=self.invite(name, *roles)).status == 303
        if proven:
            with writing(self.api.made.engine) as connection:
                mine = CONSOLE_SESSION.c.person == f"person:{name}"
                shown = {"method": SignInMethod.PASSWORD.value, "auth_time": self.api.made.clock()}
                connection.execute(update(CONSOLE_SESSION).where(mine).values(**shown))

    def get(self, path: str, **headers: str) -> Seen:
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> Seen:
        origin = f"{'https' if self.front.entrance.secure else 'http'}://{HOST}"
        given = {"origin": origin, "content-type": "application/x-www-form-urlencoded"} | (headers or {})
        return self.ask("POST", path, urlencode(form).encode(), given)

    def form_of(self, text: str) -> str:
        """The token a page's forms carry."""
        found = re.search(r'name="form" value="([0-9a-f]+)"', text)
        assert found
        return found[1]

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Seen:
        return asyncio.run(self._ask(method, path, body, {"host": HOST} | headers))

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Seen:
        path, _, query = path.partition("?")
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": None,
            "server": None, "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        given = [{"type": "http.request", "body": body, "more_body": False}]
        seen, ended = Seen(0, [], ""), asyncio.Event()

        async def receive():
            if not given and ("as=" in query or "format=" in query):
                await ended.wait()  # whoever takes a file away stays until it is whole
            return given.pop() if given else {"type": "http.disconnect"}

        async def send(message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                seen.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
            else:
                seen.text += message.get("body", b"").decode("utf-8", "replace")
                if not message.get("more_body"):
                    ended.set()

        await self.app(scope, receive, send)
        self._keep(seen)
        return seen

    def _keep(self, seen: Seen) -> None:
        for name, value in seen.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                content = rest.partition(";")[0]
                if content:
                    self.cookies[key] = content
                else:
                    self.cookies.pop(key, None)
