"""One request of a browser: whose it is, and how it is answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.entrance import Entrance, content_policy, form_token, inside_path, is_form_token
from wardlaw.console.pages.inside import ApiAnswerError, InsideApi, path_of
from wardlaw.console.pages.rendering import Renderer
from wardlaw.facts.person import Permission

THEMES = ("light", "dark")
THEME_COOKIE = "wardlaw_theme"


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
    """What all pages share; ``clock`` gives Unix seconds."""

    api: InsideApi
    entrance: Entrance
    renderer: Renderer
    assets: Assets
    installation: str
    mode: str
    clock: Callable[[], float]


class Visit:
    """One request of a browser.

    Args:
        request: The request.
    """

    def __init__(self, request: Request[Any, Any, Any]) -> None:
        self.front: Front = request.app.state.front
        self.request = request
        self.session = self.front.entrance.session_of(request.scope["headers"])
        theme = request.cookies.get(THEME_COOKIE, "")
        self._theme = theme if theme in THEMES else ""

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
        return await self.front.api.get(path_of(*path), self.session, query)

    async def get_if_allowed(self, *path: str, **query: str | int) -> Any:
        """As ``get``; None where this person may not know it: the page leaves that part out.

        Raises:
            ApiAnswerError: It failed otherwise.
        """
        try:
            return await self.get(*path, **query)
        except ApiAnswerError as error:
            if error.status == 403:
                return None
            raise

    def check_form(self, given: str) -> bool:
        """Whether a form came from a page of this session."""
        return is_form_token(self.session, given)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response[str]:
        """A whole page."""
        nonce = secrets.token_urlsafe(16)
        text = self.front.renderer.page(
            template,
            nonce=nonce,
            theme=self._theme,
            path=self.request.url.path,
            form=form_token(self.session) if self.session else "",
            installation=self.front.installation,
            mode=self.front.mode,
            **values,
        )
        return Response(
            text,
            status_code=status,
            media_type=MediaType.HTML,
            headers={"content-security-policy": content_policy(nonce)},
        )

    def leave(self, to: str, *, session: str | None = None) -> Response[str]:
        """Send the browser to a path of ours, with a session that begins, or ends where it is empty."""
        headers = {"location": inside_path(to)}
        if session is not None:
            headers["set-cookie"] = self.front.entrance.set_session(session)
        return Response("", status_code=303, media_type=MediaType.TEXT, headers=headers)
