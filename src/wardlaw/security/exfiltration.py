"""Links and images in an answer whose address carries data away.

An image is fetched by whoever shows the answer, without a click: what a planted order made the model write into its
address leaves then. Looked at are Markdown images and links, also by reference, autolinks (those of chats included),
HTML that loads or sends, style sheets, and redirectors, whose inner address counts. Data is text in base64, base32 or
hexadecimal, long text, long random values, and labels of host names; signatures, campaign parameters, digests, UUIDs
and the image services of ``rules.weblinks`` are ordinary. What an address carries of the conversation is ``carrying``'s.
Not covered: an address put together from harmless parts over several answers, one bit each.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from urllib.parse import unquote_plus, urlsplit

import msgspec
import re2

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security import randomness as chance
from wardlaw.security.normalise import Views
from wardlaw.security.rules import weblinks

NAME = "exfiltration"
VERSION = "2"
_CHANNELS = (Channel.ANSWER, Channel.ASSISTANT)
_BLOCK_SCORE, _LINK_SCORE, _REVIEW_SCORE = 950, 700, 600
MOST_LINKS = 200  # more in one text are not looked at one by one; the first ones decide
_SHORTEST_CODE, _SHORTEST_TEXT, _LONGEST_RANDOM = 16, 12, 40
_LONG_TEXT, _LONG_LINK_TEXT, _FEWEST_WORDS = 60, 400, 6
_LONG_LABEL, _LABEL_CHARS = 30, 40

_URL = r"((?:https?:)?//[^\s<>\"'()\\]+(?:\([^\s<>\"'()]*\)[^\s<>\"'()\\]*)*)"
_ATTRIBUTES = r"src|srcset|poster|background|data|action|formaction|xlink:href|ping|manifest|longdesc|cite"
# What fetches by itself, and what waits for a click (or for a chat that looks ahead).
_FETCHED: tuple[str, ...] = (
    rf"!\[[^\]]{{0,400}}\]\(\s*<?\s*{_URL}",
    rf"(?i:<[a-z][^<>]{{0,300}}?\b(?:{_ATTRIBUTES})\s*=\s*[\"']?\s*){_URL}",
    rf"(?i:<link\b[^<>]{{0,200}}?\bhref\s*=\s*[\"']?\s*){_URL}",
    rf"(?i:\burl\(\s*[\"']?\s*){_URL}",
    rf"(?i:@import\s+[\"']\s*){_URL}",
    rf"(?i:http-equiv\s*=\s*[\"']?refresh[\"'][^<>]{{0,80}}?url\s*=\s*[\"']?\s*){_URL}",
)
_DEFINED = rf"(?m:^[ \t>]{{0,8}}\[([^\]\n]{{1,80}})\]:\s*<?\s*{_URL})"
_LINKED = r"((?:https?:)//[^\s<>\"'()\\|]+(?:\([^\s<>\"'()]*\)[^\s<>\"'()\\|]*)*)"
_IMAGE_BY_REFERENCE = re.compile(r"!\[([^\]\n]{0,200})\](?:\[([^\]\n]{0,80})\])?")
_ORDINARY = re.compile(weblinks.ORDINARY_PARAMETERS)
_SEGMENT = re.compile(r"[/;,]")
_CODE = re.compile(r"[A-Za-z0-9+/_=-]+")
_BASE32 = re.compile(r"[A-Z2-7]+=*|[a-z2-7]+=*")
_SUFFIX = re.compile(r"\.[a-z]{2,5}$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_INNER = re.compile(r"https?://\S+")


class Way(StrEnum):
    """How an address is followed."""

    FETCHED = "fetched"
    LINKED = "linked"


class Load(StrEnum):
    """What an address carries."""

    ENCODED = "encoded"  # text that somebody encoded
    TEXT = "text"  # a long text
    RANDOM = "random"  # a long random value
    HOST = "host"  # data in the labels of the host's name


class Link(msgspec.Struct, frozen=True):
    """One address in a text."""

    url: str
    start: int
    end: int
    way: Way


class ExfiltrationDetector:
    """Finds addresses that carry data away, in answers alone."""

    name = NAME
    version = VERSION

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each address that carries data."""
        if segment.channel not in _CHANNELS or b"//" not in views.raw:
            return []
        found: list[Finding] = []
        for place, link in enumerate(links(views.folded.text)):
            if place >= MOST_LINKS:
                break
            load = load_of(link.url, link.way)
            if load is None:
                continue
            level, score = _gravity(load, link)
            start, end = views.folded.origin(link.start, link.end)
            found.append(
                Finding(
                    FindingKind.INJECTION, NAME, VERSION, f"exfil-{link.way}-{load}", level, score,
                    label="exfil", segment=segment.index, start=start, end=end,
                )
            )  # fmt: skip
        return found


@cache
def _compiled() -> tuple[tuple[re2._Regexp, ...], re2._Regexp, re2._Regexp]:
    options = re2.Options()
    options.log_errors = False
    fetched = tuple(re2.compile(pattern, options) for pattern in _FETCHED)
    return fetched, re2.compile(_DEFINED, options), re2.compile(_LINKED, options)


def links(text: str) -> Iterator[Link]:
    """The addresses in ``text``, those that are fetched first, each place once."""
    fetched, defined, linked = _compiled()
    seen: set[int] = set()
    for pattern in fetched:
        for match in pattern.finditer(text):
            if match.start(1) not in seen:
                seen.add(match.start(1))
                yield Link(match[1], match.start(1), match.end(1), Way.FETCHED)
    images = {(match[2] or match[1]).strip().lower() for match in _IMAGE_BY_REFERENCE.finditer(text)}
    for match in defined.finditer(text):
        if match[1].strip().lower() in images and match.start(2) not in seen:
            seen.add(match.start(2))
            yield Link(match[2], match.start(2), match.end(2), Way.FETCHED)
    for match in linked.finditer(text):
        if match.start(1) not in seen:
            yield Link(match[1], match.start(1), match.end(1), Way.LINKED)


def load_of(url: str, way: Way, *, depth: int = 0) -> Load | None:
    """What an address carries; None for an ordinary one."""
    try:
        parts = urlsplit(url if "://" in url[:10] else f"https:{url}")
    except ValueError:  # a bracket without its pair: no browser follows that
        return None
    host = (parts.hostname or "").lower().rstrip(".")
    labels = host.split(".")[:-2]
    if _host_carries(labels):
        return Load.HOST
    values = values_of(parts.query)
    if depth == 0 and is_of(host, weblinks.REDIRECTORS):
        inner = [match[0] for _, value in values for match in _INNER.finditer(value)]
        inner += [match[0] for match in _INNER.finditer(unquote_plus(parts.path))]
        for address in inner:
            load = load_of(address, way, depth=1)
            if load is not None:
                return load
    ordinary = is_of(host, weblinks.IMAGE_HOSTS)
    pieces = [("", unquote_plus(piece)) for piece in _SEGMENT.split(parts.path) if piece]
    if any(decodes(value) for _, value in (*pieces, *values)):
        return Load.ENCODED
    searched = way is Way.LINKED and is_of(host, weblinks.SEARCHES)
    if not searched and any(_is_text(value, way) for _, value in values):
        return Load.TEXT
    if way is Way.FETCHED and not ordinary:
        named = [value for name, value in values if not _ORDINARY.fullmatch(name)]
        if any(_is_random(value) for value in (*named, *(value for _, value in pieces))):
            return Load.RANDOM
    return None


def values_of(query: str) -> list[tuple[str, str]]:
    """Names and values of a query; a part without a sign is a value without a name."""
    found = []
    for part in re.split(r"[&;]", query):
        name, sign, value = part.partition("=")
        found.append((name, unquote_plus(value)) if sign else ("", unquote_plus(name)))
    return found


def is_of(host: str, names: frozenset[str]) -> bool:
    """The host is one of ``names`` or stands under one."""
    parts = host.split(".")
    return any(".".join(parts[at:]) in names for at in range(len(parts)))


def decodes(value: str) -> bool:
    """Text in base64, base32 or hexadecimal: mostly letters and spaces when decoded."""
    code = _SUFFIX.sub("", value.strip())
    if len(code) < _SHORTEST_CODE or not _CODE.fullmatch(code) or chance.is_uuid(code):
        return False
    raws = []
    bare = code.rstrip("=")
    try:
        if chance.is_hex(code) and len(code) % 2 == 0:
            raws.append(bytes.fromhex(code))
        elif len(bare) % 4 != 1 and "/" not in code.strip("/"):
            raws.append(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)))
        if _BASE32.fullmatch(code):
            raws.append(base64.b32decode(bare.upper() + "=" * (-len(bare) % 8)))
    except ValueError:
        pass  # no encoding of bytes; another one may still have been read
    return any(map(_is_written, raws))


def _is_written(raw: bytes) -> bool:
    """Printable text of some length with words in it, as no random bytes read."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return False
    if len(text) < _SHORTEST_TEXT or not all(char.isprintable() or char in "\n\r\t" for char in text):
        return False
    return sum(char.isalnum() or char.isspace() for char in text) >= len(text) * 0.6


def _is_text(value: str, way: Way) -> bool:
    """A text of some length: in an image's address a sentence, in a link a page."""
    needed = _LONG_TEXT if way is Way.FETCHED else _LONG_LINK_TEXT
    return len(value) >= needed and len(_WORD.findall(value)) >= _FEWEST_WORDS and " " in value


def _is_random(value: str) -> bool:
    """A long random value that is no digest and no UUID."""
    code = _SUFFIX.sub("", value)
    if len(code) < _LONGEST_RANDOM or chance.is_digest(code) or chance.is_uuid(code) or not _CODE.fullmatch(code):
        return False
    return chance.is_hex(code) or chance.is_scrambled(code) or chance.is_base36(code)


def _host_carries(labels: list[str]) -> bool:
    """Labels of a host name that are long and random, or that decode to text."""
    coded = [
        label for label in labels if len(label) >= _SHORTEST_CODE and chance.wordiness(label) < 0.6 and "-" not in label
    ]
    if any(decodes(label) for label in coded) or decodes("".join(labels)):
        return True
    return any(len(label) >= _LONG_LABEL and any(map(str.isdigit, label)) for label in coded) or (
        len(coded) > 1 and sum(map(len, coded)) >= _LABEL_CHARS
    )


def _gravity(load: Load, link: Link) -> tuple[Level, int]:
    """Encoded text that leaves by itself stops the answer; what may be chance or needs a click is for review."""
    host = (urlsplit(link.url if "://" in link.url[:10] else f"https:{link.url}").hostname or "").lower()
    drawn = is_of(host, weblinks.RENDERERS)
    if link.way is Way.FETCHED and load in (Load.ENCODED, Load.HOST) and not drawn:
        return Level.BLOCK, _BLOCK_SCORE
    return Level.REVIEW, _REVIEW_SCORE if drawn or load in (Load.RANDOM, Load.TEXT) else _LINK_SCORE
