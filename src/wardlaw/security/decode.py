r"""Undoing encodings: escapes, spaced groups, base64 and hexadecimal runs.

Covered: percent (``%41``, ``%u0041``), HTML entities (named, decimal, hexadecimal, with or without semicolon),
backslash escapes (``\u0041 \u{41} \U00000041 \x41 \101 \/ \n``), base64 in the standard and URL-safe
alphabet, padded or not, wrapped in lines, beginning at any character of a longer run, holding UTF-8 or UTF-16LE
text anywhere, hexadecimal in either case with separators and ``0x``, groups of one to eight characters kept apart
by one to three separators.
Not covered: base32, base58, base85, ASCII codes in decimal, quoted-printable, compression, encryption, letter
substitution (ROT13), reversed text, base64 or hexadecimal text whose groups have differing lengths.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt
import re2

from wardlaw.security.views import Building, Layer, View

# Shortest encoded run looked at: base64 of the shortest secret that may be registered (12 characters).
MIN_RUN = 16
_MIN_HEX_DIGITS = 24
# Shortest readable stretch kept of what a run decodes to. Random bytes read as text for eight characters in
# about one place of a thousand; shorter ones would fill the views with noise.
_MIN_READABLE = 8

# Length of a group and how many in a row make a spaced text; short prose words seldom do.
_GROUPS = ((1, 5), (2, 5), (3, 5), (4, 4), (5, 4), (6, 4), (7, 4), (8, 3))
_LEAST = dict(_GROUPS)
_NEVER = 1 << 62
_ENOUGH = np.array([_LEAST.get(size, _NEVER) for size in range(len(_GROUPS) + 2)])
_ENOUGH.flags.writeable = False
_WIDEST_GAP = 3
_PROSE = 3
_SEPARATOR = r"[\s\-_.:,;|*~\\]"
_PLANES = 0x20000  # characters whose kind stands in a table; beyond it they are looked at one by one
_IN_TOKEN, _BETWEEN = 1, 2

_ESCAPES = re.compile(
    r"(?P<percent>(?:%[0-9A-Fa-f]{2})+)|%u(?P<percent_u>[0-9A-Fa-f]{4})"
    r"|(?P<entity>&(?:#[0-9]{1,8}|#[xX][0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?)"
    r"|(?P<units>(?:\\u[0-9A-Fa-f]{4})+)|\\u\{(?P<brace>[0-9A-Fa-f]{1,6})\}|\\U(?P<long>[0-9A-Fa-f]{8})"
    r"|(?P<bytes>(?:\\x[0-9A-Fa-f]{2})+)|\\(?P<octal>[0-3][0-7]{2})|\\(?P<simple>[nrt/\"])"
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "/": "/", '"': '"'}
_TOKEN = re.compile(r"(?:[^\W_]|[+/=])+")
_SLASHED = re.compile(r"(?<![^\W_])(?:[^\W_]/){5,}[^\W_](?![^\W_])")
_GAP = re.compile(rf"{_SEPARATOR}{{1,3}}")
_BASE64 = re2.compile(rf"[A-Za-z0-9+/_-]{{{MIN_RUN},}}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{{4,}})*")
_WORTH = re.compile(r"[0-9A-Z]")  # base64 of text always shows digits or capitals; long words and paths do not
_NOT_WORTH = bytes(code for code in range(256) if not _WORTH.match(chr(code)))
_HEX = re2.compile(r"(?:(?:0[xX]|\\x)?[0-9A-Fa-f]{2}[\s:,;\-_.]{0,3}){12,}[0-9A-Fa-f]?|[0-9A-Fa-f]{24,}")
_HEX_MARKS = " \t\r\n\v\f:,;-_."
_HEX_PREFIX = re.compile(r"0[xX]|\\x")
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]+")
_READABLE = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){%d,}"
    % _MIN_READABLE
)
_WIDE = re.compile(rb"(?:[\t\n\r\x20-\x7e]\x00){%d,}" % _MIN_READABLE)
_Places = npt.NDArray[np.intp]
_URL_SAFE = str.maketrans("-_", "+/")


def scan_options() -> re2.Options:
    """Options of every scan over UTF-8 bytes; nothing is written to standard error."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return options


_UNIT = rb"(?:[0-9A-Za-z+/=]|[\xc2-\xf4][\x80-\xbf]{1,3})"


def _group_scan(more: bytes, groups: tuple[tuple[int, int], ...] = _GROUPS) -> bytes:
    """Pattern of groups in a row; ``more`` is ``b","`` for as many as there are."""
    return b"|".join(
        rb"(?:\b|[\x80-\xff])(?:%s{%d}%s{1,3}){%d%s}%s" % (_UNIT, size, _SEPARATOR.encode(), least, more, _UNIT)
        for size, least in groups
    )


_GROUP_PATTERN = re2.compile(_group_scan(b","), scan_options())


# What the gate tells apart, by number.
ESCAPES, PAIRS, GROUPS, RUNS, TOKENS = range(5)
# Characters that tokens, addresses and encoded runs are made of; where no sixteen stand in a row there is none.
_TOKEN_RUN = rb"[A-Za-z0-9+/_\-.=~%%:@]{%d}" % MIN_RUN


class DecodeGate:
    """One scan that says which of the steps below may find anything in a text.

    Opened by escapes, by spaced letters and pairs, by longer spaced groups (ordinary words do that too, see
    ``joins``), by runs that may be base64 or hexadecimal, and by runs that may be a token.
    """

    def __init__(self) -> None:
        self._set = re2.Set.SearchSet(scan_options())
        for pattern in (
            rb'%[0-9A-Fa-fu]|&[#A-Za-z]|\\[uUx0-3nrt/"]',
            _group_scan(b"", _GROUPS[: _PROSE - 1]) + rb"|(?:[0-9A-Za-z]/){5}",
            _group_scan(b"", _GROUPS[_PROSE - 1 :]),
            rb"[A-Za-z0-9+/_\-]{%d}" % MIN_RUN,
            _TOKEN_RUN,
        ):
            self._set.Add(pattern)
        self._set.Compile()

    def open(self, raw: bytes) -> tuple[int, ...]:
        """What ``raw`` (UTF-8) may hold: numbers of ``ESCAPES``, ``PAIRS``, ``GROUPS``, ``RUNS``, ``TOKENS``."""
        return tuple(self._set.Match(raw) or ())


def joins(marks: tuple[int, ...], raw: bytes) -> bool:
    """Whether ``join`` may find anything: to it, longer groups of ASCII without capitals and digits are prose."""
    return PAIRS in marks or (GROUPS in marks and not (raw.isascii() and not raw.translate(None, _NOT_WORTH)))


def unescape(view: View) -> View | None:
    """``view`` with its escapes undone; None where it has none."""
    build, done, text = Building(), 0, view.text
    for match in _ESCAPES.finditer(text):
        start, end = match.span()
        build.add(text[done:start], done, start)
        kind = match.lastgroup or ""
        _add_unescaped(build, kind, match[kind], start, end)
        done = end
    if not done:
        return None
    build.add(text[done:], done, len(text))
    return build.view(view, Layer.UNESCAPED, depth=view.depth + 1)


def _add_unescaped(build: Building, kind: str, body: str, start: int, end: int) -> None:
    match kind:
        case "percent":
            _add_bytes(build, bytes.fromhex(body.replace("%", "")), start, end, up=3)
        case "bytes":
            _add_bytes(build, bytes.fromhex(body.replace("\\x", "")), start, end, up=4)
        case "units":
            decoded = bytes.fromhex(body.replace("\\u", "")).decode("utf-16-be", "replace")
            build.add(decoded, start, end, up=6 if len(decoded) * 6 == end - start else 0)
        case "entity":
            build.add(html.unescape(body), start, end, up=0)
        case "octal":
            build.add(chr(int(body, 8)), start, end, up=0)
        case "simple":
            build.add(_SIMPLE[body], start, end, up=0)
        case _:
            code = int(body, 16)
            build.add(chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd", start, end, up=0)


def _add_bytes(build: Building, raw: bytes, start: int, end: int, *, up: int) -> None:
    if raw.isascii():
        build.add(raw.decode(), start, end, up=up)
        return
    try:
        build.add(raw.decode(), start, end, up=0)
    except UnicodeDecodeError:
        build.add(raw.decode("latin-1"), start, end, up=up)


def join(view: View) -> View | None:
    """``view`` with spaced letters and short groups pulled together; None where there are none."""
    build, done, text = Building(), 0, view.text
    slashed = _slashed(text) if text.count("/") >= _LEAST[1] else ()
    for found in sorted((*_groups(text), *slashed)):
        group = [span for span in found if span[0] >= done]
        if not group:
            continue
        build.add(text[done : group[0][0]], done, group[0][0])
        for start, end in group:
            build.add(text[start:end], start, end)
        done = group[-1][1]
    if not done:
        return None
    build.add(text[done:], done, len(text))
    return build.view(view, Layer.JOINED, depth=view.depth)


def _slashed(text: str) -> Iterator[list[tuple[int, int]]]:
    """Letters kept apart by slashes, which elsewhere belong to base64."""
    for match in _SLASHED.finditer(text):
        yield [(at, at + 1) for at in range(*match.span(), 2)]


def _group_regions(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of ``text`` worth cutting into tokens: all of it, or in ASCII only what the scan points at."""
    if not text.isascii():
        yield 0, len(text)
        return
    for match in _GROUP_PATTERN.finditer(text.encode()):
        start, end = match.span()
        while start and _GAP.match(text[start - 1]):  # back over the token before: its end may be the first group
            start -= 1
        while start and _TOKEN.match(text[start - 1]):
            start -= 1
        while end < len(text) and _TOKEN.match(text[end]):
            end += 1
        first = _TOKEN.search(text, match.start())
        # Groups of three and more in plain small letters are prose; encoded ones show capitals or digits.
        if (first and len(first[0]) < _PROSE) or _WORTH.search(text, start, end):
            yield start, end


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """What each character of the first two planes is to groups: part of a token, a separator, or anything else."""
    every = "".join(map(chr, range(_PLANES)))
    kinds = np.zeros(_PLANES, np.uint8)
    for pattern, kind in ((_TOKEN, _IN_TOKEN), (re.compile(f"{_SEPARATOR}+"), _BETWEEN)):
        for match in pattern.finditer(every):
            kinds[slice(*match.span())] = kind
    kinds.flags.writeable = False
    return kinds


def _kinds_of(text: str) -> npt.NDArray[np.uint8]:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    if codes.max(initial=0) < _PLANES:
        return _kinds().take(codes)
    kinds = _kinds().take(np.minimum(codes, _PLANES - 1))
    for place in (codes >= _PLANES).nonzero()[0].tolist():
        kinds[place] = _IN_TOKEN if _TOKEN.match(text[place]) else 0  # no separator lies there
    return kinds


def _tokens(text: str) -> tuple[_Places, _Places, npt.NDArray[np.bool_]]:
    """Where the tokens of a text begin and end, and of which only separators lead to the next, few enough."""
    kinds = _kinds_of(text)
    inside = np.zeros(len(kinds) + 2, np.bool_)
    np.equal(kinds, _IN_TOKEN, out=inside[1:-1])
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    starts, ends = edges[::2], edges[1::2]
    regions = None if not text.isascii() else list(_group_regions(text))
    if regions is not None:
        some = [slice(*np.searchsorted(starts, region)) for region in regions]
        starts, ends = (np.concatenate([one[part] for part in some] or [one[:0]]) for one in (starts, ends))
    between = np.zeros(len(kinds) + 1, np.intp)
    np.add.accumulate(kinds == _BETWEEN, dtype=np.intp, out=between[1:])
    gaps = starts[1:] - ends[:-1]
    near = (gaps > 0) & (gaps <= _WIDEST_GAP) & (between.take(starts[1:]) - between.take(ends[:-1]) == gaps)
    return starts, ends, near


def _groups(text: str) -> Iterator[list[tuple[int, int]]]:
    """Runs of tokens of one same short length kept apart by separators.

    What a run touches is taken along: the end of a longer token before it and the beginning of the one after it,
    since a group may stand right beside other text.
    """
    starts, ends, near = _tokens(text)
    if not len(starts):
        return
    sizes = ends - starts
    apart = (~(near & (sizes[1:] == sizes[:-1]))).nonzero()[0] + 1
    first = np.concatenate(([0], apart))
    last = np.concatenate((apart, [len(starts)]))
    enough = last - first >= _ENOUGH.take(np.minimum(sizes.take(first), len(_ENOUGH) - 1))
    for begin, end in zip(first[enough].tolist(), last[enough].tolist(), strict=True):
        size = int(sizes[begin])
        run = list(zip(starts[begin:end].tolist(), ends[begin:end].tolist(), strict=True))
        if begin and near[begin - 1]:
            before = int(ends[begin - 1])
            run.insert(0, (max(int(starts[begin - 1]), before - size), before))
        if end < len(starts) and near[end - 1]:
            after = int(starts[end])
            run.append((after, min(int(ends[end]), after + size)))
        yield run


def decode_runs(view: View) -> View | None:
    """What the base64 and hexadecimal runs of ``view`` decode to, one stretch a line; None where nothing reads."""
    build = Building()
    for text, start, end, up, down, skip in (*_base64_stretches(view.text), *_hex_stretches(view.text)):
        build.add(text, start, end, up=up, down=down, skip=skip)
        build.add("\n", end, end, up=0)
    return build.view(view, Layer.DECODED, depth=view.depth + 1) if len(build) else None


_Stretch = tuple[str, int, int, int, int, int]


def _base64_stretches(text: str) -> Iterator[_Stretch]:
    for match in _BASE64.finditer(text):
        run = match[0]
        if not _WORTH.search(run):
            continue
        start, end = match.span()
        whole = run.isalnum() or not any(char in run for char in "\r\n \t-_")
        variants = [(run, True)] if whole else []
        if not whole:
            kept = "".join(run.split())
            variants.append((kept.translate(_URL_SAFE), len(kept) == len(run)))
            if "-" in kept or "_" in kept:
                variants.append((kept.replace("-", "").replace("_", ""), False))
        for symbols, exact in variants:
            for phase in range(4):
                yield from _readable(_from_base64(symbols[phase:]), start, end, phase=phase, exact=exact, up=4, down=3)


def _from_base64(symbols: str) -> bytes:
    if len(symbols) % 4 == 1:
        symbols = symbols[:-1]
    return binascii.a2b_base64(symbols + "=" * (-len(symbols) % 4))


def _hex_stretches(text: str) -> Iterator[_Stretch]:
    for match in _HEX.finditer(text):
        run = match[0].rstrip(_HEX_MARKS)
        digits = _NOT_HEX.sub("", _HEX_PREFIX.sub("", run))
        if len(digits) < _MIN_HEX_DIGITS:
            continue
        exact = len(digits) == len(run)
        for phase in range(2):
            raw = bytes.fromhex(digits[phase : phase + (len(digits) - phase) // 2 * 2])
            yield from _readable(raw, match.start(), match.start() + len(run), phase=phase, exact=exact, up=2, down=1)


def _readable(raw: bytes, start: int, end: int, *, phase: int, exact: bool, up: int, down: int) -> Iterator[_Stretch]:
    """Readable stretches of decoded bytes with their place in the run."""
    for match in _READABLE.finditer(raw):
        text = match[0].decode("utf-8", "replace")
        if exact and len(text) == len(match[0]):
            yield text, start + phase, end, up, down, match.start()
        else:
            yield text, start, end, 0, 1, 0
    if raw.count(0) < _MIN_READABLE:
        return  # a token decodes to noise most often, which is not worth a search
    for match in _WIDE.finditer(raw):
        yield match[0].decode("utf-16-le"), start, end, 0, 1, 0
