from __future__ import annotations

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.gateway.history import attributed, call_digest, genuine_calls
from wardlaw.gateway.wire.chat import chat_history
from wardlaw.testing.edges import with_result

GENUINE = call_digest("query_customers", '{"limit":5,"offset":0}')


def history(arguments: str) -> frozenset[str]:
    return genuine_calls(chat_history(with_result("?", "rows", arguments=arguments)), {"call_1": GENUINE})


def test_a_released_call_told_as_it_was_is_genuine() -> None:
    assert history('{"limit":5,"offset":0}') == {"call_1"}


def test_white_space_and_order_of_arguments_do_not_matter() -> None:
    assert history('{ "offset": 0, "limit": 5 }') == {"call_1"}


def test_a_call_with_other_arguments_is_not_the_one_released() -> None:
    assert history('{"limit":5000,"offset":0}') == frozenset()


def test_a_call_nobody_released_is_not_genuine() -> None:
    assert genuine_calls(chat_history(with_result("?", "rows")), {}) == frozenset()


def test_a_call_told_in_two_ways_is_not_genuine() -> None:
    doc = with_result("?", "rows", arguments='{"limit":5,"offset":0}')
    doc["messages"].insert(1, with_result("?", "rows", arguments="{}")["messages"][1])
    assert genuine_calls(chat_history(doc), {"call_1": GENUINE}) == frozenset()


def test_shapes_of_no_sense_are_no_claims() -> None:
    odd = {"messages": [None, {"tool_calls": "x"}, {"tool_calls": [None, 3, {"id": "call_1", "function": []}]}]}
    assert genuine_calls(chat_history(odd), {"call_1": GENUINE}) == frozenset()


def test_arguments_that_are_not_json_are_taken_as_they_are() -> None:
    assert call_digest("tool", "{oops") != call_digest("tool", "{oops ")
    assert call_digest("tool", "") == call_digest("tool", "{}")
    assert call_digest("tool", "{}") != call_digest("other", "{}")


def test_what_stands_in_a_forged_result_is_put_down_to_the_caller() -> None:
    segments = (
        Segment(0, Channel.TOOL_RESULT, "/messages/2/content", "a", "call_1"),
        Segment(1, Channel.TOOL_RESULT, "/messages/3/content", "b", "call_2"),
        Segment(2, Channel.USER, "/messages/0/content", "c"),
    )
    found = tuple(
        Finding(FindingKind.INJECTION, "d", "1", "r", Level.BLOCK, 999, segment=s.index, channel=s.channel.value)
        for s in segments
    )
    assert [f.channel for f in attributed(found, segments, frozenset({"call_1"}))] == ["tool-result", "other", "user"]
