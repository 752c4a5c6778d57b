"""What an agent has seen in a session, indexed once as it comes, so that tracing a value takes a few look-ups.

Three layers: the person's own words (and what stands beside them in trust), fields of records, and prose. A piece of
prose is a *passage* with a number; for each word, pair of neighbouring words and exact value a bit mask says in which
passages it stands. All is bounded; beyond the bounds the session is ``overfull``, and what is not found then counts as
prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from wardlaw.facts.intent import Intent, intents_of
from wardlaw.facts.origin import Provenance, Source
from wardlaw.facts.toolclass import OutputTrust, ToolClass
from wardlaw.facts.words import name_words, words_of
from wardlaw.security.provenance import sensitive
from wardlaw.security.provenance.dates import days_of
from wardlaw.security.provenance.entities import code_key, keys_of, leading_keys, link_key, number_key
from wardlaw.security.provenance.reading import Leaf, read_output
from wardlaw.security.provenance.vocabulary import KINDS, PEOPLE, STOP

MAX_ENTRIES = 400_000  # words, pairs and values of a session's prose; some 60 MB at most
MAX_PASSAGES = 4_096
MAX_FIELDS = 200_000
MAX_USER = 65_536  # characters of the person's words
MAX_SOURCES = 8  # shown to whoever must approve
_STOPS = re.compile(r"[.!?;:\n\"“”«»()<>*•|]+")
_SHORT = len("n:999999")
_DIGIT = re.compile(r"\d")
_MAILING = frozenset("email emails mail mails inbox message messages chat channel sms".split())


class Field(msgspec.Struct, frozen=True):
    """A value that stands in a field of a record.

    Attributes:
        soft: The record was picked out by a title that anybody could have chosen, or by a name that stood in a text.
        kinds: What the answer it stood in is about; for values that are ids of anything.
    """

    origin: Provenance
    call: int
    soft: bool = False
    kinds: frozenset[str] = frozenset()

    def better(self, other: Field | None) -> bool:
        """Whether this place says more for the value than the other."""
        return other is None or (self.origin.rank, not self.soft) > (other.origin.rank, not other.soft)


def kinds_of(words: Iterable[str]) -> frozenset[str]:
    """Kinds of things that words speak of; ``"event"`` for calendar and meeting."""
    return frozenset(KINDS[word] for word in words if word in KINDS)


def sentences_of(text: str) -> list[str]:
    """Words with ``"."`` where a sentence begins anew, for ``intents_of``."""
    found: list[str] = []
    for sentence in _STOPS.split(text):
        found += words_of(sentence)
        found.append(".")
    return found


def singular(word: str) -> str:
    """A word without its plural ending."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def value_keys(text: str) -> tuple[str, ...]:
    """Keys under which a short value as a whole is found again, the most exact first."""
    stripped = text.strip()
    if "@" in stripped and " " not in stripped:
        found = leading_keys(stripped)
        mails = tuple(key for key in found if key.startswith("e:"))
        if mails:
            return mails
    link = link_key(stripped) if "." in stripped else ""
    if link:
        return (link,)
    if _DIGIT.search(stripped):
        keys = tuple(key for key in (number_key(stripped), code_key(stripped)) if key)
        if keys:
            return keys
    phrase = " ".join(words_of(stripped))
    return ("w:" + phrase,) if phrase else ()


def is_short(key: str) -> bool:
    """A number that counts many kinds of things, so that the same one names a mail, an event and a file."""
    return key.startswith("n:") and len(key) <= _SHORT and key[2:].isdigit()


class Session:
    """One session's memory. Grows only; adding prose can lower the trust in a value and never raises it.

    Args:
        user_known: The application keeps what people typed apart, so that their words are told from others'.
    """

    __slots__ = (
        "brought", "by_call", "by_origin", "calls", "codes", "days", "entries", "field_words", "fields", "intents", "keys", "leading", "led", "orders", "overfull", "pairs",
        "passages", "picked", "pointers", "private", "read_others", "taint", "user_keys", "user_known", "user_text", "user_words", "words",
    )  # fmt: skip

    def __init__(self, *, user_known: bool = True) -> None:
        self.user_known = user_known
        self.user_text = " "
        self.user_words: set[str] = set()
        self.user_keys: dict[str, Provenance] = {}
        self.days: set[str] = set()
        self.intents: frozenset[Intent] = frozenset()
        self.fields: dict[str, Field] = {}
        self.field_words: set[str] = set()
        self.words: dict[str, int] = {}
        self.pairs: dict[tuple[str, str], int] = {}
        self.keys: dict[str, int] = {}
        self.orders: dict[Intent, int] = dict.fromkeys(Intent, 0)
        self.passages = 0
        self.by_call: dict[int, int] = {}
        self.by_origin: dict[Provenance, int] = {}
        self.pointers = 0
        self.picked = 0
        self.brought = 0
        self.led = 0
        self.leading: dict[str, int] = {}
        self.calls: list[str] = []
        self.codes: dict[str, str] = {}
        self.taint: set[str] = set()
        self.private: set[str] = set()
        self.entries = 0
        self.read_others = False
        self.overfull = False

    @property
    def foreign(self) -> bool:
        """Something was read that others wrote, or may have."""
        return self.read_others or any(origin.prose for origin in self.by_origin)

    def inherit(self, other: Session) -> None:
        """Know of another line of the same session what it has read: only taint, no value and no word."""
        self.taint |= other.taint
        self.private |= other.private
        self.read_others |= other.foreign

    def add_user(self, text: str) -> None:
        """The person's own words; only what the application's user channel carries."""
        text = text[:MAX_USER]
        words = words_of(text)
        self.user_text += " ".join(words) + " "
        self.user_words.update(words)
        self.user_words.update(singular(word) for word in words)
        self.user_keys.update(dict.fromkeys(keys_of(text), Provenance.USER))
        self.days |= days_of(text)
        self.intents |= intents_of(sentences_of(text))

    def add_trusted(self, text: str, origin: Provenance = Provenance.SYSTEM) -> None:
        """The application's instructions, or a source the operator registered: its exact values may be used."""
        for key in keys_of(text[:MAX_USER]):
            self.user_keys.setdefault(key, origin)

    def add_prose(
        self, text: str, origin: Provenance, call: int = -1, *, suspicious: bool = False, led: int = 0
    ) -> None:
        """A text written by anybody.

        Args:
            led: 1 when the person's words led to the call it came from, 2 when they pick out the very record it is in.
            suspicious: A detector takes it for an attack; it then counts as asking for everything.
        """
        if self.passages >= MAX_PASSAGES:
            self.overfull = True
            return
        sentences = sentences_of(text)
        bit = 1 << self.passages
        intents = frozenset(Intent) if suspicious else intents_of(sentences, denials=False)
        keys = keys_of(text)
        if sum(key.startswith("u:") for key in keys) == 1:
            self.pointers |= bit
        self.by_call[call] = self.by_call.get(call, 0) | bit
        self.by_origin[origin] = self.by_origin.get(origin, 0) | bit
        self.passages += 1
        for intent in intents:
            self.orders[intent] |= bit
        words = [word for word in sentences if word != "."]
        self._mark(self.words, {*words, *(singular(word) for word in words)}, bit)
        self._mark(self.pairs, set(pairwise(words)), bit)
        self._mark(self.keys, keys, bit)
        self._mark(self.leading, (key for key in keys if key[0] in "ue"), bit)
        self.led |= bit if led else 0
        self.picked |= bit if led > 1 else 0
        for code, label in sensitive.in_prose(text):
            self._remember(code, label)
        self.taint.add(f"saw:{origin.value}" if origin in (Provenance.MAIL, Provenance.WEB) else "saw:text")

    def _mark(self, table: dict, keys: Iterable[object], bit: int) -> None:  # type: ignore[type-arg]
        for key in keys:
            mask = table.get(key)
            if mask is None:
                if self.entries >= MAX_ENTRIES:
                    self.overfull = True
                    continue
                self.entries += 1
                mask = 0
            table[key] = mask | bit

    def add_output(self, tool: ToolClass, text: str, *, asked: Provenance, suspicious: bool = False) -> None:
        """A tool's answer.

        Args:
            suspicious: A detector takes something in it for an attack.
            asked: How the call's arguments came about, as ``tracing.call_origin`` says: what a foreign text had
                looked up is worth no more than that text.
        """
        call = len(self.calls)
        self.calls.append(tool.name)
        if tool.trusted and not asked.prose and not suspicious:
            self.add_trusted(text, Provenance.TRUSTED)
            return
        self.read_others = True
        kinds = kinds_of(tool.nouns)
        secret = "secret" if sensitive.of_field(" ".join(tool.nouns)) == "secret" else ""
        reading = read_output(text, tool.output)
        self.overfull |= not reading.complete
        picked = self._picked(reading.leaves)
        prose = _prose_origin(tool)
        said = asked in (Provenance.USER, Provenance.SYSTEM)
        # Own records that the person's text leads to: whoever wrote it chose among them, and could not add one.
        through = (
            tool.output is OutputTrust.OWN and asked is Provenance.NAMED_TEXT and not PEOPLE.isdisjoint(self.user_words)
        )
        for leaf in reading.leaves:
            hard, soft = picked.get(leaf.record, (False, False))
            if leaf.free:
                named = prose is not Provenance.WEB and (said or hard or soft)
                origin = Provenance.NAMED_TEXT if named else prose
                self.add_prose(leaf.text, origin, call, suspicious=suspicious, led=2 if hard else int(said))
                self.brought |= 1 << self.passages - 1 if asked is Provenance.FIELD and not named else 0
                if named and prose is not Provenance.TEXT:
                    self.taint.add(f"saw:{prose.value}")
            else:
                self._add_field(leaf, call, asked, picked=(hard, soft), kinds=kinds, through=through)
            label = sensitive.of_field(leaf.key) or (secret if not leaf.record else "")
            if label and len(leaf.text) <= sensitive.LONGEST:
                self._remember(sensitive.compact(leaf.text), label)

    def _remember(self, code: str, label: str) -> None:
        if sensitive.worth_keeping(code, label) and len(self.codes) < sensitive.MOST:
            self.codes.setdefault(code, label)
            self.private.add(label)
            self.taint.add(f"saw:{label}")

    def _picked(self, leaves: Sequence[Leaf]) -> dict[int, tuple[bool, bool]]:
        """For each record whether the person's words pick it out: by its fields, by a title in it."""
        fields: dict[int, set[str]] = {}
        titles: dict[int, set[str]] = {}
        shapes: dict[int, set[str]] = {}
        for leaf in leaves:
            shapes.setdefault(leaf.record, set()).add(leaf.key)
            if len(leaf.text) > 120 or leaf.record == 0:
                continue
            table = titles if leaf.free else fields
            table.setdefault(leaf.record, set()).update((*words_of(leaf.text), *self._exact(leaf)))
        records = fields.keys() | titles.keys()
        alike: dict[frozenset[str], list[set[str]]] = {}
        for one in records:
            alike.setdefault(frozenset(shapes[one]), []).append(fields.get(one, set()) | titles.get(one, set()))
        # What stands in all records of a sort picks none of them out: "open" in a list of open issues.
        shared = {shape: set.intersection(*every) for shape, every in alike.items() if len(every) > 1}
        found = {}
        for one in records:
            everywhere = shared.get(frozenset(shapes[one]), set())
            found[one] = (self._names(fields.get(one, ()), everywhere), self._names(titles.get(one, ()), everywhere))
        return found

    def _exact(self, leaf: Leaf) -> Iterable[str]:
        """Keys of a field that the person said as such: an amount, a day, an address; single figures say nothing."""
        if leaf.free:
            return ()
        return (key for key in (*value_keys(leaf.text), *days_of(leaf.text)) if ":" in key and len(key) > len("n:1"))

    def _names(self, words: Iterable[str], everywhere: set[str]) -> bool:
        return any(
            (word in self.user_words and len(word) > 2 and word not in STOP)
            or (":" in word and self.user_keys.get(word, Provenance.TRUSTED) is not Provenance.TRUSTED)
            for word in words
            if word not in everywhere
        )

    def _add_field(
        self,
        leaf: Leaf,
        call: int,
        asked: Provenance,
        *,
        picked: tuple[bool, bool],
        kinds: frozenset[str],
        through: bool,
    ) -> None:
        hard, soft = picked
        if asked.prose:
            if not through:
                self.add_prose(leaf.text, asked, call)
                return
            hard, soft, asked = False, False, Provenance.ASKED_FIELD
        origin = Provenance.FIELD if asked in (Provenance.UNKNOWN, Provenance.FIELD) else Provenance.ASKED_FIELD
        if hard or soft:
            origin = Provenance.NAMED_RECORD
        found = Field(origin, call, soft=through or (soft and not hard))
        if len(self.fields) >= MAX_FIELDS:
            self.overfull = True
            return
        self.field_words.update(words_of(leaf.text))
        keys = value_keys(leaf.text)
        if keys and is_short(keys[0]):
            kinds = kinds | kinds_of(name_words(leaf.key)) if leaf.key else kinds
            found = msgspec.structs.replace(found, kinds=kinds)
            keys += tuple(f"{keys[0]}@{kind}" for kind in kinds)
        for key in (*keys, *days_of(leaf.text)):
            if found.better(self.fields.get(key)):
                self.fields[key] = found

    def in_passages(self, words: Sequence[str]) -> int:
        """Mask of the passages in which these words stand one after another."""
        if not words:
            return 0
        mask = self.words.get(words[0], 0)
        for pair in pairwise(words):
            if not mask:
                return 0
            mask &= self.pairs.get(pair, 0)
        return mask

    def sources(self, mask: int) -> tuple[Source, ...]:
        """Calls in whose answers the passages stand, each once, the first ones."""
        found: list[Source] = []
        if mask:
            for call, passages in self.by_call.items():
                if passages & mask:
                    found.append(self.source(call))
                    if len(found) == MAX_SOURCES:
                        break
        return tuple(found)

    def source(self, call: int) -> Source:
        """A call as a source."""
        return Source(call, self.calls[call] if 0 <= call < len(self.calls) else "")

    def points(self, mask: int) -> bool:
        """Whether each of the passages holds one link only, so that whoever points to the text points to the link."""
        return not mask & ~self.pointers

    def worst(self, mask: int) -> Provenance:
        """The least trusted origin among passages; ``TEXT`` when there are none."""
        found = [origin for origin, passages in self.by_origin.items() if passages & mask]
        return min(found, key=_RANK.__getitem__, default=Provenance.TEXT)


_RANK = {origin: origin.rank for origin in Provenance}


def _prose_origin(tool: ToolClass) -> Provenance:
    if tool.output is OutputTrust.WEB:
        return Provenance.WEB
    return Provenance.MAIL if _MAILING & {*tool.nouns, *name_words(tool.name)} else Provenance.TEXT
