from __future__ import annotations

from tests.console_fakes import Api
from wardlaw.console.api.shadowsystems import grouped
from wardlaw.evidence.tally import Unclaimed
from wardlaw.facts.person import Role


def test_a_caller_is_one_line_with_all_it_reaches() -> None:
    found = grouped(
        (
            Unclaimed("agent:a", "Agent", "mcp", "tool:mail", 5, 20.0, "dec_2"),
            Unclaimed("user:b", "User", "scan", "", 9, 5.0, "dec_3"),
            Unclaimed("agent:a", "Agent", "chat.completions", "model:gpt", 5, 10.0, "dec_1"),
        )
    )
    assert [(one.principal, one.calls, one.last) for one in found] == [("agent:a", 10, "dec_2"), ("user:b", 9, "dec_3")]
    assert (found[0].routes, found[0].reaches) == (("mcp", "chat.completions"), ("tool:mail", "model:gpt"))
    assert found[1].reaches == ()


def test_an_empty_log_shows_nothing(api: Api) -> None:
    owner = api.person("own", Role.OWNER)
    answer = api.ok("GET", "/shadow/systems", uid=owner)
    assert (answer["systems"], answer["counted"]["log_end"]) == ([], 0)
