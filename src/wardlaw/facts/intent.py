"""What somebody wants done, read from words: the kinds of effect a person asks for, a text orders, a tool's name says.

Three readers use the same table and so mean the same: what a tool does is inferred from its name, what a person asked
for is read from the person's own words, and what a foreign text would have done is read from that text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from wardlaw.facts.intentwords import (
    ARTICLES,
    BARE,
    DETERMINERS,
    FRESH,
    INTO,
    JOINERS,
    LEADERS,
    NEGATIONS,
    NOUNS,
    OBJECTS,
    PHRASES,
    QUESTIONS,
    STEMS,
    TELLING,
    TO_ONESELF,
    TRAILING_NEGATIONS,
    VERBS,
)


class Intent(StrEnum):
    """Kinds of wish, finer than a tool's effect: booking and paying both cost money, and are asked for in other words."""

    SEND = "send"
    SHARE = "share"
    PAY = "pay"
    BOOK = "book"
    DELETE = "delete"
    CREATE = "create"
    CHANGE = "change"
    CREDENTIAL = "credential"
    VISIT = "visit"


_NONE: frozenset[Intent] = frozenset()
_SENDING = frozenset((Intent.SEND,))
_CREATING = frozenset((Intent.CREATE,))
_SHORTEST_STEM, _LONGEST_ENDING = 4, 4  # "inform" must not find "information"
_NEGATION_REACH = 3  # words before a verb in which a "not" still means it
_TRAILING_REACH = 2  # words after a verb: "schick ihm keine Mail"
_PHRASE_REACH = 6  # words between the two of a phrase: "let Alice know", "fais le lui savoir"


def _inflected(verb: str) -> tuple[str, ...]:
    """Forms in which a verb is still a wish: "sends" of a tool, "sending" of a plan; "sent" tells what was."""
    stem = verb[:-1] if verb.endswith("e") and not verb.endswith(("ee", "ye")) else verb
    third = verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeiou" else verb + "s"
    return (verb, third, verb + "es", stem + "ing", verb + verb[-1] + "ing")


def _table(groups: Mapping[str, str], *, inflect: bool = False) -> dict[str, frozenset[Intent]]:
    found: dict[str, set[Intent]] = {}
    for group, words in groups.items():
        for word in words.split():
            for form in _inflected(word) if inflect else (word,):
                found.setdefault(form, set()).add(Intent(group))
    return {word: frozenset(intents) for word, intents in found.items()}


_VERBS = _table(VERBS, inflect=True)
_NOUNS = _table(NOUNS)
_STEMS = {word[:-1]: wishes for word, wishes in _table(STEMS).items() if word.endswith("*")}
_FORMS = {word: wishes for word, wishes in _table(STEMS).items() if not word.endswith("*")}
_PHRASES: dict[tuple[str, str], frozenset[Intent]] = {
    (key.split("_")[0], key.split("_")[1]): intents for key, intents in _table(PHRASES).items()
}
_LEADERS = LEADERS - DETERMINERS
_OPENERS = frozenset(first for first, _ in _PHRASES)


def of_verb(word: str) -> frozenset[Intent]:
    """What a verb asks for, wherever it stands; empty for any other word."""
    return _VERBS.get(word) or _foreign(word)


def of_noun(word: str) -> frozenset[Intent]:
    """What a thing's name asks for: a payment, a reservation, a password."""
    return _NOUNS.get(word, _NONE)


@lru_cache(maxsize=16_384)
def _foreign(word: str) -> frozenset[Intent]:
    """What a word of the other languages asks for."""
    found = _FORMS.get(word, _NONE)
    for length in range(max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING), len(word) + 1):
        found = found | _STEMS.get(word[:length], _NONE)
    return found


def _acts(words: Sequence[str], place: int) -> bool:
    """Whether a word that may name a thing, or tell what goes on, stands where a wish stands."""
    after = words[place + 1] if place + 1 < len(words) else "."
    if place == 0 or words[place - 1] == ".":
        return after != "." or not words[place].endswith("ing")  # "Planning" alone is a title
    return words[place - 1] in _LEADERS or (after in OBJECTS and words[place - 1] not in DETERMINERS)


def intents_of(words: Sequence[str], *, denials: bool = True) -> frozenset[Intent]:
    """Every wish in a sequence of words.

    Args:
        words: As ``words.words_of`` gives them; ``"."`` marks where a sentence begins anew.
        denials: "Do not send" is no wish to send. A foreign text is read without: what it forbids, it brings up.
    """
    found: set[Intent] = set()
    asking = False
    for place, word in enumerate(words):
        if place == 0 or words[place - 1] == ".":
            asking = word in QUESTIONS  # whoever asks about a refund wants none yet
        wish = _VERBS.get(word)
        if wish is None:
            wish = _foreign(word)
        if wish and (word in BARE or word.endswith("ing")) and not _acts(words, place):
            wish = _NONE
        if word in TELLING and not TO_ONESELF.isdisjoint(words[place + 1 : place + 2]):
            wish = wish - _SENDING  # "tell me" wants an answer, and nothing sent
        if word in _OPENERS:
            wish = wish | _phrase(words, place)
        if word in FRESH and place > 1 and words[place - 1] in ARTICLES and words[place - 2] in INTO:
            wish = wish | _CREATING  # "in a new file"
        if not asking:
            wish = wish | _NOUNS.get(word, _NONE)
        if wish and not (denials and _denied(words, place)):
            found |= wish
    return frozenset(found)


def _phrase(words: Sequence[str], place: int) -> frozenset[Intent]:
    wish = _NONE
    if words[place + 1 : place + 2] == ["s"]:
        return wish  # "let's see"
    for second in words[place + 1 : place + 2 + _PHRASE_REACH]:
        if second == "." or second in TO_ONESELF:  # "let me know" wants an answer too
            break
        wish = wish | _PHRASES.get((words[place], second), _NONE)
    return wish


def _denied(words: Sequence[str], place: int) -> bool:
    if not TRAILING_NEGATIONS.isdisjoint(words[place + 1 : place + 1 + _TRAILING_REACH]):
        return True
    for word in reversed(words[max(0, place - _NEGATION_REACH) : place]):
        if word == "." or word in JOINERS:
            return False
        if word in NEGATIONS:
            return True
    return False
