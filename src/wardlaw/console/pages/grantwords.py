"""What scopes, findings and revocations are called where people read: never the platform's word alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from wardlaw.console.pages.messages import joined, listed, mark, opened, say

_HIDING = ("Cc", "Cf")

DATA: Mapping[str, str] = {
    "mail": mark("mail"),
    "files": mark("files"),
    "calendar": mark("calendars"),
    "contacts": mark("contacts"),
    "chat": mark("chats"),
    "code": mark("code"),
    "crm": mark("customer data"),
    "cloud": mark("cloud resources"),
    "learning": mark("classes and learning"),
    "identity": mark("names and sign-in"),
    "admin": mark("administration"),
    "security": mark("security settings"),
    "secrets": mark("secrets"),
    "other": mark("other data"),
    "unknown": mark("something nobody has classed"),
}
"""Kinds of data that scopes reach."""

LEVELS = ("low", "low", "medium", "high", "critical")
"""A privilege from 0 to 4 as a risk's badge."""

RULES: Mapping[str, str] = {
    "known-bad-app": mark("App seen in attacks"),
    "unused-high-privilege": mark("Powerful and unused"),
    "unverified-broad-scopes": mark("Unverified maker, broad access"),
    "many-users-of-ai-app": mark("Many people use this AI"),
    "credential-never-expires": mark("Key never ends"),
    "credential-old": mark("Key is old"),
    "owner-gone": mark("Owner is gone"),
    "nhi-without-owner": mark("Nobody answers for it"),
    "admin-consented-mail-or-files": mark("Mail or files of everybody"),
    "dormant-then-active": mark("Used again after a long silence"),
    "publisher-lookalike": mark("Looks like another maker"),
    "unapproved-restricted-scope": mark("Powerful and not approved"),
    "approval-expired": mark("Approval ran out"),
    "locked-out-at-the-door": mark("Locked out at the gateway"),
    "use-beside-the-door": mark("Used beside the gateway"),
    "known-bad-client": mark("App seen in attacks"),
    "unapproved-powerful-grant": mark("New powerful grant"),
    "shadow-ai-grant": mark("New grant to an AI"),
    "consent-burst": mark("Many consents at once"),
    "admin-consent": mark("An administrator agreed for all"),
    "device-code-consent": mark("Consent by a device code"),
    "lookalike-app": mark("Looks like another app"),
    "credential-added": mark("A key was added to an app"),
    "role-assigned": mark("An app was given a role"),
    "mailbox-role-assigned": mark("An app may act in mailboxes"),
    "delegation-added": mark("An app may act for everybody"),
    "trace-removed": mark("Traces were removed"),
    "vendor-advisory": mark("Its maker warns of it"),
    "account-signal": mark("Its account was reported"),
    "owner-gone-active": mark("In use after its owner left"),
    "dormant-active": mark("In use after a long silence"),
    "new-network": mark("From a new network"),
    "new-user-agent": mark("By a new program"),
    "address-outside-list": mark("From an address of nobody's list"),
    "enumeration-burst": mark("Looks through everything"),
    "volume-spike": mark("Takes much more than usual"),
    "bulk-after-consent": mark("Takes much right after consent"),
    "method-never-used": mark("Does something new"),
    "off-hours": mark("At unusual hours"),
    "scope-never-used": mark("Access that was never used"),
}
"""Rules and detectors in a few words; the id stands beside them."""

STANDINGS: Mapping[str, tuple[str, str]] = {
    "approved": (mark("Approved"), "good"),
    "exceeds-approval": (mark("Beyond its approval"), "bad"),
    "expired": (mark("Approval ran out"), "wait"),
    "unapproved": (mark("Not approved"), ""),
}

FATES: Mapping[str, str] = {
    "stands": mark("It stands."),
    "asked": mark("Somebody is asked what it is for."),
    "denied": mark("It should go; nothing is taken away by itself here."),
    "would-revoke": mark("It would be revoked, were automatic revocation on."),
    "protected": mark("It should go, and only people touch this app."),
    "tripped": mark("It should go; too many were due at once, so people look first."),
    "due": mark("It is due to be taken away."),
}

STATES: Mapping[str, tuple[str, str]] = {
    "planned": (mark("Planned, waits for a yes"), "wait"),
    "lapsed": (mark("Lapsed: nobody confirmed it within a day"), ""),
    "confirmed": (mark("Confirmed, not begun"), "wait"),
    "running": (mark("Running"), "wait"),
    "revoked": (mark("Revoked: everything was found gone"), "good"),
    "residual": (mark("Revoked; tokens given before may still work"), "wait"),
    "quiet": (mark("Revoked and quiet: no use since"), "good"),
    "active-again": (mark("Active again after it was found gone"), "worst"),
}
"""How far a revocation has come, with the class of its badge."""

FINDING_STATES: Mapping[str, tuple[str, str]] = {
    "open": (mark("Open"), "wait"),
    "reopened": (mark("Open again"), "bad"),
    "acknowledged": (mark("Accepted for a time"), ""),
    "closed": (mark("Closed"), "good"),
}

KINDS: Mapping[str, str] = {
    "account": mark("Account"),
    "app": mark("App"),
    "credential": mark("Key or token"),
    "grant": mark("Grant"),
}


def rule_words(rule: str) -> str:
    """A rule in a few words; one nobody knows stands as it is."""
    return RULES.get(rule, rule.replace("-", " "))


def scope_words(risks: Iterable[Mapping[str, Any]]) -> str:
    """What scopes allow, in one sentence: what may be changed first, then what may be read."""
    changed: dict[str, None] = {}
    read: dict[str, None] = {}
    for one in risks:
        (changed if one["writes"] else read)[one["data"]] = None
    parts = []
    if changed:
        parts.append(say("changes %(data)s", data=listed(DATA.get(one, one) for one in changed)))
    if rest := [DATA.get(one, one) for one in read if one not in changed]:
        parts.append(say("reads %(data)s", data=listed(rest)))
    return opened(joined(parts, ", ") if parts else mark("no scopes"))


def level_word(level: int) -> str:
    """A privilege as its badge says it."""
    return LEVELS[level] if 0 <= level < len(LEVELS) else LEVELS[0]


def short(text: str, most: int = 60) -> str:
    """A text of others, cut, and freed of what hides letters or turns the direction of writing."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _HIDING else char for char in cut)
