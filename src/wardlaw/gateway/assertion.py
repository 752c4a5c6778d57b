"""Assertions: how a registered agent says for which person it acts.

A short JWT in ``x-wardlaw-assertion``, signed with the Ed25519 key registered with the agent's
Wardlaw key, beside that key itself::

    {"alg": "EdDSA"}
    {"iss": "agent:helpdesk", "sub": "user:ada", "aud": "wardlaw", "iat": …, "exp": …,
     "jti": "…", "body_sha256": "…"}

It lives for at most a minute, counts once, and is good for one body. ``method`` and ``path`` may be
named as well and then must agree.
"""

from __future__ import annotations

import hashlib

import msgspec

from wardlaw.gateway.admitted import Refused, refuse
from wardlaw.gateway.keybook import HeldKey, may_act_for
from wardlaw.security.jwt import Token, is_name, read_token, verify

ASSERTION_HEADER = "x-wardlaw-assertion"
LIFE_S = 60.0  # DESIGN, *What an attacker will try*: at most 60 s
SKEW_S = 5.0  # agents run beside the gateway or keep time; a minute's life leaves no room for more
_JTI_CHARS = (8, 128)
_ALGORITHMS = ("EdDSA", "Ed25519")


class Claimed(msgspec.Struct, frozen=True):
    """A verified assertion, its id not yet used up.

    Attributes:
        once: Token for ``use_once``, valid up to ``until``.
        body: SHA-256 of the body it is good for.
    """

    person: str
    once: bytes
    until: float
    body: bytes


class Occasion(msgspec.Struct, frozen=True):
    """The request an assertion came with."""

    at: float
    method: str
    path: str
    audience: str


def check_assertion(text: str, held: HeldKey, occasion: Occasion) -> Claimed | Refused:
    """Whether the assertion holds for the agent's key and this request.

    Source: RFC 7519 for the claims; DESIGN, *Nothing from outside is trusted as structure*.
    """
    key = held.entry.id
    if held.signing_key is None:
        return refuse("WL-ADM-020", "An assertion came with a key that has no signing key registered.", key=key)
    token = read_token(text)
    alg = token.header.get("alg") if token is not None else None
    if token is None or not isinstance(alg, str) or alg not in _ALGORITHMS:
        return refuse("WL-ADM-021", "The assertion is not a JWT signed with Ed25519.", key=key)
    if not verify(token, held.signing_key, alg):
        return refuse("WL-ADM-021", "The assertion's signature is not the registered key's.", key=key)
    return _check_times(token, held, occasion) or _check_claims(token, held, occasion)


def _check_times(token: Token, held: HeldKey, occasion: Occasion) -> Refused | None:
    issued, ends = token.number("iat"), token.number("exp")
    key, at = held.entry.id, occasion.at
    if issued is None or ends is None or not 0 < ends - issued <= LIFE_S:
        return refuse("WL-ADM-022", "The assertion names no life of at most 60 s (iat, exp).", key=key)
    if issued > at + SKEW_S or at >= ends + SKEW_S:
        return refuse("WL-ADM-022", "The assertion is not valid yet or not any more.", key=key)
    before = token.number("nbf")
    if "nbf" in token.claims and (before is None or before > at + SKEW_S):
        return refuse("WL-ADM-022", "The assertion is not valid yet (nbf).", key=key)
    return None


def _check_claims(token: Token, held: HeldKey, occasion: Occasion) -> Claimed | Refused:
    entry = held.entry
    if token.audiences() != (occasion.audience,):
        return refuse("WL-ADM-023", "The assertion is meant for somebody else (aud).", key=entry.id)
    if token.text("iss") != entry.principal.id:
        return refuse("WL-ADM-023", "The assertion's issuer is not the agent of the key (iss).", key=entry.id)
    for name, expected in (("method", occasion.method), ("path", occasion.path)):
        if name in token.claims and token.claims[name] != expected:
            return refuse("WL-ADM-025", f"The assertion was made for another {name}.", key=entry.id)
    body = _digest(token.text("body_sha256"))
    if body is None:
        return refuse("WL-ADM-025", "The assertion names no body (body_sha256).", key=entry.id)
    person, single = token.text("sub"), token.text("jti")
    kind, _, name = person.partition(":")
    # "#" stands in ids of people from a second identity provider, see `Admission`.
    if kind != "user" or not is_name(name.replace("#", "", 1)) or not may_act_for(entry, person):
        return refuse("WL-ADM-026", "The agent may not act for the person its assertion names.", key=entry.id)
    if not _JTI_CHARS[0] <= len(single) <= _JTI_CHARS[1]:
        return refuse("WL-ADM-021", "The assertion has no id of 8 to 128 characters (jti).", key=entry.id)
    ends = token.number("exp") or 0.0
    once = hashlib.sha256(f"{entry.principal.id}\x00{single}".encode("utf-8", "surrogatepass")).digest()
    # The id is kept past the skew, or it could be used again in those seconds.
    return Claimed(person, once, max(ends, occasion.at) + SKEW_S + 1.0, body)


def _digest(text: str) -> bytes | None:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw if len(raw) == hashlib.sha256().digest_size else None
