"""Text that a person does not see but a model reads.

Covered: tag characters and variation selectors that spell text, in a run or one behind each visible letter; zero-width
and other blank characters (invisible operators, Hangul fillers, soft controls, unassigned ignorable ones) in a run, and
spread over a text when they spell something; overrides of the writing direction, and right-to-left embeddings in a
text without a right-to-left letter. Ordinary are tag sequences of the three subdivision flags, joiners of emoji and of
Indic, Arabic, Persian and Mongolian writing, single variation selectors behind emoji and ideographs, breaks between
words of South-East Asian writing, isolates that programs put around names, and marks of direction beside Hebrew or Arabic.
Not covered: text made invisible by markup or style (white on white, font size 0, HTML comments), blanks at the ends of
lines, one kind of invisible character whose mere presence is a bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from wardlaw.security.unseen import bytes_of_selectors, digits_of

_TAGS = re.compile("[\U000e0020-\U000e007f]+")
_FLAG = "\U0001f3f4"
_CANCEL = "\U000e007f"
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
# A selector that says nothing to a reader: not text or emoji style, not behind an ideograph or a Mongolian letter.
_ODD_SELECTOR = re.compile(
    "(?<![\u1800-\u18af\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\ufe00-\ufe0d\U000e0100-\U000e01ef]"
)
_BLANKS = (
    "\u180e\u200b-\u200f\u2060-\u2065\u206a-\u206f\ufeff\u034f\u061c\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
_ZERO_WIDTH = re.compile(f"[{_BLANKS}\u2061-\u2064\u00ad]{{2,}}")
# Joiners and breaks where writing needs them, and what stands beside right-to-left letters.
_JOINING = "\u0590-\u08ff\u0900-\u0eff\u0f00-\u109f\u1780-\u18af\u3000-\u9fff\ufb1d-\ufdff\ufe70-\ufeff\u200d\u2600-\u27bf\ufe0f\U0001f000-\U0001faff"
_ODD_BLANK = re.compile(f"(?<![{_JOINING}])[{_BLANKS}](?![{_JOINING}])")
_BLANK = re.compile(f"[{_BLANKS}]")
_DIRECTION = re.compile("[\u202d\u202e]")
_TO_THE_LEFT = re.compile("[\u202b\u2067]")
_RIGHT_TO_LEFT_LETTER = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ANY = re.compile(f"[{_BLANKS}\u202b\u202d\u202e\u2067\ufe00-\ufe0f\U000e0000-\U000e0fff]")

# A flag's tag sequence spells at most six characters and a cancel tag (Unicode Technical Standard 51, C.1.1).
_FLAG_LENGTH = 7
# Bits for one byte: fewer zero-width characters in a row carry no text.
_ZERO_WIDTH_RUN = 8
# So many tags or selectors one by one, and so many blanks, are spread over a text on purpose.
_SCATTERED, _SCATTERED_BLANKS = 4, 16
_MOST_SCATTERED = 1 << 16


class Hidden(msgspec.Struct, frozen=True):
    """One hidden stretch.

    Attributes:
        rule: ``tag-characters``, ``selector-bytes``, ``zero-width-run``, ``direction-override``,
            ``direction-embedding``, or ``scattered-tags``, ``scattered-selectors``, ``scattered-blanks``.
        text: What it spells; ``""`` where it spells nothing we can read.
    """

    rule: str
    start: int
    end: int
    text: str = ""


def find_hidden(text: str) -> tuple[Hidden, ...]:
    """Hidden stretches of ``text``, in order of kind and place."""
    if text.isascii() or not _ANY.search(text):
        return ()
    found: list[Hidden] = list(_tags(text))
    found.extend(
        Hidden("selector-bytes", *match.span(), bytes_of_selectors(match[0])) for match in _SELECTORS.finditer(text)
    )
    runs = [match for match in _ZERO_WIDTH.finditer(text) if len(match[0]) >= _ZERO_WIDTH_RUN]
    found.extend(Hidden("zero-width-run", *match.span(), digits_of(match[0])) for match in runs)
    found.extend(Hidden("direction-override", *match.span()) for match in _DIRECTION.finditer(text))
    embedding = _TO_THE_LEFT.search(text)
    if embedding and not _RIGHT_TO_LEFT_LETTER.search(text):
        found.append(Hidden("direction-embedding", *embedding.span()))
    found.extend(_scattered_selectors(text))
    if not runs:
        found.extend(_scattered_blanks(text))
    return tuple(found)


def _tags(text: str) -> Iterator[Hidden]:
    """Runs of tag characters but those of flags; single ones that belong together spell one text more."""
    short: list[re.Match[str]] = []
    for match in _TAGS.finditer(text):
        start, end = match.span()
        if start > 0 and text[start - 1] == _FLAG and match[0].endswith(_CANCEL) and end - start <= _FLAG_LENGTH:
            continue
        yield Hidden("tag-characters", start, end, _spelled(match[0]))
        if end - start <= 2:
            short.append(match)
    if len(short) >= _SCATTERED:
        yield Hidden("scattered-tags", short[0].start(), short[-1].end(), "".join(_spelled(one[0]) for one in short))


def _spelled(tags: str) -> str:
    return "".join(chr(ord(char) - 0xE0000) for char in tags if char != _CANCEL)


def _scattered_selectors(text: str) -> Iterator[Hidden]:
    """Selectors one behind each visible letter."""
    selectors = [] if _SELECTORS.search(text) else list(_ODD_SELECTOR.finditer(text))
    if len(selectors) >= _SCATTERED:
        spelled = bytes_of_selectors("".join(match[0] for match in selectors[:_MOST_SCATTERED]))
        yield Hidden("scattered-selectors", selectors[0].start(), selectors[-1].end(), spelled)


def _scattered_blanks(text: str) -> Iterator[Hidden]:
    """Blanks spread over a text, when together they spell something."""
    blanks = list(_ODD_BLANK.finditer(text))
    if len(blanks) >= _SCATTERED_BLANKS and len(blanks) == len(_BLANK.findall(text)):
        spelled = digits_of("".join(match[0] for match in blanks[:_MOST_SCATTERED]))
        if spelled:
            yield Hidden("scattered-blanks", blanks[0].start(), blanks[-1].end(), spelled)
