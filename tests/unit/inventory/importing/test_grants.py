from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.importing.grants import read_csv, read_json, scopes_of
from wardlaw.inventory.model import Account, App, Consent, Grant, Sighting, Tristate

CSV = """user,client,title,rights,when,ok
ada@x.example,app1,Notes,"read, write",2026-01-01T00:00:00Z,yes
bob@x.example,app1,Notes,read;write,soon,no
bob@x.example,app2
,app3,Robot,all,,
,,,,,
eve@x.example,app1,"line
break",read,,yes
zoe@x.example,app1,Notes,,1700000000,maybe
"""
COLUMNS = {
    "account": "user",
    "app": "client",
    "app_name": "title",
    "scopes": "rights",
    "granted_at": "when",
    "verified": "ok",
}


def split(found):
    found = list(found)
    return [one for one in found if isinstance(one, BadRow)], [one.thing for one in found if isinstance(one, Sighting)]


def test_a_table_with_good_and_bad_rows() -> None:
    bad, things = split(read_csv(CSV.splitlines(keepends=True), COLUMNS))
    assert [(row.line, row.why) for row in bad] == [
        (3, "granted_at is no time (ISO 8601 or Unix seconds)"), (4, "2 columns where the header has 6"),
        (6, "app is empty"), (8, "app_name holds control characters"), (9, "verified is neither yes nor no"),
    ]  # fmt: skip
    assert App("app1", "Notes", verified=Tristate.YES) in things
    assert Account("ada@x.example") in things
    first, second = [one for one in things if isinstance(one, Grant)]
    assert (first.account, first.app, first.scopes, first.granted_at) == (
        "ada@x.example",
        "app1",
        ("read", "write"),
        1767225600,
    )
    assert (second.account, second.app, second.usage_known) == ("", "app3", False)


def test_a_file_that_is_no_such_table() -> None:
    assert split(read_csv([], {}))[0] == [BadRow(0, "the file is empty")]
    assert "no column client" in split(read_csv(["a,b\n"], {"app": "client"}))[0][0].why
    assert "no column app" in split(read_csv(["a,b\n"], {}))[0][0].why
    (bad,) = split(read_csv(["app\n", 'x"y" z\n', '"never ends\n', "a\n"], {}))[0]
    assert "no CSV" in bad.why


def test_json_lines() -> None:
    lines = ['{"app": "a", "account": "u", "scopes": ["x"], "verified": true, "consent": "admin", "last_used_at": 5}\n',
             "\n", "[1]\n", "{\n", '{"app": {"x": 1}}\n', '{"app": "a", "consent": "maybe"}\n', '{"app": "a", "scopes": {}}\n']  # fmt: skip
    bad, things = split(read_json(lines, {}))
    assert [row.line for row in bad] == [3, 4, 5, 6, 7]
    grant = things[-1]
    assert (grant.consent, grant.scopes, grant.usage_known) == (Consent.ADMIN, ("x",), True)
    assert things[0].verified is Tristate.YES


def test_scopes_are_sorted_and_single() -> None:
    assert scopes_of("b a,b;c") == scopes_of(["c", "a", "b", "b"]) == ("a", "b", "c")
    assert scopes_of(None) == ()


@pytest.mark.parametrize("read", [read_csv, read_json])
@given(lines=st.lists(st.text(max_size=40), max_size=8))
def test_no_text_breaks_the_reader(read, lines) -> None:
    list(read(["app,account\n", *lines], {}))
