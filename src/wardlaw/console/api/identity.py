"""Who is calling: a bearer token, or the account of the process at the other end of the Unix socket."""

from __future__ import annotations

import asyncio

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
from wardlaw.store.tokens import TokenKind, find_live, touch, touch_due

PEER_UID = "wardlaw.peer_uid"
"""Key of the ASGI scope under which the server puts the peer's uid; requests cannot set it."""

# Answers hold keys shown once and prompts: no cache may keep them.
_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class NotSignedInError(RefusedError):
    """Nobody we know is calling."""

    http_status = 401


class IdentityMiddleware(ASGIMiddleware):
    """Puts the caller into the scope's state; refuses before any handler where a person is needed."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, deps: ApiDependencies) -> None:
        self._deps = deps

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Identify, then pass on."""

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        operation = OPERATIONS.get(getattr(scope["route_handler"], "operation_id", None) or "")
        peer = scope.get(PEER_UID)
        uid = peer if isinstance(peer, int) else -1
        caller: Caller | None = None
        if operation is not None and operation.audience is not Audience.ANYONE:
            authorization = [value for name, value in scope["headers"] if name == b"authorization"]
            caller = await self._identify(authorization, uid)
        scope["state"]["caller"] = caller
        scope["state"]["uid"] = uid
        await next_app(scope, receive, send_uncached)

    async def _identify(self, authorization: list[bytes], uid: int) -> Caller:
        try:
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
        return Caller(person=entry.person, uid=uid, token=entry.id)

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
