from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wardlaw.inventory.importing import logs
from wardlaw.inventory.importing.badrow import BadRow
from wardlaw.inventory.model import App, Sighting, Use


def split(found):
    found = list(found)
    return [one for one in found if isinstance(one, BadRow)], [one.thing for one in found if isinstance(one, Sighting)]


def test_squid() -> None:
    lines = [
        "1700000000.1 90 10.0.0.5 TCP_TUNNEL/200 4512 CONNECT chatgpt.com:443 ada HIER_DIRECT/1.2.3.4 -\n",
        "1700000100.1 90 10.0.0.5 TCP_TUNNEL/200 4512 CONNECT chatgpt.com:443 ada HIER_DIRECT/1.2.3.4 -\n",
        "1700000100.1 90 10.0.0.6 TCP_MISS/200 12 GET https://api.anthropic.com/v1 - HIER_DIRECT/1.2.3.4 -\n",
        "1700000100.1 90 10.0.0.6 TCP_MISS/200 12 GET http://example.org/ - HIER_DIRECT/1.2.3.4 -\n",
        "short line\n", "\n",
        "never 90 10.0.0.5 TCP_TUNNEL/200 4512 CONNECT chatgpt.com:443 ada HIER_DIRECT/1.2.3.4 -\n",
    ]  # fmt: skip
    bad, things = split(logs.tallied(logs.squid(lines)))
    assert [row.line for row in bad] == [5, 7]
    uses = [one for one in things if isinstance(one, Use)]
    assert [(one.account, one.app, one.day, one.calls) for one in uses] == [
        ("10.0.0.6", "api.anthropic.com", "2023-11-14", 1), ("ada", "chatgpt.com", "2023-11-14", 2),
    ]  # fmt: skip
    assert App("chatgpt.com", "openai", "", "chatgpt.com") in things


def test_dns() -> None:
    lines = [
        "Nov 14 22:13:20 dnsmasq[1]: query[A] claude.ai from 10.0.0.5\n",
        "Nov 14 22:13:20 dnsmasq[1]: reply claude.ai is 1.2.3.4\n",
        "14-Nov-2023 22:13:20.000 queries: info: client @0x7f 10.0.0.7#53 (chatgpt.com): query: chatgpt.com IN A + (10.0.0.1)\n",
        "14-Nov-2023 client 10.0.0.8#5353: query: example.org IN A +\n",
        "dnsmasq[1]: query[A] without an end\n",
        "nothing about any quer\n",
        "a query of another kind\n",
    ]
    bad, things = split(logs.tallied(logs.dns(lines)))
    assert [row.line for row in bad] == [5]
    uses = [one for one in things if isinstance(one, Use)]
    assert [(one.account, one.app, one.day, one.calls) for one in uses] == [
        ("10.0.0.5", "claude.ai", "", 1),
        ("10.0.0.7", "chatgpt.com", "", 1),
    ]


def test_tables_and_objects() -> None:
    columns = {"host": "dest", "account": "src", "bytes": "out"}
    table = [
        "dest,src,out,at\n",
        "chatgpt.com,ada,12,2026-01-01\n",
        "https://chatgpt.com/x,ada,5,2026-01-01\n",
        "a,b\n",
        "chatgpt.com,ada,many,\n",
        ",ada,1,\n",
        "\n",
    ]
    bad, things = split(logs.tallied(logs.table(table, columns)))
    assert [row.line for row in bad] == [4, 5, 6]
    assert [(one.calls, one.sent_bytes, one.day) for one in things if isinstance(one, Use)] == [(2, 17, "2026-01-01")]
    assert split(logs.table(["a,b\n"], columns))[0][0].why.startswith("there is no column dest, src, out")
    assert "no CSV" in split(logs.table(['"never ends'], {}))[0][0].why
    assert split(logs.table([], {}))[0][0].why == "the file is empty"
    bad, things = split(
        logs.tallied(
            logs.objects(
                ['{"host": "chatgpt.com", "account": "ada"}\n', "\n", "x\n", "3\n", '{"host": ["x"]}\n', "{}\n"], {}
            )
        )
    )
    assert [row.line for row in bad] == [3, 4, 5, 6]
    assert len(things) == 2


def test_memory_is_bounded_and_what_is_left_out_is_said(monkeypatch) -> None:
    monkeypatch.setattr(logs, "MOST_USES", 3)
    lines = (f'{{"host": "chatgpt.com", "account": "u{number % 10}"}}\n' for number in range(100))
    bad, things = split(logs.tallied(logs.objects(lines, {})))
    assert [row.why for row in bad] == ["70 lines were not counted: more than 3 accounts, addresses and days"]
    assert sum(one.calls for one in things if isinstance(one, Use)) == 30


def test_hosts() -> None:
    assert [logs.host_of(text) for text in ("https://A.example:8/x", "a.example:443", "A.example.", "a/b", "http://[", "")] == [
        "a.example", "a.example", "a.example", "a", "", "",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=60), max_size=6))
def test_no_text_breaks_a_reader(lines) -> None:
    for read in (logs.squid, logs.dns):
        list(logs.tallied(read(lines)))
    list(logs.tallied(logs.objects(lines, {})))
    list(logs.tallied(logs.table(["host,account\n", *lines], {})))
