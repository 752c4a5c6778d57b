"""What waits for somebody to say how a system stands: its classification, what is vouched for it, what was begun."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.console.waiting.governed import clause_words
from wardlaw.console.waiting.look import Look, Waits
from wardlaw.evidence.attestation import Attestation
from wardlaw.facts.clauselife import LifeState
from wardlaw.facts.tier import Tier
from wardlaw.facts.waiting import WaitingItem, WaitingKind
from wardlaw.register.classification import Classification, changed_since, stands
from wardlaw.register.questionnaire import Questionnaire
from wardlaw.register.system import System
from wardlaw.store.attestations import list_attestations
from wardlaw.store.classifications import newest_classifications
from wardlaw.store.drafts import list_drafts
from wardlaw.store.lawpacks import open_reopenings
from wardlaw.store.systems import list_systems

DAY_S = 86_400.0
SOON_S = 30 * DAY_S
"""How long before its end an attestation is asked for anew, in seconds: as approvals of grants are."""
QUIET_S = 3 * DAY_S
"""A draft nobody has touched for so long waits; until then somebody is at work on it."""


def classifications(look: Look) -> Iterator[Waits]:
    """Systems that nobody has classified, or whose classification no longer speaks for them."""
    if look.passes("classification.hand_in"):
        return
    connection, questionnaire = look.turn.connection, look.deps.questionnaire
    newest = newest_classifications(connection)
    roles, is_due = look.roles_for("classification.hand_in"), look.may("classification.hand_in")
    for kept in list_systems(connection):
        system, said = kept.system, newest.get(kept.system.id)
        if not is_open(said, system, questionnaire):
            continue
        item = WaitingItem(
            WaitingKind.CLASSIFICATION, system.id, system.title, stands(said, system, questionnaire), "", system.owner,
            kept.changed_at, 0.0, roles,
        )  # fmt: skip
        yield look.found(item, is_due=is_due, seen_by="systems.list")


def is_open(said: Classification | None, system: System, questionnaire: Questionnaire) -> bool:
    """Whether somebody must answer the questionnaire: never, anew, or to the end. A prohibited system is decided."""
    if said is None or changed_since(said, system) or said.questionnaire != questionnaire.version:
        return True
    return said.found.tier is Tier.UNDETERMINED


def attestations(look: Look) -> Iterator[Waits]:
    """What people vouch for and that ends soon, and what a change of the law has reopened."""
    if look.passes("attestations.give"):
        return
    turn = look.turn
    roles, is_due = look.roles_for("attestations.give"), look.may("attestations.give")
    standing = list_attestations(turn.connection, after=turn.now)
    for one in standing:
        if one.until > turn.now + SOON_S or _is_followed(one, standing):
            continue
        item = WaitingItem(
            WaitingKind.ATTESTATION, one.id, one.clause, one.text, one.system, one.attested_by, one.received_at,
            one.until, roles,
        )  # fmt: skip
        yield look.found(item, is_due=is_due, seen_by="attestations.list")
    for again in open_reopenings(turn.connection):
        item = WaitingItem(
            WaitingKind.ATTESTATION, again.id, again.ref, again.what, again.system, "", again.opened_at, 0.0, roles
        )
        yield look.found(item, is_due=is_due, seen_by="attestations.list")


def _is_followed(one: Attestation, standing: tuple[Attestation, ...]) -> bool:
    """Whether somebody has vouched for the same for longer."""
    same = (one.clause, one.system, one.says)
    return any((other.clause, other.system, other.says) == same and other.until > one.until for other in standing)


def drafts(look: Look) -> Iterator[Waits]:
    """What somebody began and nobody has continued: answers about a system, and clauses that were sent back.

    A draft is its author's own: nobody else sees it.
    """
    turn = look.turn
    titles = {kept.system.id: kept.system.title for kept in list_systems(turn.connection)}
    for draft in list_drafts(turn.connection, look.names):
        if draft.at > turn.now - QUIET_S or draft.system not in titles:
            continue
        item = WaitingItem(
            WaitingKind.DRAFT, draft.system, titles[draft.system], "answers about this system were begun",
            "questionnaire", draft.person, draft.at, 0.0, look.roles_for("classification.hand_in"),
        )  # fmt: skip
        yield look.found(item, is_due=True, seen_by="classification.draft")
    if not (look.deps.life.is_on and look.may("policy.review")):
        return
    for version in look.deps.life.newest(turn.connection):
        if version.state is not LifeState.DRAFT or not look.is_me(version.author, version.author_human):
            continue
        last = next((one.reason for one in reversed(version.sign_offs) if not one.approves), "")
        item = WaitingItem(
            WaitingKind.DRAFT, version.clause, clause_words(version), last or "it was sent back", "clause",
            version.author, version.state_at, 0.0, look.roles_for("policy.review"),
        )  # fmt: skip
        yield look.found(item, is_due=True, seen_by="policy.life")
