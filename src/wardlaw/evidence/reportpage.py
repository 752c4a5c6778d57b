"""A report as one page: no script, nothing from elsewhere, to be read on a screen of either brightness and on paper."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import assert_never

from wardlaw.evidence.coverage import State
from wardlaw.evidence.report import Report
from wardlaw.evidence.reportwords import MARKS, Said, SaidHeading, SaidTable, SaidText, said_of, title_of

# Widths by class: the policy of the page lets no attribute say them.
_WIDTHS = "".join(f".w{percent}{{width:{percent}%}}" for percent in range(1, 100))
_STYLE = (
    """
:root{color-scheme:light dark;--ink:#1c1f24;--paper:#fff;--line:#c9ced6;--soft:#f3f5f8}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ec;--paper:#15181d;--line:#3b424d;--soft:#1f242c}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:70rem;padding:1.5rem}
table{border-collapse:collapse;table-layout:fixed;width:100%;margin:.5rem 0 1.5rem}
th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{background:var(--soft)}
caption{text-align:left;font-weight:600;padding:.3rem 0}
.state{white-space:nowrap;font-weight:600}
.notice{border:2px solid var(--ink);padding:.75rem 1rem;margin:1rem 0;font-weight:600}
code{font-size:.85em;overflow-wrap:anywhere}
@media print{:root{--ink:#000;--paper:#fff;--line:#999;--soft:#eee}body{max-width:none;padding:0;font-size:10pt}
thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}
"""
    + _WIDTHS
)


def report_page(report: Report) -> str:
    """The page as HTML."""
    csp = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
    title = title_of(report)
    body = "".join(_drawn(one) for one in said_of(report))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
        f'content="{csp}"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>\n{body}</main></body></html>\n"
    )


def _drawn(said: Said) -> str:
    match said:
        case SaidHeading(text):
            return f"<h2>{escape(text)}</h2>\n"
        case SaidText(text, is_notice):
            return f'<p class="notice">{escape(text)}</p>\n' if is_notice else f"<p>{escape(text)}</p>\n"
        case SaidTable():
            return _table(said)
        case _:
            assert_never(said)


def _table(table: SaidTable) -> str:
    if not table.rows:
        return f"<p>{escape(table.caption)}: none.</p>\n"
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in table.heads)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
    whole = sum(table.widths)
    columns = "".join(f'<col class="w{100 * one // whole}">' for one in table.widths)
    caption = f"<caption>{escape(table.caption)}</caption>"
    return (
        f"<table>{caption}<colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>\n"
    )


def _cell(cell: str | State) -> str:
    if isinstance(cell, State):
        return f'<span class="state">{MARKS[cell]} {escape(cell.value)}</span>'
    return escape(cell).replace("\n", "<br>")
