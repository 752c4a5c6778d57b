from __future__ import annotations

from wardlaw.cli.plaintext import plain


def test_nothing_is_left_that_a_terminal_would_obey() -> None:
    assert plain("a\x1b[2J\u202eb\n“ü”") == "a\\u{1b}[2J\\u{202e}b\\u{a}“ü”"
