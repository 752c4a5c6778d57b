"""How what waits is named on pages, where it is answered, and what becomes of it when nobody answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.console.pages.messages import mark
from wardlaw.console.pages.visit import Me
from wardlaw.facts.person import Permission
from wardlaw.facts.waiting import Unanswered, WaitingKind


class KindWord(msgspec.Struct, frozen=True):
    """A kind of waiting thing.

    Attributes:
        where: Its page for whoever answers; empty where there is none.
        seen: Its page for others, where that is another.
    """

    word: str
    style: str
    where: str
    seen: str = ""


KINDS: Mapping[str, KindWord] = {
    WaitingKind.CALL.value: KindWord(mark("Held call"), "wait", "/approvals/{id}"),
    WaitingKind.CLAUSE.value: KindWord(mark("Clause"), "gov", "/policies/{id}/review", "/policies/{id}"),
    WaitingKind.PUBLISH.value: KindWord(mark("To be published"), "gov", "/policies/{id}"),
    WaitingKind.WAIVER.value: KindWord(mark("Waiver"), "bad", "/waivers/{id}"),
    WaitingKind.INTAKE.value: KindWord(mark("Request"), "gov", "/catalogue/{id}"),
    WaitingKind.TOOL.value: KindWord(mark("Tool"), "wait", "/approvals/tool?server={where}&tool={what}"),
    WaitingKind.GATE.value: KindWord(mark("Gate"), "gov", "/gates/runs/{id}"),
    WaitingKind.THRESHOLDS.value: KindWord(mark("Thresholds"), "gov", "/gates/{id}"),
    WaitingKind.CLASSIFICATION.value: KindWord(
        mark("Classification"), "gov", "/systems/{id}/questionnaire", "/systems/{id}"
    ),
    WaitingKind.ATTESTATION.value: KindWord(mark("Attestation"), "wait", "/reports/attestations"),
    WaitingKind.APPEAL.value: KindWord(mark("Appeal"), "bad", "/approvals/appeal/{id}"),
    WaitingKind.GRANT.value: KindWord(mark("Held grant"), "wait", "/grants/one?directory={where}&id={id}"),
    WaitingKind.RENEWAL.value: KindWord(mark("Renewal"), "wait", "/grants/approvals"),
    WaitingKind.REVOCATION.value: KindWord(mark("Revocation"), "bad", "/grants/revocations/{id}"),
    WaitingKind.GLASS.value: KindWord(mark("Broken glass"), "worst", "/waivers#{id}"),
    WaitingKind.DETECTORS.value: KindWord(mark("Detectors"), "bad", "/detectors"),
    WaitingKind.ERASURE.value: KindWord(mark("Erasure"), "bad", "/approvals/erasure/{id}"),
    WaitingKind.PRUNING.value: KindWord(mark("Pruning"), "bad", "/audit/keeping"),
    WaitingKind.HOLD.value: KindWord(mark("Legal hold"), "bad", "/audit/keeping"),
    WaitingKind.DRAFT.value: KindWord(mark("Draft"), "", ""),
}

UNANSWERED: Mapping[str, str] = {
    Unanswered.REFUSED.value: mark("it does not happen"),
    Unanswered.SHUT.value: mark("it stays shut"),
    Unanswered.LAPSES.value: mark("what was agreed to ends"),
    Unanswered.OPEN.value: mark("it stays as it is"),
    Unanswered.LATE.value: mark("everybody is told that it is late"),
}

_DRAFTS = {"questionnaire": "/systems/{id}/questionnaire", "clause": "/policies/{id}/edit"}
_NEEDS = {
    WaitingKind.CALL.value: (Permission.APPROVE_RUNTIME_ACTION,),
    WaitingKind.APPEAL.value: (Permission.VIEW_AUDIT_LOG, Permission.CLOSE_INCIDENT),
    WaitingKind.TOOL.value: (Permission.VIEW_AUDIT_LOG, Permission.TUNE_DETECTOR, Permission.REGISTER_SYSTEM),
    WaitingKind.ERASURE.value: (Permission.VIEW_AUDIT_LOG,),
    WaitingKind.GRANT.value: (Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI, Permission.REGISTER_SYSTEM),
    WaitingKind.RENEWAL.value: (Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI, Permission.REGISTER_SYSTEM),
    WaitingKind.REVOCATION.value: (Permission.VIEW_AUDIT_LOG, Permission.REVOKE_NHI),
    WaitingKind.GLASS.value: (Permission.VIEW_AUDIT_LOG, Permission.BREAK_GLASS),
    WaitingKind.PRUNING.value: (Permission.VIEW_AUDIT_LOG,),
    WaitingKind.HOLD.value: (Permission.VIEW_AUDIT_LOG,),
}
"""Whose page is not for everybody who may have asked: without one of these it is named and not linked."""


def href_of(one: Mapping[str, Any], me: Me, *, to_answer: bool = False) -> str:
    """The page of what waits or was answered; empty where there is none, or not for this person.

    Args:
        to_answer: The page on which it is answered, where that is another than the one it is seen on.
    """
    kind = one["kind"]
    if kind in _NEEDS and not any(me.may(each) for each in _NEEDS[kind]):
        return ""
    word = KINDS[kind]
    path = _DRAFTS.get(one.get("where", ""), "") if kind == WaitingKind.DRAFT else word.where
    if word.seen and not to_answer:
        path = word.seen
    given = {name: quote(str(one.get(name, "")), safe="") for name in ("id", "what", "where")}
    return path.format(**given)
