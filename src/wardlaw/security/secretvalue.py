"""Whether a value that a rule points at is a credential: by checksum, by the form of its kind, or by how random it is."""

from __future__ import annotations

import base64
import re
import zlib
from functools import cached_property

import msgspec

from wardlaw.security import randomness as chance
from wardlaw.security.rules.secretwords import (
    ANYBODYS,
    DIGEST_WORDS,
    ENVIRONMENTS,
    PUBLIC_NAMES,
    PUBLIC_PREFIXES,
    SECRET_MARKS,
    STRONG_NAME,
)

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = 6  # base-62 characters of a CRC32 at the end of GitHub and npm tokens
_DIGEST_WORD = re.compile(DIGEST_WORDS)
_PUBLIC_NAME = re.compile(PUBLIC_NAMES)
_STRONG = re.compile(STRONG_NAME)
# The name that stands before a value: the last word of letters, digits, dots and hyphens before the sign.
_NAME = re.compile(
    r"([A-Za-z_][\w.\-]*)[\"'`\])]*\s*(?:=>|:{1,3}=|\|\||[:=>?,|(]{1,3}|\s(?:is|ist|was))?[\s\"'`=>|(\[]*(?:(?i:bearer|basic|token) )?$"
)
_GIVEN = re.compile(r"[\w\])][\"'`]?[ \t]{0,3}(?:=>|:{1,3}=|={1,2}|\?=|\|\||[:>,])[ \t]{0,3}[\"'`]?$")
_FLAG = re.compile(r"--?([\w-]+)[ =]+[\"']?$")
_MINE = re.compile(
    r"\b(?:my|our|the|mein|für|for) ([a-z][\w-]{2,20}) (?:api |access |auth |client )?(?:key|token|secret|password) (?:is|was)[ :\"'`]*$"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_CREDENTIAL_END = re.compile(r"(?:api)?(?:key|token|secret|password|pass)s?$")
_SPECIAL = re.compile(r"[!#$%^*?+@&]")
_NO_PASSWORD = re.compile(r"(?:pass(?:word)?|pwd|secret|user|\w{0,3}|\$.*|%\w.*|\{.*|\[.*)")
# A line of wrapped base64 beside this one: a certificate, an image, a public key.
_LINE_BEFORE, _LINE_AFTER = re.compile(r"[0-9A-Za-z+/]{40,}\s*\n[ \t]*$"), re.compile(r"\s*\n[ \t]*[0-9A-Za-z+/]{40,}")
_GLUED = re.compile(r"([a-z]{2,8}|[A-Z]{2,8}|[A-Z][a-z]{1,7})([0-9a-f]{32,64})")
_CONTENT_ADDRESS = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}|baf[a-z2-7]{50,}|(?:bc1|ltc1|addr1|cosmos1)[0-9a-z]{30,}")
# What is no credential whatever it is given to: a digest with its name, a DOI, an address without a password in it,
# IPv6 and MAC addresses, an object of a cluster.
_NO_CREDENTIAL = re.compile(
    r"(?:sha-?\d{1,3}|md5|crc32|blake2[bs]?|blake3)[:=-]\S+|10\.\d{4,9}/\S+|(?!https?:)[a-z][a-z0-9+.-]{1,9}://[^@\s]*|"
    r"(?:[0-9a-fA-F]{0,4}:){4,7}[0-9a-fA-F]{1,4}|(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}|[a-z]+(?:\.[a-z0-9]+)*/[a-z0-9-]+"
)
_STATEMENT = re.compile(r"[;{&]|\n(?=[^\n]*\w)")
_TOKEN_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-")
_SEPARATED = re.compile(r"[_.\-~]")

_SHORT_PREFIX, _LONGEST_PART, _LEAST_BODY = 12, 12, 16
_FEW, _SOME, _MANY = 16, 24, 32


class Place(msgspec.Struct, frozen=True, dict=True):
    """A value and what stands around it.

    Attributes:
        value: The value a rule points at.
        before: Text before it, case kept.
        after: Text after it.
    """

    value: str
    before: str
    after: str

    @cached_property
    def near(self) -> str:
        """The last 32 characters before the value in lower case, no farther than the statement they stand in."""
        return _STATEMENT.split(self.before[-_MANY:].lower())[-1]

    @cached_property
    def name(self) -> str:
        """The name the value is given to; ``""`` where there is none."""
        match = _FLAG.search(self.before) or _NAME.search(self.before)
        return match[1] if match else ""


def verdict(check: str, place: Place) -> bool | None:
    """True: a credential; None: likely one, its checksum does not hold; False: none."""
    value = place.value
    match check:
        case "crc-github":
            return True if _crc_holds(value) else None
        case "jwt":
            return _jwt(value)
        case "basic":
            return _basic(value)
        case "pair":
            return not value.startswith(("-", "http"))
        case "password":
            return not _NO_PASSWORD.fullmatch(value)
        case "random":
            return _assigned(place)
        case "service":
            return chance.is_random(value) and not _DIGEST_WORD.search(place.near) and not _is_public(value)
        case "named":
            return _named(place)
        case "prefixed":
            return _prefixed(place)
        case "hook":
            return chance.is_mixed(value) or chance.is_base36(value)
        case "bare":
            return _bare(place)
        case _:
            return True


def _crc_holds(token: str) -> bool:
    """GitHub and npm: the last six base-62 digits are the CRC32 of what stands between prefix and checksum."""
    body = token.partition("_")[2]
    number, digits = zlib.crc32(body[:-_CHECKSUM].encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(_CHECKSUM, "0") == body[-_CHECKSUM:]


def _jwt(token: str) -> bool:
    """The header is base64url of JSON with an algorithm (RFC 7519)."""
    header = token.partition(".")[0]
    try:
        return b'"alg"' in base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    except ValueError:  # not base64 (binascii.Error), or not ASCII
        return False


def _basic(value: str) -> bool:
    """``user:password`` in base64 (RFC 7617)."""
    try:
        user, colon, password = base64.b64decode(value + "=" * (-len(value) % 4)).partition(b":")
    except ValueError:  # not base64 (binascii.Error), or not ASCII
        return False
    return bool(colon and user and password) and (user + password).isascii()


def _assigned(place: Place) -> bool:
    """Given to something called key, token or password: random and not public by purpose.

    A digest or a UUID counts only where the name says whose credential it is, or can be nothing else.
    """
    value = place.value
    if _DIGEST_WORD.search(place.near) or _is_public(value) or _NO_CREDENTIAL.fullmatch(value):
        return False
    if chance.is_readable(value):
        return False
    if chance.is_uuid(value):
        return _is_owned(place)
    if chance.is_digest(value):
        return _STRONG.search(place.near) is not None or _is_owned(place) or _FLAG.search(place.before) is not None
    return chance.is_random(value) or _is_password(value)


def _is_password(value: str) -> bool:
    """As people make them where rules of composition ask for it: small and capital letters, digits, a sign."""
    found = chance.kinds(value)
    return (
        "l" in found
        and "u" in found
        and "d" in found
        and _SPECIAL.search(value) is not None
        and not {"/", "=", "."} & set(value)
    )


def _is_owned(place: Place) -> bool:
    """The name says whose credential it is."""
    mine = _MINE.search(place.before.lower())
    words = [mine[1]] if mine else [word.lower() for word in _WORDS.findall(place.name)]
    others = [_CREDENTIAL_END.sub("", word) for word in words]
    return any(len(word) > 2 and word.isalpha() and word not in ANYBODYS for word in others)


def _is_public(value: str) -> bool:
    """An identifier whose prefix is known to be public, or an address of content or of a coin."""
    head = _SEPARATED.split(value, maxsplit=1)
    if _CONTENT_ADDRESS.fullmatch(value):
        return True
    return len(head) > 1 and head[0].lower() in PUBLIC_PREFIXES and not SECRET_MARKS & set(_prefix(value)[0])


def _named(place: Place) -> bool:
    """Given to a name that says nothing: only what can hardly be anything but a key."""
    value, name = place.value.rstrip("."), place.name
    if (
        not name
        or not _GIVEN.search(place.before)
        or _PUBLIC_NAME.fullmatch(name)
        or _DIGEST_WORD.search(place.near)
        or _is_public(value)
    ):
        return False
    if chance.is_structured(value) or place.after[:1] in ("/", "+", "=", "@"):
        return False
    return chance.is_mixed(value) or chance.is_base36(value)


def _prefix(value: str) -> tuple[list[str], str]:
    """The short parts a token begins with, in lower case, and the rest of it."""
    parts = _SEPARATED.split(value)
    heads: list[str] = []
    at = 0
    for part in parts[:-1]:
        if (
            len(part) > (_SOME if value[at + len(part)] == "." else _SHORT_PREFIX)
            or len(heads) == 4
            or (len(part) > 6 and chance.wordiness(part) == 0 and any(map(str.isdigit, part)))
        ):
            break
        heads.append(part.lower())
        at += len(part) + 1
    return heads, value[at:]


def _prefixed(place: Place) -> bool:
    """``xx_live_…``, ``xxx-…``: a short prefix with a random body; a prefix that names a credential needs less."""
    value = place.value.rstrip("=")
    # A path, a host or a part of a longer name; a colon right behind a name is that of an image's tag.
    if place.before[-1:] in ("/", "\\", "@", "#", ".", "-") or (
        place.before[-1:] == ":" and place.before[-2:-1].isalnum()
    ):
        return False
    if place.after[:1] in ("/", "@", "(") or _is_public(value) or _DIGEST_WORD.search(place.near[-16:]):
        return False
    heads, body = _prefix(value)
    longest = max(map(len, _SEPARATED.split(body)), default=0)
    if not heads or len(body) < _LEAST_BODY or longest < _LONGEST_PART or chance.is_readable(body):
        return False
    marks = SECRET_MARKS & set(heads)
    if chance.is_hex(body):
        plain = [head for head in heads if head not in PUBLIC_PREFIXES]
        if value[-len(body) - 1] == "." and any(len(head) >= _SHORT_PREFIX for head in heads):
            return len(body) >= _MANY and chance.is_mixed(value[: -len(body) - 1])
        return len(body) >= _SOME and bool(marks - ENVIRONMENTS or (plain and len(plain[0]) <= 6 and "." not in value))
    if marks or any(head.endswith(("pat", "key", "sk", "tok", "secret")) for head in heads):
        return chance.is_scrambled(body) or (chance.is_random(body) and len(body) >= _LEAST_BODY + 2)
    if len(body) < _SOME or chance.wordiness(value) >= 0.62:
        return False
    return chance.is_mixed(body) or chance.is_base36(body)


def _bare(place: Place) -> bool:
    """A long random token without a name: no digest, no path, no encoded text, no part of something longer."""
    value = place.value
    if _LINE_BEFORE.search(place.before) or _LINE_AFTER.match(place.after):
        return False
    if place.after[:1] in _TOKEN_CHARS or place.before[-1:] in ("+", "/", "=", "-", "#", "@", "&", "%"):
        return False
    if "/" in value or "+" in value or "=" in value or chance.is_hex(value) or _is_public(value):
        return False
    if _DIGEST_WORD.search(place.near) or chance.is_structured(value):
        return False
    if place.name and _PUBLIC_NAME.fullmatch(place.name):
        return False
    glued = _GLUED.fullmatch(value)
    if glued:
        return not chance.is_hex(glued[1]) and glued[1].lower() not in PUBLIC_PREFIXES
    longest = max(map(len, _SEPARATED.split(value)))
    if longest < _LONGEST_PART or (len(value) < _MANY and longest < _LEAST_BODY):
        return False
    if len(value) < _SOME and not (value.isalnum() and chance.switches(value) >= len(value) / 2.5):
        return False
    return chance.is_mixed(value) or (len(value) >= _SOME and chance.is_base36(value))
