from __future__ import annotations

from wardlaw.cli.lawshow import framework_lines, report_lines

BARE = {
    "framework": {"title": "Rules\x1b", "source": "ACME", "licence": "ours", "as_of": "2026-01-01"}, "day": "2026-11-28",
    "origin": "pack p1", "lines": [],
}  # fmt: skip


def test_texts_of_a_pack_are_not_obeyed_by_a_terminal() -> None:
    provision = {"id": "r-1", "title": "Be\x1b[2J kind", "summary": "always\x07", "dates": []}
    line = {"provision": provision, "applies": True, "controls": [], "clauses": []}
    for in_full in (True, False):
        told = "".join(str(one) for one in framework_lines({**BARE, "lines": [line]}, in_full=in_full))
        assert "\x1b" not in told
        assert "\x07" not in told


def test_a_new_framework_changes_nothing_before_it() -> None:
    change = {
        "framework": "acme", "before": None, "after": "2026-01-01", "added": ["r-1"], "removed": [], "moved": [],
        "retitled": [], "reworded": [],
    }  # fmt: skip
    report = {"pack": "p1", "issuer": "ACME", "digest": "ab", "changes": [change], "clauses": [], "reopened": []}
    told = [str(one) for one in report_lines(report)]
    assert "acme: from its state of nothing to that of 2026-01-01" in told
    assert "to be looked at again: 0 provisions for no system" in told
