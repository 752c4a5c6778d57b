"""Credentials recognised by their format, their checksum, or by an assignment of something random.

Level BLOCK is for what can hardly be anything else (a provider's own prefix and length, a checksum that holds, a
private key); REVIEW for random values given to something called key, token or password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import cache

import re2

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.decode import TOKENS, scan_options
from wardlaw.security.normalise import Views
from wardlaw.security.rules.secrets import (
    ASSIGNED,
    BARE,
    PLACEHOLDERS,
    PROVIDERS,
    SERVICE,
    URL_PASSWORD,
    WITHOUT_RUN,
    SecretRule,
)
from wardlaw.security.views import Layer, View

NAME = "secrets"
RULES: tuple[SecretRule, ...] = (*PROVIDERS, URL_PASSWORD, SERVICE, ASSIGNED, BARE)
_CERTAIN, _LIKELY = 950, 650
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = 6  # base-62 characters of a CRC32 at the end of GitHub and npm tokens

_BARE_LENGTH = 32
_PLACEHOLDER = re.compile(PLACEHOLDERS)
_UUID = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HEX = re.compile(r"(?i)(?:0x)?[0-9a-f]+")
_DIGEST_WORD = re.compile(
    r"sha-?\d|md5|digest|checksum|hash|integrity|commit|fingerprint|etag|revision|uuid|guid|trace|request.?id|nonce|"
    r"block|image|signature|base64,|data:|\bid\b|\burl\b|\bpath|\bpublic|cert|ssh-|\brev\b|sri"
)
# Shapes of identifiers, paths, versions, addresses and calls: not random although they are long.
_STRUCTURED = re.compile(
    r"(?i:sha\d{1,3}[-:=].*)|[A-Za-z]+[-_]\d+(?:[-_]\w{1,4})?|"
    r"[A-Za-z]{2,}(?:[_.\-/:]+[A-Za-z]{2,}\d{0,4})+|[a-z]+(?:[A-Z][a-z]+)+\d{0,3}|[A-Z][a-z]+(?:[A-Z]+[a-z]+)*|[\d.:,/+-]+|"
    r"[A-Za-z_.]+\(.*|(?:https?|file|ftp|s3|arn|git|ssh)[:@].*|[A-Za-z]+|[A-Z_]+|v?\d+(?:\.\d+)+[\w.-]*|[\w.-]+@[\w.-]+|/.*|\$.*|&.*"
)


class SecretDetector:
    """Finds credentials in the views of a text."""

    name = NAME

    def __init__(self) -> None:
        self._rules = RULES
        self.version = hashlib.sha256(repr((RULES, PLACEHOLDERS)).encode()).hexdigest()[:12]
        self._patterns = _patterns()
        self._short, self._long = _packs()

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each credential, the surest where several rules overlap."""
        found = self._scan(views.folded, views.raw, segment.index, run=TOKENS in views.marks)
        for view in views.others:
            if view.layer is not Layer.JOINED:
                found += self._scan(view, view.text.encode(), segment.index, run=True)
        return _surest(found) if len(found) > 1 else found

    def _scan(self, view: View, raw: bytes, index: int, *, run: bool) -> list[Finding]:
        """Credentials in one view; ``run`` says whether it may hold sixteen characters of a token in a row."""
        found: list[Finding] = []
        numbers = self._short.match(raw)
        if run:
            numbers += self._long.match(raw)
        for number in sorted(numbers):
            rule = self._rules[number]
            for start, end, certain in self._hits(number, view.text):
                low, high = view.origin(start, end)
                found.append(
                    Finding(
                        FindingKind.SECRET,
                        NAME,
                        self.version,
                        f"secret-{rule.id}",
                        Level.BLOCK if certain else Level.REVIEW,
                        _CERTAIN if certain else _LIKELY,
                        label=rule.provider,
                        segment=index,
                        start=low,
                        end=high,
                    )
                )
        return found

    def _hits(self, number: int, text: str) -> Iterator[tuple[int, int, bool]]:
        """Offsets of the credentials one rule finds, and whether each is beyond doubt."""
        rule, pattern = self._rules[number], self._patterns[number]
        group = min(pattern.groups, 1)
        for match in pattern.finditer(text):
            start, end = match.span(group)
            value = text[start:end]
            if start < 0 or _PLACEHOLDER.search(value.lower()):
                continue
            before = text[max(0, match.start() - 32) : start].lower()
            match _verdict(rule.check, value, before):
                case True:
                    yield start, end, rule.certain
                case None:
                    yield start, end, False


class _Pack:
    """Some of the rules, compiled: the ones with a telling literal go through RE2's literal filter, the others
    through one automaton.
    """

    def __init__(self, numbers: list[int], literal: list[int]) -> None:
        self._literal, self._others = literal, [number for number in numbers if number not in literal]
        options = scan_options()
        self._filter = _filter_of([RULES[number].pattern.encode() for number in literal], options) if literal else None
        self._set = re2.Set.SearchSet(options)
        for number in self._others:
            self._set.Add(RULES[number].pattern.encode())
        self._set.Compile()

    def match(self, raw: bytes) -> list[int]:
        """Numbers of the rules that match somewhere in ``raw``."""
        found = [self._others[at] for at in self._set.Match(raw) or ()]
        if self._filter is not None:
            found += [self._literal[at] for at in self._filter.Match(raw) or ()]
        return found


@cache
def _packs() -> tuple[_Pack, _Pack]:
    """The few rules that may match a short text, all in one automaton, and those of a long token."""
    raw = [rule.pattern.encode() for rule in RULES]
    without = set(_filter_of(raw, scan_options()).Match(b"-", True) or ())
    numbers = [number for number, rule in enumerate(RULES) if rule.id not in WITHOUT_RUN]
    short = [number for number, rule in enumerate(RULES) if rule.id in WITHOUT_RUN]
    return _Pack(short, []), _Pack(numbers, [number for number in numbers if number not in without])


@cache
def _patterns() -> tuple[re2._Regexp, ...]:
    options = re2.Options()
    options.log_errors = False
    return tuple(re2.compile(rule.pattern, options) for rule in RULES)


def _filter_of(patterns: list[bytes], options: re2.Options) -> re2.Filter:
    made = re2.Filter()
    for pattern in patterns:
        made.Add(pattern, options)
    made.Compile()
    return made


def _surest(found: list[Finding]) -> list[Finding]:
    """Overlapping findings reduced to the one with the highest score."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: (one.start, -one.score)):
        last = kept[-1] if kept else None
        if last is None or finding.start >= last.end:
            kept.append(finding)
        elif finding.score > last.score:
            kept[-1] = finding
    return kept


def _verdict(check: str, value: str, before: str) -> bool | None:
    """True: a credential; None: likely one, its checksum does not hold; False: none."""
    match check:
        case "crc-github":
            return True if _crc_holds(value) else None
        case "jwt":
            return _jwt(value)
        case "basic" | "pair":
            return _basic(value) if check == "basic" else not value.startswith(("-", "http"))
        case "password":
            return not re.fullmatch(r"(?:pass(?:word)?|pwd|secret|user|\w{0,3}|\$.*|%\w.*|\{.*|\[.*)", value)
        case "random":
            return _random(value) and not _digest(value, before)
        case "service":
            return _random(value) and not _DIGEST_WORD.search(before)
        case "bare":
            return _bare(value, before)
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
    except binascii.Error:
        return False


def _basic(value: str) -> bool:
    """``user:password`` in base64 (RFC 7617)."""
    try:
        user, colon, password = base64.b64decode(value + "=" * (-len(value) % 4)).partition(b":")
    except binascii.Error:
        return False
    return bool(colon and user and password) and (user + password).isascii()


def _random(value: str) -> bool:
    """Looks drawn at random rather than written: enough entropy, no structure of words."""
    core = value.rstrip("=.")
    kinds = _kinds(core)
    if _STRUCTURED.fullmatch(core) or "d" not in kinds or not any(map(str.isalpha, core)):
        return (
            len(core) >= _BARE_LENGTH and core.isalnum() and core.isupper() is False and _switches(core) > len(core) / 4
        )
    return entropy(core) >= (3.4 if len(core) >= 20 else 2.9 if len(core) >= 12 else 2.7)


# Bits per character. A random string of n base-36 characters shows about log2(n) bits while n is small: 2.9 at
# twelve and 3.4 at twenty lie under nearly all random values and over most words with digits.


def _digest(value: str, before: str) -> bool:
    """A UUID or a hexadecimal digest: random, but public by purpose unless its name says otherwise."""
    if _UUID.fullmatch(value):
        return True
    hexadecimal = _HEX.fullmatch(value) is not None
    return (hexadecimal and len(value) in (32, 40, 56, 64, 96, 128)) or _DIGEST_WORD.search(before) is not None


def _bare(value: str, before: str) -> bool:
    """A long random token without a name: mixed case and digits throughout, no digest, no path, no encoded text."""
    if (
        "/" in value
        or "+" in value
        or _HEX.fullmatch(value)
        or _DIGEST_WORD.search(before)
        or _STRUCTURED.fullmatch(value)
    ):
        return False
    kinds = _kinds(value)
    return (
        "l" in kinds
        and "u" in kinds
        and kinds.count("d") >= 3
        and _switches(value) >= len(value) / 3
        and "=" not in value
        and not _readable(value)
        and entropy(value) >= 4.2
    )


def _readable(value: str) -> bool:
    """Base64 of plain text: its words are read in a view of their own."""
    try:
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except binascii.Error:
        return False
    return raw.isascii() and raw.decode().isprintable()


def _kinds(value: str) -> str:
    """One letter for each character: l(ower), u(pper), d(igit), o(ther)."""
    if value.isascii():
        return value.encode().translate(_KINDS).decode()
    return "".join([_kind(char) for char in value])


def _kind(char: str) -> str:
    return "l" if char.islower() else "u" if char.isupper() else "d" if char.isdigit() else "o"


def _switches(value: str) -> int:
    """How often the kind of character changes."""
    return max(0, len(_KIND_RUNS.findall(_kinds(value))) - 1)


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    if not text:
        return 0.0
    # H = log n - (sum of c log c) / n, with the logarithms of the small counts at hand
    total = sum(
        [_C_LOG_C[count] if count < len(_C_LOG_C) else count * math.log2(count) for count in Counter(text).values()]
    )
    return math.log2(len(text)) - total / len(text)


_KINDS = bytes(ord(_kind(chr(code))) if code < 128 else 0 for code in range(256))
_KIND_RUNS = re.compile(r"l+|u+|d+|o+")
_C_LOG_C = (0.0, *(count * math.log2(count) for count in range(1, 64)))
