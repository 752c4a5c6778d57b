"""Registered secrets and tripwires. The text is digested at once; it is neither stored nor logged."""

from __future__ import annotations

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import SecretRequest, SecretView, secret_view
from wardlaw.store import secrets


@get("/secrets", operation_id="secrets.list", summary="Registered secrets and tripwires, by name")
async def list_secrets(call: Given) -> tuple[SecretView, ...]:
    """All of them; nothing tells of their texts."""
    return await call.read(lambda turn: tuple(secret_view(kept) for kept in secrets.list_secrets(turn.connection)))


@post("/secrets", operation_id="secrets.register", summary="Watch for a secret or tripwire")
async def register_secret(call: Given, data: JSONBody[SecretRequest]) -> SecretView:
    """Keep a keyed fingerprint of the text."""
    tripwire = data.id.startswith("tripwire:")

    def work(turn: Turn) -> Done[SecretView]:
        fingerprint = call.deps.fingerprint(data.text, data.id, tripwire)
        secrets.keep_secret(turn.connection, fingerprint, by=turn.person.id, now=turn.now)
        view = SecretView(data.id, tripwire, turn.person.id, turn.now)
        return Done(view, {"secret": data.id, "tripwire": int(tripwire)})

    return await call.change(work)


@delete("/secrets/{secret_id:str}", operation_id="secrets.remove", summary="Stop watching", status_code=200)
async def remove_secret(call: Given, secret_id: FromPath[str]) -> dict[str, str]:
    """Forget a fingerprint."""

    def work(turn: Turn) -> Done[dict[str, str]]:
        secrets.remove_secret(turn.connection, secret_id)
        return Done({"removed": secret_id}, {"secret": secret_id})

    return await call.change(work)
