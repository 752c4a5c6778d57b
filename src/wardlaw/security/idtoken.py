"""What an identity provider's tokens must say before anybody is let in, or a session is ended, because of them.

Total: each check answers what the token says, or why it is not believed. The signature is checked elsewhere, against
keys of the issuer alone, and before anything here is believed.

Sources: OpenID Connect Core 1.0, sections 3.1.3.7 (validation), 3.1.3.6 (at_hash) and 2 (claims); OpenID Connect
Back-Channel Logout 1.0, sections 2.4 and 2.6; RFC 8725.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from wardlaw.security.jwt import Token, is_text

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_LIFE_S = 86_400.0
"""A logout token that holds for longer than a day is refused: it is remembered for as long as it holds."""

_GROUPS = 1_000
_HASHES = {"RS256": hashlib.sha256, "PS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


class Expected(msgspec.Struct, frozen=True):
    """What a token is held against; times in Unix seconds.

    Attributes:
        nonce: The one this browser was sent away with.
        since: When it was sent away.
        skew_s: Difference between clocks that is tolerated.
        max_age_s: Longest time from proving who they are to being sent away; -1 where none was asked for.
        acr: Ways of proving it, one of which must have been taken; empty for any.
    """

    issuer: str
    client_id: str
    nonce: str
    since: float
    now: float
    skew_s: float
    max_age_s: float = -1.0
    acr: tuple[str, ...] = ()


class Doubt(msgspec.Struct, frozen=True):
    """Why a token is not believed, in words that repeat nothing of it."""

    why: str


class Identified(msgspec.Struct, frozen=True):
    """Who the provider says it is.

    Attributes:
        groups: None where the provider left them out because there are too many.
        auth_time: When they proved it there, Unix seconds; 0 where the provider does not say.
        texts: All claims that are texts, by name.
    """

    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    groups: tuple[str, ...] | None = ()
    auth_time: float = 0.0
    acr: str = ""
    amr: tuple[str, ...] = ()
    sid: str = ""
    texts: dict[str, str] = {}


class LoggedOut(msgspec.Struct, frozen=True):
    """Whose sessions end, by ``sid``, by ``subject`` or by both; ``until`` is when the token is worth nothing anyway."""

    id: str
    subject: str
    sid: str
    until: float


def read_id_token(token: Token, expected: Expected, *, groups_claim: str, access_token: str) -> Identified | Doubt:
    """Who an ID token is about, once everything in it is as expected.

    Args:
        token: Signed by a key of the issuer, which was checked before.
        access_token: The one that came with it, which ``at_hash`` is held against.
    """
    why = (
        _wrong_type(token, ("jwt",))
        or _wrong_party(token, expected)
        or _wrong_time(token, expected, since=expected.since)
        or _wrong_answer(token, expected)
        or _wrong_hash(token, access_token)
        or _wrong_proof(token, expected)
    )
    subject = token.text("sub")
    if not why and not _is_subject(subject):
        why = "it names nobody"
    if why:
        return Doubt(why)
    texts = {name: value for name, value in token.claims.items() if isinstance(value, str)}
    return Identified(
        subject=subject,
        name=_told(token, "name"),
        email=_told(token, "email"),
        email_verified=token.claims.get("email_verified") is True,
        groups=_groups(token, groups_claim),
        auth_time=token.number("auth_time") or 0.0,
        acr=_told(token, "acr"),
        amr=_words(token.claims.get("amr")),
        sid=_told(token, "sid"),
        texts=texts,
    )


def read_logout_token(token: Token, expected: Expected) -> LoggedOut | Doubt:
    """Whose sessions a logout token ends.

    Args:
        token: Signed by a key of the issuer, which was checked before.
        expected: ``nonce`` and ``since`` are not looked at.
    """
    events = token.claims.get("events")
    identity, until = token.text("jti"), token.number("exp") or 0.0
    subject, sid = token.text("sub"), token.text("sid")
    why = (
        _wrong_type(token, ("logout+jwt", "jwt"))
        or _wrong_party(token, expected)
        or _wrong_time(token, expected, since=expected.now - MAX_LIFE_S)
    )
    if not why and until > expected.now + MAX_LIFE_S:
        why = "it holds for more than a day"
    if not why and not (isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)):
        why = "it is about something else than signing out"
    if not why and "nonce" in token.claims:  # an ID token must never pass for one
        why = "it has a nonce"
    if not why and not (identity and is_text(identity)):
        why = "it has no id"
    if not why and not (subject or sid):
        why = "it names nobody"
    return Doubt(why) if why else LoggedOut(identity, subject, sid, until + expected.skew_s)


def _wrong_type(token: Token, types: tuple[str, ...]) -> str:
    said = token.header.get("typ", "JWT")
    # Other kinds of tokens of the same issuer say so here (RFC 9068, RFC 8417): none of them is this one.
    return (
        "" if isinstance(said, str) and said.lower().removeprefix("application/") in types else "it is of another kind"
    )


def _wrong_party(token: Token, expected: Expected) -> str:
    if token.text("iss") != expected.issuer:
        return "it is of another issuer"
    # Audiences beside ours would be trusted with what is ours: none is.
    if token.audiences() != (expected.client_id,):
        return "it is for another audience"
    if "azp" in token.claims and token.text("azp") != expected.client_id:
        return "it was given to another party"
    return ""


def _wrong_time(token: Token, expected: Expected, *, since: float) -> str:
    now, skew_s = expected.now, expected.skew_s
    until, made = token.number("exp"), token.number("iat")
    if until is None or made is None:
        return "it does not say when it was made and how long it holds"
    if now >= until + skew_s:
        return "it has expired"
    if made > now + skew_s:
        return "it was made in the future"
    if made < since - skew_s:
        return "it was made before it was asked for"
    begins = token.number("nbf")
    if "nbf" in token.claims and (begins is None or begins > now + skew_s):
        return "it does not hold yet"
    return ""


def _wrong_answer(token: Token, expected: Expected) -> str:
    said = token.text("nonce")
    is_ours = bool(expected.nonce) and hmac.compare_digest(said.encode(), expected.nonce.encode())
    return "" if is_ours else "it answers another request"


def _wrong_hash(token: Token, access_token: str) -> str:
    if "at_hash" not in token.claims:
        return ""  # optional where the token comes from the token endpoint
    make = _HASHES.get(str(token.header.get("alg")))
    if make is None:
        return "it is signed in a way nobody asked for"
    digest = make(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    return "" if hmac.compare_digest(token.text("at_hash").encode(), wanted) else "it came with another access token"


def _wrong_proof(token: Token, expected: Expected) -> str:
    proved = token.number("auth_time")
    if "auth_time" in token.claims and (proved is None or proved > expected.now + expected.skew_s):
        return "the time of the proof is not one"
    if expected.max_age_s >= 0:
        if proved is None:
            return "it does not say when the person proved who they are"
        if proved < expected.since - expected.max_age_s - expected.skew_s:
            return "the person proved who they are too long ago"
    if expected.acr and token.text("acr") not in expected.acr:
        return "the person did not prove who they are in one of the ways that are asked for"
    return ""


def _is_subject(subject: str) -> bool:
    # Core 1.0, section 2: at most 255 ASCII characters, and they are compared letter by letter.
    return 0 < len(subject) <= 255 and subject.isascii() and subject.isprintable()


def _told(token: Token, name: str) -> str:
    value = token.text(name)
    return value if is_text(value) else ""


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value[:16] if isinstance(one, str) and one.isprintable() and 0 < len(one) <= 32)


def _groups(token: Token, claim: str) -> tuple[str, ...] | None:
    """Groups of the claim; None where they were left out, which is not the same as having none."""
    # Microsoft Entra ID leaves groups out of a token with too many of them, and says so in one of these.
    overage = token.claims.get("_claim_names")
    if (isinstance(overage, dict) and claim in overage) or token.claims.get("hasgroups") is True:
        return None
    value = token.claims.get(claim, [])
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list) or len(value) > _GROUPS or not all(isinstance(one, str) for one in value):
        return None
    return tuple(value)
