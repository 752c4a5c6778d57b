from __future__ import annotations

from wardlaw.console.pages.notices import NOTICES, notice_of


def test_only_sentences_of_ours_are_ever_said() -> None:
    assert notice_of("saved") == NOTICES["saved"]
    assert notice_of("<script>") == notice_of("") == ""
