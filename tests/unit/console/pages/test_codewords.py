from __future__ import annotations

from wardlaw.console.pages.codewords import CODES, code_word
from wardlaw.console.pages.messages import Said, mark
from wardlaw.facts.approval import ApprovalState
from wardlaw.facts.clause import Risk
from wardlaw.facts.person import Role
from wardlaw.facts.waiver import WaiverState


def test_states_levels_and_roles_have_words_that_can_be_told() -> None:
    for one in (*ApprovalState, *WaiverState, *Risk, *Role):
        assert isinstance(code_word(one.value), Said), one
    assert all(isinstance(word, Said) for word in CODES.values())


def test_what_is_no_code_stands_as_it_is() -> None:
    said = mark("Open")
    assert code_word(said) is said
    assert (code_word("agent:x"), code_word(7), code_word(None)) == ("agent:x", 7, None)
