"""The Wardlaw keys in force: an immutable lookup, swapped as a whole when keys change."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

import msgspec
from joserfc.jwk import OKPKey

from wardlaw.facts.credential import KeyEntry
from wardlaw.facts.principal import PrincipalKind
from wardlaw.gateway.admitted import Admitted, Refused, Scope, refuse

_KEY_CHARS = 256  # a Wardlaw key is `wl_`, a name and 43 characters of base64: far below
ANYBODY = "*"


class HeldKey(msgspec.Struct, frozen=True):
    """One key, ready to answer with.

    Attributes:
        signing_key: Verifies assertions of the agent; ``None`` when it has none or it is not an Ed25519 key.
    """

    entry: KeyEntry
    admitted: Admitted
    signing_key: OKPKey | None = None

    def refusal(self, at: float) -> Refused | None:
        """Why the key is not good at ``at``; ``None`` when it is."""
        entry = self.entry
        # A revocation is final, whatever time it carries: clocks differ, and it may have been set ahead of ours.
        if entry.revoked_at:
            return refuse("WL-ADM-006", "The key has been revoked.", key=entry.id)
        if entry.expires_at and at >= entry.expires_at:
            return refuse("WL-ADM-005", "The key has expired.", key=entry.id)
        return None


class KeyBook:
    """Looks keys up by the SHA-256 of their text.

    The text carries 256 random bits, so what the time of a lookup tells about digests helps nobody.
    """

    def __init__(self, entries: Iterable[KeyEntry] = ()) -> None:
        self._by_digest: dict[bytes, HeldKey] = {}
        self._by_principal: dict[str, list[HeldKey]] = {}
        for entry in entries:
            digest = _digest_of(entry)
            if digest is None or digest in self._by_digest:
                continue
            held = HeldKey(entry, Admitted(entry.principal, _scope_of(entry)), _signing_key(entry.signing_key))
            self._by_digest[digest] = held
            self._by_principal.setdefault(entry.principal.id, []).append(held)

    def find(self, text: str) -> HeldKey | None:
        """The key with this text, whether it is still good or not."""
        if len(text) > _KEY_CHARS:
            return None
        return self._by_digest.get(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest())

    def knows(self, principal: str) -> bool:
        """Any key was ever issued to the principal."""
        return principal in self._by_principal

    def scope_of_person(self, person: str, at: float) -> Scope | None:
        """What a person may reach by its own keys: all of them together.

        ``None`` when every key of the person is revoked or expired: it has no rights left to lend. A
        person without any key signs in at the identity provider and is not limited here.
        """
        held = self._by_principal.get(person)
        if not held:
            return Scope()
        return _united(key for key in held if key.refusal(at) is None)

    def scope_of_agent(self, agent: str, person: str, at: float) -> Scope | None:
        """What a registered agent may reach for ``person``; ``None`` when no good key of it names the person."""
        return _united(
            key
            for key in self._by_principal.get(agent, ())
            if key.refusal(at) is None
            and key.entry.principal.kind is PrincipalKind.AGENT
            and may_act_for(key.entry, person)
        )


def may_act_for(entry: KeyEntry, person: str) -> bool:
    """The key's agent may act for the person."""
    return person in entry.persons or ANYBODY in entry.persons


def _united(keys: Iterable[HeldKey]) -> Scope | None:
    scope: Scope | None = None
    for key in keys:
        scope = key.admitted.scope if scope is None else scope.unite(key.admitted.scope)
    return scope


def _scope_of(entry: KeyEntry) -> Scope:
    return Scope(frozenset(entry.models) or None, frozenset(entry.routes) or None)


def _digest_of(entry: KeyEntry) -> bytes | None:
    try:
        digest = bytes.fromhex(entry.secret_sha256)
    except ValueError:
        return None
    return digest if len(digest) == hashlib.sha256().digest_size else None


def _signing_key(text: str) -> OKPKey | None:
    if not text:
        return None
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x}) if len(raw) == 32 else None
    except (ValueError, binascii.Error):
        return None
