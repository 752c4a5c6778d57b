"""The technical documentation of Annex IV: each field is read from the running system, vouched for, or missing.

Nothing in it is a fixed value: what nobody knows is said to be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType

import msgspec

from wardlaw.register.gates.verdict import Verdict
from wardlaw.register.system import System

ANNEX_IV = "annex-iv"
"""What stands before the colon when a field is vouched for: ``annex-iv:1b``."""


class FieldState(StrEnum):
    """Where a field comes from."""

    LIVE = "live"  # read from the register and the running installation
    ATTESTED = "attested"  # a person vouches for it, until a day
    MISSING = "missing"


class FieldForm(msgspec.Struct, frozen=True):
    """One field of Annex IV; ``also`` is a provision whose attestation answers it too."""

    title: str
    also: str = ""


FIELDS: Mapping[str, FieldForm] = MappingProxyType(
    {
        "1a": FieldForm("Purpose, who answers for it, and its version"),
        "1b": FieldForm("How it works with other hardware and software"),
        "1c": FieldForm("Versions of software and firmware it needs"),
        "1d": FieldForm("Forms in which it is put on the market"),
        "1e": FieldForm("Hardware it runs on"),
        "1f": FieldForm("Pictures of the product it is part of"),
        "1g": FieldForm("Its user interface"),
        "1h": FieldForm("Instructions for use", "eu-ai-act:art-13"),
        "2a": FieldForm("How it was made: models, tools and services of others"),
        "2b": FieldForm("Design, logic and assumptions"),
        "2c": FieldForm("Architecture and computing"),
        "2d": FieldForm("Data: origin, choice, labels, cleaning", "eu-ai-act:art-10"),
        "2e": FieldForm("Human oversight", "eu-ai-act:art-14"),
        "2f": FieldForm("Changes that were planned ahead"),
        "2g": FieldForm("Tests, metrics, dated and signed reports"),
        "2h": FieldForm("Cyber security", "eu-ai-act:art-15"),
        "3": FieldForm("Monitoring, functioning and control"),
        "4": FieldForm("Why the metrics are the right ones"),
        "5": FieldForm("Risk management", "eu-ai-act:art-9"),
        "6": FieldForm("Changes through its life"),
        "7": FieldForm("Harmonised standards, or what stands for them"),
        "8": FieldForm("EU declaration of conformity", "eu-ai-act:art-47-48"),
        "9": FieldForm("Monitoring after it was put on the market", "eu-ai-act:art-72"),
    }
)
"""Points of Annex IV to Regulation (EU) 2024/1689, summed up in our own words."""


class Vouched(msgspec.Struct, frozen=True):
    """What a person vouches for; ``until`` in Unix seconds."""

    text: str
    by: str
    until: float


class Change(msgspec.Struct, frozen=True):
    """One state the system was in."""

    version: int
    step: str
    by: str
    at: float


class LiveView(msgspec.Struct, frozen=True):
    """What the installation knows of the system now.

    Attributes:
        verdict: That which stands; None for none.
        in_force: Clauses in force.
        proven: Those of them whose canary was stopped.
        calls: Decisions about its traffic in the window coverage looks at.
        since: Begin of that window, Unix seconds.
    """

    version: int
    changes: tuple[Change, ...]
    verdict: Verdict | None
    in_force: tuple[str, ...]
    proven: tuple[str, ...]
    calls: int
    since: float


class TechnicalField(msgspec.Struct, frozen=True):
    """One field as it stands; ``until`` in Unix seconds, 0 for none."""

    id: str
    title: str
    state: FieldState
    text: str = ""
    source: str = ""
    until: float = 0.0


def technical_file(system: System, live: LiveView, vouched: Mapping[str, Vouched]) -> tuple[TechnicalField, ...]:
    """Every field, in the order of the Annex.

    Args:
        vouched: What people vouch for, by field (``annex-iv:1b``) or provision.
    """
    known = _live(system, live)
    found = []
    for name, form in FIELDS.items():
        said = vouched.get(f"{ANNEX_IV}:{name}") or vouched.get(form.also)
        if known.get(name):
            text, source = known[name]
            found.append(TechnicalField(name, form.title, FieldState.LIVE, text, source))
        elif said is not None:
            found.append(TechnicalField(name, form.title, FieldState.ATTESTED, said.text, said.by, said.until))
        else:
            found.append(TechnicalField(name, form.title, FieldState.MISSING))
    return tuple(found)


def _live(system: System, live: LiveView) -> dict[str, tuple[str, str]]:
    """What the installation can say itself, with where it read it; a field it knows nothing of is left out."""
    found = {
        "1a": (f"{system.purpose.rstrip('.')}. {system.owner} answers for it; version {live.version}.", "register")
    }
    made = [*_named("models", system.built_on), *_named("vendors", system.vendors), *_named("tools", system.tools)]
    if made:
        found["2a"] = ("; ".join(made) + ".", "register")
    if system.datasets:
        digest = f" with the digest {system.made_of.data}" if system.made_of.data else ""
        found["2d"] = (f"Registered datasets: {', '.join(system.datasets)}{digest}.", "register")
    if live.verdict is not None:
        one = live.verdict
        checks = ", ".join(f"{check.id} {check.outcome.value}" for check in one.checks)
        signed = ", ".join(f"{by.by} ({by.role.value})" for by in one.signed_off)
        found["2g"] = (
            (
                f"Gate {one.gate}, thresholds {one.gate_digest[:12]} signed {_day(one.gate_signed_at)}, run {_day(one.at)}: "
                f"{checks}. Signed off by {signed or 'nobody, as its gate says'}."
            ),
            f"verdict {one.id}",
        )
    if live.in_force and live.calls:
        found["3"] = (
            (
                f"{live.calls} calls judged since {_day(live.since)} by {len(live.in_force)} clauses in force, "
                f"{len(live.proven)} of them proven by a canary; gate mode {system.gate_mode.value}."
            ),
            "gateway and log",
        )
    if len(live.changes) > 1:
        steps = "; ".join(f"{one.version} {one.step} {_day(one.at)} by {one.by}" for one in live.changes[-20:])
        found["6"] = (f"{len(live.changes)} versions: {steps}.", "register")
    return found


def _named(what: str, names: tuple[str, ...]) -> list[str]:
    return [f"{what}: {', '.join(names)}"] if names else []


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")
