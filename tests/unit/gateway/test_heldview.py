from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.facts.origin import CallFinding, CallJudgement, CallRule, Provenance, Source, Traced
from wardlaw.facts.resource import Resource, ResourceKind, ToolEffect
from wardlaw.gateway.heldview import MOST_SHOWN, MOST_WORDS, view_of_call, view_of_request, visible

PAY = Resource(ResourceKind.TOOL, "tool:pay", True, "bank", effect=ToolEffect.PAYMENT)
SECRET = "sk-live-123456"


def inspect(text: str, _channel: Channel) -> tuple[Finding, ...]:
    """Finds one secret and one name wherever they stand."""
    found = []
    for word, kind in ((SECRET, FindingKind.SECRET), ("Ana Lima", FindingKind.PII)):
        if (start := text.find(word)) >= 0:
            found.append(
                Finding(
                    kind, "test", "1", "r", Level.BLOCK, 1000, label="x", segment=0, start=start, end=start + len(word)
                )
            )
    return tuple(found)


def test_a_person_sees_the_arguments_and_no_secret() -> None:
    arguments = json.dumps({"to": "Ana Lima", "key": f"use {SECRET}!", SECRET: [1, None, 12345678901234567890123]})
    view = view_of_call(arguments, PAY, None, inspect=inspect)
    shown = json.loads(view.arguments)
    assert shown["to"] == "Ana Lima"  # whom it goes to is what is asked about
    assert shown["key"] == "use [redacted:secret]!"
    assert shown["[redacted:secret]"] == [1, None, 12345678901234567890123]
    assert SECRET not in view.arguments
    assert (view.effect, view.upstream, view.is_whole) == ("payment", "bank", True)


def test_where_values_come_from_stands_beside_them() -> None:
    traced = (Traced("to", "destination", Provenance.MAIL, (Source(0, "read_mail"), Source(2, "read_mail"))),)
    finding = CallFinding(CallRule.UNTRUSTED, Effect.HOLD, "to", "to stands only in a text.", Provenance.MAIL)
    view = view_of_call("{}", PAY, CallJudgement((finding,), traced, False, ()), inspect=inspect)
    ((value),) = view.values
    assert (value.path, value.origin, value.source) == ("to", "mail", "read_mail")
    assert view.findings == ("to stands only in a text.",)


@pytest.mark.parametrize("arguments", ['{"to": "a", "to": "b"}', "[" * 5_000, '{"to": ', "no json"])
def test_what_readers_would_not_agree_on_is_shown_as_it_stands(arguments: str) -> None:
    assert view_of_call(arguments, PAY, None, inspect=inspect).arguments == arguments


def test_more_than_a_person_reads_is_cut_and_said_to_be() -> None:
    view = view_of_call(json.dumps({"text": "x" * MOST_SHOWN}), PAY, None, inspect=inspect)
    assert len(view.arguments) == MOST_SHOWN
    assert not view.is_whole


@given(st.text())
def test_nothing_that_is_shown_hides_or_turns_what_is_seen(text: str) -> None:
    assert not set(visible(text)) & {"\u202e", "\u200b", "\x1b", "\r", "\x00", "\u2028"}
    assert visible(text) == visible(visible(text))


def test_hidden_characters_are_written_out() -> None:
    assert visible("a\u202eb\x1b[2J\U000e0041") == "a\\u202eb\\u001b[2J\\U000e0041"
    assert "\\u202e" in view_of_call('{"to": "a\u202eb"}', PAY, None, inspect=inspect).arguments


def test_of_a_request_the_last_words_are_shown_without_persons_and_secrets() -> None:
    text = f"Ana Lima has {SECRET}"
    segments = (Segment(0, Channel.SYSTEM, "/s", "be good"), Segment(1, Channel.USER, "/m", text))
    findings = tuple(
        Finding(f.kind, "t", "1", "r", f.level, 1, label=f.label, segment=1, start=f.start, end=f.end)
        for f in inspect(text, Channel.USER)
    )
    view = view_of_request(segments, findings, PAY)
    assert view.arguments == "[redacted:x] has [redacted:secret]"
    assert not view.is_whole


def test_a_request_without_words_of_its_caller_shows_none() -> None:
    assert view_of_request((Segment(0, Channel.SYSTEM, "/s", "be good"),), (), PAY).arguments == ""
    long = view_of_request((Segment(0, Channel.USER, "/m", "x" * MOST_WORDS + "y"),), (), PAY)
    assert len(long.arguments) == MOST_WORDS
    assert not long.is_whole
