"""The template of translations is as the pages are."""

from __future__ import annotations

from tools.messages import TEMPLATE, template


def test_whatever_pages_say_stands_in_the_template() -> None:
    # Compared here: a difference of so many lines takes minutes to show.
    is_current = TEMPLATE.read_bytes() == template()
    assert is_current, "run python -m tools.messages"
    assert b'msgid "Skip to content"' in TEMPLATE.read_bytes()
