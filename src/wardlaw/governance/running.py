"""The set that runs: for each clause the version that is enforced, and beside it the one being tried in shadow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import assert_never

import msgspec

from wardlaw.facts.clauselife import ClauseText, ClauseVersion, LifeState, TextKind
from wardlaw.facts.effect import Mode
from wardlaw.facts.errors import ConfigError, EvidenceError
from wardlaw.governance.check import Checked, check
from wardlaw.governance.clauses import EXAMPLES_SUFFIX
from wardlaw.governance.clausetext import clause_of, is_its_digest, written_of
from wardlaw.governance.compile import base_permits, compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.life import in_force, newest
from wardlaw.governance.problems import Severity

BESIDE = "~next"
"""Ending of the id under which a new version of an enforced clause runs in shadow; no clause id can hold it."""

_MODE = re.compile(r'@mode\("(?:enforce|warn)"\)')
_NAMED = re.compile(r'@(id|clause)\("([^"]+)"\)')

Book = Mapping[str, tuple[ClauseVersion, ...]]
"""Every version of every clause, by clause id."""


class Running(msgspec.Struct, frozen=True):
    """One text that runs: enforced as it says, or in shadow, alone or beside an enforced version."""

    content: ClauseText
    in_shadow: bool = False
    beside: bool = False


def running(book: Book) -> tuple[Running, ...]:
    """What runs of each clause.

    Raises:
        EvidenceError: A version that would run was changed by hand (WL-LIF-009): nothing is published from it.
    """
    found: list[Running] = []
    for versions in book.values():
        enforced, last = in_force(versions), newest(versions)
        if enforced is not None:
            found.append(Running(_intact(enforced)))
        if last is not None and last.state is LifeState.SHADOW and last.content.kind in (TextKind.FORM, TextKind.CEDAR):
            found.append(Running(_intact(last), in_shadow=True, beside=enforced is not None))
    return tuple(found)


def running_set(items: Iterable[Running], *, today: date, frameworks: Mapping[str, Framework] | None = None) -> Checked:
    """The set of these texts, checked as a whole like any other.

    Raises:
        ConfigError: They do not pass with this version of Wardlaw (WL-LIF-010).
    """
    own: dict[str, str] = {}
    beside: list[CompiledClause] = []
    for item in items:
        sources = sources_of(item.content, in_shadow=item.in_shadow)
        if item.beside:
            beside += map(_renamed, _passing(sources, today, frameworks).compiled)
        else:
            own |= sources
    checked = _passing(own, today, frameworks)
    ordered = tuple(sorted((*checked.compiled, *beside), key=lambda one: one.id))
    text = "\n".join([base_permits(), *checked.permits, *(one.text for one in ordered)])
    return Checked(text, ordered, checked.problems, checked.permits)


def sources_of(content: ClauseText, *, in_shadow: bool = False) -> dict[str, str]:
    """A text as the files ``check`` reads."""
    name = content.clause
    match content.kind:
        case TextKind.FORM:
            clause = clause_of(content)
            if in_shadow:
                clause = msgspec.structs.replace(clause, mode=Mode.SHADOW)
            return {f"{name}.yaml": msgspec.json.encode(clause).decode()}
        case TextKind.CEDAR:
            written = written_of(content)
            cedar = _MODE.sub('@mode("shadow")', written.cedar) if in_shadow else written.cedar
            examples = msgspec.json.encode({name: written.examples}).decode()
            return {f"{name}.cedar": cedar, f"{name}{EXAMPLES_SUFFIX}": examples}
        case TextKind.PERMITS:
            return {f"{name}.cedar": written_of(content).cedar}
        case TextKind.RETIREMENT:
            return {}
        case unknown:
            assert_never(unknown)


def _intact(version: ClauseVersion) -> ClauseText:
    if not version.is_intact or not is_its_digest(version.content):
        raise EvidenceError(
            "WL-LIF-009",
            f"What the tables say of {version.clause} version {version.version} was changed by hand.",
            "Nothing is published from it; what is in force stays. Compare with the log, and restore the tables from a "
            "backup.",
        )
    return version.content


def _passing(sources: Mapping[str, str], today: date, frameworks: Mapping[str, Framework] | None) -> Checked:
    checked = check(sources, today=today, frameworks=frameworks)
    errors = [str(one) for one in checked.problems if one.severity is Severity.ERROR]
    if errors:
        raise ConfigError(
            "WL-LIF-010",
            f"The approved clauses do not pass with this version of Wardlaw: {errors[0]}",
            "What is in force stays. Hand in a version that passes: `wardlaw policy review`.",
        )
    return checked


def _renamed(item: CompiledClause) -> CompiledClause:
    """The clause under a name of its own, so that two versions of it can stand in one set."""
    name = item.id + BESIDE
    if item.clause is not None:
        clause = msgspec.structs.replace(item.clause, id=name)
        return msgspec.structs.replace(item, id=name, clause=clause, text=compile_clause(clause))
    text = _NAMED.sub(lambda found: f'@{found[1]}("{found[2]}{BESIDE}")', item.text)
    return msgspec.structs.replace(item, id=name, text=text)
