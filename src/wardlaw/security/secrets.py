"""Credentials recognised by their format, their checksum, or by an assignment of something random.

Level BLOCK is for what can hardly be anything else (a provider's own prefix and length, a checksum that holds, a
private key); REVIEW for random values given to something called key, token or password.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache

import re2

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.decode import TOKENS, scan_options
from wardlaw.security.normalise import Views
from wardlaw.security.rules import secretwords
from wardlaw.security.rules.secrets import GENERIC, PROVIDERS, WITHOUT_RUN, SecretRule
from wardlaw.security.rules.secretwords import PLACEHOLDERS
from wardlaw.security.secretvalue import Place, verdict
from wardlaw.security.views import Layer, View

NAME = "secrets"
VERSION = "2"  # of the code that checks values; the rule tables are added to it
RULES: tuple[SecretRule, ...] = (*PROVIDERS, *GENERIC)
_CERTAIN = 950
_PLACEHOLDER = re.compile(PLACEHOLDERS)
_BEFORE, _AFTER = 48, 80  # characters around a value that say what it is
# A rule with a cue is looked for so far around it; none matches more.
_BACK, _REACH = 40, 340
_TOKEN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-+/.~")
_TOKEN_RULES = tuple(number for number, rule in enumerate(RULES) if rule.token)
_SHORTEST_RUN, _LONGEST_RUN = 16, 4096  # a longer one is an encoded file
_PART = re.compile(rb"[0-9A-Za-z]{12,}")
_APART = bytes(code if chr(code) in _TOKEN else 32 for code in range(256))


class SecretDetector:
    """Finds credentials in the views of a text.

    Args:
        without: Ids of rules to leave out, to measure what the others find.
    """

    name = NAME

    def __init__(self, *, without: frozenset[str] = frozenset()) -> None:
        self._rules = RULES
        self._without = frozenset(number for number, rule in enumerate(RULES) if rule.id in without)
        words = [
            value for name, value in sorted(vars(secretwords).items()) if name.isupper() and isinstance(value, str)
        ]
        self.version = hashlib.sha256(repr((VERSION, RULES, words)).encode()).hexdigest()[:12]
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
        places = [
            (number, *hit)
            for number in sorted(set(numbers))
            for hit in self._hits(number, view.text, _regions(self._rules[number], view.text))
        ]
        runs = list(_runs(view.text, raw)) if run else ()
        if runs:
            places += [(number, *hit) for number in _TOKEN_RULES for hit in self._hits(number, view.text, runs)]
        for number, start, end, certain in places:
            rule = self._rules[number]
            if number not in self._without:
                low, high = view.origin(start, end)
                found.append(
                    Finding(
                        FindingKind.SECRET,
                        NAME,
                        self.version,
                        f"secret-{rule.id}",
                        Level.BLOCK if certain else Level.REVIEW,
                        _CERTAIN if certain else rule.score,
                        label=rule.provider,
                        segment=index,
                        start=low,
                        end=high,
                    )
                )
        return found

    def _hits(self, number: int, text: str, regions: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
        """Offsets of the credentials one rule finds in some regions, and whether each is beyond doubt."""
        rule, pattern = self._rules[number], self._patterns[number]
        group = min(pattern.groups, 1)
        for first, last in regions:
            for start, end, value in _matches(pattern, text[first:last], group):
                if start < 0 or _PLACEHOLDER.search(value.lower()):
                    continue
                low, high = start + first, end + first
                before, after = text[max(0, low - _BEFORE) : low], text[high : high + _AFTER]
                match verdict(rule.check, Place(value, before, after)):
                    case True:
                        yield low, high, rule.certain
                    case None:
                        yield low, high, False


def _matches(pattern: re2._Regexp, region: str, group: int) -> Iterator[tuple[int, int, str]]:
    """Offsets of one group of every match, and what it holds; -1 and "" where it holds nothing."""
    # In ASCII bytes and characters are one, and RE2's binding need not map one to the other.
    for match in pattern.finditer(region.encode() if region.isascii() else region):
        start, end = match.span(group)
        yield start, end, region[start:end] if start >= 0 else ""
        if match.end() == len(region):
            return  # no rule matches nothing, so that nothing is left to search


def _regions(rule: SecretRule, text: str) -> Iterator[tuple[int, int]]:
    """Where in ``text`` a rule is run: all of it, or around its cue."""
    if not rule.cue:
        yield 0, len(text)
        return
    if rule.needs and rule.needs not in text:
        return
    first = last = -1
    for at, end in _cues(rule.cue, text):
        if first >= 0 and last >= at - _BACK:
            last = end + _REACH
            continue
        if first >= 0:
            yield first, last
        first, last = max(0, at - _BACK), end + _REACH
    if first >= 0:
        yield first, min(last, len(text))


def _runs(text: str, raw: bytes) -> Iterator[tuple[int, int]]:
    """Runs of characters that tokens are made of, with a long part that holds a digit; identifiers and paths are many.

    ``raw`` is the text in UTF-8: bytes are split many times faster than a pattern finds its places.
    """
    at = 0
    for word in raw.translate(_APART).split():
        if _SHORTEST_RUN <= len(word) <= _LONGEST_RUN and not all(map(bytes.isalpha, _PART.findall(word))):
            run = word.decode()
            at = text.find(run, at)
            yield at, at + len(run)
            at += len(run)


def _cues(cue: str, text: str) -> Iterator[tuple[int, int]]:
    """Places of a cue."""
    if not cue.startswith("("):
        at = text.find(cue)
        while at >= 0:
            yield at, at + len(cue)
            at = text.find(cue, at + 1)
        return
    for match in _cue(cue).finditer(text):
        yield match.span()


@cache
def _cue(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


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
            self._set.Add((RULES[number].cue or RULES[number].pattern).encode())
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
    numbers = [number for number, rule in enumerate(RULES) if rule.id not in WITHOUT_RUN and not rule.token]
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
