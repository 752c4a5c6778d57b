"""Message signatures: the other way a registered agent says for which person it acts (RFC 9421).

Instead of a JWT the agent signs the request itself with the Ed25519 key registered with its Wardlaw key::

    x-wardlaw-person: user:ada
    content-digest: sha-256=:…:
    signature-input: sig1=("@method" "@path" "@authority" "content-digest" "x-wardlaw-person");
        created=1790000000;keyid="key:helpdesk";alg="ed25519";nonce="…"
    signature: sig1=:…:

It holds what an assertion holds: at most a minute, once, for one body, one address and one person. Of the many things
RFC 9421 allows only this is taken: one signature, whole components without parameters, ``sha-256``.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from wardlaw.gateway.admitted import Refused, refuse
from wardlaw.gateway.assertion import LIFE_S, SKEW_S, Claimed
from wardlaw.gateway.keybook import HeldKey, may_act_for
from wardlaw.security.jwt import is_name

INPUT_HEADER = "signature-input"
SIGNATURE_HEADER = "signature"
DIGEST_HEADER = "content-digest"
PERSON_HEADER = "x-wardlaw-person"
COMPONENTS = ("@method", "@path", "@authority", DIGEST_HEADER, PERSON_HEADER)
"""What must be signed, in any order; a signature over less could be moved to another request."""

_MAX_CHARS = 1_024  # of one header; an honest one has some 250
_SIGNATURE_BYTES = 64  # RFC 8032
# Structured fields (RFC 9651) in the one form they are serialised in, since that text is what was signed.
_INPUT = re.compile(
    r'(?P<label>[a-z][a-z0-9_.-]{0,31})=(?P<value>\((?P<components>"[^"\\]*"(?: "[^"\\]*")*)\)(?P<params>(?:;[^;]+)+))'
)
_PARAM = re.compile(r'(?P<name>[a-z]+)=(?:"(?P<text>[ !#-\[\]-~]*)"|(?P<number>0|[1-9][0-9]{0,14}))')
_BYTES = re.compile(r"(?P<label>[a-z][a-z0-9_.-]{0,31}|sha-256)=:(?P<body>[A-Za-z0-9+/]+={0,2}):")
_KNOWN = frozenset(("created", "expires", "keyid", "alg", "nonce", "tag"))
_NONCE_CHARS = (8, 128)


class SignedRequest(msgspec.Struct, frozen=True):
    """The request a signature came with.

    Attributes:
        at: Unix seconds.
        path: Path as it was received, without the query.
        authority: Host it was sent to, lower case, the port only where it is not the scheme's own.
        audience: ``identity.assertion_audience``; a ``tag``, where there is one, must name it.
        fields: All header fields, names in lower case.
    """

    at: float
    method: str
    path: str
    authority: str
    audience: str
    fields: Sequence[tuple[str, str]]


class _Signed(msgspec.Struct, frozen=True):
    """The signature's own statement: ``value`` is the text of ``@signature-params``."""

    label: str
    value: str
    components: tuple[str, ...]
    texts: dict[str, str]
    numbers: dict[str, int]


def is_signed(fields: Sequence[tuple[str, str]]) -> bool:
    """Whether a request carries a message signature at all, whole or not."""
    return any(name in (INPUT_HEADER, SIGNATURE_HEADER) for name, _ in fields)


def check_signature(request: SignedRequest, held: HeldKey) -> Claimed | Refused:
    """Whether the message signature holds for the agent's key and this request.

    Whoever admits it must still use up ``once`` and compare ``body`` with the SHA-256 of the body, as for an assertion.

    Source: RFC 9421, sections 2.5 and 3.2; RFC 9530 for the digest.
    """
    key = held.entry.id
    if held.signing_key is None:
        return refuse("WL-ADM-020", "A message signature came with a key that has no signing key registered.", key=key)
    found = {
        name: _only(request.fields, name) for name in (INPUT_HEADER, SIGNATURE_HEADER, DIGEST_HEADER, PERSON_HEADER)
    }
    signed = _parse_input(found[INPUT_HEADER])
    signature = _parse_bytes(found[SIGNATURE_HEADER], signed.label) if signed is not None else None
    if signed is None or signature is None or len(signature) != _SIGNATURE_BYTES:
        return refuse("WL-ADM-021", "The message signature is not one Ed25519 signature in canonical form.", key=key)
    if signed.texts.get("alg") != "ed25519" or signed.texts.get("keyid") != key:
        return refuse("WL-ADM-021", "The message signature names another key or algorithm (keyid, alg).", key=key)
    if sorted(signed.components) != sorted(COMPONENTS):
        return refuse("WL-ADM-021", "The message signature does not cover exactly what it must.", key=key)
    base = _base(signed, request, found)
    if not _verifies(held, signature, base):
        return refuse("WL-ADM-021", "The message signature is not the registered key's over this request.", key=key)
    refusal = _check_times(signed, request, key)
    return refusal or _check_claims(signed, request, held, found)


def _check_times(signed: _Signed, request: SignedRequest, key: str) -> Refused | None:
    created, expires = signed.numbers.get("created"), signed.numbers.get("expires")
    if created is None:
        return refuse("WL-ADM-022", "The message signature does not say when it was made (created).", key=key)
    ends = created + LIFE_S if expires is None else min(float(expires), created + LIFE_S)
    if created > request.at + SKEW_S or request.at >= ends + SKEW_S:
        return refuse("WL-ADM-022", "The message signature is not valid yet or not any more.", key=key)
    return None


def _check_claims(signed: _Signed, request: SignedRequest, held: HeldKey, found: dict[str, str]) -> Claimed | Refused:
    entry = held.entry
    if signed.texts.get("tag", request.audience) != request.audience:
        return refuse("WL-ADM-023", "The message signature is meant for somebody else (tag).", key=entry.id)
    body = _parse_bytes(found[DIGEST_HEADER], "sha-256")
    if body is None or len(body) != hashlib.sha256().digest_size:
        return refuse("WL-ADM-025", "The message signature names no body (content-digest with sha-256).", key=entry.id)
    person, nonce = found[PERSON_HEADER], signed.texts.get("nonce", "")
    kind, _, name = person.partition(":")
    if kind != "user" or not is_name(name.replace("#", "", 1)) or not may_act_for(entry, person):
        return refuse("WL-ADM-026", "The agent may not act for the person its signature names.", key=entry.id)
    if not _NONCE_CHARS[0] <= len(nonce) <= _NONCE_CHARS[1]:
        return refuse("WL-ADM-021", "The message signature has no nonce of 8 to 128 characters.", key=entry.id)
    # Apart from the ids of assertions: the same text in both is two things.
    once = hashlib.sha256(f"{entry.principal.id}\x00rfc9421\x00{nonce}".encode()).digest()
    until = max(signed.numbers["created"] + LIFE_S, request.at) + SKEW_S + 1.0
    return Claimed(person, once, until, body)


def _base(signed: _Signed, request: SignedRequest, found: dict[str, str]) -> bytes:
    """The signature base (RFC 9421, section 2.5)."""
    values = {"@method": request.method, "@path": request.path, "@authority": request.authority} | found
    lines = [f'"{name}": {values[name]}' for name in signed.components]
    return "\n".join((*lines, f'"@signature-params": {signed.value}')).encode("utf-8", "surrogatepass")


def _verifies(held: HeldKey, signature: bytes, base: bytes) -> bool:
    assert held.signing_key is not None
    public = held.signing_key.raw_value
    if not isinstance(public, Ed25519PublicKey):
        return False
    try:
        public.verify(signature, base)
    except InvalidSignature:
        return False
    return True


def _only(fields: Sequence[tuple[str, str]], name: str) -> str:
    """The value of a header that stands once, is short and printable; ``""`` otherwise: a list could be read in two ways."""
    values = [value for field, value in fields if field == name]
    if len(values) != 1 or len(values[0]) > _MAX_CHARS:
        return ""
    value = values[0].strip(" \t")
    return value if value.isascii() and value.isprintable() else ""


def _parse_input(text: str) -> _Signed | None:
    match = _INPUT.fullmatch(text)
    if match is None:
        return None
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for part in match["params"][1:].split(";"):
        param = _PARAM.fullmatch(part)
        if param is None or param["name"] not in _KNOWN or param["name"] in texts.keys() | numbers.keys():
            return None
        if param["number"] is not None:
            numbers[param["name"]] = int(param["number"])
        else:
            texts[param["name"]] = param["text"]
    components = tuple(part[1:-1] for part in match["components"].split(" "))
    return _Signed(match["label"], match["value"], components, texts, numbers)


def _parse_bytes(text: str, label: str) -> bytes | None:
    """The one byte sequence of a dictionary with the one member ``label``, in canonical base64."""
    match = _BYTES.fullmatch(text)
    if match is None or match["label"] != label:
        return None
    try:
        body = b64decode(match["body"], validate=True)
    except Base64Error:
        return None
    return body if b64encode(body).decode() == match["body"] else None
