"""What goes with a granted request: clauses for its system, as filled forms, and which traffic is its own.

Nothing of it is in force. The forms become clause files like any other, which others review, approve and publish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from wardlaw.facts.clause import Clause
from wardlaw.facts.gate import GateMode
from wardlaw.register.intake import IntakeForm, IntakeRequest
from wardlaw.register.system import System

USERS, REGION, DATA = "system-users", "system-region", "system-data"
"""Templates of clauses that look at one system."""

_EU, _OWN, _US = "the European Union", "the company itself", "the United States"
_REGIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("eu", "europe", "eea", "european union", "the european union"), _EU),
        **dict.fromkeys(("us", "usa", "united states", "the united states"), _US),
        **dict.fromkeys(("local", "own", "on premises", "on-premises", "the company itself"), _OWN),
    }
)
_NAME = re.compile(r"[^\s,*]{1,100}")
# A class of data by what the answer of the form calls it; what is named here may go to the system.
_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "payment cards": ("payment", "card", "pci"),
        "bank accounts": ("bank", "iban", "account", "payroll", "salar", "financ"),
        "secrets": ("secret", "credential", "password"),
    }
)


class ProposedClause(msgspec.Struct, frozen=True):
    """A clause as a filled form; ``wardlaw policy new TEMPLATE`` makes it of these answers."""

    template: str
    fields: dict[str, str | list[str]]


class Proposal(msgspec.Struct, frozen=True):
    """What goes with a yes.

    Attributes:
        open: What was asked for and no clause can say, for a person to look at.
        principals, routes, models: Which traffic is the system's own.
    """

    request: str
    system: str
    clauses: tuple[ProposedClause, ...]
    open: tuple[str, ...]
    principals: tuple[str, ...]
    routes: tuple[str, ...]
    models: tuple[str, ...]
    gate_mode: GateMode
    until: float


def proposal_of(request: IntakeRequest, system: System) -> Proposal:
    """Clauses that hold the system to what was asked for, each beginning by watching."""
    form = request.form
    said = [_users(form), _region(form), _data(form)]
    return Proposal(
        request.id, system.id, tuple(one for one, _ in said if one is not None), tuple(why for _, why in said if why),
        system.principals, system.routes, system.models, system.gate_mode, request.until,
    )  # fmt: skip


def is_about(clause: Clause, system: str) -> bool:
    """Whether a clause was made from a form about one system, and this is it."""
    form = clause.form
    if form is None or form.template not in (USERS, REGION, DATA):
        return False
    named = form.fields.get("system", ())
    return system in (named if isinstance(named, list) else (named,))


def _users(form: IntakeForm) -> tuple[ProposedClause | None, str]:
    teams = [one for one in form.users if _NAME.fullmatch(one)]
    others = [one for one in form.users if one not in teams]
    why = f"these users are no team by name: {', '.join(others)}" if others else ""
    if not teams:
        return None, why or "nobody said who may use it"
    # A line of a form has 200 characters.
    fields: dict[str, str | list[str]] = {"system": [form.system], "purpose": form.purpose[:200], "teams": teams}
    return ProposedClause(USERS, fields), why


def _region(form: IntakeForm) -> tuple[ProposedClause | None, str]:
    known = list(dict.fromkeys(_REGIONS[one.casefold()] for one in form.regions if one.casefold() in _REGIONS))
    others = [one for one in form.regions if one.casefold() not in _REGIONS]
    why = f"no clause can tell these regions: {', '.join(others)}" if others else ""
    if not known:
        return None, why or "nobody said where it may be processed"
    return ProposedClause(REGION, {"system": [form.system], "regions": known}), why


def _data(form: IntakeForm) -> tuple[ProposedClause | None, str]:
    """What nobody asked for may not go to it: data of persons where no data was named, and each special class."""
    named = " ".join(form.data_classes).casefold()
    kept_out = [name for name, words in _CLASSES.items() if not any(word in named for word in words)]
    if not form.data_classes:
        kept_out.insert(0, "personal data")
    why = "that data of persons may go to it follows from its data classes" if form.data_classes else ""
    return (ProposedClause(DATA, {"system": [form.system], "data": kept_out}) if kept_out else None), why
