"""Asking the very person who granted something what it is for: whom, how often, and in which words.

INVARIANT: nobody outside the company's own mail domains is written to, and no text that an app's maker chose can become a
link, a header or markup in what the person reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import msgspec

from wardlaw.inventory.granting import DAY_S
from wardlaw.inventory.model import Account, AccountKind, AccountState, Consent, Grant
from wardlaw.inventory.ruling import HOUR_S, Fate, GrantRuling

MOST_A_DAY = 3
"""Questions that one person is sent within a day; the others wait for the next day."""

MOST_NAME = 60
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")


class AskedPersons(msgspec.Struct, frozen=True):
    """How persons are asked.

    Attributes:
        over: Names of channels; without any nobody is asked.
        domains: The company's own mail domains, in small letters.
        not_asked: Addresses that are never written to, ``*`` for any characters.
        per_hour: Questions within an hour.
    """

    over: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()
    not_asked: tuple[str, ...] = ()
    per_hour: int = 20


class GrantQuestion(msgspec.Struct, frozen=True):
    """One grant, and what the person who gave it was asked and said.

    Attributes:
        id: ``gqn_…``, which an answer names.
        asked_at: Unix seconds.
        answered_at: 0 while nobody has said anything.
        answered_by: Person of Wardlaw who wrote the answer down.
    """

    id: str
    directory: str
    grant: str
    account: str
    asked_at: float
    answered_at: float = 0.0
    answered_by: str = ""
    reason: str = ""


def may_be_asked(grant: Grant) -> bool:
    """Whether the account gave the grant itself: an administrator's consent is nobody else's to explain."""
    return bool(grant.account) and grant.consent in (Consent.USER, Consent.UNKNOWN)


def address_of(account: Account, asked: AskedPersons) -> str:
    """Where an account's person reads mail; empty where nobody may be written to.

    The address is the account's name or id, as the directory tells it.
    """
    if account.acts_as in (AccountKind.NHI, AccountKind.AGENT) or account.state in (
        AccountState.SUSPENDED,
        AccountState.DELETED,
    ):
        return ""
    for text in (account.name, account.id):
        if _ADDRESS.fullmatch(text) and text.rpartition("@")[2].lower() in asked.domains:
            return "" if any(_matches(pattern, text) for pattern in asked.not_asked) else text
    return ""


def to_ask(
    rulings: Iterable[GrantRuling],
    accounts: Mapping[tuple[str, str], str],
    questions: Collection[GrantQuestion],
    asked: AskedPersons,
    *,
    at: float,
) -> list[GrantRuling]:
    """The held grants whose persons are asked now: each once for ever, and not too many at a time.

    Args:
        rulings: What the clauses last said of each grant.
        accounts: Account of each grant whose person may be asked, by directory and grant.
        questions: All that were ever asked.
        at: Unix seconds.
    """
    known = {(one.directory, one.grant) for one in questions}
    left = asked.per_hour - sum(one.asked_at > at - HOUR_S for one in questions)
    today = Counter((one.directory, one.account) for one in questions if one.asked_at > at - DAY_S)
    found: list[GrantRuling] = []
    for one in sorted(rulings, key=lambda each: (each.at, each.directory, each.grant)):
        key = (one.directory, one.grant)
        if len(found) >= left:
            break
        if one.fate is not Fate.ASKED or key in known or key not in accounts:
            continue
        person = (one.directory, accounts[key])
        if today[person] < MOST_A_DAY:
            today[person] += 1
            found.append(one)
    return found


def harmless(name: str) -> str:
    """A name that an app's maker chose, with letters, digits, spaces and hyphens alone: no link, no markup, no trick."""
    kept: list[str] = []
    for character in unicodedata.normalize("NFKC", name):
        group = unicodedata.category(character)[0]
        if group in "LN" or character == "-" or (group == "M" and _takes_mark(kept)):
            kept.append(character)
        elif group not in "CM":  # controls and piled-up marks go without a trace; what else there is becomes a gap
            kept.append(" ")
    words = " ".join("".join(kept).split())
    return words[:MOST_NAME].rstrip() + ("…" if len(words) > MOST_NAME else "")


def _takes_mark(kept: list[str]) -> bool:
    """Whether a mark may follow: words of many scripts need one or two after a letter, and no tower of them."""
    last = "".join(unicodedata.category(one)[0] for one in kept[-2:])
    return last.endswith("L") or last == "LM"


def _matches(pattern: str, address: str) -> bool:
    parts = (re.escape(part) for part in pattern.lower().split("*"))
    return re.fullmatch(".*".join(parts), address.lower()) is not None
