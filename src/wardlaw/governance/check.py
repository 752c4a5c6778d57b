"""``policy check``: all sources of a policy set together, to one text for the door or to problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import combinations, permutations

import cedarpy
import msgspec

from wardlaw.facts.clause import Clause, Example
from wardlaw.facts.effect import Effect, Mode
from wardlaw.facts.errors import ConfigError, InputError
from wardlaw.governance.clauserules import clause_problems, example_problems
from wardlaw.governance.clauses import EXAMPLES_SUFFIX, PlacedClause, read_clauses, read_examples
from wardlaw.governance.compile import base_permits, compile_clause
from wardlaw.governance.compiled import CompiledClause
from wardlaw.governance.examples import matches, matching
from wardlaw.governance.forms import departs_from_form
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.handwritten import WrittenPolicy, compile_written, read_cedar
from wardlaw.governance.implication import covers, never_true, same_condition
from wardlaw.governance.problems import Problem, Severity, did_you_mean, has_errors, in_order
from wardlaw.governance.reader import Located
from wardlaw.governance.schema import cedar_schema
from wardlaw.governance.shipped import Known, known, templates
from wardlaw.governance.template import Template, template_named


class Checked(msgspec.Struct, frozen=True):
    """A policy set that was read whole.

    Attributes:
        text: The Cedar text for the door, base permits first; empty when there is any error, so that
            a set with an error in it can never be put in force by oversight.
        compiled: Every clause with its policies and examples, by id.
        problems: By file and line.
        permits: Base permits written by hand.
    """

    text: str
    compiled: tuple[CompiledClause, ...]
    problems: tuple[Problem, ...]
    permits: tuple[str, ...] = ()

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The structured clauses, by id."""
        return tuple(item.clause for item in self.compiled if item.clause is not None)

    @property
    def ok(self) -> bool:
        """No errors; there may be warnings."""
        return not has_errors(self.problems)


def check(sources: Mapping[str, str], *, today: date, frameworks: Mapping[str, Framework] | None = None) -> Checked:
    """Read, check and compile a policy set.

    Args:
        sources: Text by file name: ``*.yaml`` clauses, ``*.cedar`` hand-written policies,
            ``*.examples.yaml`` the examples of hand-written clauses.
        today: The day of the check; no clock is read here.
        frameworks: Those that count, with what packs have changed; as they ship when left out.

    Returns:
        The text, the clauses and every problem; nothing is raised for what stands in the sources.
    """
    return _Check(known(frameworks), today).run(sources)


class _Check:
    """Gathers what the files say and what is wrong with it."""

    def __init__(self, known_: Known, today: date) -> None:
        self._known = known_
        self._today = today
        self._schema = cedarpy.Schema.from_str(cedar_schema())
        self._problems: list[Problem] = []
        self._placed: list[PlacedClause] = []
        self._written: list[WrittenPolicy] = []
        self._examples: dict[str, tuple[tuple[Example, ...], Located]] = {}

    def run(self, sources: Mapping[str, str]) -> Checked:
        for name in sorted(sources):
            self._read(name, sources[name])
        compiled = self._unique([*self._structured(), *self._handwritten()])
        self._policy_ids(compiled)
        self._problems += _overlaps(compiled)
        if not has_errors(self._problems):
            self._problems += _contradictions(compiled)
        problems = in_order(self._problems)
        ordered = tuple(sorted(compiled, key=lambda item: item.id))
        permits = tuple(policy.text + "\n" for policy in self._written if policy.permit)
        text = "\n".join([base_permits(), *permits, *(item.text for item in ordered)])
        return Checked("" if has_errors(problems) else text, ordered, problems, permits)

    def _read(self, name: str, text: str) -> None:
        if name.endswith(EXAMPLES_SUFFIX):
            examples, located, problems = read_examples(text, source=name)
            self._problems += problems
            self._examples |= {clause: (items, located) for clause, items in examples.items()}
        elif name.endswith((".yaml", ".yml")):
            placed, problems = read_clauses(text, source=name)
            self._problems += problems
            self._placed += placed
        elif name.endswith(".cedar"):
            written = read_cedar(text, source=name, schema=self._schema, known=self._known)
            self._problems += written.problems
            self._written += written.policies
        else:
            hint = f"Name it *.yaml, *.cedar or *{EXAMPLES_SUFFIX}."
            self._error("WL-POL-031", name, (1, 1), "This is no kind of policy file we know.", hint)

    def _error(self, code: str, source: str, place: tuple[int, int], message: str, hint: str) -> None:
        self._problems.append(Problem(code, Severity.ERROR, source, *place, message, hint))

    def _structured(self) -> Iterable[CompiledClause]:
        for placed in self._placed:
            found = clause_problems(placed, known=self._known, today=self._today)
            self._problems += found
            self._problems += self._form(placed)
            compiled = None if has_errors(found) else self._compile(placed)
            if compiled is not None:
                yield compiled

    def _form(self, placed: PlacedClause) -> Iterable[Problem]:
        """Whether a clause still says what the form it carries says."""
        clause, located = placed.clause, placed.located
        if clause.form is None:
            return
        place = located.at("form")
        try:
            template_named(clause.form.template, self._templates)
            differing = departs_from_form(clause, self._templates)
        except InputError as error:
            yield Problem(error.code, Severity.ERROR, located.source, *place, error.message, error.hint)
            return
        if differing:
            message = f"{clause.id} was edited by hand: its form says otherwise of {', '.join(differing)}."
            hint = f"Take the form out, or make it anew with `wardlaw policy new --edit {clause.id}`."
            yield Problem("WL-TPL-006", Severity.WARNING, located.source, *place, message, hint)

    @cached_property
    def _templates(self) -> Mapping[str, Template]:
        return templates()

    def _compile(self, placed: PlacedClause) -> CompiledClause | None:
        clause, located = placed.clause, placed.located
        try:
            text = compile_clause(clause)
        except ConfigError as error:
            self._error(error.code, located.source, located.at(), error.message, error.hint)
            return None
        # Whatever the rules above let through must still fit the schema, or it could fail at the door.
        for fault in cedarpy.validate_policies(text, self._schema).errors:
            message = f"{clause.id} does not fit the schema: {fault.error}."
            self._error("WL-POL-024", located.source, located.at(), message, "Mend its conditions.")
        return CompiledClause(
            id=clause.id,
            title=clause.title,
            owner=clause.owner,
            wing=clause.wing,
            effect=clause.effect,
            mode=clause.mode,
            quarantine=clause.quarantine,
            text=text,
            examples=clause.examples,
            source=located.source,
            line=located.at("id")[0],
            clause=clause,
        )

    def _handwritten(self) -> Iterable[CompiledClause]:
        clauses, problems = compile_written(tuple(self._written))
        self._problems += problems
        for clause in clauses:
            examples, located = self._examples.pop(clause.id, ((), None))
            path = clause.id if located is not None else ""
            located = located or Located(clause.source, {"": (clause.line, 1)})
            self._problems += example_problems(examples, located, path=path, effects=(clause.effect,))
            yield msgspec.structs.replace(clause, examples=examples)
        for name, (_, located) in self._examples.items():
            hint = (
                did_you_mean(name, [clause.id for clause in clauses]) or "A structured clause holds its own examples."
            )
            message = f"These examples belong to no hand-written clause: {name}."
            self._error("WL-POL-016", located.source, located.at(name), message, hint)

    def _unique(self, compiled: Iterable[CompiledClause]) -> tuple[CompiledClause, ...]:
        first: dict[str, CompiledClause] = {}
        for item in compiled:
            if item.id in first:
                other = first[item.id]
                message = f"{item.id} stands twice; the first is in line {other.line} of {other.source}."
                self._error("WL-POL-011", item.source, (item.line, 1), message, "Give every clause its own id.")
            else:
                first[item.id] = item
        return tuple(first.values())

    def _policy_ids(self, compiled: Iterable[CompiledClause]) -> None:
        """No two policies may share an ``@id``: decisions name policies by it."""
        seen = dict.fromkeys(_ids(base_permits()), ("the base permits", 1))
        for item in compiled:
            if item.clause is not None:
                seen |= dict.fromkeys(_ids(item.text), (item.source, item.line))
        for policy in self._written:
            if policy.id in seen:
                source, line = seen[policy.id]
                message = f'The policy id "{policy.id}" stands twice; the first is in line {line} of {source}.'
                self._error("WL-POL-011", policy.source, (policy.line, 1), message, "Give every policy its own @id.")
            seen.setdefault(policy.id, (policy.source, policy.line))


def _ids(text: str) -> tuple[str, ...]:
    """The ``@id`` of each policy of our own compiler."""
    return tuple(line[5:-2] for line in text.split("\n") if line.startswith('@id("'))


def _overlaps(compiled: tuple[CompiledClause, ...]) -> Iterable[Problem]:
    """Clauses that say no more than another."""
    structured = [item for item in compiled if item.clause is not None and not never_true(item.clause)]
    twins = set()
    for one, other in combinations(structured, 2):
        if one.effect is other.effect and same_condition(_of(one), _of(other)):
            twins.add((one.id, other.id))
            yield _overlap("WL-POL-012", other, f"{other.id} says the same as {one.id}.", "Keep one of them.")
    for general, special in permutations(structured, 2):
        if not twins & {(general.id, special.id), (special.id, general.id)} and covers(_of(general), _of(special)):
            message = f"{special.id} stops nothing that {general.id} does not stop already."
            yield _overlap("WL-POL-013", special, message, "Take it out, or make it stronger or wider.")
    for general, special in permutations(compiled, 2):
        if general.clause is None or special.clause is None:
            yield from _overlap_by_examples(general, special)


def _contradictions(compiled: Sequence[CompiledClause]) -> Iterable[Problem]:
    """Clauses whose examples say that something passes which another one stops, for no reason that they do not know.

    That another clause stops it for something this one does not ask about is its own matter, and no contradiction.
    """
    structured = [(item, _asked(item)) for item in compiled if item.clause is not None]
    for other, asks in structured:
        if other.mode is not Mode.ENFORCE or other.effect.strength < Effect.HOLD.strength or not asks:
            continue
        told = [
            (item, one)
            for item, known in structured
            if item is not other and asks <= known
            for one in item.examples
            if one.effect is Effect.ALLOW and one.action in _of(other).actions
        ]
        stopped = {id(one) for one in matching(other.text, [one for _, one in told])}
        for item, one in told:
            if id(one) in stopped:
                message = f'{item.id} says that "{one.name}" passes, and {other.id} stops it ({other.effect.value}).'
                yield _overlap("WL-POL-037", item, message, "Mend the example, or have both clauses agree on it.")


def _asked(item: CompiledClause) -> frozenset[str]:
    clause = _of(item)
    conditions = [clause.when, *([clause.unless] if clause.unless is not None else [])]
    return frozenset(test.attribute for one in conditions for test in (*one.all, *one.any))


def _of(item: CompiledClause) -> Clause:
    assert item.clause is not None
    return item.clause


def _overlap(code: str, item: CompiledClause, message: str, hint: str) -> Problem:
    return Problem(code, Severity.WARNING, item.source, item.line, 1, message, hint)


def _overlap_by_examples(general: CompiledClause, special: CompiledClause) -> Iterable[Problem]:
    """Hand-written conditions are judged by the examples: does one show what only this clause stops?"""
    stops = [example for example in special.examples if example.effect is not Effect.ALLOW]
    as_strong = general.effect.strength >= special.effect.strength and general.quarantine >= special.quarantine
    as_firm = general.mode is Mode.ENFORCE or general.mode is special.mode
    if not (stops and as_strong and as_firm):
        return
    try:
        shadowed = all(matches(general.text, example) for example in stops)
    except (ConfigError, TypeError, ValueError):  # a faulty example has a problem of its own
        return
    if shadowed:
        message = f"Everything the examples of {special.id} show is stopped by {general.id} already."
        yield _overlap("WL-POL-013", special, message, "Add an example that only this clause stops, or take it out.")
