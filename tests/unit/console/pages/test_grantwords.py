from __future__ import annotations

from wardlaw.console.pages.grantwords import RULES, level_word, rule_words, scope_words, short
from wardlaw.inventory.findings import PENDING
from wardlaw.inventory.watching.alarm import ALARMS


def test_scopes_in_one_sentence() -> None:
    risks = [{"data": "mail", "writes": True}, {"data": "files", "writes": False}, {"data": "chat", "writes": False},
             {"data": "mail", "writes": False}, {"data": "new kind", "writes": False}]  # fmt: skip
    assert scope_words(risks) == "Changes mail, reads files, chats and new kind"
    assert scope_words([]) == "No scopes"


def test_every_detector_has_words() -> None:
    assert {kind.value for kind in ALARMS} <= set(RULES)
    assert rule_words("something-new") == "something new"
    assert len(PENDING) == 2


def test_texts_of_others_are_cut_and_cannot_turn() -> None:
    assert short("a\u202eb\x00c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    assert len(short("x" * 10_000)) == 60
    assert [level_word(one) for one in (-1, 0, 2, 4, 9)] == ["low", "low", "medium", "critical", "low"]
