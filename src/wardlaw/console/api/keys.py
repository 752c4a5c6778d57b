"""Wardlaw keys: the credentials of principals at the gateway."""

from __future__ import annotations

import binascii
from base64 import b64decode

from litestar import get, post
from litestar.params import FromPath, JSONBody

from wardlaw.console.api.desk import Done, Given, Turn
from wardlaw.console.api.shapes import DAY_S, KeyRequest, KeyView, NewKeyText, Rotation, key_view
from wardlaw.facts.canary import KEY_PREFIX
from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.errors import InputError
from wardlaw.facts.keytext import SECRET_BYTES
from wardlaw.facts.principal import Principal, PrincipalKind
from wardlaw.store import keys

_KINDS = {"user": PrincipalKind.USER, "agent": PrincipalKind.AGENT, "nhi": PrincipalKind.NHI}
_ED25519_BYTES = 32  # RFC 8032, section 5.1.5


@get("/keys", operation_id="keys.list", summary="All keys, without their texts")
async def list_keys(call: Given) -> tuple[KeyView, ...]:
    """Every key, ended ones too."""
    return await call.read(lambda turn: tuple(key_view(key) for key in keys.list_keys(turn.connection)))


@post("/keys", operation_id="keys.create", summary="Create a key; its text is shown once")
async def create_key(call: Given, data: JSONBody[KeyRequest]) -> NewKeyText:
    """Create a key for a principal."""

    def work(turn: Turn) -> Done[NewKeyText]:
        entry = _entry(data, turn.now)
        owner = data.owner or turn.person.id
        secret = turn.entropy(SECRET_BYTES)
        return _made(keys.create_key(turn.connection, entry, owner=owner, secret=secret, now=turn.now))

    return await call.change(work)


@post("/keys/{key_id:str}/rotate", operation_id="keys.rotate", summary="Replace a key; both live for a while")
async def rotate_key(call: Given, key_id: FromPath[str], data: JSONBody[Rotation]) -> NewKeyText:
    """Create a successor with the same rights; the old key ends after the overlap."""

    def work(turn: Turn) -> Done[NewKeyText]:
        _refuse_canary(key_id)
        secret = turn.entropy(SECRET_BYTES)
        made = keys.rotate_key(turn.connection, key_id, secret=secret, now=turn.now, overlap_s=data.overlap_s)
        done = _made(made)
        return Done(done.answer, {**done.facts, "replaces": key_id, "overlap_s": data.overlap_s})

    return await call.change(work)


@post("/keys/{key_id:str}/revoke", operation_id="keys.revoke", summary="Revoke a key at once", status_code=200)
async def revoke_key(call: Given, key_id: FromPath[str]) -> KeyView:
    """End a key; gateways follow within a second."""

    def work(turn: Turn) -> Done[KeyView]:
        key = keys.revoke_key(turn.connection, key_id, now=turn.now)
        return Done(key_view(key), {"key": key_id, "principal": key.entry.principal.id})

    return await call.change(work)


def _refuse_canary(key_id: str) -> None:
    """Keys of canaries are no person's: gates and the inventory look past them, because nothing real answers them."""
    if key_id.startswith(KEY_PREFIX):
        raise InputError(
            "WL-API-021", f"Keys called {KEY_PREFIX}… are Wardlaw's own, for canaries.", "Choose another id."
        )


def _entry(data: KeyRequest, now: float) -> KeyEntry:
    _refuse_canary(data.id)
    kind = _KINDS[data.principal.partition(":")[0]]
    if kind is not PrincipalKind.AGENT and (data.persons or data.signing_key):
        raise InputError(
            "WL-API-015",
            "Only an agent's key acts for persons or signs assertions.",
            "Use a principal agent:…, or leave persons and signing_key out.",
        )
    if data.signing_key:
        _check_signing_key(data.signing_key)
    principal = Principal(
        id=data.principal,
        kind=kind,
        name=data.name,
        team=data.team,
        groups=data.groups,
        credential=data.id,
        app_user_channel=data.app_user_channel,
    )
    return KeyEntry(
        id=data.id,
        secret_sha256="",
        principal=principal,
        models=data.models,
        routes=data.routes,
        expires_at=now + data.days * DAY_S if data.days else 0.0,
        persons=data.persons,
        signing_key=data.signing_key,
    )


def _check_signing_key(text: str) -> None:
    try:
        right = len(b64decode(text, validate=True)) == _ED25519_BYTES
    except (binascii.Error, ValueError):
        right = False
    if not right:
        raise InputError(
            "WL-API-015", "The signing key is not an Ed25519 public key.", "Give its 32 bytes as standard base64."
        )


def _made(made: tuple[keys.OwnedKey, str]) -> Done[NewKeyText]:
    key, text = made
    facts: dict[str, str | int] = {"key": key.entry.id, "principal": key.entry.principal.id, "owner": key.owner}
    return Done(NewKeyText(key_view(key), text), facts)
