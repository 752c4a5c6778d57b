"""Credentials of servers of tools. A value comes in and is sealed at once; no operation gives one out."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import CredentialRequest, CredentialView, credential_view
from wardlaw.store.credentials import KeptCredential, forget_credential, keep_credential, list_credentials

_NONCE_BYTES = 16


@get("/credentials", operation_id="credentials.list", summary="Credentials of servers of tools, by name")
async def list_kept(call: Given) -> tuple[CredentialView, ...]:
    """All of them; nothing tells of their values."""
    return await call.read(lambda turn: tuple(credential_view(kept) for kept in list_credentials(turn.connection)))


@post("/credentials", operation_id="credentials.set", summary="Keep a credential for a server of tools")
async def set_credential(call: Given, data: JSONBody[CredentialRequest]) -> CredentialView:
    """Seal a value, in the place of an earlier one; gateways follow within a second."""
    desk = call.deps.credentials

    def work(turn: Turn) -> Done[CredentialView]:
        nonce = turn.entropy(_NONCE_BYTES)
        sealed = desk.seal(data.server, data.name, data.value, nonce=nonce, now=turn.now)
        kept = KeptCredential(data.server, data.name, sealed, turn.person.id, turn.now)
        before = keep_credential(turn.connection, kept)
        view = credential_view(kept)

        def settle() -> CredentialView:
            if before:
                desk.erase(before)
            return view

        facts: dict[str, str | int] = {"server": data.server, "credential": data.name, "replaces": int(bool(before))}
        return Done(view, facts, then=settle)

    return await call.change(work)


@delete(
    "/credentials/{server:str}/{name:str}",
    operation_id="credentials.forget",
    summary="Forget a credential",
    status_code=200,
)
async def forget_kept(call: Given, server: FromPath[str], name: FromPath[str]) -> dict[str, str]:
    """Take it away and destroy its data key; sessions that were begun with it end within a second."""
    desk = call.deps.credentials

    def work(turn: Turn) -> Done[dict[str, str]]:
        before = forget_credential(turn.connection, server, name)
        gone = {"server": server, "forgotten": name}

        def settle() -> dict[str, str]:
            desk.erase(before)
            return gone

        return Done(gone, {"server": server, "credential": name}, then=settle)

    return await call.change(work)
