r"""How rules are written and what they become.

A rule's pattern is RE2 syntax over folded lower-case text with four conveniences:

- a space stands for one or more ASCII characters that are neither letter nor digit;
- ``~N`` between spaces stands for up to N words (``~`` for four);
- ``{name}`` stands for a list of the vocabulary;
- words at either end are whole words in scripts that have word boundaries.

Gaps written as ``[^\n]{0,n}`` serve scripts without spaces.
"""

from __future__ import annotations

import re

import msgspec

from wardlaw.facts.exchange import Channel
from wardlaw.security.fold import fold_text
from wardlaw.security.rules.cues import CUES

SPACE = r"(?:[\x00-/:-@\[-`{-\x7f]+)"
_SQUEEZED = r"(?:[\x00-/:-@\[-`{-\x7f]*)"
_WORD = r"[^\x00-/:-@\[-`{-\x7f]+"
_GAP = re.compile(r" ~(\d*) ")
_CLASS_OR_SPACE = re.compile(r"\[(?:\\.|[^\]\\])+\]| ")
_NAME = re.compile(r"\{([a-z_]+)\}")

# Letters that stand for channels in the tables.
CHANNELS: dict[Channel, str] = {
    Channel.USER: "u",
    Channel.OTHER: "u",
    Channel.ASSISTANT: "a",
    Channel.TOOL_RESULT: "d",
    Channel.TOOL_DEFINITION: "t",
    Channel.SYSTEM: "s",
    Channel.ANSWER: "r",
    Channel.TOOL_ARGUMENTS: "g",
}


class Rule(msgspec.Struct, frozen=True):
    """One rule of the injection pack.

    Attributes:
        id: ``<family>-<what>`` with the language at the end where it is not English.
        pattern: See the module.
        block: Channel letters where a match is at level BLOCK.
        review: Channel letters where it is at level REVIEW.
        language: ISO 639-1 code; ``*`` for markup.
        says: What it catches, for a person.
        score: 0 to 1000 at BLOCK; REVIEW gives two thirds of it.
        squeeze: Also looked for in letters pulled together, where spaces are gone.
    """

    id: str
    pattern: str
    block: str
    review: str
    language: str
    says: str
    score: int = 900
    squeeze: bool = False


def expand(rule: Rule, vocabulary: dict[str, str], *, squeezed: bool = False) -> str:
    """The RE2 pattern of ``rule``; ``squeezed`` for text without spaces.

    Raises:
        KeyError: The pattern names a list that the vocabulary lacks.
    """
    text = rule.pattern
    while _NAME.search(text):
        text = _NAME.sub(lambda match: f"(?:{vocabulary[match[1]]})", text)
    if squeezed:
        return _spaces(_GAP.sub("[^\n]{0,24}", text), _SQUEEZED)
    text = _spaces(_GAP.sub(lambda match: f" (?:{_WORD} ){{0,{match[1] or 4}}}", text), SPACE)
    starts_word, ends_word = _whole_words(text)
    if starts_word:
        text = r"\b" + _group(text)
    if ends_word:
        text = _group(text) + r"\b"
    return text


def _whole_words(text: str) -> tuple[bool, bool]:
    """Whether the pattern must begin and must end at a word boundary; no script but ASCII has them in RE2."""
    if not fold_text(text).isascii():
        return False, False
    return text[0].isalnum() or text[0] == "(", text[-1].isalnum() or text[-1] in "?)"


_CUT = re.compile(r" ~\d* |\[\^[^\]]{1,6}\]\{\d+,\d+\}")


_COUNT = re.compile(r"\{(\d+)(?:,\d*)?\}")
_INNER_GAP = re.compile(r" ~\d* |\[\^\\n\]\{\d+,\d+\}")  # any width, so that no state counts


def cue(rule: Rule, vocabulary: dict[str, str], *, squeezed: bool = False) -> str:
    """The part of ``rule`` that ordinary text holds most seldom, as measured (``cues.CUES``); else its longest part."""
    parts = segments(rule, vocabulary, squeezed=squeezed)
    place = CUES.get(rule.id, -1)
    return parts[place] if 0 <= place < len(parts) else max(parts, key=len)


def segments(rule: Rule, vocabulary: dict[str, str], *, squeezed: bool = False) -> list[str]:
    """The parts of a rule between its gaps, each an RE2 pattern: a text that lacks one cannot match the rule.

    Parts hold no gaps, so that one automaton over the parts of all rules stays small whatever the text says. Each
    keeps the edge its rule demands beside it (the separator of a gap, the word boundary at either end), so that the
    automaton leaves a word at its first letter that fits no part. ``squeezed`` texts have no such edges.
    """
    text = rule.pattern
    while _NAME.search(text):
        text = _NAME.sub(lambda match: f"(?:{vocabulary[match[1]]})", text)
    starts_word, ends_word = (False, False) if squeezed else _whole_words(text)
    depth, at, parts, start, before = 0, 0, [], 0, r"\b" if starts_word else ""
    while at < len(text):
        cut = _CUT.match(text, at) if depth == 0 else None
        if cut:
            edge = " " if cut[0][0] == " " and not squeezed else ""
            parts.append((before, text[start:at], edge))
            at = start = cut.end()
            before = edge
            continue
        skip = _CLASS_OR_SPACE.match(text, at) if text[at] == "[" else None
        if skip:
            at = skip.end()
            continue
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == "|" and depth == 0:
            parts, start, before = [], 0, r"\b" if starts_word else ""  # alternatives of the whole rule stay together
            break
        depth += (text[at] == "(") - (text[at] == ")")
        at += 1
    parts.append((before, text[start:], r"\b" if ends_word else ""))
    return [
        _spaces(
            left + _group(_COUNT.sub(_uncounted, _INNER_GAP.sub(_unbounded, part))) + right,
            _SQUEEZED if squeezed else SPACE,
        )
        for left, part, right in parts
        if len(re.findall(r"[a-z]|[^\x00-\x7f]", part)) > 2
    ]


def _unbounded(match: re.Match[str]) -> str:
    """A gap of any width; between words it may hold line ends."""
    return "(?s:.*)" if match[0][0] == " " else r"[^\n]*"


def _uncounted(match: re.Match[str]) -> str:
    """Any number instead of a bounded one: matches more, and no state has to count."""
    return "*" if match[1] == "0" else "+"


def _spaces(text: str, stand_in: str) -> str:
    """``text`` with the spaces outside character classes replaced."""
    return _CLASS_OR_SPACE.sub(lambda match: stand_in if match[0] == " " else match[0], text)


def _group(text: str) -> str:
    return f"(?:{text})"
