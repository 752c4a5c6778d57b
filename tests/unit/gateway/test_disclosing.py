from __future__ import annotations

import pytest

from wardlaw.facts.decision import Decision, Obligation, ObligationKind
from wardlaw.facts.effect import Effect
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.disclosing import Notice, answer_labels, is_first_reply
from wardlaw.gateway.wire.commands import Judge, Judged, Refused
from wardlaw.security.window import Piece


def decision(*duties: Obligation) -> Decision:
    return Decision("dec_1", Effect.ALLOW, Effect.ALLOW, "aa", obligations=duties)


TELL = Obligation(ObligationKind.DISCLOSE, ("A machine.",))
MARK = Obligation(ObligationKind.MARK)


def piece(pointer: str, text: str) -> Judge:
    return Judge(7, 0, pointer, Piece("", text))


def test_a_reply_is_the_first_until_something_was_said_to_a_person() -> None:
    asked = Segment(0, Channel.USER, "/messages/0/content", "hello")
    called = Segment(1, Channel.TOOL_ARGUMENTS, "/messages/1/tool_calls/0/function/arguments", "{}")
    empty = Segment(1, Channel.ASSISTANT, "/messages/1/content", " ")
    said = Segment(1, Channel.ASSISTANT, "/messages/1/content", "Hello.")
    assert is_first_reply(()) is is_first_reply((asked, called)) is is_first_reply((asked, empty)) is True
    assert is_first_reply((asked, said)) is False


def test_labels_are_those_that_are_owed() -> None:
    assert answer_labels(decision()) == ()
    assert answer_labels(decision(MARK)) == (("x-wardlaw-ai-generated", "true"),)
    assert len(answer_labels(decision(TELL, MARK))) == 2


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/choices/0/delta/content", True),
        ("/choices/12/text", True),
        ("/content/0/text", True),
        ("/output/1/content/0/text", True),
        ("/choices/0/delta/reasoning_content", False),
        ("/choices/0/delta/tool_calls/0/function/arguments", False),
        ("/content/0/thinking", False),
        ("/output/0/content/0/refusal", False),
        ("/content/0/input/text", False),
    ],
)
def test_the_notice_stands_where_people_read(pointer: str, expected: bool) -> None:
    notice = Notice.of(decision(TELL))
    event = notice.before(piece(pointer, "Hello"), Judged(7))
    assert event == (Judged(7, "A machine.\n\nHello") if expected else Judged(7))


def test_it_is_said_once_for_each_choice_and_before_what_was_masked() -> None:
    notice = Notice.of(decision(TELL))
    assert notice.before(piece("/choices/0/delta/content", "Ana"), Judged(7, "***")) == Judged(7, "A machine.\n\n***")
    assert notice.before(piece("/choices/0/delta/content", "more"), Judged(7)) == Judged(7)
    assert notice.before(piece("/choices/1/delta/content", "Hi"), Judged(7)) == Judged(7, "A machine.\n\nHi")


def test_nothing_is_put_before_a_refusal_or_what_a_program_reads() -> None:
    refused = Refused(7, "clause", b"")
    assert Notice.of(decision(TELL)).before(piece("/content/0/text", "x"), refused) is refused
    notice = Notice.of(decision(TELL))
    assert notice.before(piece("/content/0/text", ' {"a":'), Judged(7)) == Judged(7)
    assert notice.before(piece("/content/0/text", "1}"), Judged(7)) == Judged(7)
    assert Notice.of(decision(MARK)).before(piece("/content/0/text", "x"), Judged(7)) == Judged(7)
