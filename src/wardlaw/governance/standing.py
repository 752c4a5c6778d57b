"""How each clause stands: what is enforced, what is under way, and whether files, tables and what is published agree."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wardlaw.facts.clauselife import ClauseText, ClauseVersion, LifeState, TeamEffect, TextKind
from wardlaw.governance.check import Checked
from wardlaw.governance.clausetext import BASE, clause_of
from wardlaw.governance.life import LifeRules, in_force, newest
from wardlaw.governance.renewal import clause_digest
from wardlaw.governance.running import BESIDE, Book
from wardlaw.governance.signing import missing_approvals, slot_words, valid_until


class ClauseStanding(msgspec.Struct, frozen=True):
    """One clause at a moment.

    Attributes:
        state: Of the newest version; ``draft`` for a file nobody handed in.
        version: The newest; 0 when there is none.
        enforced: The version that is; 0 for none.
        on_disk: ``same`` as the newest version, ``in force`` (as the enforced one), ``edited``, ``new``, or ``gone``.
        needs: Whose approval it waits for, in words.
        approved_until: When its approvals will no longer suffice, Unix seconds; 0 when they do not.
        drifted: Why files, tables and what is published do not agree; empty when they do.
        review_until: By when an emergency must have been reviewed, Unix seconds.
        backtest: What the newest version would have done, all teams together.
    """

    clause: str
    title: str
    risk: str
    state: str
    version: int
    enforced: int
    on_disk: str
    needs: str
    approved_until: float
    drifted: tuple[str, ...]
    review_until: float = 0.0
    backtest: TeamEffect | None = None
    backtest_at: float = 0.0


class Beside(msgspec.Struct, frozen=True):
    """What the history of clauses is held against.

    Attributes:
        on_disk: What stands in the files.
        published: What is in force.
        expected: What the tables say should be; None when they cannot be believed.
    """

    on_disk: Mapping[str, ClauseText]
    published: Checked
    expected: Checked | None


def standings(book: Book, beside: Beside, *, rules: LifeRules, at: float) -> tuple[ClauseStanding, ...]:
    """Every clause that has a version, a file or a place in what is published, by id."""
    out_there = _forms(beside.published)
    wanted = _forms(beside.expected) if beside.expected is not None else out_there
    names = book.keys() | beside.on_disk.keys() | {name.removesuffix(BESIDE) for name in out_there}
    found = []
    for name in sorted(names):
        agrees = all(out_there.get(one) == wanted.get(one) for one in (name, name + BESIDE))
        one = _Clause(name, book.get(name, ()), beside.on_disk.get(name), agrees)
        found.append(one.standing(rules, at))
    return tuple(found)


class _Clause(msgspec.Struct, frozen=True):
    name: str
    versions: tuple[ClauseVersion, ...]
    file: ClauseText | None
    agrees: bool

    def standing(self, rules: LifeRules, at: float) -> ClauseStanding:
        last, enforced = newest(self.versions), in_force(self.versions)
        if last is None:
            return self._without_history()
        missing = () if last.state is LifeState.RETIRED else missing_approvals(last, rules.book, at=at)
        test = last.backtest
        return ClauseStanding(
            clause=self.name,
            title=_title(self.file or last.content),
            risk=last.content.risk.value,
            state=last.state.value,
            version=last.version,
            enforced=enforced.version if enforced is not None else 0,
            on_disk=self._place(last, enforced),
            needs="" if _was_adopted(last) else slot_words(missing),
            approved_until=valid_until(last, rules.book, at=at),
            drifted=self._drift(last, enforced, at),
            review_until=max(one.review_until for one in self.versions),
            backtest=test.total if test is not None else None,
            backtest_at=test.at if test is not None else 0.0,
        )

    def _without_history(self) -> ClauseStanding:
        title, risk = (_title(self.file), self.file.risk.value) if self.file is not None else ("", "")
        drifted = () if self.agrees else ("it is in force and has no history",)
        return ClauseStanding(
            self.name, title, risk, LifeState.DRAFT.value, 0, 0, "new" if self.file else "gone", "", 0.0, drifted
        )

    def _place(self, last: ClauseVersion, enforced: ClauseVersion | None) -> str:
        if self.file is None:
            return "gone"
        if self.file.digest == last.digest:
            return "same"
        return "in force" if enforced is not None and self.file.digest == enforced.digest else "edited"

    def _drift(self, last: ClauseVersion, enforced: ClauseVersion | None, at: float) -> tuple[str, ...]:
        found = []
        place = self._place(last, enforced)
        # Whoever retires a clause takes its file away: before or after, it does nothing by itself.
        is_ending = last.content.kind is TextKind.RETIREMENT
        if place == "edited" and not (is_ending and last.state is LifeState.RETIRED):
            found.append("the file was edited, and nobody handed it in")
        if place == "gone" and not is_ending:
            found.append("the file is gone, and the clause stays as it was approved")
        found += [f"rows of version {one.version} were changed by hand" for one in self.versions if not one.is_intact]
        if not self.agrees:
            found.append("what is in force is not what was approved")
        found += [
            f"the emergency of version {one.version} was not reviewed in time"
            for one in self.versions
            if 0 < one.review_until <= at
        ]
        return tuple(found)


def _forms(checked: Checked) -> dict[str, str]:
    """What can be compared of each clause of a set: a bundle keeps no examples of what was written by hand."""
    found = {
        one.id: clause_digest(one.clause) if one.clause is not None else " ".join(one.text.split())
        for one in checked.compiled
    }
    if checked.permits:
        found[BASE] = " ".join(" ".join(sorted(checked.permits)).split())
    return found


def _title(content: ClauseText) -> str:
    if content.kind is TextKind.FORM:
        return clause_of(content).title
    return {TextKind.CEDAR: "Written by hand in Cedar", TextKind.PERMITS: "Base permits written by hand"}.get(
        content.kind, "To be taken out"
    )


def _was_adopted(version: ClauseVersion) -> bool:
    """It was in force before clauses had a life: nobody is asked to approve it as long as it stays."""
    return not version.author_human and version.state is LifeState.ENFORCE
