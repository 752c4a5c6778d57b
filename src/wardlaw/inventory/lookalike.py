"""Names written to look like those of well-known publishers."""

from __future__ import annotations

import unicodedata

_KNOWN = (
    "microsoft", "google", "openai", "chatgpt", "anthropic", "claude", "github", "slack", "salesforce", "atlassian",
    "dropbox", "docusign", "adobe", "zoom", "okta", "linkedin", "outlook", "onedrive", "sharepoint", "gmail",
)  # fmt: skip
# Letters of other scripts, and digits, that are drawn like Latin ones (a choice from Unicode TR 39, confusables).
_DRAWN_LIKE = str.maketrans(
    {
        "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ѕ": "s", "ԁ": "d", "ɡ": "g",
        "ο": "o", "ν": "v", "α": "a", "ι": "i", "ρ": "p", "τ": "t", "κ": "k", "0": "o", "1": "l", "3": "e", "5": "s",
        "$": "s", "@": "a", "|": "l",
    }
)  # fmt: skip
_TWO_FOR_ONE = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def imitated(name: str) -> str:
    """The well-known name that a word of ``name`` imitates; empty where none is, or where it is written plainly.

    A word imitates when it reads the same after letters drawn alike are taken for each other.
    """
    for raw in _words(unicodedata.normalize("NFC", name)):
        word = raw.casefold()
        if word in _KNOWN:
            continue
        for read in _readings(word):
            if read in _KNOWN:
                return read
    return ""


def _words(text: str) -> list[str]:
    return "".join(char if char.isalnum() or char in "$@|" else " " for char in text).split()


def _readings(word: str) -> set[str]:
    drawn = unicodedata.normalize("NFKD", word).translate(_DRAWN_LIKE)
    plain = "".join(char for char in drawn if not unicodedata.combining(char))
    readings = {plain}
    for two, one in _TWO_FOR_ONE:
        readings |= {read.replace(two, one) for read in readings}
    # "l" and "i" look alike in many typefaces, and as capitals.
    return readings | {read.replace("l", "i") for read in readings} | {read.replace("i", "l") for read in readings}
