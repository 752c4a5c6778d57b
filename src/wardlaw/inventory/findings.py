"""The life of a finding: open, accepted for a time, closed, and open again when it comes back."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from hashlib import sha256

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.inventory.watching.alarm import ALARMS, Alarm, AlarmKind, Growth


class FindingState(StrEnum):
    """How far people are with it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"  # somebody takes it for right until a day
    CLOSED = "closed"  # dealt with, or no longer so
    REOPENED = "reopened"  # it came back, or what it was accepted until has passed


PENDING = frozenset({FindingState.OPEN, FindingState.REOPENED})
"""States in which somebody has to look."""


class TrackedFinding(msgspec.Struct, frozen=True):
    """A finding with its history.

    Attributes:
        id: ``fnd_…``; the same for the same cause, whenever it is found.
        rule: Id of the rule, or the kind of alarm.
        about: What it is about, in words: kind and id of a thing, or an app and the cause.
        event: Id of the event at which it was noticed; empty for what a rule finds in what is there.
        first_at: Unix seconds; of the event, or when a run first found it.
        count: How often it came.
        decided_by: Who accepted or closed it last; empty when a run found it to be no longer so.
        until: Unix seconds up to which it is accepted; 0 unless it is.
        owasp: Entries of the OWASP Non-Human Identities Top 10.
        attack: Techniques of MITRE ATT&CK.
    """

    id: str
    rule: str
    weight: Weight
    directory: str
    about: str
    account: str
    app: str
    evidence: tuple[str, ...]
    remedy: str
    event: str = ""
    first_at: float = 0.0
    last_at: float = 0.0
    count: int = 1
    state: FindingState = FindingState.OPEN
    decided_by: str = ""
    reason: str = ""
    decided_at: float = 0.0
    until: float = 0.0
    owasp: tuple[str, ...] = ()
    attack: tuple[str, ...] = ()


class FindingChange(msgspec.Struct, frozen=True):
    """A finding that is kept anew: what it was before, None for one that was not known, and what it is now."""

    before: TrackedFinding | None
    after: TrackedFinding


def is_news(change: FindingChange, weights: Collection[Weight]) -> bool:
    """Whether people should be told: it waits for somebody and is of one of these weights, and was not so before."""
    before = change.before
    waited = before is not None and before.state in PENDING and before.weight in weights
    return change.after.state in PENDING and change.after.weight in weights and not waited


# Where the rules that look at what is there stand in the lists; those that watch have theirs in ``ALARMS``.
_LISTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "known-bad-app": (("NHI3",), ("T1528",)),
    "unused-high-privilege": (("NHI5", "NHI1"), ("T1528",)),
    "unverified-broad-scopes": (("NHI3", "NHI5"), ("T1528",)),
    "many-users-of-ai-app": (("NHI3",), ("T1199",)),
    "credential-never-expires": (("NHI7",), ("T1078.004",)),
    "credential-old": (("NHI7",), ("T1078.004",)),
    "owner-gone": (("NHI1",), ("T1078.004",)),
    "nhi-without-owner": (("NHI1",), ("T1078.004",)),
    "admin-consented-mail-or-files": (("NHI5",), ("T1528", "T1114.002")),
    "dormant-then-active": (("NHI1",), ("T1078.004",)),
    "publisher-lookalike": (("NHI3",), ("T1036.005",)),
    "scope-never-used": (ALARMS[AlarmKind.SCOPE_UNUSED].owasp, ALARMS[AlarmKind.SCOPE_UNUSED].attack),
}


def finding_id(directory: str, rule: str, subject: str) -> str:
    """The id of a finding: the same cause has the same one."""
    return "fnd_" + sha256(f"{directory}\0{rule}\0{subject}".encode()).hexdigest()[:26]


def alarm_id(directory: str, app: str, key: str) -> str:
    """The id of the finding that an alarm belongs to; ``key`` is the alarm's."""
    return finding_id(directory, key.split("\n", 1)[0], f"{app}\n{key}")


def renamed_id(before: TrackedFinding, after: TrackedFinding) -> str:
    """The id of a finding whose names were replaced: what the same cause will be found under from now on."""
    if not after.event:
        return finding_id(after.directory, after.rule, after.about)
    if before.id == _alarm_id_of(before):
        return _alarm_id_of(after)
    return finding_id(after.directory, after.rule, f"{after.about}\n{after.event}\n{after.first_at}")


def _alarm_id_of(one: TrackedFinding) -> str:
    cause = one.about.removeprefix(f"app {one.app}: ") if one.app else one.about
    return finding_id(one.directory, one.rule, f"{one.app}\n{one.rule}\n{one.account}\n{cause}")


def of_alarm(directory: str, alarm: Alarm) -> TrackedFinding:
    """The finding that begins with an alarm."""
    facts = ALARMS[alarm.kind]
    about = f"app {alarm.app}: {alarm.cause}" if alarm.app else alarm.cause
    return TrackedFinding(
        alarm_id(directory, alarm.app, alarm.key), alarm.kind.value, alarm.weight, directory, about, alarm.account,
        alarm.app, alarm.evidence, facts.remedy, alarm.event, alarm.at, alarm.at, owasp=facts.owasp, attack=facts.attack,
    )  # fmt: skip


def of_rule(found: GrantFinding, *, at: float) -> TrackedFinding:
    """The finding that a rule makes in what is there at a time."""
    owasp, attack = _LISTS.get(found.rule, ((), ()))
    return TrackedFinding(
        finding_id(found.directory, found.rule, found.about), found.rule, found.weight, found.directory, found.about,
        found.account, found.app, found.evidence, found.remedy, "", at, at, owasp=owasp, attack=attack,
    )  # fmt: skip


def come_again(known: TrackedFinding, now: TrackedFinding, *, at: float) -> TrackedFinding:
    """A finding whose cause is there once more; what is newly said takes the place of what was said.

    Args:
        at: Unix seconds, ours.
    """
    count = known.count + (1 if now.event else 0)
    grown = msgspec.structs.replace(
        known, weight=now.weight, evidence=now.evidence, remedy=now.remedy, last_at=max(known.last_at, now.last_at),
        count=count,
    )  # fmt: skip
    return revived(grown, at=at)


def revived(known: TrackedFinding, *, at: float) -> TrackedFinding:
    """A finding that is there: open again where it was closed, or accepted until a day that has passed."""
    is_over = known.state is FindingState.ACKNOWLEDGED and known.until <= at
    if known.state is FindingState.CLOSED or is_over:
        return msgspec.structs.replace(known, state=FindingState.REOPENED, until=0.0)
    return known


def grown_by(known: TrackedFinding, growth: Growth, *, at: float) -> TrackedFinding:
    """A finding whose alarm came again; what somebody closed after that stays closed."""
    grown = msgspec.structs.replace(
        known, last_at=max(known.last_at, growth.last_at), count=max(known.count, growth.count)
    )
    if known.state is FindingState.CLOSED and growth.last_at <= known.decided_at:
        return grown
    return revived(grown, at=at)


def no_longer(known: TrackedFinding, *, at: float) -> TrackedFinding:
    """A finding of a rule that no longer finds it."""
    if known.state is FindingState.CLOSED:
        return known
    return msgspec.structs.replace(
        known, state=FindingState.CLOSED, decided_by="", decided_at=at, until=0.0, reason="It is no longer so."
    )


def accepted(known: TrackedFinding, *, by: str, reason: str, at: float, until: float) -> TrackedFinding:
    """A finding that somebody takes for right until a day.

    Raises:
        InputError: It is closed (WL-INV-061).
    """
    _must_be_pending(known)
    return msgspec.structs.replace(
        known, state=FindingState.ACKNOWLEDGED, decided_by=by, reason=reason, decided_at=at, until=until
    )


def closed(known: TrackedFinding, *, by: str, reason: str, at: float) -> TrackedFinding:
    """A finding that somebody has dealt with.

    Raises:
        InputError: It is closed already (WL-INV-061).
    """
    _must_be_pending(known)
    return msgspec.structs.replace(
        known, state=FindingState.CLOSED, decided_by=by, reason=reason, decided_at=at, until=0.0
    )


def _must_be_pending(known: TrackedFinding) -> None:
    if known.state is FindingState.CLOSED:
        raise InputError("WL-INV-061", "This finding is closed.", "It opens by itself when its cause comes back.")
