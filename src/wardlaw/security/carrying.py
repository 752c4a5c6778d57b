"""What an answer gives away of its own conversation: data in the addresses of links, passages of the system prompt.

An address is compared with what the system prompt, tool results and documents said and the user did not: plainly, with
percent signs undone, from base64, base32 and hexadecimal that begin anywhere in it, backwards, and by ROT13; by its
query, fragment, path, and the labels of its host, each by itself and put together. An address that stood in the
conversation as it is carries nothing new. Encoded text counts from ten letters and digits on (sixteen behind a click),
plain text from twenty-four in a query and forty in a path or host, both from ten on with six or nine digits among them,
or in an address of mail or a token of letters and digits.
Not covered: shorter pieces, data spread over several links, other ciphers, what the model put into other words, and what
stood beyond the bounds of ``gist``. Passages are not found in scripts without spaces.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from urllib.parse import unquote_plus, urlsplit

import msgspec
import numpy as np

from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security import exfiltration as exfil
from wardlaw.security.exfiltration import Link, Way
from wardlaw.security.fold import fold_text
from wardlaw.security.gist import GRAM_CHARS, RUN_WORDS, Grams, grams, host_of, link_key, word_spans, words_of
from wardlaw.security.rules import weblinks

PASSAGES = "system-prompt-passage"
PASSAGE_RULE = "passage"
_VERSION = "1"
_CERTAIN, _LIKELY, _COPIED = 950, 700, 500
_MOST_COMPARED = 64  # links of one text; the first ones decide
_MOST_PIECES = 64  # texts one address is read as
_SHORTEST_CODE = 16
_ENCODED_CHARS, _ENCODED_CLICKED_CHARS, _QUERY_CHARS, _PLACE_CHARS = 10, 16, 24, 40
_QUERY_DIGITS, _PLACE_DIGITS = 6, 9  # a date has eight, and stands in many a path
_TOKEN = re.compile(r"(?=[a-z]*[0-9])[a-z0-9]{16,}")
_TOKEN_DIGITS = 4
_SLASHES = re.compile(r"[/\uff0f\u2044\u2215][^\x00-\x7f]*[/\uff0f\u2044\u2215]")
_CODES = re.compile(rf"[A-Za-z0-9+/_-]{{{_SHORTEST_CODE},}}={{0,6}}")
_NO_BASE32 = re.compile(r"[^A-Z2-7]")
_URL_SAFE = str.maketrans("-_", "+/")


class _Form(Enum):
    """How a piece of an address was written."""

    QUERY = 1  # plainly, where data belongs
    PLACE = 2  # plainly, where names belong
    ENCODED = 3


class Said(msgspec.Struct, frozen=True):
    """What one conversation said, of all that an answer may be compared with.

    Attributes:
        guarded: Shingles of the system prompt, of tool results and of documents, text by text.
        own: Shingles of what the user said.
        links: Addresses that stood anywhere.
        hosts: Hosts that the system prompt names in addresses.
    """

    guarded: Sequence[Grams]
    own: Sequence[Grams]
    links: frozenset[int]
    hosts: frozenset[str]


def may_link(text: str) -> bool:
    """Whether an address may stand in a text; false for almost every text without one."""
    return "//" in text if text.isascii() else _SLASHES.search(text) is not None


def carrying_links(text: str, said: Said, *, segment: int = -1, after: int = 0) -> list[Finding]:
    """One finding for each address that carries what the conversation said.

    Args:
        text: An answer, or a piece of one.
        said: What the conversation said.
        segment: Index of the text in its exchange.
        after: Addresses that end before this place were looked at already.
    """
    found = []
    folded = fold_text(text)
    shift = len(text) - len(folded)  # folding takes characters away; a span may be wider by as many
    fresh = [
        link for link in _first(folded) if link.end + max(0, shift) > after and link_key(link.url) not in said.links
    ]
    read = [(link, piece, form) for link in fresh for piece, form in _pieces(link)]
    for link, form in _carrying(read, said):
        level, score = _gravity(link, form, said)
        found.append(
            Finding(
                FindingKind.LEAK, exfil.NAME, exfil.VERSION, f"exfil-{link.way}-conversation", level, score,
                label="conversation", segment=segment, start=max(0, link.start + min(0, shift)),
                end=min(len(text), link.end + max(0, shift)),
            )
        )  # fmt: skip
    return found


def weakened(found: Finding, text: str, said: Said) -> Finding:
    """A finding on an address as it is; weaker where that stood in the conversation, so that it tells nobody anything."""
    if found.level is not Level.BLOCK or link_key(fold_text(text[found.start : found.end])) not in said.links:
        return found
    return msgspec.structs.replace(found, rule=found.rule + "-copied", level=Level.REVIEW, score=_COPIED)


def _first(text: str) -> Iterator[Link]:
    for place, link in enumerate(exfil.links(text)):
        if place >= _MOST_COMPARED:
            return
        yield link


def _pieces(link: Link) -> list[tuple[str, _Form]]:
    """What one address may say, each text with how it is written there."""
    url = link.url.replace("&amp;", "&")
    try:
        parts = urlsplit(url if "://" in url[:10] else f"https:{url}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # a bracket without its pair: no browser follows that
        return []
    values = [value for _, value in exfil.values_of(parts.query)] + [unquote_plus(parts.fragment)]
    places = [unquote_plus(piece) for piece in re.split(r"[/;]", parts.path) if piece]
    labels = host.split(".")[:-2]
    searched = link.way is Way.LINKED and exfil.is_of(host, weblinks.SEARCHES)
    found: list[tuple[str, _Form]] = []
    for texts, form in ((values, _Form.QUERY), (places, _Form.PLACE), (labels, _Form.PLACE)):
        whole = "".join(texts)
        for text in dict.fromkeys((*texts, whole)):
            # A path put together plainly is a date and a title more often than data.
            if not searched and (text is not whole or texts is not places or len(texts) == 1):
                found += [(text, form), (unquote_plus(text), form)]
            found += [(decoded, _Form.ENCODED) for decoded in _decoded(text)]
    return [piece for piece in dict.fromkeys(found) if len(piece[0]) >= GRAM_CHARS][:_MOST_PIECES]


def _decoded(text: str) -> Iterator[str]:
    """What a text says when it is decoded, once or twice; noise among it, which matches nothing."""
    if sum(char.isalpha() for char in text) >= GRAM_CHARS:
        yield text[::-1]
        yield codecs.encode(text, "rot13")
    for match in _CODES.finditer(text):
        for once in _undone(match[0]):
            yield once
            for inner in _CODES.finditer(once):
                yield from _undone(inner[0])


def _undone(code: str) -> Iterator[str]:
    digits = code.rstrip("=")
    for phase in range(2):
        even = digits[phase : phase + (len(digits) - phase) // 2 * 2]
        try:
            yield bytes.fromhex(even).decode("utf-8", "ignore")
        except ValueError:
            break
    else:
        return  # hexadecimal reads as base64 too, and says nothing there
    symbols = digits.translate(_URL_SAFE)
    for phase in range(4):
        some = symbols[phase:]
        some = some[:-1] if len(some) % 4 == 1 else some
        try:
            yield binascii.a2b_base64(some + "=" * (-len(some) % 4)).decode("utf-8", "ignore")
        except ValueError:
            break
    upper = digits.upper()
    if _NO_BASE32.search(upper) is None and len(upper) % 8 not in (1, 3, 6):
        yield base64.b32decode(upper + "=" * (-len(upper) % 8)).decode("utf-8", "ignore")


def _carrying(read: Sequence[tuple[Link, str, _Form]], said: Said) -> Iterator[tuple[Link, _Form]]:
    """Addresses of which a piece was said, each once and by its gravest piece."""
    lowered = [fold_text(piece).lower() for _, piece, _ in read]
    made = [grams(lower) for lower in lowered]
    if not made:
        return
    hits = _among(np.concatenate(made), said)
    gravest: dict[Link, _Form] = {}
    begin = 0
    for (link, _, form), lower, own in zip(read, lowered, made, strict=True):
        run = hits[begin : begin + len(own)]
        begin += len(own)
        if run.any() and _suffices(lower, run.tolist(), form, link.way):
            gravest[link] = max(form, gravest.get(link, form), key=lambda one: one.value)
    yield from gravest.items()


def _among(asked: Grams, said: Said) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which shingles the conversation said and the user did not."""
    hits = np.zeros(len(asked), dtype=np.bool_)
    for some, value in ((said.guarded, True), (said.own, False)):
        for known in some:
            if len(known):
                places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
                hits[known[places] == asked] = value
    return hits


def _suffices(lower: str, hits: list[bool], form: _Form, way: Way) -> bool:
    """Whether a run of shingles that were said is long enough, by letters and digits or by digits alone."""
    kept = [char for char in lower if char.isalnum() or not char.isascii()]
    telling = "@" in lower or any(sum(map(str.isdigit, one)) >= _TOKEN_DIGITS for one in _TOKEN.findall(lower))
    at = 0
    while at < len(hits):
        end = at
        while end < len(hits) and hits[end]:
            end += 1
        if end > at and (telling or _is_much(kept[at : end + GRAM_CHARS - 1], form, way)):
            return True
        at = end + 1
    return False


def _is_much(run: Sequence[str], form: _Form, way: Way) -> bool:
    digits = sum(char.isdigit() for char in run)
    match form:
        case _Form.ENCODED:
            least = _ENCODED_CHARS if way is Way.FETCHED else _ENCODED_CLICKED_CHARS
            return len(run) >= least or digits >= _QUERY_DIGITS
        case _Form.QUERY:
            return len(run) >= _QUERY_CHARS or digits >= _QUERY_DIGITS
        case _:
            return len(run) >= _PLACE_CHARS or digits >= _PLACE_DIGITS


def _gravity(link: Link, form: _Form, said: Said) -> tuple[Level, int]:
    """What leaves by itself, or was encoded, stops; plain text behind a click, or for a host of the prompt's own, not."""
    host = host_of(link.url)
    if host in said.hosts or exfil.is_of(host, weblinks.RENDERERS):
        return Level.REVIEW, _LIKELY
    if link.way is Way.FETCHED or form is _Form.ENCODED:
        return Level.BLOCK, _CERTAIN
    return Level.REVIEW, _LIKELY


def passages(
    text: str,
    prompt: frozenset[int],
    own: Callable[[], frozenset[int]],
    *,
    least: int,
    segment: int = -1,
    begin: int = 0,
) -> list[Finding]:
    """The first passage of the system prompt in a text, if there is one.

    Args:
        text: An answer, or a piece of one.
        prompt: Runs of words of the system prompt.
        own: Gives the runs of words of what the user said; asked only once a passage of the prompt stands there, since
            hashing every run of a new prompt takes longer than the rest of the comparison (60 µs for 1 KB).
        least: Words in a row that make a passage.
        segment: Index of the text in its exchange.
        begin: Where to begin; what stands before was looked at.
    """
    rest = text[begin:]
    words = words_of(rest)
    if len(words) < least or not prompt:
        return []
    # A passage of eleven words or more holds a run of six that begins at one of these places.
    step = max(1, min(RUN_WORDS, least - RUN_WORDS + 1))
    at = 0
    while at <= len(words) - RUN_WORDS:
        if hash(tuple(words[at : at + RUN_WORDS])) not in prompt:
            at += step
            continue
        first, last = _grown(words, at, prompt)
        runs = [hash(tuple(words[one : one + RUN_WORDS])) for one in range(first, last + 1)]
        if last + RUN_WORDS - first >= max(least, RUN_WORDS) and not own().issuperset(runs):
            spans = word_spans(rest)
            start, end = begin + spans[first][0], min(len(text), begin + spans[last + RUN_WORDS - 1][1])
            return [
                Finding(
                    FindingKind.LEAK, PASSAGES, _VERSION, PASSAGE_RULE, Level.REVIEW, _LIKELY,
                    label="passage", segment=segment, start=min(start, end), end=end,
                )
            ]  # fmt: skip
        at = last + 1
    return []


def _grown(words: list[bytes], at: int, prompt: frozenset[int]) -> tuple[int, int]:
    """The first and the last run of a stretch in which every run of words stands in the prompt."""
    first = last = at
    while first and hash(tuple(words[first - 1 : first - 1 + RUN_WORDS])) in prompt:
        first -= 1
    while last + RUN_WORDS < len(words) and hash(tuple(words[last + 1 : last + 1 + RUN_WORDS])) in prompt:
        last += 1
    return first, last
