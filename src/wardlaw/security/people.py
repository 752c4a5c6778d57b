"""Names of people, postal addresses and ages: personal data without a check digit, told by words and their places.

Each candidate is a run of words with a capital; it gathers points for what is known of its words (given names by
region, endings of family names, initials; ``namelike`` for words of no list) and of what stands around it (titles,
"my name is", "said"), and loses some for words of companies and places. Streets are known by the words and numbers that countries write them with.
It errs more often than formats with check digits do, so it runs in scans and not in the gateway unless asked for.
Not covered: names in lower case, in scripts without capitals, places and companies by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import re2

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security.mentions import PART_OF_PLACES, bare, mentioned
from wardlaw.security.namelike import likeness
from wardlaw.security.normalise import Views
from wardlaw.security.pii import subject_digest
from wardlaw.security.rules import people as words

NAME = "personal-names"
VERSION = "2"
_NAME_SCORE, _SURE_NAME_SCORE, _ADDRESS_SCORE, _AGE_SCORE, _CONTEXT_SCORE = 500, 700, 600, 500, 300
_LONGEST_NAME, _MOST_TAILS = 4, 6
_BEFORE, _AFTER, _TAIL = 28, 24, 80
# Points from which a run of words is a name, and from which it is one for certain.
_ENOUGH, _SURE, _NONE = 2, 4, -9
# Log-odds of a word's letters: 3 and 10 in 100 ordinary words reach the first two (``tools/train_names``).
_LIKE_A_NAME, _RATHER_A_NAME, _NO_NAME = 1.9, 0.7, -0.8

_CAP = r"(?:Mc|Mac|O'|D'|[A-Z]'|d')?\p{Lu}\p{Ll}+(?:['-]?\p{Lu}?\p{Ll}+)*"
_RUN = (
    rf"\b(?:{_CAP}|\p{{Lu}}{{3,}})\.?"
    rf"(?: (?:(?:van der|van den|van de|van|von der|von|zu|de la|de los|de|del|della|di|da|dos|du|le|la|el|al|bin|ibn|ter|ten) )?(?:{_CAP}|\p{{Lu}}\.|\p{{Lu}}{{3,}}))*"
)
_TITLE = re.compile(rf"(?i:{words.TITLES})\.?")
_TITLE_BEFORE = re.compile(rf"(?i:\b(?:{words.TITLES})\.? )$")
_LEAD = re.compile(rf"(?i:(?:^|[\s>\"'(,.])(?:{words.LEADS}) ?)$")
_STRONG_LEAD = re.compile(
    r"(?i:name(?: is|'s|:|\?| on (?:the |my )?(?:card|account)(?: is|:)?)|dear|regards,?|sincerely,?|called|named|directed by|(?:this is|i am|i'm)) $"
)
_FOLLOW = re.compile(rf"(?:{words.FOLLOWS})|(?: (?:{words.FOLLOWS}))|[,!.]? ?(?:\n|$)")
_DOES = re.compile(
    r" (?:had|has|was|will|began|shouted|cried|said|says|told|gave|lives|wrote|asked|replied|died|won|joined|married|spent) \w| is (?:a|an|my|very|not|the) |, \d\d,"
)
_FAMILY = re.compile(words.FAMILY_END)
_SPEAKER = re.compile(r"(?m)^([^\W\d_]{3,20}): ?[\"'“„A-Z]")
_AND = re.compile(r",? (?:and|or|und|et|y|e|&) |, ")
_LOWER_NAME = re.compile(
    r"\b(?:[Mm]y|maiden|last|full) name is ([^\W\d_]{3,20}(?: [^\W\d_]{3,20})?)(?=[.,!\n]|$| and| but)"
)
_LOWER_WORD = re.compile(r"[^\W\d_]{4,}")
_LOWER_AFTER = re.compile(r" (?:[a-z]\.? )?([^\W\d_]{4,})")
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|the|of|on|an?|this|that|our|your|via|per|using|into) $")
_SENTENCE = re.compile(r"(?:^|[.!?:>\"*\n(\-]) *$")
_AGE = r"(?i)\b(\d{1,3})[ -](?:years?|yrs?|yo)[ -]?(?:old)?\b|\b(?:aged?|age of|i am|i'm|turn(?:s|ed|ing)?|age:|age is|is) (\d{2})\b(?:[.,!?]|$| and)|,? (\d{2})[ -]?(?:y/?o|m|f)\b"
_NO_TAIL = words.COMMON - PART_OF_PLACES
_CLEAR_GIVEN = words.GIVEN - words.AMBIGUOUS
_TAIL_PART = re.compile(
    rf"[,.]?[ \t]*(?:\n+[ \t>]*|,? ?)(?:{words.UNIT}|[A-Z]{{0,2}}-?\d{{4,6}}(?: ?[A-Z]{{2}})?|nan|"
    r"[A-Z][^\W\d_]+(?:[ '-](?:[a-z]{2,5} )?[A-Z0-9][^\W_]*){0,4}(?:,? (?:[A-Z]{2} )?\d{4,6}(?:-\d{4})?)?)(?=[ \t]*(?:\n|,|$|[.?!]|and\b|for\b))"
)
_CALLED_CODE = re.compile(r"(?i)zip|post|plz|code|cap|cep|pin")
_HOUSE_BEFORE = re.compile(r"(?:^|[\s>])(\d{1,5},? )$")


@cache
def _compiled() -> tuple[re2.Set, tuple[re2._Regexp, ...], re2._Regexp, re2._Regexp]:
    """The gate of addresses, each of their patterns, runs of words with a capital, and ages."""
    patterns = (*words.STREETS, *words.POSTCODES, rf"(?:^|\n)[ \t>]*{words.UNIT}")
    options = re2.Options()
    options.log_errors = False
    gate = re2.Set.SearchSet(options)
    for pattern in patterns:
        gate.Add(pattern.encode())
    gate.Compile()
    made = tuple(re2.compile(pattern, options) for pattern in patterns)
    return gate, made, re2.compile(_RUN, options), re2.compile(_AGE, options)


class PeopleDetector:
    """Finds names, postal addresses and ages.

    Args:
        subject_key: Key of the digests, 1 to 64 bytes.
    """

    name = NAME
    version = VERSION

    def __init__(self, subject_key: bytes) -> None:
        self._key = subject_key
        self._gate, self._streets, self._runs, self._ages = _compiled()

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each name, address and age in the text as a person reads it."""
        text = views.folded.text
        addresses = self._addresses(text, views.raw) if any(map(str.isdigit, text)) else []
        found = [(start, end, "address", _ADDRESS_SCORE) for start, end in addresses]
        found += [
            (start, end, "name", score)
            for start, end, score in self._names(text)
            if not any(low < end and start < high for low, high in addresses)
        ]
        taken = [(low, high) for low, high, _, _ in found]
        found += [
            (start, end, label, _CONTEXT_SCORE)
            for start, end, label in dict.fromkeys(mentioned(text))
            if not any(low < end and start < high for low, high in taken)
        ]
        if any(map(str.isdigit, text)):
            found += [(*match.span(), "age", _AGE_SCORE) for match in self._ages.finditer(text)]
        made = []
        for start, end, label, score in sorted(set(found)):
            low, high = views.folded.origin(start, end)
            digest = subject_digest(" ".join(text[start:end].lower().split()), self._key)
            made.append(
                Finding(
                    FindingKind.PII,
                    NAME,
                    VERSION,
                    f"pii-{label}",
                    Level.NOTE,
                    score,
                    label=label,
                    segment=segment.index,
                    start=low,
                    end=high,
                    subject=digest,
                )
            )
        return made

    def _addresses(self, text: str, raw: bytes) -> list[tuple[int, int]]:
        """Streets, postal codes and units with the lines that belong to them, those that touch made one."""
        spans: list[tuple[int, int]] = []
        for kind in sorted(self._gate.Match(raw) or ()):
            for match in self._streets[kind].finditer(text):
                start, end = match.span()
                if kind < len(words.STREETS) and not _is_street(match[0]):
                    continue
                if kind >= len(words.STREETS) and not _is_code(match[0]):
                    continue
                house = _HOUSE_BEFORE.search(text[max(0, start - 8) : start])
                spans.append((start - len(house[1]) if house else start, _with_tail(text, end)))
        joined: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if joined and start <= joined[-1][1] + 2:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _names(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Runs of words with a capital that gather enough points."""
        judged = []
        for match in self._runs.finditer(text):
            start = match.start()
            parts = [(start + part.start(), start + part.end()) for part in re.finditer(r"\S+", match[0])]
            judged += [_points(text, piece) for piece in _pieces(text, parts)]
        # A part of a name met elsewhere in the text is one by itself.
        met = {
            bare(word) for points, low, high in judged if points >= _ENOUGH for word in text[low:high].split()
        } - words.COMMON
        listed = _listed(text, judged)
        for points, low, high in judged:
            again = points > _NONE and bool(met.intersection(map(bare, text[low:high].split())))
            if points >= _ENOUGH or again or (low, high) in listed:
                yield low, high, _SURE_NAME_SCORE if points >= _SURE else _NAME_SCORE
        for match in _LOWER_NAME.finditer(text):
            if match[1].islower():
                yield *match.span(1), _NAME_SCORE
        if text.islower():
            for match in _LOWER_WORD.finditer(text):
                if match[0] in _CLEAR_GIVEN:
                    family = _LOWER_AFTER.match(text, match.end())
                    known = family and family[1] not in words.COMMON and likeness(family[1]) >= _RATHER_A_NAME
                    yield match.start(), family.end() if family and known else match.end(), _NAME_SCORE
        yield from _speakers(text)


def _speakers(text: str) -> Iterator[tuple[int, int, int]]:
    """Who speaks at the begin of lines, where at least two do and none of them is a common word."""
    found = list(_SPEAKER.finditer(text))
    said = {match[1].lower() for match in found}
    if len(said) > 1 and not said & words.COMMON and any(likeness(word) > 0 or word in words.GIVEN for word in said):
        for match in found:
            yield *match.span(1), _NAME_SCORE


def _listed(text: str, judged: list[tuple[int, int, int]]) -> set[tuple[int, int]]:
    """Words that stand in one list with a name ("Kónya, Becker and Vasquez"), themselves not unlike one."""
    found: set[tuple[int, int]] = set()
    row: list[tuple[int, int, int]] = []
    for one in [*judged, (_NONE, len(text) + 2, len(text) + 2)]:
        if row and not _AND.fullmatch(text[row[-1][2] : one[1]]):
            if len(row) > 1 and max(points for points, _, _ in row) >= _ENOUGH:
                found.update((low, high) for points, low, high in row if points >= 0)
            row = []
        if one[0] > _NONE:
            row.append(one)
    return found


def _looks(tokens: list[str]) -> int:
    """What the letters of words no list knows speak for or against a name."""
    most = max(likeness(word) for word in tokens)
    return 2 if most >= _LIKE_A_NAME else 1 if most >= _RATHER_A_NAME else -1 if most <= _NO_NAME else 0


def _is_street(found: str) -> bool:
    """Not a sentence that happens to hold a number: its first word is no common one."""
    letters = re.findall(r"[^\W\d_]+", found)
    return bool(letters) and not (
        letters[0].lower() in words.COMMON
        and len(letters) < 3
        and not re.search(r"(?i)box|rue|via|place|calle|station|church|park|road", found)
    )


def _is_code(found: str) -> bool:
    """A postal code with a town whose name is no common word, or one that is called so."""
    if _CALLED_CODE.match(found):
        return True
    letters = re.findall(r"[^\W\d_]{3,}", found)
    return not any(word.lower() in words.COMMON for word in letters[:1])


def _with_tail(text: str, end: int) -> int:
    """The end of an address with the unit, town and country behind it."""
    for _ in range(_MOST_TAILS):
        match = _TAIL_PART.match(text[end : end + _TAIL])
        if not match or bare(match[0].split()[0]) in _NO_TAIL:
            return end
        end += match.end()
    return end


def _pieces(text: str, parts: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """A run cut at words that cannot be of a name."""
    piece: list[tuple[int, int]] = []
    for start, end in parts:
        word = bare(text[start:end])
        titled = _TITLE.fullmatch(text[start:end]) is not None
        if titled or word in words.COMMON or word in words.PLACES:
            if piece:
                yield piece
            piece = []
            continue
        piece.append((start, end))
        if text[end - 1] == "." and end - start > 2:
            yield piece
            piece = []
    if piece:
        yield piece


def _points(text: str, piece: list[tuple[int, int]]) -> tuple[int, int, int]:
    """What speaks for a name less what speaks against it, and the span with its title."""
    tokens = [bare(text[start:end]) for start, end in piece]
    while tokens and tokens[-1] in words.PARTICLES:
        tokens.pop()
        piece = piece[:-1]
    if not tokens or len(tokens) > _LONGEST_NAME + 2 or words.ORGANISATION & set(tokens):
        return _NONE, 0, 0
    start, end = piece[0][0], piece[-1][1]
    while end > start and text[end - 1] in ".,'":
        end -= 1
    if text[end - 2 : end] == "'s":
        end -= 2
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    follower = after.lstrip(" ,").split(" ")[0].split("\n")[0]
    # "Hansen AS" is a company, "Hansen as" is somebody as something.
    if bare(follower) in words.ORGANISATION and (len(follower) > 2 or follower.isupper()):
        return _NONE, 0, 0
    title = _TITLE_BEFORE.search(before)
    given = [word for word in tokens if word in words.GIVEN]
    points = 3 if title else 0
    points += 2 if tokens[0] in _CLEAR_GIVEN else 1 if given else 0
    points += (1 if len(tokens) > 1 else 0) + (1 if len(tokens) > 1 and _FAMILY.fullmatch(tokens[-1]) else 0)
    points += 1 if any(len(word) == 1 for word in tokens[1:]) else 0
    lead = _LEAD.search(before)
    points += 2 if _STRONG_LEAD.search(before) else 1 if lead else 0
    points += 1 if _FOLLOW.match(after) else 0
    points += 1 if not given and len(tokens) == 1 and not _SENTENCE.search(before) and len(tokens[0]) > 3 else 0
    points += 0 if given else _looks(tokens)
    if _PLACE_BEFORE.search(before) and not title:
        points -= 1 if len(tokens) > 1 and tokens[0] in _CLEAR_GIVEN else 2
    if _DOES.match(after):
        points += 1
    elif not given and _SENTENCE.search(before) and not lead:
        points -= 1
    if text[start:end].isupper():
        points -= 1
    return points, start - (len(title[0]) if title else 0), end
