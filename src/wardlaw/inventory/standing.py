"""From when to when what a rule finds about one thing holds, if nothing else changes.

A rule that looks at one thing, its app, its account and its uses need not look again until one of these changes. What is
kept is when its finding begins and ends; the finding itself is worked out when somebody reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from wardlaw.inventory.model import Credential, Grant, Item, Use
from wardlaw.inventory.rules import DAY_S, RULES, Book, GrantFinding, Limits, Weight
from wardlaw.inventory.view import account_of, app_of, kind_of

WIDE_RULES = frozenset({"many-users-of-ai-app"})
"""Rules that look at everything of a directory: worked out from counts."""

_FOR_EVER = 1e12  # a time no rule's limit reaches beyond; a number both databases keep


class Standing(msgspec.Struct, frozen=True):
    """A finding about one thing, without its words.

    Attributes:
        weight: Place in the order of weights; 0 is the gravest.
        holds_from: Unix seconds, inclusive; 0 for always.
        holds_until: Unix seconds, exclusive.
    """

    item: Item
    rule: str
    weight: int
    about: str
    holds_from: float
    holds_until: float


def standing(book: Book) -> Iterator[Standing]:
    """Everything that rules find about the things of a book, now or later; its ``at`` does not matter."""
    by_about = {subject_of(item): item for item in book.inventory.items}
    order = list(Weight)
    told: set[tuple[str, ...]] = set()
    for found in _whenever(book):
        subject = (found.directory, found.about, found.account, found.app)
        item = by_about.get(subject)
        if item is None or (key := (found.rule, *subject)) in told:
            continue
        begins, ends = _window(found.rule, item, book.limits)
        if begins < ends:
            told.add(key)
            yield Standing(item, found.rule, order.index(found.weight), found.about, begins, ends)


def subject_of(item: Item) -> tuple[str, str, str, str]:
    """What a finding about a thing names: two feeds may use one id for grants of different accounts."""
    return item.directory, f"{kind_of(item.thing)} {item.thing.id}", account_of(item.thing), app_of(item.thing)


def _whenever(book: Book) -> Iterator[GrantFinding]:
    """What is found at any time: silence and age at the end of time, a first use after silence at its beginning."""
    items = tuple(_without_end(item) for item in book.inventory.items)
    endless = msgspec.structs.replace(book.inventory, items=items)
    for name, rule in RULES.items():
        if name not in WIDE_RULES:
            at = 0.0 if name == "dormant-then-active" else _FOR_EVER
            yield from rule(msgspec.structs.replace(book, inventory=endless, at=at))


def _without_end(item: Item) -> Item:
    if isinstance(item.thing, Credential) and item.thing.expires_at:
        return msgspec.structs.replace(item, thing=msgspec.structs.replace(item.thing, expires_at=0.0))
    return item


def _window(rule: str, item: Item, limits: Limits) -> tuple[float, float]:
    thing = item.thing
    if rule == "unused-high-privilege" and isinstance(thing, Grant):
        born = thing.granted_at or item.first_seen_at
        return max(thing.last_used_at, born) + limits.unused_days * DAY_S, _FOR_EVER
    if rule == "credential-old" and isinstance(thing, Credential):
        # Older than the limit, and not as old as it.
        begins = math.nextafter(thing.created_at + limits.old_credential_days * DAY_S, math.inf)
        return begins, thing.expires_at or _FOR_EVER
    if rule == "dormant-then-active" and isinstance(thing, Use):
        return 0.0, thing.last_used_at + limits.dormant_days * DAY_S
    return 0.0, _FOR_EVER
