"""A report as one page: no script, nothing from elsewhere, to be read on a screen of either brightness and on paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape

from wardlaw.evidence.coverage import Line, State, when
from wardlaw.evidence.report import Report

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1f24;--paper:#fff;--line:#c9ced6;--soft:#f3f5f8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ec;--paper:#15181d;--line:#3b424d;--soft:#1f242c}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:70rem;padding:1.5rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:var(--soft)}
caption{text-align:left;font-weight:600;padding:.3rem 0}
.state{white-space:nowrap;font-weight:600}
.notice{border:2px solid var(--ink);padding:.75rem 1rem;margin:1rem 0}
code{font-size:.85em;overflow-wrap:anywhere}
@media print{:root{--ink:#000;--paper:#fff;--line:#999;--soft:#eee}body{max-width:none;padding:0;font-size:10pt}
thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}
"""

_MARKS = {
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


def report_page(report: Report) -> str:
    """The page as HTML."""
    csp = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
    title = f"{report.framework.title}: evidence report of {report.origin}"
    body = "".join((_top(report), _law(report), _standing(report), _happened(report), _records(report)))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{csp}"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>\n"
    )


def _top(report: Report) -> str:
    period = report.period
    told = [
        (
            f"On {when(report.made_at)}, {report.proven} of {report.applicable} provisions that apply were proven "
            f"({report.percent:.1f} %). A person vouched for {report.attested} more; the two are never added up."
        ),
        (
            f"States are those of the moment this was made, with the law of {report.day}. What happened is told from "
            f"{period.since} to {period.until}, the last day not included."
        ),
        "This is evidence of what a technical control did. Whether the law is kept is for a lawyer to judge.",
    ]
    gaps = report.happened.gaps
    if gaps:
        places = ", ".join(when(one.at) for one in gaps[:20])
        head = f"The log has {len(gaps)} known gaps in the period ({places}): what happened there is not told here."
    else:
        head = "The log tells of no gap in the period."
    cut = "".join(f"<p>{escape(one)}</p>" for one in report.happened.cut)
    counts = _table(
        "How many provisions are in which state",
        ("State", "Lines", "What it means"),
        ((_state(state), str(report.states.get(state.value, 0)), escape(_MEANS[state])) for state in _MARKS),
    )
    said = "".join(f"<p>{escape(one)}</p>" for one in told)
    return f'<div class="notice"><strong>{escape(head)}</strong>{cut}</div>{said}{counts}'


def _law(report: Report) -> str:
    law = report.framework
    rows = (
        (
            escape(f"{one.title} ({one.id})"),
            escape(one.summary),
            "<br>".join(escape(f"{day.day} ({day.scope.value}; verified: {day.verified.value})") for day in one.dates)
            or "always",
            escape(", ".join(one.controls)) or "none",
        )
        for one in law.provisions
    )
    about = f"{law.title}, {law.version}, compared on {law.as_of} with: {law.source}. {law.caveat} {law.notice}"
    asked = _table("What it asks, in our own words", ("Provision", "It asks", "From", "Controls"), rows)
    return f"<h2>The law</h2><p>{escape(about.strip())}</p>{asked}"


def _standing(report: Report) -> str:
    titles = {f"{report.framework.id}:{one.id}": one.title for one in report.framework.provisions}
    titles |= {one.id: one.title for one in report.clauses}
    systems = _table(
        "AI systems",
        ("System", "Owner", "Purpose", "Tier"),
        (_cells(f"{one.title} ({one.id})", one.owner, one.purpose, one.tier.value) for one in report.systems),
    )
    clauses = _table(
        "Clauses in force, and who signed them off",
        ("Clause", "Mode", "Signed off by", "Digest of the text"),
        (_cells(f"{one.title} ({one.id})", one.mode, ", ".join(one.approved.by), one.digest) for one in report.clauses),
    )
    return (
        f"<h2>How things stand</h2>{systems}{_lines('Provisions', report.lines, titles)}"
        f"{_lines('Clauses', report.clause_lines, titles)}{clauses}"
    )


def _lines(caption: str, lines: Iterable[Line], titles: dict[str, str]) -> str:
    rows = (
        (escape(f"{titles.get(one.clause, '')} ({one.clause})"), escape(one.system), _state(one.state), escape(one.why))
        for one in lines
    )
    return _table(caption, ("What", "System", "State", "Why"), rows)


def _happened(report: Report) -> str:
    told = report.happened
    counts = (*((f"records: {name}", many) for name, many in told.records.items()),)
    effects = (*((f"decisions: {name}", many) for name, many in told.effects.items()),)
    tables = (
        _table("Counts", ("What", "How many"), (_cells(name, str(many)) for name, many in (*counts, *effects))),
        _table(
            "Canaries",
            ("When", "Clause", "Route", "Outcome", "Decision", "Detail"),
            (
                _cells(when(one.at), one.clause, one.route, one.outcome.value, one.decision, one.detail)
                for one in told.canary_runs
            ),
        ),
        _table(
            "Waivers",
            ("Id", "Clause", "State", "From", "To", "Asked by", "Answered by", "Reason"),
            (
                _cells(
                    one.id,
                    one.clause,
                    one.state.value,
                    _at(one.starts_at),
                    _at(one.ends_at),
                    one.asked_by,
                    ", ".join(answer.by for answer in one.answers),
                    one.reason,
                )
                for one in told.waivers
            ),
        ),
        _table(
            "Broken glass",
            ("Id", "Clauses", "Opened", "Ends", "By", "Reviewed by", "Reason"),
            (
                _cells(
                    one.id,
                    ", ".join(one.clauses) or "all it may lift",
                    _at(one.opened_at),
                    _at(one.closed_at or one.ends_at),
                    one.opened_by,
                    one.reviewed_by,
                    one.reason,
                )
                for one in told.break_glass
            ),
        ),
        _table(
            "What people vouched for",
            ("Clause", "System", "Says", "So since", "Received", "Until", "By", "Text"),
            (
                _cells(
                    one.clause,
                    one.system,
                    one.says.value,
                    _at(one.effective_from),
                    _at(one.received_at),
                    _at(one.withdrawn_at or one.until),
                    one.attested_by,
                    one.text,
                )
                for one in told.attestations
            ),
        ),
        _table(
            "Life of clauses",
            ("When", "Clause", "Version", "Step", "By", "Reason"),
            (
                _cells(when(one.at), one.clause, str(one.version), one.step.value, one.by, one.reason)
                for one in told.life
            ),
        ),
    )
    return f"<h2>What happened in the period</h2>{''.join(tables)}"


def _records(report: Report) -> str:
    rows = (
        _cells(one.id, one.why, "proof in proofs/" if one.is_proven else f"no proof: {one.note}")
        for one in report.records
    )
    return (
        "<h2>Records this rests on</h2><p>Check them offline: <code>python verify.py .</code></p>"
        + _table("Records of the log", ("Record", "Why it is named", "Proof"), rows)
    )  # fmt: skip


def _state(state: State) -> str:
    return f'<span class="state">{_MARKS[state]} {escape(state.value)}</span>'


def _at(seconds: float) -> str:
    return when(seconds) if seconds else ""


def _cells(*texts: str) -> tuple[str, ...]:
    return tuple(escape(text) for text in texts)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return f"<p>{escape(caption)}: none.</p>"
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
