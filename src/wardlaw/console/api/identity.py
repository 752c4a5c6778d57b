"""Who is calling: a bearer token, the account of the process at the other end of the Unix socket, or a browser's session.

A session counts only for the console's pages, which ask inside the process; it opens nothing from outside.
"""

from __future__ import annotations

import asyncio

import msgspec
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy.exc import DBAPIError

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Caller
from wardlaw.facts.errors import RefusedError
from wardlaw.facts.keytext import key_digest
from wardlaw.governance.operations import OPERATIONS, Audience
from wardlaw.store.database import reading, store_failure, writing
from wardlaw.store.people import person_of_uid
from wardlaw.store.sessions import SessionEnd, end_session, find_over, find_session, session_touch_due, touch_session
from wardlaw.store.tokens import TokenKind, find_live, touch, touch_due

PEER_UID = "wardlaw.peer_uid"
"""Key of the ASGI scope under which the server puts the peer's uid; requests cannot set it."""

FROM_CONSOLE = "wardlaw.console"
"""Key of the ASGI scope by which the console's pages say that they ask; requests cannot set it."""

QUIETLY = "wardlaw.quietly"
"""Key of the ASGI scope by which such a page says that it leaves out what its reader may not know."""

UNATTENDED = "wardlaw.unattended"
"""Key of the ASGI scope by which a page says that it asks by itself: it keeps no session alive."""

# Answers hold keys shown once and prompts: no cache may keep them.
_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class NotSignedInError(RefusedError):
    """Nobody we know is calling."""

    http_status = 401


class Asking(msgspec.Struct, frozen=True):
    """Whether a page of the console asks, and whether it does so by itself."""

    is_inside: bool
    is_unattended: bool


class IdentityMiddleware(ASGIMiddleware):
    """Puts the caller into the scope's state; refuses before any handler where a person is needed."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Identify, then pass on."""

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        operation = OPERATIONS.get(getattr(scope["route_handler"], "operation_id", None) or "")
        peer = scope.get(PEER_UID)
        uid = peer if isinstance(peer, int) else -1
        inside = scope.get(FROM_CONSOLE) is True
        caller: Caller | None = None
        if operation is not None and operation.console and not inside:
            raise NotSignedInError(
                "WL-SGN-005", f"{operation.id} is the console's own; nobody asks for it from outside.", "Use a browser."
            )
        if operation is not None and operation.audience is not Audience.ANYONE:
            authorization = [value for name, value in scope["headers"] if name == b"authorization"]
            callers: Callers = scope["litestar_app"].state.callers
            how = Asking(inside, scope.get(UNATTENDED) is True)
            caller = await callers.identify(authorization, uid, how)
        if caller is not None and inside and scope.get(QUIETLY) is True:
            caller = msgspec.structs.replace(caller, quietly=True)
        scope["state"]["caller"] = caller
        scope["state"]["uid"] = uid
        await next_app(scope, receive, send_uncached)


class Callers:
    """Knows callers by what they bring.

    Args:
        deps: What the application is given; its database, clock and tokens of processes are asked.
    """

    def __init__(self, deps: ApiDependencies) -> None:
        self._deps = deps

    async def identify(self, authorization: list[bytes], uid: int, how: Asking) -> Caller:
        """Who is calling.

        Args:
            authorization: All values of that header.
            uid: The peer's account; -1 where there is none.
            how: Whether one of our own pages asks, and by itself.

        Raises:
            NotSignedInError: Nobody we know (WL-API-001, WL-API-002, WL-SGN-012).
            UnavailableError: The database cannot be asked.
        """
        try:
            if how.is_inside:
                return await asyncio.to_thread(self._by_session, authorization, how)
            # A credential that was given counts alone: a wrong token never falls back to the account.
            if authorization:
                return await asyncio.to_thread(self._by_token, authorization, uid)
            return await asyncio.to_thread(self._by_account, uid)
        except DBAPIError as error:
            raise store_failure(error) from error

    def _by_token(self, authorization: list[bytes], uid: int) -> Caller:
        scheme, _, text = authorization[0].decode("latin-1").partition(" ")
        if (
            uid >= 0 and len(authorization) == 1 and scheme.lower() == "bearer"
        ):  # a process's token counts on the socket only
            service = self._deps.services.get(key_digest(text.strip()))
            if service is not None:
                return Caller(person=f"service:{service}", uid=uid, service=service)
        now = self._deps.clock()
        with reading(self._deps.engine) as connection:
            entry = find_live(connection, text.strip(), now=now) if scheme.lower() == "bearer" else None
        if len(authorization) != 1 or entry is None or entry.kind is not TokenKind.API:
            raise NotSignedInError(
                "WL-API-002",
                "The token is not valid: unknown, revoked or expired.",
                "Ask an admin for a one-time token and redeem it for a new one.",
            )
        if touch_due(entry.last_used_at, now):
            with writing(self._deps.engine) as connection:
                touch(connection, entry.id, now=now)
        return Caller(person=entry.person, uid=uid, token=entry.id, scopes=entry.scopes)

    def _by_session(self, authorization: list[bytes], how: Asking) -> Caller:
        text = authorization[0].decode("latin-1").removeprefix("Bearer ") if len(authorization) == 1 else ""
        now, limits = self._deps.clock(), self._deps.signing.limits
        with reading(self._deps.engine) as connection:
            found = find_session(connection, text, now=now, limits=limits)
            over = None if found is not None else find_over(connection, text, now=now, limits=limits)
        if over is not None:
            with writing(self._deps.engine) as connection:  # a clock that is set back must not bring it to life again
                end_session(connection, over.id, SessionEnd.EXPIRED, now=now)
        if found is None:
            raise NotSignedInError("WL-SGN-012", "The session is over, or was ended.", "Sign in again.")
        if not how.is_unattended and session_touch_due(found.entry, now=now, limits=limits):
            with writing(self._deps.engine) as connection:
                touch_session(connection, found.entry, now=now)
        return Caller(person=found.entry.person, session=found)

    def _by_account(self, uid: int) -> Caller:
        if uid >= 0:
            with reading(self._deps.engine) as connection:
                person = person_of_uid(connection, uid)
            if person is not None:
                return Caller(person=person.id, uid=uid)
        who = f"The account with uid {uid} is bound to nobody." if uid >= 0 else "This address needs a token."
        raise NotSignedInError(
            "WL-API-001", who, "Redeem a one-time token (`wardlaw token redeem`), or send Authorization: Bearer …."
        )
