"""The rules that look at grants: one function each, from the inventory to findings with evidence and a next step.

None of them guesses: where a platform does not say when something was used, when it expires or who made it, the rule
that would need it is silent, and freshness says what is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import pairwise

import msgspec

from wardlaw.inventory.aiapps import ai_vendor_of, known_bad
from wardlaw.inventory.lookalike import imitated
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    Grant,
    Item,
    Tristate,
    Use,
)
from wardlaw.inventory.risk import Privilege, ScopeRisk, grant_risks
from wardlaw.inventory.view import Inventory, account_of, app_of, kind_of

DAY_S = 86_400.0


class Weight(StrEnum):
    """How much a finding matters, gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class GrantFinding(msgspec.Struct, frozen=True):
    """What a rule found.

    Attributes:
        rule: Id of the rule, such as ``unused-high-privilege``.
        about: Kind and id of the thing.
        evidence: The facts it rests on, one sentence each; texts of the platform stand in it as they are.
        remedy: The next step.
    """

    rule: str
    weight: Weight
    directory: str
    about: str
    account: str
    app: str
    evidence: tuple[str, ...]
    remedy: str


class Limits(msgspec.Struct, frozen=True):
    """Where rules draw their lines; days and counts."""

    unused_days: int = 90
    dormant_days: int = 60
    many_users: int = 5
    old_credential_days: int = 365


class Book(msgspec.Struct, frozen=True):
    """The inventory with what rules look up in it; ``at`` is Unix seconds."""

    inventory: Inventory
    accounts: dict[tuple[str, str], Account]
    apps: dict[tuple[str, str], App]
    limits: Limits
    at: float

    def app(self, item: Item) -> App:
        """The app of a thing; one that nothing else is known of bears its id alone."""
        app = app_of(item.thing)
        return self.apps.get((item.directory, app)) or App(app)

    def risks(self, item: Item, grant: Grant) -> list[ScopeRisk]:
        """The scopes of a grant, the most powerful first."""
        platform = self.inventory.platforms.get(item.directory, "")
        holder = self.accounts.get((item.directory, grant.account))
        is_own = holder is not None and holder.acts_as in (AccountKind.NHI, AccountKind.AGENT)
        return grant_risks(platform, grant, as_itself=is_own)


Rule = Callable[[Book], Iterator[GrantFinding]]


def find(inventory: Inventory, *, at: float, limits: Limits) -> tuple[GrantFinding, ...]:
    """Everything the rules find, gravest first.

    Args:
        at: Unix seconds.
    """
    accounts = {
        (item.directory, item.thing.id): item.thing for item in inventory.items if isinstance(item.thing, Account)
    }
    apps = {(item.directory, item.thing.id): item.thing for item in inventory.items if isinstance(item.thing, App)}
    return find_in(Book(inventory, accounts, apps, limits, at))


def find_in(book: Book) -> tuple[GrantFinding, ...]:
    """Everything the rules find in a book, gravest first."""
    return gravest_first(finding for rule in RULES.values() for finding in rule(book))


def gravest_first(findings: Iterable[GrantFinding]) -> tuple[GrantFinding, ...]:
    """Findings in the order in which people look at them."""
    order = list(Weight)
    return tuple(sorted(findings, key=lambda one: (order.index(one.weight), one.rule, one.directory, one.about)))


def known_bad_app(book: Book) -> Iterator[GrantFinding]:
    """A grant to a client id that was seen in attacks."""
    for item, grant in _grants(book):
        bad = known_bad(book.inventory.platforms.get(item.directory, ""), grant.app)
        if bad is not None:
            yield _finding(
                "known-bad-app", Weight.CRITICAL, item,
                (f"The client id is {bad.name}: {bad.why}.", f"Source: {bad.source}."),
                "Revoke every grant to this app, end the sessions of who granted it, and look at what it read.",
            )  # fmt: skip


def unused_high_privilege(book: Book) -> Iterator[GrantFinding]:
    """A powerful grant that its platform says nobody has used for long; silent where use is not known."""
    line = book.at - book.limits.unused_days * DAY_S
    for item, grant in _grants(book):
        strong = [risk for risk in book.risks(item, grant) if risk.privilege >= Privilege.HIGH]
        born = grant.granted_at or item.first_seen_at
        if not strong or not grant.usage_known or max(grant.last_used_at, born) > line:
            continue
        silence = _days(book.at - grant.last_used_at)
        used = f"It was last used {silence} ago." if grant.last_used_at else "No use was ever seen."
        yield _finding(
            "unused-high-privilege", Weight.HIGH, item, (_scopes(strong), used),
            "Revoke it; whoever still needs it can grant it again.",
        )  # fmt: skip


def unverified_broad(book: Book) -> Iterator[GrantFinding]:
    """An app whose publisher the platform did not verify, with powerful scopes."""
    for item, grant in _grants(book):
        app = book.app(item)
        strong = [risk for risk in book.risks(item, grant) if risk.privilege >= Privilege.HIGH and risk.known]
        if strong and app.verified is Tristate.NO and app.first_party is not Tristate.YES:
            weight = Weight.CRITICAL if strong[0].privilege is Privilege.CRITICAL else Weight.HIGH
            yield _finding(
                "unverified-broad-scopes", weight, item,
                (f"The platform has not verified the publisher {app.publisher or '(none named)'}.", _scopes(strong)),
                "Ask who needs it; revoke it, or have the publisher verified and the app approved with fewer scopes.",
            )  # fmt: skip


def many_consent_to_ai(book: Book) -> Iterator[GrantFinding]:
    """Many people of a directory use, or have granted access to, one AI vendor: what nobody decided has become usual."""
    users: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for item in book.inventory.items:
        account, app = account_of(item.thing), app_of(item.thing)
        if not item.is_there or not isinstance(item.thing, Grant | Use) or not account or not app:
            continue
        if vendor := ai_vendor_of(book.app(item)):
            users[item.directory, vendor].add(account)
            names[item.directory, vendor].add(book.app(item).name or app)
    for (directory, vendor), who in sorted(users.items()):
        if len(who) >= book.limits.many_users:
            yield crowd_finding(directory, vendor, len(who), names[directory, vendor])


def crowd_finding(directory: str, vendor: str, count: int, names: Iterable[str]) -> GrantFinding:
    """The finding that so many accounts use one AI vendor, by apps of these names."""
    apps = ", ".join(sorted(names)[:_MOST_SCOPES])
    return GrantFinding(
        "many-users-of-ai-app", Weight.MEDIUM, directory, f"vendor {vendor}", "", "",
        (f"{count} accounts use or have granted access to {vendor} ({apps}).",),
        "Decide about it: register and approve it with an owner, or revoke the grants and offer what is approved.",
    )  # fmt: skip


def endless_credential(book: Book) -> Iterator[GrantFinding]:
    """A key or token that does not end."""
    for item, credential in _credentials(book):
        if credential.never_expires:
            yield _finding(
                "credential-never-expires", Weight.MEDIUM, item,
                (f"The {credential.type} {credential.name or credential.id} has no end.",),
                "Replace it by one that ends within 90 days, or by workload identity.",
            )  # fmt: skip


def old_credential(book: Book) -> Iterator[GrantFinding]:
    """A key or token that is valid and older than a credential should become."""
    line = book.at - book.limits.old_credential_days * DAY_S
    for item, credential in _credentials(book):
        is_valid = not credential.expires_at or credential.expires_at > book.at
        if is_valid and 0 < credential.created_at < line:
            age = _days(book.at - credential.created_at)
            yield _finding(
                "credential-old", Weight.LOW, item, (f"It was made {age} ago and is still valid.",), "Rotate it."
            )


def owner_gone(book: Book) -> Iterator[GrantFinding]:
    """A grant or credential of an account that is suspended or deleted."""
    for item in book.inventory.items:
        if not item.is_there or not isinstance(item.thing, Grant | Credential) or not account_of(item.thing):
            continue
        known = book.accounts.get((item.directory, account_of(item.thing)))
        if known is not None and known.state in (AccountState.SUSPENDED, AccountState.DELETED):
            yield _finding(
                "owner-gone", Weight.HIGH, item,
                (f"The account {known.name or known.id} is {known.state.value}, and this is still there.",),
                "Revoke it; if something depends on it, give that an identity and an owner of its own.",
            )  # fmt: skip


def nhi_without_owner(book: Book) -> Iterator[GrantFinding]:
    """A service account or agent nobody answers for."""
    for item in book.inventory.there(Account):
        account = item.thing
        assert isinstance(account, Account)
        if account.acts_as in (AccountKind.NHI, AccountKind.AGENT) and not account.owner:
            yield _finding(
                "nhi-without-owner", Weight.MEDIUM, item,
                (f"{account.name or account.id} is {account.acts_as.value}, and no owner is known.",),
                "Find who runs it and write that down on the platform; switch it off if nobody does.",
            )  # fmt: skip


def admin_consented_reading(book: Book) -> Iterator[GrantFinding]:
    """An app that may read mail or files of the whole organisation because an administrator agreed for all."""
    for item, grant in _grants(book):
        if grant.consent is not Consent.ADMIN or book.app(item).first_party is Tristate.YES:
            continue
        wide = [risk for risk in book.risks(item, grant) if risk.data in ("mail", "files")]
        if wide:
            yield _finding(
                "admin-consented-mail-or-files", Weight.HIGH, item,
                ("An administrator agreed for everybody.", _scopes(wide)),
                "Limit it to the people or sites that need it, and review who approved it.",
            )  # fmt: skip


def dormant_then_active(book: Book) -> Iterator[GrantFinding]:
    """An account that used an app again after a long silence."""
    silence_s = book.limits.dormant_days * DAY_S
    days: dict[tuple[str, str, str], list[tuple[float, Item]]] = defaultdict(list)
    for item in book.inventory.items:
        if isinstance(item.thing, Use) and item.thing.last_used_at:
            key = (item.directory, item.thing.account, item.thing.app)
            days[key].append((item.thing.last_used_at, item))
    for _, uses in sorted(days.items()):
        ordered = sorted(uses, key=lambda use: use[0])
        for (before, _), (after, item) in pairwise(ordered):
            if after - before >= silence_s and after > book.at - silence_s:
                yield _finding(
                    "dormant-then-active", Weight.HIGH, item,
                    (f"It was used again after {_days(after - before)} of silence.",),
                    "Ask the account's owner; if they do not know of it, revoke the grant and look at what was read.",
                )  # fmt: skip


def lookalike_publisher(book: Book) -> Iterator[GrantFinding]:
    """An app whose name or publisher looks like a well-known one and is not."""
    for item in book.inventory.there(App):
        app = item.thing
        assert isinstance(app, App)
        if app.first_party is Tristate.YES or app.verified is Tristate.YES:
            continue
        found = next(((word, who) for word in (app.name, app.publisher) if (who := imitated(word))), None)
        if found is not None:
            yield _finding(
                "publisher-lookalike", Weight.HIGH, item,
                (f"“{found[0]}” is written to look like {found[1]}.",),
                "Revoke the grants to it and block it; report it to the platform.",
            )  # fmt: skip


RULES: dict[str, Rule] = {
    "known-bad-app": known_bad_app,
    "unused-high-privilege": unused_high_privilege,
    "unverified-broad-scopes": unverified_broad,
    "many-users-of-ai-app": many_consent_to_ai,
    "credential-never-expires": endless_credential,
    "credential-old": old_credential,
    "owner-gone": owner_gone,
    "nhi-without-owner": nhi_without_owner,
    "admin-consented-mail-or-files": admin_consented_reading,
    "dormant-then-active": dormant_then_active,
    "publisher-lookalike": lookalike_publisher,
}


def _grants(book: Book) -> Iterator[tuple[Item, Grant]]:
    for item in book.inventory.items:
        if item.is_there and isinstance(item.thing, Grant) and item.thing.consent is not Consent.REQUESTED:
            yield item, item.thing


def _credentials(book: Book) -> Iterator[tuple[Item, Credential]]:
    for item in book.inventory.items:
        if item.is_there and isinstance(item.thing, Credential):
            yield item, item.thing


def _finding(rule: str, weight: Weight, item: Item, evidence: tuple[str, ...], remedy: str) -> GrantFinding:
    about = f"{kind_of(item.thing)} {item.thing.id}"
    return GrantFinding(
        rule, weight, item.directory, about, account_of(item.thing), app_of(item.thing), evidence, remedy
    )


_MOST_SCOPES = 5


def _scopes(risks: list[ScopeRisk]) -> str:
    shown = [f"{one.scope} ({one.privilege.name.lower()}, {one.data})" for one in risks[:_MOST_SCOPES]]
    more = len(risks) - len(shown)
    return "Scopes: " + ", ".join(shown) + (f" and {more} more." if more else ".")


def _days(seconds: float) -> str:
    return f"{int(seconds // DAY_S)} days"
