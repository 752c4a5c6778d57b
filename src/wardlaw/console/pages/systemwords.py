"""AI systems in words: tiers, stages, modes, fields, and what is another from one version to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.console.pages.messages import joined, mark
from wardlaw.facts.gate import GateMode
from wardlaw.facts.tier import SystemRole, Tier
from wardlaw.register.lifecycle import Lifecycle


class Word(msgspec.Struct, frozen=True):
    """What is shown for a code, and how it looks."""

    word: str
    style: str = ""


TIERS: Mapping[str, Word] = {
    Tier.PROHIBITED.value: Word(mark("Prohibited"), "worst"),
    Tier.HIGH.value: Word(mark("High risk"), "bad"),
    Tier.LIMITED.value: Word(mark("Transparency duties"), "wait"),
    Tier.GPAI.value: Word(mark("General-purpose model"), "wait"),
    Tier.MINIMAL.value: Word(mark("Minimal risk"), "good"),
    Tier.OUT_OF_SCOPE.value: Word(mark("Outside the Act"), ""),
    Tier.UNDETERMINED.value: Word(mark("Not classified yet"), "wait"),
}

STAGES: Mapping[str, Word] = {
    Lifecycle.PROPOSED.value: Word(mark("Proposed")),
    Lifecycle.IN_REVIEW.value: Word(mark("In review"), "wait"),
    Lifecycle.APPROVED.value: Word(mark("Approved"), "good"),
    Lifecycle.LIVE.value: Word(mark("Live"), "good"),
    Lifecycle.RETIRED.value: Word(mark("Retired")),
}

MODES: Mapping[str, str] = {
    GateMode.OFF.value: mark("Not looked at by the door"),
    GateMode.WARN.value: mark("Let through and noted while it has no verdict"),
    GateMode.ENFORCE.value: mark("Refused while it has no verdict"),
}

OUR_ROLES: Mapping[str, str] = {
    SystemRole.PROVIDER.value: mark("Provider: we develop it or have it developed"),
    SystemRole.DEPLOYER.value: mark("Deployer: we use it"),
    SystemRole.IMPORTER.value: mark("Importer"),
    SystemRole.DISTRIBUTOR.value: mark("Distributor"),
    SystemRole.GPAI_PROVIDER.value: mark("Provider of a general-purpose model"),
    SystemRole.DEPLOYER_PUBLIC.value: mark("Deployer, a public body"),
    SystemRole.DEPLOYER_PUBLIC_SERVICE.value: mark("Deployer of a public service"),
}


class Field(msgspec.Struct, frozen=True):
    """A field of a system as people fill it in; ``listed`` ones have one entry a line."""

    id: str
    label: str
    hint: str = ""
    listed: bool = False
    rows: int = 0
    required: bool = False
    limit: int = 256


DESCRIBING = (
    Field("title", mark("Name"), required=True),
    Field("purpose", mark("Purpose"), mark("What it is for, in plain words"), rows=3, required=True, limit=2_000),
    Field("owner", mark("Owner"), mark("The person who answers for it: person:a.meyer"), required=True),
    Field("users", mark("Who uses it"), mark("One a line: recruiters, customers"), listed=True, rows=2),
    Field("data_classes", mark("What it processes"), mark("One a line: cv, special-category"), listed=True, rows=2),
    Field("regions", mark("Where"), mark("One a line: EU"), listed=True, rows=2),
    Field("environment", mark("Environment"), mark("Such as production or test")),
)
OWN_TRAFFIC = (
    Field(
        "principals", mark("Whose calls"), mark("One a line: agent:crm-*, user:…, nhi:…, app:…"), True, 3, limit=8_000
    ),
    Field("routes", mark("Only on these routes"), mark("Empty means all"), True, 2, limit=8_000),
    Field("models", mark("Only of these models"), mark("Empty means all"), True, 2, limit=8_000),
)
MADE_OF = (
    Field("built_on", mark("Registered models"), mark("Ids, one a line"), True, 2, limit=8_000),
    Field("datasets", mark("Registered datasets"), mark("Ids, one a line"), True, 2, limit=8_000),
    Field("vendors", mark("Registered vendors"), mark("Ids, one a line"), True, 2, limit=8_000),
    Field("tools", mark("Tools it calls"), mark("Names or patterns, one a line"), True, 2, limit=8_000),
)
DIGESTS = (
    Field("model", mark("Digest of the model"), mark("SHA-256, 64 hexadecimal digits"), limit=64),
    Field("prompt", mark("Digest of the system prompt"), limit=64),
    Field("tools", mark("Digest of the tools' definitions"), limit=64),
    Field("data", mark("Digest of the data"), limit=64),
)
PARTS = (
    (mark("What it is"), DESCRIBING),
    (mark("Which traffic is its own"), OWN_TRAFFIC),
    (mark("What it is made of"), MADE_OF),
)
FIELDS = {one.id: one for _, part in PARTS for one in part}

_OTHER_LABELS = {
    "tier": mark("Tier"),
    "annex_point": mark("Point of the Annex"),
    "roles": mark("What we are for it"),
    "placed_at": mark("In service since"),
    "lifecycle": mark("Stage"),
    "gate_mode": mark("While it has no verdict"),
    "made_of": mark("Digests"),
}


class Difference(msgspec.Struct, frozen=True):
    """A field that is another than before."""

    id: str
    label: str
    before: str
    after: str


def label_of(name: str) -> str:
    """What a field of a system is called."""
    return FIELDS[name].label if name in FIELDS else _OTHER_LABELS.get(name, name)


def shown(name: str, value: Any) -> str:
    """A field's value as one line."""
    if name in ("tier", "lifecycle") and isinstance(value, str):
        return (TIERS if name == "tier" else STAGES).get(value, Word(value)).word
    if isinstance(value, Mapping):
        parts = {one.id: one.label for one in DIGESTS}
        return joined((joined((parts.get(key, key), text[:12]), " ") for key, text in value.items() if text), ", ")
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What is another, in the order of the fields."""
    return tuple(
        Difference(name, label_of(name), shown(name, before.get(name)), shown(name, after.get(name)))
        for name in after
        if name != "id" and before.get(name) != after.get(name)
    )


def states_of(history: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every version, newest first, each with what it changed."""
    found = []
    for place, one in enumerate(history):
        before = history[place - 1]["system"] if place else {}
        found.append({**one, "changes": differences(before, one["system"]) if place else ()})
    return found[::-1]
