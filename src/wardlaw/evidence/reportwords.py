"""What a report says to people, in order: one text for the page and for the PDF, so that both say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from wardlaw.evidence.coverage import Line, State, when
from wardlaw.evidence.report import Report

MARKS = {
    State.PROVEN: "✔",
    State.ATTESTED: "✎",
    State.STALE: "◷",
    State.DRIFTED: "↯",
    State.BYPASSED: "✖",
    State.SHADOW: "◌",
    State.GAP: "∅",
    State.NOT_YET: "…",
    State.NOT_APPLICABLE: "–",
}
_MEANS = {
    State.PROVEN: "Tried out within a day, signed off, and nothing speaks against it.",
    State.ATTESTED: "A person vouches for it; no machine has shown it.",
    State.STALE: "Nothing shows that it works today.",
    State.DRIFTED: "What runs is not what was agreed.",
    State.BYPASSED: "It can be got round, or was.",
    State.SHADOW: "Something looks and does not act.",
    State.GAP: "Nothing enforces it.",
    State.NOT_YET: "The law asks it from a later day.",
    State.NOT_APPLICABLE: "It does not bind the system, on somebody's word.",
}


class SaidHeading(msgspec.Struct, frozen=True):
    """The head of a chapter."""

    text: str


class SaidText(msgspec.Struct, frozen=True):
    """A paragraph; ``is_notice`` for what must not be overlooked."""

    text: str
    is_notice: bool = False


class SaidTable(msgspec.Struct, frozen=True):
    """A table; a cell is a text, or a state with its mark. ``widths`` say how wide its columns are to each other."""

    caption: str
    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str | State, ...], ...]


Said = SaidHeading | SaidText | SaidTable


def title_of(report: Report) -> str:
    """The title of the report."""
    return f"{report.framework.title}: evidence report of {report.origin}"


def said_of(report: Report) -> Iterator[Said]:
    """Everything the report says, chapter after chapter."""
    yield from _top(report)
    yield from _law(report)
    yield from _standing(report)
    yield from _happened(report)
    yield from _records(report)


def _top(report: Report) -> Iterator[Said]:
    period, gaps = report.period, report.happened.gaps
    if gaps:
        places = ", ".join(when(one.at) for one in gaps[:20])
        known = "1 known gap" if len(gaps) == 1 else f"{len(gaps)} known gaps"
        yield SaidText(f"The log has {known} in the period ({places}): what happened there is not told here.", True)
    else:
        yield SaidText("The log tells of no gap in the period.", True)
    for cut in report.happened.cut:
        yield SaidText(cut, True)
    yield SaidText(
        f"On {when(report.made_at)}, {report.proven} of {report.applicable} provisions that apply were proven "
        f"({report.percent:.1f} %). A person vouched for {report.attested} more; the two are never added up."
    )
    yield SaidText(
        f"States are those of the moment this was made, with the law of {report.day}. What happened is told from "
        f"{period.since} to {period.until}, the last day not included."
    )
    yield SaidText(
        "This is evidence of what a technical control did. Whether the law is kept is for a lawyer to judge."
    )
    yield _table(
        "How many provisions are in which state",
        (("State", 3), ("Lines", 2), ("What it means", 12)),
        ((state, str(report.states.get(state.value, 0)), _MEANS[state]) for state in MARKS),
    )


def _law(report: Report) -> Iterator[Said]:
    law = report.framework
    edition = law.title if law.version in law.title else f"{law.title}, {law.version}"
    about = f"{edition}, compared on {law.as_of} with: {law.source}. {law.caveat} {law.notice}"
    yield SaidHeading("The law")
    yield SaidText(about.strip())
    yield _table(
        "What it asks, in our own words",
        (("Provision", 5), ("It asks", 7), ("From", 4), ("Controls", 4)),
        (
            (
                f"{one.title} ({one.id})",
                one.summary,
                "\n".join(f"{day.day} ({day.scope.value}; verified: {day.verified.value})" for day in one.dates)
                or "always",
                ", ".join(one.controls) or "none",
            )
            for one in law.provisions
        ),
    )


def _standing(report: Report) -> Iterator[Said]:
    titles = {f"{report.framework.id}:{one.id}": one.title for one in report.framework.provisions}
    titles |= {one.id: one.title for one in report.clauses}
    yield SaidHeading("How things stand")
    yield _table(
        "AI systems",
        (("System", 5), ("Owner", 3), ("Purpose", 8), ("Tier", 2)),
        ((f"{one.title} ({one.id})", one.owner, one.purpose, one.tier.value) for one in report.systems),
    )
    yield _lines("Provisions", report.lines, titles)
    yield _lines("Clauses", report.clause_lines, titles)
    yield _table(
        "Clauses in force, and who signed them off",
        (("Clause", 6), ("Mode", 2), ("Signed off by", 4), ("Digest of the text", 6)),
        ((f"{one.title} ({one.id})", one.mode, ", ".join(one.approved.by), one.digest) for one in report.clauses),
    )


def _lines(caption: str, lines: Iterable[Line], titles: dict[str, str]) -> SaidTable:
    return _table(
        caption,
        (("What", 6), ("System", 3), ("State", 3), ("Why", 8)),
        ((f"{titles.get(one.clause, '')} ({one.clause})".strip(), one.system, one.state, one.why) for one in lines),
    )


def _happened(report: Report) -> Iterator[Said]:
    told = report.happened
    counts = [(f"records: {name}", many) for name, many in told.records.items()]
    counts += [(f"decisions: {name}", many) for name, many in told.effects.items()]
    yield SaidHeading("What happened in the period")
    yield _table("Counts", (("What", 4), ("How many", 2)), ((name, f"{many:,}") for name, many in counts))
    yield _table(
        "Gaps of the log",
        (("When", 3), ("Gateway", 3), ("Record", 5), ("What is known", 7)),
        (
            (when(one.at), one.gateway, one.record, ", ".join(f"{name} {known}" for name, known in one.facts.items()))
            for one in told.gaps
        ),
    )
    yield _table(
        "Canaries",
        (("When", 3), ("Clause", 2), ("Route", 3), ("Outcome", 2), ("Decision", 5), ("Detail", 5)),
        (
            (when(one.at), one.clause, one.route, one.outcome.value, one.decision, one.detail)
            for one in told.canary_runs
        ),
    )
    yield from _exceptions(report)
    yield _table(
        "What people vouched for",
        (
            ("Clause", 3), ("System", 2), ("Says", 2), ("So since", 2), ("Received", 2), ("Until", 2), ("By", 2),
            ("Text", 5),
        ),
        (
            (
                one.clause, one.system, one.says.value, _at(one.effective_from), _at(one.received_at),
                _at(one.withdrawn_at or one.until), one.attested_by, one.text,
            )
            for one in told.attestations
        ),
    )  # fmt: skip
    yield _table(
        "Life of clauses",
        (("When", 3), ("Clause", 2), ("Version", 2), ("Step", 3), ("By", 4), ("Reason", 5)),
        ((when(one.at), one.clause, str(one.version), one.step.value, one.by, one.reason) for one in told.life),
    )


def _exceptions(report: Report) -> Iterator[Said]:
    told = report.happened
    yield _table(
        "Waivers",
        (
            ("Id", 3), ("Clause", 2), ("State", 2), ("From", 2), ("To", 2), ("Asked by", 2), ("Answered by", 2),
            ("Reason", 4),
        ),
        (
            (
                one.id, one.clause, one.state.value, _at(one.starts_at), _at(one.ends_at), one.asked_by,
                ", ".join(answer.by for answer in one.answers), one.reason,
            )
            for one in told.waivers
        ),
    )  # fmt: skip
    yield _table(
        "Broken glass",
        (("Id", 3), ("Clauses", 3), ("Opened", 2), ("Ends", 2), ("By", 2), ("Reviewed by", 2), ("Reason", 4)),
        (
            (
                one.id, ", ".join(one.clauses) or "all it may lift", _at(one.opened_at),
                _at(one.closed_at or one.ends_at), one.opened_by, one.reviewed_by, one.reason,
            )
            for one in told.break_glass
        ),
    )  # fmt: skip


def _records(report: Report) -> Iterator[Said]:
    yield SaidHeading("Records this rests on")
    yield SaidText(
        "Each is a line of the log, and lies in the folder proofs/ with its proof. To check them, and that no file of this "
        "report was changed, on any machine with Python: python verify.py ."
    )
    yield _table(
        "Records of the log",
        (("Record", 6), ("Why it is named", 7), ("Proof", 4)),
        ((one.id, one.why, "proof in proofs/" if one.is_proven else f"no proof: {one.note}") for one in report.records),
    )


def _at(seconds: float) -> str:
    return when(seconds) if seconds else ""


def _table(caption: str, columns: Sequence[tuple[str, int]], rows: Iterable[tuple[str | State, ...]]) -> SaidTable:
    heads, widths = zip(*columns, strict=True)
    return SaidTable(caption, tuple(heads), tuple(widths), tuple(rows))
