"""A pseudonym in place of a person's names, wherever they stand in what the inventory keeps.

Names are looked for in texts, as words of their own and whatever their case: ids, names, and sentences that contain
them. What only says where something belongs or who of Wardlaw's own people decided it is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from wardlaw.inventory.model import Account

MOST_ID = 512
"""Characters of an id that the tables take."""

MOST_NAME_WORDS = 4
"""Words of a name that is known again within a sentence."""

# Names of rows, of rules and of scopes are not a person's, even where a login is spelt the same; and who decided
# something in Wardlaw answers for it by that name.
_LEFT = frozenset(
    {
        "approver", "confirmed_by", "decided_by", "digest", "directory", "ended_by", "feed", "linked_by", "planned_by",
        "platform", "policies", "rule", "scopes", "started_by",
    }
)  # fmt: skip
_PSEUDONYM = re.compile(r"erased-[0-9a-f]{26}")
_TOKEN = re.compile(r"[^\s/:|,;<>()\[\]{}\"']+")
_T = TypeVar("_T")


class Alias(msgspec.Struct, frozen=True):
    """One name of a person and the pseudonym that stands for it.

    Attributes:
        text: The name as it was told.
        directory: Where it means this person; empty for everywhere.
    """

    text: str
    pseudonym: str
    directory: str = ""


def pseudonym_from(entropy: bytes) -> str:
    """A fresh pseudonym; nothing of it follows from the person.

    Args:
        entropy: 13 random bytes.
    """
    return f"erased-{entropy.hex()}"


def is_veiled(text: str) -> bool:
    """Whether a pseudonym stands in a text; no platform can be asked about it."""
    return _PSEUDONYM.search(text) is not None


def aliases_of(directory: str, account: Account, pseudonym: str) -> tuple[Alias, ...]:
    """What an account is called.

    A mail address, and a name of two or more words, mean the person everywhere; a login or a bare first name only in
    its own directory.
    """
    texts = {text: None for text in (account.id, account.name) if text and not is_veiled(text)}
    return tuple(Alias(text, pseudonym, "" if _is_wide(text) else directory) for text in texts)


def _is_wide(text: str) -> bool:
    return "@" in text or len(text.split()) > 1


class Veil:
    """Puts pseudonyms in place of names in values of one directory."""

    def __init__(self, aliases: Iterable[Alias], directory: str) -> None:
        own = [one for one in aliases if one.directory in ("", directory) and one.text.strip()]
        # Own names last, so that they count where another person's is spelt the same elsewhere.
        self._names = {one.text.casefold(): one.pseudonym for one in sorted(own, key=lambda one: one.directory != "")}
        words = sorted({re.escape(one.text) for one in own}, key=len, reverse=True)
        # Not within a longer login, address or word: "anna" is not in "anna-b", "anna.b@x" or "joanna".
        self._pattern = (
            re.compile(rf"(?<![\w.+-])(?<!\w@)(?:{'|'.join(words)})(?![\w@+-]|\.\w)", re.IGNORECASE) if words else None
        )

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return self._pattern is not None

    def text(self, text: str, most: int = 0) -> str:
        """The text with pseudonyms; cut to ``most`` characters where that is not 0 and something was put in."""
        if self._pattern is None:
            return text
        after = self._pattern.sub(self._instead, text)
        return after[:most] if most and after != text else after

    def over(self, value: _T) -> _T:
        """The value with pseudonyms in every text of it; the very same object where none was found."""
        return self._walk(value)  # type: ignore[no-any-return]  # what goes in comes out

    def _instead(self, found: re.Match[str]) -> str:
        return self._names.get(found.group().casefold(), found.group())

    def _walk(self, value: Any) -> Any:
        if type(value) is str:  # and no member of a closed set
            return self.text(value)
        if isinstance(value, msgspec.Struct):
            after = {name: self._field(name, getattr(value, name)) for name in value.__struct_fields__}
            changed = {name: new for name, new in after.items() if new is not getattr(value, name)}
            return msgspec.structs.replace(value, **changed) if changed else value
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list | tuple | set | frozenset):
            walked = [self._walk(one) for one in value]
            same = all(new is old for new, old in zip(walked, value, strict=True))
            return value if same else type(value)(walked)
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name in _LEFT:
            return value
        if name == "id" and type(value) is str:
            after = self.text(value, MOST_ID)
            return value if after == value else after
        after = self._walk(value)
        return value if after == value else after

    def _mapping(self, value: Mapping[Any, Any]) -> Any:
        walked: dict[Any, Any] = {}
        for key, one in value.items():
            own = self._walk(one)
            name = self.text(key) if type(key) is str else key
            before = walked.get(name)
            # Two names of one person become one: the greater count or the later time stands.
            is_less = isinstance(before, int | float) and isinstance(own, int | float) and own < before
            walked[name] = before if is_less else own
        return value if walked == value else walked


def _runs(text: str) -> Iterable[str]:
    """Words of a text, and up to four in a row: names of people have as many."""
    words = _TOKEN.findall(text)
    bare = [word.strip(".!?") for word in words]
    for count in range(1, MOST_NAME_WORDS + 1):
        for start in range(len(bare) - count + 1):
            yield " ".join(bare[start : start + count])
    yield from words


def words_in(values: Iterable[Any]) -> set[str]:
    """Every text in some values, each of its words, and words in a row: what may be a name, to be looked up."""
    found: set[str] = set()
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if type(value) is str:
            if value and value not in found:
                found.add(value)
                found.update(_runs(value))
        elif isinstance(value, msgspec.Struct):
            waiting += [getattr(value, name) for name in value.__struct_fields__ if name not in _LEFT]
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += list(value)
    return found
