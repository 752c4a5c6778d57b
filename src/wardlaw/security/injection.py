"""Text that tries to take over the model: the rule pack over every view of a text.

One pass of a literal filter says which rules can match at all; only those run, each as one RE2 automaton, so
that the cost stays linear in the text whatever it says.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache

import msgspec
import re2

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.decode import scan_options
from wardlaw.security.fold import fold_text
from wardlaw.security.normalise import Views
from wardlaw.security.rules.english import ENGLISH, VOCABULARY
from wardlaw.security.rules.grammar import CHANNELS, Rule, cue, expand
from wardlaw.security.rules.markup import MARKUP
from wardlaw.security.rules.world import WORLD
from wardlaw.security.views import Layer, View

RULES: tuple[Rule, ...] = (*ENGLISH, *WORLD, *MARKUP)
NAME = "injection-rules"
DISGUISED = ", disguised"
"""End of the label of a match in letters that signs stood for, or that were pulled together: no model reads these."""
_REVIEW_SHARE = 2, 3  # a match at REVIEW scores two thirds of the rule's score
# Digits and signs that stand for letters; tried only where one stands inside a word.
_LEET = str.maketrans("0134578@$!|+", "oieastbasiit")
_LEET_GATE = re2.compile(rb"[a-z][0134578@$!|+]+[a-z]", scan_options())
_NOT_LEET = bytes(code for code in range(256) if code not in _LEET)


# One automaton holds the cues of this many rules. All in one would need a single pass, but its states multiply with
# every combination of cues met (measured on texts composed of the rules' words: 1 set of 176 cues 7 ms for 1 KB, sets
# of 60 some 40 µs, the same as on ordinary text), so that a caller could make the door slow.
_CUES_PER_SET = 60
_MEMORY_BYTES = 8 << 20  # RE2's own default bound for the states of one automaton
# A whole rule is run seldom, and there are some two hundred: with the default for each, texts made for it could fill
# more than a gigabyte. With less room than this ordinary documents make automata forget states they need again.
_RULE_BYTES = 4 << 20


class _Pack:
    """Rules of one kind, compiled: automata over their cues, and one automaton for each whole rule.

    A cue is the part of a rule that ordinary text holds most seldom; a rule is run only where its cue stands.
    """

    def __init__(self, rules: tuple[Rule, ...], *, squeezed: bool, utf8: bool) -> None:
        self.rules = rules
        self._patterns = [_compiled(rule, squeezed=squeezed, utf8=utf8) for rule in rules]
        options = _options(utf8=utf8)
        options.max_mem = _MEMORY_BYTES
        cues: dict[bytes, list[int]] = {}
        for index, rule in enumerate(rules):
            cues.setdefault(fold_text(cue(rule, VOCABULARY, squeezed=squeezed)).encode(), []).append(index)
        self._sets: list[tuple[re2.Set, list[list[int]]]] = []
        words = sorted(cues)
        for begin in range(0, len(words), _CUES_PER_SET):
            some = words[begin : begin + _CUES_PER_SET]
            automaton = re2.Set.SearchSet(options)
            for word in some:
                automaton.Add(word)
            automaton.Compile()
            self._sets.append((automaton, [cues[word] for word in some]))

    def match(self, raw: bytes) -> Iterator[tuple[int, int, int]]:
        """Rules that match, each with the byte offsets of its first match."""
        for index in self.candidates(raw):
            match = self._patterns[index].search(raw)
            if match:
                yield index, *match.span()

    def candidates(self, raw: bytes) -> list[int]:
        """Indices of the rules whose cue stands in ``raw``."""
        return [
            index
            for automaton, owners in self._sets
            for number in automaton.Match(raw) or ()
            for index in owners[number]
        ]


def _options(*, utf8: bool) -> re2.Options:
    # Bytes make smaller automata; only patterns with other letters than ASCII need UTF-8.
    options = scan_options()
    if utf8:
        options.encoding = re2.Options.Encoding.UTF8
    return options


@cache
def _compiled(rule: Rule, *, squeezed: bool, utf8: bool) -> re2._Regexp:
    """A whole rule, compiled once however many packs hold it."""
    options = _options(utf8=utf8)
    options.max_mem = _RULE_BYTES
    return re2.compile(fold_text(expand(rule, VOCABULARY, squeezed=squeezed)).encode(), options)


# Few rules look at answers, at system prompts and at the arguments of calls: these channels have packs of their own,
# so that each word of a stream is not held against rules that would not count there. The others share one.
_SHARED = "".join(sorted(set(CHANNELS.values()) - set("rsg")))


@cache
def _packs(letters: str) -> tuple[_Pack, _Pack, _Pack]:
    """Rules in ASCII, in other scripts, and for text without spaces, as far as they count on one of these channels.

    Compiled once, whoever detects with them.
    """
    kinds = (
        (tuple(rule for rule in RULES if fold_text(rule.pattern).isascii()), False),
        (tuple(rule for rule in RULES if not fold_text(rule.pattern).isascii()), False),
        (tuple(rule for rule in RULES if rule.squeeze), True),
    )
    packs = [
        _Pack(
            tuple(rule for rule in rules if set(letters) & set(rule.block + rule.review)),
            squeezed=squeezed,
            utf8=not all(fold_text(rule.pattern).isascii() for rule in rules),
        )
        for rules, squeezed in kinds
    ]
    return packs[0], packs[1], packs[2]


# Questions about attacks, reports of them and warnings against them quote the words of an attack. On the user's channel
# such a short text is for review; it is never simply let pass, since an attacker may dress an order as a question.
_MENTION_CHARS = 400
_MENTION = re.compile(
    r"\W*(?:please |hi |hello |hey |so |ok |just )*(?:what (?:happens|do you (?:make|think)|is your response|would|does|makes|should)|"
    r"how (?:do|does|would|can|could|should|did) (?:i|we|you|one|companies|people|ai|llms?|attackers|developers)|"
    r"(?:can|could) you explain|explain (?:why|how|what)|why (?:do|does|would|is|are|did|should)|is it |in our |summari[sz]e this|"
    r"write a short|draft |define |my (?:\w+ )?(?:son|daughter|child|kid|boss|friend|colleague|student|teacher)\w* |"
    r"i(?: a|.)?m (?:teaching|studying|researching|building|worried|curious)|(?:definitely )?(?:never|do not|don.?t) (?:tell|reveal|share))"
)


class InjectionDetector:
    """Finds rule matches in the views of a text."""

    name = NAME

    def __init__(self) -> None:
        self._packs = {
            channel: _packs(letter if letter not in _SHARED else _SHARED) for channel, letter in CHANNELS.items()
        }
        self.version = hashlib.sha256(repr((VOCABULARY, RULES)).encode()).hexdigest()[:12]

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """Findings of the first match of each rule."""
        found: dict[str, Finding] = {}
        lower = views.folded.lower
        if not lower:
            return []
        plain, scripts, squeezed = self._packs[segment.channel]
        self._scan(plain, views.folded, lower, segment, found)
        if not lower.isascii():
            self._scan(scripts, views.folded, lower, segment, found)
        raw = lower.encode()
        # Most texts hold few of those signs or none; they are searched only then.
        if raw.translate(None, _NOT_LEET) and _LEET_GATE.search(raw):
            self._scan(plain, views.folded, lower.translate(_LEET), segment, found, disguised=True)
        for view in views.others:
            if view.layer is Layer.JOINED:
                self._scan(squeezed, view, view.lower, segment, found, disguised=True)
                continue
            self._scan(plain, view, view.lower, segment, found)
            if not view.lower.isascii():
                self._scan(scripts, view, view.lower, segment, found)
        if found and speaks_of_attacks(lower, segment.channel):
            return [_for_review(finding) for finding in found.values()]
        return list(found.values())

    def _scan(
        self,
        pack: _Pack,
        view: View,
        lower: str,
        segment: Segment,
        found: dict[str, Finding],
        *,
        disguised: bool = False,
    ) -> None:
        raw = lower.encode()
        for index, first, last in pack.match(raw):
            rule = pack.rules[index]
            level = _level(rule, segment.channel)
            if level is None or rule.id in found:
                continue
            start, end = view.origin(_characters(raw, first, lower), _characters(raw, last, lower))
            score = rule.score if level is Level.BLOCK else rule.score * _REVIEW_SHARE[0] // _REVIEW_SHARE[1]
            found[rule.id] = Finding(
                FindingKind.INJECTION, NAME, self.version, rule.id, level, score,
                label=rule.id.partition("-")[0] + DISGUISED * disguised, segment=segment.index, start=start, end=end,
            )  # fmt: skip


def speaks_of_attacks(lower: str, channel: Channel) -> bool:
    """Whether a folded text in lower case is a short question about attacks rather than one."""
    return channel is Channel.USER and len(lower) <= _MENTION_CHARS and _MENTION.match(lower) is not None


def _characters(raw: bytes, offset: int, text: str) -> int:
    """Offset in characters of a byte offset into the UTF-8 of ``text``."""
    return offset if len(raw) == len(text) else len(raw[:offset].decode(errors="ignore"))


def _for_review(finding: Finding) -> Finding:
    if finding.level is not Level.BLOCK:
        return finding
    return msgspec.structs.replace(
        finding, level=Level.REVIEW, score=finding.score * _REVIEW_SHARE[0] // _REVIEW_SHARE[1]
    )


def _level(rule: Rule, channel: Channel) -> Level | None:
    letter = CHANNELS[channel]
    if letter in rule.block:
        return Level.BLOCK
    if letter in rule.review:
        return Level.REVIEW
    return None
