"""Registered secrets and tripwires. The text is digested at once; it is neither stored nor logged."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import SecretRequest, SecretView, secret_view
from wardlaw.facts.person import Permission, Person, Role
from wardlaw.governance.rights import Circumstances, holds_any
from wardlaw.store import people, secrets
from wardlaw.store.loosenings import ask_to_loosen, end_loosening, list_loosenings


@get("/secrets", operation_id="secrets.list", summary="Registered secrets and tripwires, by name")
async def list_secrets(call: Given) -> tuple[SecretView, ...]:
    """All of them; nothing tells of their texts."""

    def work(turn: Turn) -> tuple[SecretView, ...]:
        asked = list_loosenings(turn.connection, now=turn.now)
        views = (secret_view(kept) for kept in secrets.list_secrets(turn.connection))
        return tuple(
            msgspec.structs.replace(one, removal_asked_by=asked[one.id].asked_by) if one.id in asked else one
            for one in views
        )

    return await call.read(work)


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
    """Forget a fingerprint: who tunes detectors asks, who answers for risk agrees by the same call (SOD-10)."""
    roles = call.deps.roles

    def asker(turn: Turn) -> Person | None:
        """Somebody else who asked, and could still do so."""
        asked = list_loosenings(turn.connection, now=turn.now).get(secret_id)
        if asked is None or asked.asked_by in turn.selves:
            return None
        first = people.get_person(turn.connection, asked.asked_by)
        return first if holds_any(first, (Permission.TUNE_DETECTOR,), book=roles) else None

    def agrees(turn: Turn) -> bool:
        return asker(turn) is not None and Role.RISK in turn.person.roles

    def work(turn: Turn) -> Done[dict[str, str]]:
        if agrees(turn):
            secrets.remove_secret(turn.connection, secret_id)
            first = list_loosenings(turn.connection, now=turn.now)[secret_id].asked_by
            end_loosening(turn.connection, secret_id)
            return Done({"removed": secret_id}, {"secret": secret_id, "asked_by": first})
        ask_to_loosen(turn.connection, secret_id, by=turn.person.id, now=turn.now)
        return Done({"asked": secret_id, "waits_for": Role.RISK.value}, {"secret": secret_id, "asked": 1})

    def circumstances(turn: Turn) -> Circumstances:
        secrets.need_secret(turn.connection, secret_id)
        tunes = holds_any(turn.person, (Permission.TUNE_DETECTOR,), book=roles)
        return Circumstances(loosens=True, asks=tunes and not agrees(turn), first=asker(turn))

    return await call.change(work, circumstances=circumstances)
