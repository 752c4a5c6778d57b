"""Text that tries to take over the model: the rule pack over every view of a text.

One pass of a literal filter says which rules can match at all; only those run, each as one RE2 automaton, so
that the cost stays linear in the text whatever it says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import re2

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.decode import scan_options
from wardlaw.security.fold import fold_text
from wardlaw.security.normalise import Views
from wardlaw.security.rules.english import ENGLISH, VOCABULARY
from wardlaw.security.rules.grammar import CHANNELS, Rule, expand, segments
from wardlaw.security.rules.markup import MARKUP
from wardlaw.security.rules.world import WORLD
from wardlaw.security.views import Layer, View

RULES: tuple[Rule, ...] = (*ENGLISH, *WORLD, *MARKUP)
NAME = "injection-rules"
_REVIEW_SHARE = 2, 3  # a match at REVIEW scores two thirds of the rule's score
# Digits and signs that stand for letters; tried only where one stands inside a word.
_LEET = str.maketrans("0134578@$!|+", "oieastbasiit")
_LEET_GATE = re.compile(r"[a-z][0134578@$!|+]+[a-z]")


_MEMORY_BYTES = 1 << 25  # an upper bound for the states of one rule; ordinary rules stay under 1 MB
_ORDINARY = (
    b"hello, can you please help me with this? i would like to know what is the best way to write a short answer about "
    b"the history of my country and how people live there now. tell me more about it, show me a list or give an example "
    b"with all the words in one sentence. what are the rules for my new card and why was the payment not there before? "
    b"i have been waiting for you to send me the information that i asked for in my last message, so do not lose it. "
    b"in the following text, find the first and the main idea, then explain it in your own words; you are free to use any "
    b"style, but keep it simple, only a few lines. create a table, print the output of the code, test the input, run it "
    b"again and make sure that the system is on. if they were here they could say what it means to be a good model for "
    b"children. no, we never had that, it is from the past, as your guide says. does the assistant need access to my account?"
)


class _Pack:
    """Rules of one kind, compiled: a filter over the words that make each rule unlike ordinary text, and one pattern each.

    A rule is run only where all its telling parts may occur. RE2's ``Set`` of whole rules would need one pass less,
    but on texts composed of the rules' words its automaton grows with every combination (measured: 7 ms for 1 KB).
    """

    def __init__(self, rules: tuple[Rule, ...], *, squeezed: bool) -> None:
        self.rules = rules
        options = scan_options()
        options.encoding = re2.Options.Encoding.UTF8
        options.max_mem = _MEMORY_BYTES
        self._patterns = []
        self._filter = re2.Filter()
        for rule in rules:
            pattern = fold_text(expand(rule, VOCABULARY, squeezed=squeezed)).encode()
            self._patterns.append(re2.compile(pattern, options))
            parts = [pattern] if squeezed else _telling(segments(rule, VOCABULARY), options)
            self._filter.Add(b"[^\n]*".join(parts), options)
        self._filter.Compile()

    def match(self, raw: bytes) -> Iterator[tuple[int, int, int]]:
        """Rules that match, each with the byte offsets of its first match."""
        for index in self._filter.Match(raw, True) or ():
            match = self._patterns[index].search(raw)
            if match:
                yield index, *match.span()


def _telling(parts: list[str], options: re2.Options) -> list[bytes]:
    """The parts that ordinary text lacks; the longest one where it lacks none.

    A part that every text has costs the automaton a new state for each combination and decides nothing.
    """
    raw = [fold_text(part).encode() for part in parts]
    telling = [part for part in raw if not re2.compile(part, options).search(_ORDINARY)]
    return telling or [max(raw, key=len)]


class InjectionDetector:
    """Finds rule matches in the views of a text."""

    name = NAME

    def __init__(self) -> None:
        self._plain = _Pack(tuple(rule for rule in RULES if fold_text(rule.pattern).isascii()), squeezed=False)
        self._scripts = _Pack(tuple(rule for rule in RULES if not fold_text(rule.pattern).isascii()), squeezed=False)
        self._squeezed = _Pack(tuple(rule for rule in RULES if rule.squeeze), squeezed=True)
        self.version = hashlib.sha256(repr((VOCABULARY, RULES)).encode()).hexdigest()[:12]

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """Findings of the first match of each rule."""
        found: dict[str, Finding] = {}
        lower = views.folded.lower
        self._scan(self._plain, views.folded, lower, segment, found)
        if not lower.isascii():
            self._scan(self._scripts, views.folded, lower, segment, found)
        if _LEET_GATE.search(lower):
            self._scan(self._plain, views.folded, lower.translate(_LEET), segment, found)
        for view in views.others:
            if view.layer is Layer.JOINED:
                self._scan(self._squeezed, view, view.lower, segment, found)
                continue
            self._scan(self._plain, view, view.lower, segment, found)
            if not view.lower.isascii():
                self._scan(self._scripts, view, view.lower, segment, found)
        return list(found.values())

    def _scan(self, pack: _Pack, view: View, lower: str, segment: Segment, found: dict[str, Finding]) -> None:
        raw = lower.encode()
        for index, start, end in pack.match(raw):
            rule = pack.rules[index]
            level = _level(rule, segment.channel)
            if level is None or rule.id in found:
                continue
            if len(raw) != len(lower):
                start, end = len(raw[:start].decode(errors="ignore")), len(raw[:end].decode(errors="ignore"))
            start, end = view.origin(start, end)
            score = rule.score if level is Level.BLOCK else rule.score * _REVIEW_SHARE[0] // _REVIEW_SHARE[1]
            found[rule.id] = Finding(
                FindingKind.INJECTION, NAME, self.version, rule.id, level, score,
                label=rule.id.partition("-")[0], segment=segment.index, start=start, end=end,
            )  # fmt: skip


def _level(rule: Rule, channel: Channel) -> Level | None:
    letter = CHANNELS[channel]
    if letter in rule.block:
        return Level.BLOCK
    if letter in rule.review:
        return Level.REVIEW
    return None
