"""A change of the law as a data pack: one JSON file with whole frameworks, and what it changes.

A pack is applied by its digest: whoever applies it pins the very bytes whose differences were looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.governance.frameworks.framework import Framework, Provision
from wardlaw.governance.frameworks.sound import framework_faults

FORMAT = "wardlaw-frameworks-1"
MOST_PACK_BYTES = 4 * 1024 * 1024
"""The frameworks that ship have 0.1 MB together."""


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one file holds.

    Attributes:
        format: ``wardlaw-frameworks-1``.
        issued: The day it was made.
        issuer: Who made it.
        frameworks: Whole, each in place of the one of its id.
    """

    format: str
    id: str
    issued: date
    issuer: str
    frameworks: tuple[Framework, ...]


class MovedDate(msgspec.Struct, frozen=True):
    """A date of a provision that became another; None where there was, or is, none of that scope."""

    provision: str
    scope: str
    before: date | None
    after: date | None


class LawChange(msgspec.Struct, frozen=True):
    """What a newer state of a framework changes: ids, and titles as (id, before, after).

    Attributes:
        reworded: Provisions that ask for something else, or of somebody else, in any other way.
    """

    framework: str
    before: date | None
    after: date
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[MovedDate, ...] = ()
    retitled: tuple[tuple[str, str, str], ...] = ()
    reworded: tuple[str, ...] = ()

    @property
    def touched(self) -> tuple[str, ...]:
        """Ids of all provisions that changed."""
        names = {*self.added, *self.removed, *self.reworded}
        return tuple(sorted(names | {one.provision for one in self.moved} | {name for name, _, _ in self.retitled}))

    def what(self, provision: str) -> str:
        """What changed in one provision, in words."""
        if provision in self.added:
            return "it is new"
        if provision in self.removed:
            return "it was removed"
        words = [
            f"its date ({one.scope}) moved from {one.before or 'none'} to {one.after or 'none'}"
            for one in self.moved
            if one.provision == provision
        ]
        words += ["its title changed" for name, _, _ in self.retitled if name == provision]
        words += ["what it asks changed"] if provision in self.reworded else []
        return "; ".join(words)


def digest_of(raw: bytes) -> str:
    """By what a pack is pinned: SHA-256 of its bytes, hex."""
    return hashlib.sha256(raw).hexdigest()


def read_pack(raw: bytes) -> Pack:
    """Read a pack and hold it against everything that must hold.

    Raises:
        InputError: It is none of this version (WL-FWK-001), or something in it does not hold (WL-FWK-002).
    """
    try:
        pack = msgspec.json.decode(raw, type=Pack) if len(raw) <= MOST_PACK_BYTES else None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _no_pack(f"{error}") from error
    if pack is None or pack.format != FORMAT or not pack.frameworks:
        raise _no_pack(f"it must be of the format {FORMAT}, name a framework, and have 4 MB at most")
    faults = [fault for one in pack.frameworks for fault in framework_faults(one)]
    if len({one.id for one in pack.frameworks}) != len(pack.frameworks):
        faults.append("one framework stands in it twice.")
    if faults:
        raise InputError(
            "WL-FWK-002",
            f"The pack {pack.id} has {len(faults)} faults; the first: {faults[0]}",
            "Have whoever made it mend it; nothing was changed.",
        )
    return pack


def law_change(before: Framework | None, after: Framework) -> LawChange:
    """What changes when a framework takes the place of another, or comes new."""
    old = {one.id: one for one in before.provisions} if before is not None else {}
    new = {one.id: one for one in after.provisions}
    both = [(old[name], new[name]) for name in new if name in old]
    return LawChange(
        framework=after.id,
        before=before.as_of if before is not None else None,
        after=after.as_of,
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        moved=tuple(one for pair in both for one in _moved(*pair)),
        retitled=tuple((one.id, one.title, other.title) for one, other in both if one.title != other.title),
        reworded=tuple(one.id for one, other in both if _asks(one) != _asks(other)),
    )


def touched_refs(changes: Iterable[LawChange]) -> Mapping[str, str]:
    """What changed, in words, by ``<framework>:<id>``."""
    return {f"{one.framework}:{name}": one.what(name) for one in changes for name in one.touched}


def _moved(before: Provision, after: Provision) -> Iterable[MovedDate]:
    old = {one.scope: one.day for one in before.dates}
    new = {one.scope: one.day for one in after.dates}
    for scope in sorted({*old, *new}):
        if old.get(scope) != new.get(scope):
            yield MovedDate(after.id, scope.value, old.get(scope), new.get(scope))


def _asks(one: Provision) -> Provision:
    """What a provision asks of whom, without its title and its days, and without what we say beside it."""
    return msgspec.structs.replace(one, title="", dates=(), evidence=(), suggested=(), notes="", amended_by="")


def _no_pack(why: str) -> InputError:
    return InputError("WL-FWK-001", f"This is no pack of frameworks: {why}.", "docs/governance.md shows the form.")
