from __future__ import annotations

from wardlaw.cli.showing import freshness_lines, plain_text


def test_a_terminal_obeys_nothing_of_it() -> None:
    assert plain_text("a\x1b[2Jb\u202ec") == "a\\u{1b}[2Jb\\u{202e}c"


def test_a_feed_says_how_whole_it_is() -> None:
    feed = {
        "directory": "acme", "platform": "google", "feed": "tokens", "complete_at": 0, "covered_until": 0, "is_cut": False,
        "state": "incomplete", "last_at": 0.0, "gaps": ["Page 7 was not read."],
    }  # fmt: skip
    (line,) = freshness_lines([feed])
    assert line.startswith("acme (google) tokens: never read whole")
    assert line.endswith("Page 7 was not read.")
