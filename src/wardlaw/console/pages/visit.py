"""One request of a browser: whose it is, and how it is answered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.downloads import Further, taken
from wardlaw.console.pages.entrance import Entrance, content_policy, form_token, inside_path, is_form_token
from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, path_of
from wardlaw.console.pages.keptforms import KeptForms
from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.naming import NamedPage, Naming
from wardlaw.console.pages.navigation import Place, current_of, groups_for
from wardlaw.console.pages.notices import notice_of
from wardlaw.console.pages.rendering import Renderer
from wardlaw.console.pages.tables import Table
from wardlaw.console.pages.times import zone_of
from wardlaw.console.pages.translations import chosen
from wardlaw.facts.person import Permission

THEMES = ("light", "dark")
READINGS = ("words", "ids")
"""Legal words first, or rule ids first: the same facts for counsel and for whoever is on call."""


class Preference(StrEnum):
    """A cookie with something somebody chose for this browser."""

    THEME = "wardlaw_theme"
    READING = "wardlaw_reading"
    ZONE = "wardlaw_zone"
    LANGUAGE = "wardlaw_language"

    @property
    def field(self) -> str:
        """Its name in the form that chooses it."""
        return self.value.removeprefix("wardlaw_")


WAITS = "waits"
"""Parameter of an address by which a page loads itself anew: nobody asked for it."""
UNATTENDED = "unattended"
"""Option of a handler whose address pages ask by themselves."""


class SignInNeededError(Exception):
    """The browser has no session, or one that ended."""


class Me(msgspec.Struct, frozen=True):
    """Who is signed in."""

    id: str
    name: str
    roles: tuple[str, ...]
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether their roles give a permission; the API judges again, this only decides what is shown."""
        return Permission(permission).value in self.permissions


class Front(msgspec.Struct, frozen=True):
    """What all pages share; ``clock`` gives Unix seconds.

    Attributes:
        providers: Where one signs in with an identity provider: its name and the path that begins it.
        stop: Set when the server stops.
        kept: Forms that wait for a proof at an identity provider; None where there is none.
    """

    api: InsideApi
    entrance: Entrance
    renderer: Renderer
    assets: Assets
    installation: str
    mode: str
    clock: Callable[[], float]
    providers: tuple[tuple[str, str], ...] = ()
    kept: KeptForms | None = None
    stop: asyncio.Event = msgspec.field(default_factory=asyncio.Event)


class Visit:
    """One request of a browser.

    Args:
        request: The request.
    """

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self.front: Front = request.app.state.front
        self.request = request
        headers = request.scope["headers"]
        self.session = self.front.entrance.session_of(headers)
        self.line = self.front.entrance.line_of(headers)
        self.api = self.front.api.unattended() if _made_by_nobody(request) else self.front.api
        theme, reading = self._chosen(Preference.THEME), self._chosen(Preference.READING)
        self._theme = theme if theme in THEMES else ""
        self._reading = reading if reading in READINGS else READINGS[0]
        self.zone = zone_of(self._chosen(Preference.ZONE))
        self.preferred_language = self._chosen(Preference.LANGUAGE)
        asked = request.headers.get("accept-language", "")
        self.language = chosen(self.preferred_language, asked, self.front.renderer.languages)

    def _chosen(self, preference: Preference) -> str:
        return self.request.cookies.get(self.front.entrance.chosen_cookie(preference.value), "")

    @property
    def has_words_first(self) -> bool:
        """Whether legal words stand first for this reader, or rule ids."""
        return self._reading == READINGS[0]

    async def me(self) -> Me:
        """Who is signed in.

        Raises:
            SignInNeededError: Nobody is.
        """
        if not self.session:
            raise SignInNeededError
        try:
            told = await self.get("session")
        except ApiAnswerError as error:
            if error.status in (401, 403):
                raise SignInNeededError from error
            raise
        person = told["person"]
        return Me(person["id"], person["name"], tuple(person["roles"]), frozenset(told["permissions"]))

    async def get(self, *path: str, **query: str | int) -> Any:
        """Ask the API as the person who is signed in.

        Raises:
            ApiAnswerError: It refused or failed.
        """
        return await self.api.get(path_of(*path), self.session, query)

    async def get_if_allowed(self, *path: str, **query: str | int) -> Any:
        """As ``get``; None where this person may not know it: the page leaves that part out.

        Raises:
            ApiAnswerError: It failed otherwise.
        """
        try:
            return await self.api.get(path_of(*path), self.session, query, quietly=True)
        except ApiAnswerError as error:
            if error.status == 403:
                return None
            raise

    async def get_if_there(self, *path: str, **query: str | int) -> Any:
        """As ``get_if_allowed``; None also where there is no such thing (yet): a part of a page that may be missing.

        Raises:
            ApiAnswerError: It failed otherwise.
        """
        try:
            return await self.api.get(path_of(*path), self.session, query, quietly=True)
        except ApiAnswerError as error:
            if error.status in (400, 403, 404):
                return None
            raise

    async def ask(self, *path: str, body: Mapping[str, Any]) -> Any:
        """Ask what does not fit into an address; nothing changes by it.

        Raises:
            ApiAnswerError: It refused or failed.
        """
        return await self.api.post(path_of(*path), self.session, body)

    def check_form(self, given: str) -> bool:
        """Whether a form came from a page of this session."""
        return is_form_token(self.line, given)

    def need_form(self, form: Mapping[str, str]) -> None:
        """Refuse a form that did not come from a page of this session, before anything is asked for it.

        Raises:
            ApiAnswerError: It did not.
        """
        if not self.check_form(form.get("form", "")):
            raise ApiAnswerError(
                403, "", mark("This form is of another session."), mark("Load the page again and repeat.")
            )

    async def change(self, form: Mapping[str, str], *path: str, body: Mapping[str, Any]) -> Any:
        """Change something as the person who is signed in, if the form came from a page of theirs.

        Raises:
            ApiAnswerError: It refused or failed; also when the form is not of this session.
        """
        self.need_form(form)
        return await self.api.post(path_of(*path), self.session, body)

    async def alter(self, form: Mapping[str, str], *path: str, body: Mapping[str, Any]) -> Any:
        """As ``change``, for parts of something that is there.

        Raises:
            ApiAnswerError: It refused or failed; also when the form is not of this session.
        """
        if not self.check_form(form.get("form", "")):
            raise ApiAnswerError(
                403, "", mark("This form is of another session."), mark("Load the page again and repeat.")
            )
        return await self.api.patch(path_of(*path), self.session, body)

    async def take_away(self, form: Mapping[str, str], *path: str) -> Any:
        """As ``change``, for what is removed.

        Raises:
            ApiAnswerError: It refused or failed; also when the form is not of this session.
        """
        self.need_form(form)
        return await self.api.delete(path_of(*path), self.session)

    def download(self, *tables: Table, further: Further | None = None) -> Response[Any] | None:
        """One of the page's tables as a file, where the address asks for it; None for the page itself.

        Args:
            further: Reads on where the page shows a part of the first table.
        """
        return taken(self.request.query_params, tables, further)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """A whole page; ``me`` among the values is who is signed in, or None."""
        nonce = secrets.token_urlsafe(16)
        me: Me | None = values.get("me")
        places: tuple[Place, ...] = self.request.app.state.places
        naming = Naming(ids_first=not self.has_words_first)
        asked = self.request.url.query if self.request.method == "GET" else ""
        text = self.front.renderer.page(
            template,
            self.language,
            naming=naming,
            nonce=nonce,
            theme=self._theme,
            reading=self._reading,
            zone=self.zone,
            notice=notice_of(self.request.query_params.get("notice", "")),
            path=self.request.url.path,
            address_shown=f"{self.request.url.path}?{asked}" if asked else self.request.url.path,
            shown_at=self.front.clock(),
            query=dict(self.request.query_params),
            groups=groups_for(places, me.permissions) if me else (),
            current=current_of(places, self.request.url.path),
            form=form_token(self.line) if self.session else "",
            installation=self.front.installation,
            mode=self.front.mode,
            **values,
        )
        page = NamedPage(text, naming=naming, api=self.api, session=self.session, status=status, media=MediaType.HTML)
        page.headers["content-security-policy"] = content_policy(nonce)
        return page

    def part(self, template: str, **values: Any) -> Response[str]:
        """A part of a page, for what a page asks for by itself (``hx-request``)."""
        naming = Naming(ids_first=not self.has_words_first)
        text = self.front.renderer.page(
            template,
            self.language,
            naming=naming,
            zone=self.zone,
            reading=self._reading,
            form=form_token(self.line) if self.session else "",
            **values,
        )
        return NamedPage(text, naming=naming, api=self.api, session=self.session, status=200, media=MediaType.HTML)

    def leave(self, to: str, *, session: str | None = None, goes_on: bool = False, notice: str = "") -> Response[str]:
        """Send the browser to a path of ours.

        Args:
            session: One that begins, or ends where it is empty; None changes nothing.
            goes_on: It is the one there was, with another secret.
            notice: Name of what the next page says (``notices.NOTICES``).
        """
        target = inside_path(to)
        if notice:
            target += f"{'&' if urlsplit(target).query else '?'}notice={notice}"
        headers = {"location": target}
        if session is not None:
            headers["set-cookie"] = self.front.entrance.set_session(session, line=self.line if goes_on else "")
        return Response("", status_code=303, media_type=MediaType.TEXT, headers=headers)


def _made_by_nobody(request: Request[Any, Any, Any]) -> bool:
    """Whether a page asked by itself while perhaps nobody looks: that keeps no session alive.

    What htmx gets, it gets by the clock or while a page loads; what somebody typed or pressed is sent with POST.
    """
    is_by_htmx = request.method == "GET" and "hx-request" in request.headers
    has_page = "route_handler" in request.scope  # not where no page of ours is at the address
    is_by_page = has_page and bool(request.route_handler.opt.get(UNATTENDED))
    return is_by_htmx or is_by_page or WAITS in request.query_params
