"""Hand-written Cedar beside the clauses: held to the same annotations and the same schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import cedarpy
import msgspec

from wardlaw.facts.attributes import BY_NAME
from wardlaw.facts.clause import Risk, Wing
from wardlaw.facts.effect import Effect, Mode
from wardlaw.governance.cedartext import Statement, split_statements
from wardlaw.governance.clauserules import holding_faults, reference_problem
from wardlaw.governance.clauses import CLAUSE_ID
from wardlaw.governance.compile import ANNOTATIONS
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.domains import (
    DETERMINISTIC_ATTRIBUTES,
    MOST_QUARANTINE_MINUTES,
    domain,
    is_deterministic_class,
    is_evidence,
)
from wardlaw.governance.problems import Problem, Severity, did_you_mean
from wardlaw.governance.reader import hidden_characters
from wardlaw.governance.shipped import Known

REQUIRED = ("id", "clause", "effect", "owner", "mode", "wing")
REQUIRED_OF_PERMIT = ("id", "base", "owner")
_POLICY_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}\Z")
_GUESSES = frozenset(("findings", "injectionScore", "anomalyScore"))
_CLOSED = (("effect", Effect), ("mode", Mode), ("wing", Wing), ("risk", Risk))
_OF_DUTIES = ("duties", "notice")  # clauses that oblige are structured ones: their text must be told as it stands


class WrittenPolicy(msgspec.Struct, frozen=True):
    """One hand-written policy whose annotations are sound.

    Attributes:
        notes: Its annotations.
        permit: A base permit.
    """

    id: str
    notes: dict[str, str]
    permit: bool
    text: str
    source: str
    line: int


class Written(msgspec.Struct, frozen=True):
    """What one hand-written file holds."""

    policies: tuple[WrittenPolicy, ...]
    problems: tuple[Problem, ...]


def read_cedar(text: str, *, source: str, schema: cedarpy.Schema, known: Known) -> Written:
    """Read one ``.cedar`` file.

    Args:
        text: The file's text.
        source: Its name, for the problems.
        schema: The schema every policy must fit.
        known: What annotations may refer to.

    Returns:
        Policies without problems, and the problems with the line they stand in.
    """
    policies, problems = [], []
    for statement in split_statements(text.replace("\r\n", "\n")):
        examined = _Statement(statement, source)
        policy = examined.examine(schema, known)
        problems += examined.problems
        if policy is not None and not examined.problems:
            policies.append(policy)
    return Written(tuple(policies), tuple(problems))


def compile_written(policies: tuple[WrittenPolicy, ...]) -> tuple[tuple[CompiledClause, ...], tuple[Problem, ...]]:
    """Join hand-written policies into clauses by their ``@clause``; examples are added later.

    Returns:
        The clauses, and a problem for each policy that disagrees with the first of its clause.
    """
    clauses: dict[str, CompiledClause] = {}
    problems = []
    for policy in (policy for policy in policies if not policy.permit):
        made = _clause(policy)
        first = clauses.get(made.id)
        if first is None:
            clauses[made.id] = made
        elif _standing(first) != _standing(made):
            message = (
                f"{policy.id} differs from the first policy of {made.id} in effect, mode, owner, wing or quarantine."
            )
            hint = f"Give all policies of {made.id} the same; the first is in line {first.line} of {first.source}."
            problems.append(Problem("WL-POL-025", Severity.ERROR, policy.source, policy.line, 1, message, hint))
        else:
            clauses[made.id] = msgspec.structs.replace(first, text=f"{first.text}\n{made.text}")
    return tuple(clauses.values()), tuple(problems)


def _standing(clause: CompiledClause) -> tuple[object, ...]:
    return clause.effect, clause.mode, clause.owner, clause.wing, clause.quarantine


def _clause(policy: WrittenPolicy) -> CompiledClause:
    notes = policy.notes
    return CompiledClause(
        id=notes["clause"],
        title=notes.get("title", ""),
        owner=notes["owner"],
        wing=Wing(notes["wing"]),
        effect=Effect(notes["effect"]),
        mode=Mode(notes["mode"]),
        quarantine=notes.get("quarantine") == "true",
        text=policy.text + "\n",
        examples=(),
        source=policy.source,
        line=policy.line,
    )


class _Statement:
    """Examines one statement and notes what is wrong with it."""

    def __init__(self, statement: Statement, source: str) -> None:
        self._statement = statement
        self._source = source
        self.problems: list[Problem] = []

    def _note(self, code: str, message: str, hint: str = "", *, near: str = "", warning: bool = False) -> None:
        """Note a problem at the first place of ``near``, or at the statement's beginning."""
        line, column = self._statement.line, self._statement.column
        place = self._statement.text.find(near) if near else -1
        if place > 0:
            before = self._statement.text[:place]
            breaks = before.count("\n")
            column = len(before) - before.rfind("\n") if breaks else column + place
            line += breaks
        severity = Severity.WARNING if warning else Severity.ERROR
        self.problems.append(Problem(code, severity, self._source, line, column, message, hint))

    def examine(self, schema: cedarpy.Schema, known: Known) -> WrittenPolicy | None:
        text = self._statement.text
        hidden = hidden_characters(text)
        if hidden:
            message = f"The policy holds characters nobody sees: {', '.join(hidden[:5])}."
            self._note("WL-POL-029", message, "Remove them; a policy must read as what it is.")
            return None
        policy = self._parsed(text)
        if policy is None:
            return None
        notes = {name: value or "" for name, value in policy.get("annotations", {}).items()}
        permit = policy["effect"] == "permit"
        self._annotations(notes, permit=permit)
        if permit:
            self._permit(notes, policy)
        else:
            self._forbid(notes, known)
            self._statistics(notes, policy)
            if notes.get("quarantine") == "true":
                self._quarantine(notes, policy)
        self._types(text, schema)
        errors = [problem for problem in self.problems if problem.severity is Severity.ERROR]
        if errors:
            return None
        return WrittenPolicy(notes["id"], notes, permit, text, self._source, self._statement.line)

    def _parsed(self, text: str) -> dict[str, Any] | None:
        try:
            parsed = json.loads(cedarpy.policies_to_json_str(text))
        except ValueError as error:
            token = re.search(r"unexpected token `(.+)`", str(error))
            hint = "Check the policy from here on; every policy ends with a semicolon."
            self._note("WL-POL-023", f"This is not valid Cedar: {error}.", hint, near=token[1] if token else "")
            return None
        if parsed["templates"]:
            self._note("WL-POL-027", "Policy templates (?principal, ?resource) are not used here.", "Name the kind.")
            return None
        policies = list(parsed["staticPolicies"].values())
        if len(policies) != 1:
            message = f"Expected one policy here, found {len(policies)}."
            self._note("WL-POL-027", message, "End every policy with a semicolon.")
            return None
        found: dict[str, Any] = policies[0]
        return found

    def _annotations(self, notes: dict[str, str], *, permit: bool) -> None:
        for name in REQUIRED_OF_PERMIT if permit else REQUIRED:
            if not notes.get(name) and not (permit and name == "base"):  # that one has a problem of its own
                self._note("WL-POL-025", f"The annotation @{name} is missing.", f'Add @{name}("…").')
        allowed = tuple(name for name in ANNOTATIONS if name not in _OF_DUTIES) + (("base",) if permit else ())
        for name in notes:
            if name not in allowed:
                self._note("WL-POL-025", f"Unknown annotation @{name}.", did_you_mean(name, allowed), near=f"@{name}")
        identity = notes.get("id", "")
        if identity and not _POLICY_ID.match(identity):
            self._note(
                "WL-POL-007", f'"{identity}" is not a policy id.', "Write letters and digits: GOV-20.2", near="@id"
            )
        for name, closed in _CLOSED:
            values = {member.value for member in closed} - {Effect.OBLIGE.value}
            values -= {Effect.ALLOW.value} if not permit else set()
            if name in notes and notes[name] not in values:
                message = f'@{name} is never "{notes[name]}".'
                self._note("WL-POL-025", message, did_you_mean(notes[name], values), near=f"@{name}")
        if notes.get("quarantine", "false") not in ("true", "false"):
            self._note("WL-POL-025", '@quarantine is "true" or "false".', near="@quarantine")
        minutes = notes.get("quarantine_minutes", "0")
        if not (minutes.isascii() and minutes.isdigit() and int(minutes[:9]) <= MOST_QUARANTINE_MINUTES):
            message = f"@quarantine_minutes is a number up to {MOST_QUARANTINE_MINUTES}."
            self._note("WL-POL-025", message, near="@quarantine_minutes")
        self._holding(notes)

    def _holding(self, notes: dict[str, str]) -> None:
        said = {name: notes.get(name, "0") for name in ("approvers", "expires_minutes")}
        for name, value in said.items():
            if not (value.isascii() and value.isdigit()):
                self._note("WL-POL-025", f"@{name} is a number.", near=f"@{name}")
                return
        numbers = [int(value[:9]) for value in said.values()]
        effect = notes.get("effect", "deny")
        if effect not in set(Effect):
            return  # that one has a problem of its own
        for name, fault in holding_faults(Effect(effect), *numbers):
            self._note("WL-POL-025", f"@{fault}", near=f"@{name}")

    def _forbid(self, notes: dict[str, str], known: Known) -> None:
        clause = notes.get("clause", "")
        if clause and not CLAUSE_ID.match(clause):
            self._note("WL-POL-007", f'"{clause}" is not a clause id.', "Write GOV-20.", near="@clause")
        if notes.get("owner") and not known.is_owner(notes["owner"]):
            message = f'"{notes["owner"]}" is not a role that can own a clause.'
            self._note("WL-POL-017", message, did_you_mean(notes["owner"], known.owner_roles), near="@owner")
        for ref in filter(None, (part.strip() for part in notes.get("refs", "").split(","))):
            fault = reference_problem(ref, known)
            if fault:
                self._note("WL-POL-018", *fault, near="@refs")
        if not notes.get("title"):
            message = "A refusal without @title cannot say what it is about."
            self._note("WL-POL-025", message, 'Add @title("…").')
        redact = [part.strip() for part in notes.get("redact", "").split(",") if part.strip()]
        if (notes.get("effect") == Effect.TRANSFORM.value) != bool(redact):
            self._note("WL-POL-020", "@redact belongs to the effect transform, and to no other.", near="@effect")
        for word in redact:
            if domain("dataClasses").unknown(word):
                hint = did_you_mean(word, domain("dataClasses").words)
                self._note("WL-POL-020", f'"{word}" is not a class of data.', hint, near="@redact")

    def _permit(self, notes: dict[str, str], policy: dict[str, Any]) -> None:
        if notes.get("base") != "true":
            message = "A permit opens the door for everything it matches; only base permits may."
            self._note("WL-POL-026", message, 'Write a forbid, or mark it @base("true") after a review.', near="permit")
        if notes.get("mode", "enforce") != Mode.ENFORCE.value:
            self._note("WL-POL-025", "A base permit always stands in force.", "Take @mode out.", near="@mode")
        needed = {
            attribute
            for attribute, part in (("principalRegistered", "principal"), ("resourceRegistered", "resource"))
            if policy[part]["op"] not in ("==", "in")  # one that names whom it is for needs no register
        }
        missing = sorted(needed - set(_attributes(policy)))
        if missing:
            message = f"This permit is open to what nobody registered: it does not ask for {' and '.join(missing)}."
            self._note("WL-POL-028", message, "Add them to its condition.", near="permit")

    def _statistics(self, notes: dict[str, str], policy: dict[str, Any]) -> None:
        reads = set(_attributes(policy))
        if notes.get("effect") != Effect.CUT.value or "anomalyScore" not in reads:
            return
        if not any(name in BY_NAME and is_evidence(name) for name in reads):
            message = "Statistics alone never cut: this policy asks for an anomaly score and for nothing that happened."
            self._note(
                "WL-POL-034", message, "Write deny or hold, or ask for a finding or a count too.", near="@effect"
            )

    def _quarantine(self, notes: dict[str, str], policy: dict[str, Any]) -> None:
        reads = set(_attributes(policy))
        guesses = {word for word in _literals(policy) if not domain("dataClasses").unknown(word)}
        unsafe = reads & _GUESSES or {word for word in guesses if not is_deterministic_class(word)}
        if notes.get("wing") != Wing.SECURITY.value or notes.get("effect") != Effect.CUT.value:
            message = "Only a clause of the security wing with the effect cut may set a caller apart."
            self._note("WL-POL-019", message, near="@quarantine")
        elif unsafe or not reads & DETERMINISTIC_ATTRIBUTES:
            message = "Quarantine needs a deterministic signal: registered-secret, tripwire, probes or taint."
            hint = "Put the guesses of detectors into a clause without quarantine."
            self._note("WL-POL-019", message, hint, near="@quarantine")

    def _types(self, text: str, schema: cedarpy.Schema) -> None:
        for error in cedarpy.validate_policies(text, schema).errors:
            words = re.sub(r"^for policy `policy\d+`, ", "", error.error)
            named = re.search(r"attribute `(\w+)`|`([^`]+)`", words)
            near = next(filter(None, named.groups()), "") if named else ""
            missing = re.search(r"attribute `(\w+)` in context", words)
            if missing:
                from_table = did_you_mean(missing[1], BY_NAME)
                self._note("WL-POL-008", f'Nothing produces the attribute "{missing[1]}".', from_table, near=near)
            else:
                self._note("WL-POL-024", f"This does not fit the schema: {words}.", near=near)


def _walk(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, dict):
        for value in node.values():
            yield from _walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item)


def _attributes(policy: dict[str, Any]) -> Iterator[str]:
    for node in _walk(policy.get("conditions", [])):
        match node:
            case {".": {"left": {"Var": "context"}, "attr": str(name)}}:
                yield name


def _literals(policy: dict[str, Any]) -> Iterator[str]:
    for node in _walk(policy.get("conditions", [])):
        match node:
            case {"Value": str(text)}:
                yield text
