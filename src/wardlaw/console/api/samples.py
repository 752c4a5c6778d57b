"""Sample requests through the door, for a first look."""

from __future__ import annotations

from litestar import post

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import KeyView, key_view
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.store import keys

_LIFE_S = 300.0


@post("/samples", operation_id="samples.send", summary="Send some requests through the door", status_code=202)
async def send_samples(call: Given) -> KeyView:
    """Make a key that lives for some minutes, and send requests with it in the background."""

    def work(turn: Turn) -> Done[KeyView]:
        sender = call.deps.samples
        if sender is None:
            raise InputError(
                "WL-API-022",
                "Sample requests go to the model that ships with Wardlaw alone, and it is not behind this door.",
                "Send a request with a key of your own: wardlaw key create my-app --principal user:me.",
            )
        name = f"key:sample-{turn.entropy(4).hex()}"
        principal = Principal("user:sample", PrincipalKind.USER, name="Sample", credential=name)
        entry = KeyEntry(id=name, secret_sha256="", principal=principal, expires_at=turn.now + _LIFE_S)
        secret = turn.entropy(SECRET_BYTES)
        key, text = keys.create_key(turn.connection, entry, owner=turn.person.id, secret=secret, now=turn.now)
        view = key_view(key)

        def begin() -> KeyView:
            sender.begin(text)
            return view

        return Done(view, {"key": name, "principal": principal.id}, then=begin)

    return await call.change(work)
