"""Tokens of identity providers: strict reading, one signature check, checked claims.

The compact form is taken apart here, once, and what was taken apart is what is verified, so that no
two parsers can disagree; the signature algorithms themselves are joserfc's. The key is chosen by
issuer and ``kid`` among the issuer's own published keys; keys, addresses and certificates that a
token brings along (``jwk``, ``jku``, ``x5u``, ``x5c``) are never looked at.

Sources: RFC 7515, RFC 7517, RFC 7519, RFC 8725 (best practices), RFC 9864.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

TOKEN_CHARS = 16_384  # a header line beyond this is no token; the largest seen carry some hundred groups
_NAME_CHARS = 256
_RSA_BITS = 2048  # RFC 7518 §3.3: keys of this size or larger must be used
_KEYS_PER_SET = 200  # issuers publish a handful; more is not a key set


class Token(msgspec.Struct, frozen=True):
    """A token taken apart; nothing in it is verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def text(self, name: str) -> str:
        """A claim that is text, ``""`` when it is missing or something else."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """A claim that is a finite number of seconds (RFC 7519 NumericDate)."""
        value = self.claims.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        try:
            number = float(value)
        except OverflowError:
            return None
        return number if math.isfinite(number) else None

    def audiences(self) -> tuple[str, ...]:
        """The ``aud`` claim, one or several; none when it is malformed."""
        value = self.claims.get("aud")
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        return ()


class IssuerKeys(msgspec.Struct, frozen=True):
    """Published keys of one issuer that can verify signatures; ``version`` changes with them."""

    keys: tuple[Key, ...]
    version: int = 0


def read_token(text: str) -> Token | None:
    """The token's parts; ``None`` when it is not a JWS in compact form with JSON inside."""
    if len(text) > TOKEN_CHARS or not text.isascii():
        return None
    parts = text.split(".")
    if len(parts) != 3 or not all(parts):
        return None
    raw = [decode_base64url(part) for part in parts]
    if raw[0] is None or raw[1] is None or raw[2] is None:
        return None
    header, claims = read_object(raw[0]), read_object(raw[1])
    # `crit` names extensions that must be understood, and we understand none (RFC 7515 §4.1.11);
    # `b64` (RFC 7797) would change what is signed.
    if header is None or claims is None or "crit" in header or "b64" in header:
        return None
    return Token(header, claims, f"{parts[0]}.{parts[1]}".encode(), raw[2])


def read_object(raw: bytes) -> dict[str, Any] | None:
    """A JSON object without duplicate keys and without NaN; ``None`` for anything else."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def decode_base64url(text: str) -> bytes | None:
    """Unpadded base64url in its one canonical form; ``None`` otherwise."""
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    return raw if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text else None


def read_jwks(raw: bytes, *, version: int = 0) -> IssuerKeys | None:
    """The usable keys of a JWK Set; ``None`` when it is not one. Symmetric, private and odd keys are left out."""
    document = read_object(raw)
    listed = document.get("keys") if document is not None else None
    if not isinstance(listed, list) or len(listed) > _KEYS_PER_SET:
        return None
    keys = (_import_key(entry) for entry in listed)
    return IssuerKeys(tuple(key for key in keys if key is not None), version)


def choose_key(keys: IssuerKeys, token: Token, alg: str) -> Key | None:
    """The issuer's key that must have signed: by ``kid``, or the only one that fits when none is named."""
    kid = token.header.get("kid")
    fitting = [key for key in keys.keys if _fits(key, alg)]
    if kid is None:
        return fitting[0] if len(fitting) == 1 else None
    named = [key for key in fitting if isinstance(kid, str) and key.get("kid") == kid]
    return named[0] if len(named) == 1 else None


def verify(token: Token, key: Key, alg: str) -> bool:
    """The signature over the token is the key's. Never raises."""
    if not _fits(key, alg):
        return False
    try:
        return bool(JWSRegistry.algorithms[alg].verify(token.signed, token.signature, key))
    except (JoseError, ValueError, TypeError):
        return False


def is_text(text: str) -> bool:
    """A claim fit to be kept: printable and short."""
    return len(text) <= _NAME_CHARS and text.isprintable()


def is_name(name: str) -> bool:
    """A name fit for an id: printable, without spaces; ``#`` separates the issuer, ``*`` means anybody."""
    return bool(name) and is_text(name) and not (set(name) & {" ", "#", "*"})


def _fits(key: Key, alg: str) -> bool:
    """Key type, size, curve and declared use allow ``alg``; algorithms not listed here are never accepted."""
    match alg:
        case "RS256" | "PS256":
            fits = isinstance(key, RSAKey) and key.public_key.key_size >= _RSA_BITS
        case "ES256":
            fits = isinstance(key, ECKey) and key.curve_name == "P-256"
        case "EdDSA" | "Ed25519":
            fits = isinstance(key, OKPKey) and key.curve_name == "Ed25519"
        case _:
            return False
    declared = key.get("alg")
    same = declared in (None, alg) or {declared, alg} == {"EdDSA", "Ed25519"}
    return fits and same and key.get("use") in (None, "sig")


def _import_key(entry: Any) -> Key | None:
    if not isinstance(entry, dict) or "d" in entry or "k" in entry:
        return None
    kinds: dict[Any, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    kind = kinds.get(entry.get("kty")) if isinstance(entry.get("kty"), str) else None
    if kind is None or (kind is RSAKey and not _is_long(entry.get("n"))):
        return None
    try:
        key: Key = kind.import_key(entry)
        key.public_key  # noqa: B018 -- numbers that are no key fail here, not at the first token
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None
    return key


def _is_long(modulus: object) -> bool:
    raw = decode_base64url(modulus) if isinstance(modulus, str) else None
    return raw is not None and len(raw.lstrip(b"\x00")) * 8 >= _RSA_BITS


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)
