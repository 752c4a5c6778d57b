from __future__ import annotations

from pathlib import PurePath

import pytest

from wardlaw.cli.scanning.code import as_in_code, is_code
from wardlaw.cli.scanning.judging import TextJudge
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import Finding, FindingKind, Level

VALUE = "zK39xqP0vv7aL2mN8r4T"


def _levels(name: str, text: str) -> list[Level]:
    path = PurePath(name)
    return [one.level for one in as_in_code(path, text, TextJudge(("secrets",)).judge(text, Channel.TOOL_RESULT))]


@pytest.mark.parametrize(
    ("name", "text", "level"),
    [
        ("a.py", f'password = "{VALUE}"', Level.REVIEW),
        ("a.ts", f"const token = `{VALUE}`", Level.REVIEW),
        ("a.go", f'token = "Bearer {VALUE}"', Level.REVIEW),
        ("a.py", f"token = {VALUE}", Level.NOTE),
        ("a.yaml", f"password: {VALUE}", Level.REVIEW),
        (".env", f"API_KEY={VALUE}", Level.REVIEW),
        ("a.sh", f"TOKEN={VALUE}", Level.REVIEW),
        ("a.py", "key = sk-proj-Abc123def456Ghi789jkl012MNO345", Level.BLOCK),
    ],
)
def test_what_only_may_be_a_credential_must_stand_in_quotes_where_a_language_has_them(
    name: str, text: str, level: Level
) -> None:
    found = _levels(name, text)
    assert found
    assert set(found) <= {level}


def test_digests_of_locks_are_a_note_and_of_nothing_else() -> None:
    bound = Finding(FindingKind.UNINSPECTED, "hidden-text", "1", "decode-bound", Level.REVIEW, 700)
    for name, level in (("uv.lock", Level.NOTE), ("requirements.txt", Level.NOTE), ("a.py", Level.REVIEW)):
        assert as_in_code(PurePath(name), "", (bound,))[0].level is level


def test_a_script_without_an_ending_is_code() -> None:
    assert is_code(PurePath("run"), "#!/bin/sh\n")
    assert not is_code(PurePath("run"), "text")
    assert not is_code(PurePath("run.md"), "#!/bin/sh\n")
