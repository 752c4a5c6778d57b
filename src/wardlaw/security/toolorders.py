"""Sentences in a tool's definition that are not about the tool: orders to the model, and words about other tools.

A definition describes what a tool does. One that tells the model what to keep from the user, what to do before
anything else, or how to use the tools of another server, works without ever being called ("tool poisoning",
"shadowing": Invariant Labs, April 2025). Used beside the detectors for injections, which judge the same texts.

Not covered: orders in other languages than English, orders spread over several tools, examples in a schema that lead
a model astray without ordering anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from wardlaw.security.fold import fold_text

_CHARS = 65_536  # of one text that are read; the definition of a real tool has a few thousand
_LEAST_NAME = 5  # shorter names of tools ("add", "echo") are words of every description

_RULES: dict[str, re.Pattern[str]] = {
    "secrecy": re.compile(
        r"\b(?:do not|don't|never|must not|should not|avoid|without)\s+(?:ever\s+)?"
        r"(?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|show(?:ing)?|"
        r"alert(?:ing)?|warn(?:ing)?|ask(?:ing)?)\b[^.\n]{0,60}?\bthe\s+(?:user|human|person|operator)\b"
        r"|\b(?:hide|keep|conceal)\b[^.\n]{0,40}?\bfrom\s+the\s+(?:user|human|person|operator)\b"
    ),
    "before-all-else": re.compile(
        r"\b(?:before|prior to|after|whenever|instead of)\s+(?:you\s+)?(?:using|use|calling|call|running|run|invoking|invoke|any)\s+"
        r"(?:(?:any|every|all|each|the)\s+)?(?:other\s+|another\s+)?tools?\b"
    ),
    "important-tag": re.compile(r"<\s*/?\s*(?:important|system|critical|instructions?|secret|override|assistant)\s*>"),
    "override": re.compile(
        r"\b(?:ignore|disregard|forget|override|overrides|supersedes?)\b[^.\n]{0,40}?"
        r"\b(?:instructions?|rules|guidelines|prompts?|tools?|descriptions?)\b"
    ),
    "smuggled-argument": re.compile(
        r"\b(?:read|open|load|fetch|cat)\b[^.\n]{0,80}?(?:~/|\.ssh|\.env\b|\.aws|id_rsa|mcp\.json|credentials|"
        r"private key|api[ _-]?keys?|passwords?)[^\n]{0,200}?\b(?:pass|send|put|include|provide|append|attach)\b"
    ),
}


def orders_in(text: str, *, foreign: Collection[str]) -> Iterator[str]:
    """Rules that a text of a definition breaks, each once.

    Args:
        text: A text of the definition: its description, or one inside of a schema.
        foreign: Names of tools of other servers, bare and qualified.
    """
    folded = fold_text(text[:_CHARS]).lower()
    for rule, pattern in _RULES.items():
        if pattern.search(folded):
            yield rule
    if any(_names(folded, name.lower()) for name in foreign if len(name) >= _LEAST_NAME and _is_a_name(name)):
        yield "other-tool"


def _is_a_name(name: str) -> bool:
    """A name no description uses as a word: of two parts at least."""
    return not name.isalpha() or name != name.lower()


def _names(text: str, name: str) -> bool:
    place = text.find(name)
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(name) : place + len(name) + 1]
        if not _joins(before) and not _joins(after):
            return True
        place = text.find(name, place + 1)
    return False


def _joins(char: str) -> bool:
    return char.isalnum() or char == "_"
