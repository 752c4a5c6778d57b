"""Texts of clauses between an editor, the files and the versions: read, tried, handed in."""

from __future__ import annotations

from functools import partial

from sqlalchemy.engine import Connection

from wardlaw.console.api.drafts import ClauseReading, DraftReading, HandIn
from wardlaw.console.desks.life import LifeDesk, as_file, sentence_of
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.clause import Clause
from wardlaw.facts.clauselife import ClauseText, TextKind
from wardlaw.facts.errors import ConfigError, InputError, WardlawError
from wardlaw.governance.check import Checked
from wardlaw.governance.clauses import read_clauses
from wardlaw.governance.clausetext import clause_of, clause_texts
from wardlaw.governance.compile import compile_clause
from wardlaw.governance.differ import Change, diff
from wardlaw.governance.examples import run_examples
from wardlaw.governance.fmt import write_clause
from wardlaw.governance.life import in_force, newest
from wardlaw.governance.moves import Author, no_such_clause
from wardlaw.governance.placing import with_clause
from wardlaw.governance.problems import Problem, Severity, has_errors
from wardlaw.governance.sentence import render_sentence

NAME = "clause"
"""What problems of a text call it: it has no file yet."""


class DraftDesk:
    """The texts of one installation.

    Args:
        policies: Reads and writes files.
        life: Knows versions.
    """

    def __init__(self, policies: PolicyDesk, life: LifeDesk) -> None:
        self._policies = policies
        self._life = life

    def ids(self) -> frozenset[str]:
        """Ids of the clauses on disk.

        Raises:
            ConfigError: They do not pass (WL-CTL-003).
        """
        return frozenset(clause_texts(self._policies.check_clauses()))

    def reading(self, connection: Connection, clause: str, *, version: int, at: float) -> ClauseReading:
        """One text of a clause.

        Raises:
            InputError: There is no such clause, or no such version of it (WL-LIF-004).
        """
        versions = self._life.versions(connection, clause)
        on_disk = self._on_disk().get(clause)
        wanted = next((one for one in versions if one.version == version), None) if version else newest(versions)
        enforced = in_force(versions)
        beside = (on_disk.digest if on_disk is not None else "", max((one.version for one in versions), default=0))
        if wanted is not None:
            is_enforced = enforced is not None and enforced.version == wanted.version
            return _of_text(wanted.content, wanted.version, beside=beside, is_enforced=is_enforced)
        if version or on_disk is None:
            if version or (published := self._published(clause)) is None:
                raise no_such_clause(clause)
            return _of_clause(published, "", number=0, beside=beside, is_enforced=True)
        running = self._published(clause)
        return _of_text(on_disk, 0, beside=beside, is_enforced=running is not None and _same(on_disk, running))

    def try_text(self, connection: Connection, text: str, *, at: float) -> DraftReading:
        """What a text says, what is wrong with it, and what it would change; nothing is kept."""
        placed, problems = read_clauses(text, source=NAME)
        if problems or len(placed) != 1:
            found = problems or (_not_one(len(placed)),)
            return DraftReading("", "", "", "", "", "", found, (), ())
        clause = placed[0].clause
        checked, problems = self._beside(clause.id, text)
        try:
            cedar = compile_clause(clause)
        except ConfigError:
            cedar = ""  # the problem stands among the others
        compiled = [one for one in checked.compiled if one.id == clause.id]
        examples = run_examples(compiled)
        digest = "" if not compiled or has_errors(problems) else clause_texts(checked)[clause.id].digest
        changes = self._changes(connection, clause, checked, at) if digest else ()
        return DraftReading(
            clause.id,
            clause.title,
            digest,
            render_sentence(clause),
            cedar,
            write_clause(clause),
            problems,
            examples,
            changes,
        )

    def hand_in(
        self, connection: Connection, clause: str, text: str, *, based_on: str, author: Author, at: float
    ) -> HandIn:
        """A text becomes a version in review, and the text of its file.

        Raises:
            InputError: It has errors or is not this clause's (WL-LIF-023), the text on disk is another by now
                (WL-LIF-024), it stands where it cannot be replaced alone (WL-LIF-022), or as ``review``.
        """
        placed, problems = read_clauses(text, source=NAME)
        if problems or len(placed) != 1 or placed[0].clause.id != clause:
            first = problems[0] if problems else _not_one(len(placed))
            why = f"line {first.line}: {first.message}" if problems or len(placed) != 1 else f"it is not {clause}'s."
            raise InputError("WL-LIF-023", f"This text cannot be handed in: {why}", "Mend it; nothing was kept.")
        before = self._policies.check_clauses()
        known = clause_texts(before)
        current = known[clause].digest if clause in known else ""
        if current != based_on:
            raise InputError(
                "WL-LIF-024",
                f"Somebody changed {clause} while you were writing." if based_on else f"There is a {clause} already.",
                "Compare both texts, take over what you want to keep, and hand in again. Nothing of yours is lost.",
            )
        sources = self._policies.sources()
        name, whole = with_clause(sources, clause, text)
        after = self._policies.check_sources({**sources, name: whole})
        mine = [one for one in after.problems if one not in before.problems]
        if has_errors(mine):
            raise InputError("WL-LIF-023", f"This text cannot be handed in: {mine[0].message}", mine[0].hint)
        then = clause_texts(after)
        if {**known, clause: then.get(clause)} != then:  # INVARIANT: no other clause changes with it
            raise InputError(
                "WL-LIF-022",
                f"{clause} cannot be replaced alone in {name}.",
                "Run `wardlaw policy fmt` first, or change it in its file.",
            )
        plan = self._life.review_text(connection, then[clause], author, at=at)
        return HandIn(plan.moves, partial(self._policies.write_source, name, whole))

    def _beside(self, clause: str, text: str) -> tuple[Checked, tuple[Problem, ...]]:
        """A set with this text in it, and what is wrong with the text; lines count in the text alone."""
        try:
            sources = self._policies.sources()
            name, whole = with_clause(sources, clause, text)
        except WardlawError:
            sources, name, whole = {}, "", ""
        rest = {**sources, name: whole} if name else {}
        alone = self._policies.check_sources({f"{NAME}.yaml": text})
        own = tuple(_named(one) for one in alone.problems)
        if has_errors(own) or not rest:
            return alone, own
        together = self._policies.check_sources(rest)
        known = {(one.code, one.message) for one in self._policies.check_sources(sources).problems}
        said = {(one.code, one.message) for one in own}
        fresh = [one for one in together.problems if (one.code, one.message) not in known | said]
        return together, (*own, *(_named(one, line=1) for one in fresh))

    def _changes(self, connection: Connection, clause: Clause, checked: Checked, at: float) -> tuple[Change, ...]:
        running = self._life.running_set(connection, at=at)
        mine = [one for one in checked.compiled if one.id == clause.id]
        others = [one for one in running.compiled if one.id == clause.id]
        return diff(Checked("", tuple(others), ()), Checked("", tuple(mine), ()))

    def _on_disk(self) -> dict[str, ClauseText]:
        try:
            return clause_texts(self._policies.check_clauses())
        except WardlawError:
            return {}  # what cannot be read is told by `policy.life`

    def _published(self, clause: str) -> Clause | None:
        return next((one for one in self._policies.published_forms().clauses if one.id == clause), None)


def _of_text(content: ClauseText, number: int, *, beside: tuple[str, int], is_enforced: bool) -> ClauseReading:
    if content.kind is TextKind.FORM:
        return _of_clause(clause_of(content), content.digest, number=number, beside=beside, is_enforced=is_enforced)
    file = as_file(content)
    return ClauseReading(
        clause=content.clause, title=content.clause, version=number, digest=content.digest, plain="",
        sentence=sentence_of(content), cedar=file, file="", owner="", wing="", risk=content.risk.value, effect="",
        mode="", refs=(), template="", is_enforced=is_enforced, on_disk=beside[0], newest=beside[1],
    )  # fmt: skip


def _of_clause(
    clause: Clause, digest: str, *, number: int, beside: tuple[str, int], is_enforced: bool
) -> ClauseReading:
    return ClauseReading(
        clause=clause.id, title=clause.title, version=number, digest=digest, plain=clause.text,
        sentence=render_sentence(clause), cedar=compile_clause(clause), file=write_clause(clause), owner=clause.owner,
        wing=clause.wing.value, risk=clause.risk.value, effect=clause.effect.value, mode=clause.mode.value,
        refs=clause.refs, template=clause.form.template if clause.form is not None else "", is_enforced=is_enforced,
        on_disk=beside[0], newest=beside[1],
    )  # fmt: skip


def _same(content: ClauseText, running: Clause) -> bool:
    return content.kind is TextKind.FORM and clause_of(content) == running


def _named(problem: Problem, *, line: int = 0) -> Problem:
    return Problem(
        problem.code, problem.severity, NAME, line or problem.line, problem.column, problem.message, problem.hint
    )


def _not_one(count: int) -> Problem:
    message = f"This holds {count} clauses, and one is asked for."
    return Problem("WL-LIF-023", Severity.ERROR, NAME, 1, 1, message, "Write one clause.")
