from __future__ import annotations

from typing import Any

import pytest
from tests.unit.cli.conftest import RecordingClient

from wardlaw.cli.commands import inbox
from wardlaw.facts.waiting import Unanswered

ITEM = {
    "kind": "waiver", "id": "wvr_1", "what": "GOV-20", "why": "quarter end", "where": "user:ana",
    "asked_by": "person:ana", "asked_at": 1.0, "until": 9.0, "roles": ["legal", "ciso"], "unanswered": "refused",
    "asked_by_me": False,
}  # fmt: skip
SAID = {
    "kind": "waiver", "id": "wvr_2", "what": "GOV-20", "approves": False, "reason": "too long", "at": 5.0,
    "by": "person:lex", "asked_by": "person:ana", "by_me": False,
}  # fmt: skip


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> RecordingClient:
    made = RecordingClient()
    monkeypatch.setattr(inbox, "connect", lambda _options: made)
    made.answers |= {"/inbox": [], "/inbox/others": [ITEM, {**ITEM, "asked_by_me": True}], "/inbox/answered": [SAID]}
    return made


def test_one_sees_what_waits_for_oneself_and_on_demand_for_others(command: Any, client: RecordingClient) -> None:
    assert "Nothing waits for you." in command("inbox").out
    assert client.calls == [("GET", "/inbox", None)]
    told = command("inbox", "--others", "--answered").out
    for words in ("legal or ciso", "it does not happen", "person:ana", "you", "too long"):
        assert words in told, words


def test_scripts_get_all_three_lists(command: Any, client: RecordingClient) -> None:
    client.answers |= {"/inbox": [ITEM], "/inbox/others": [], "/inbox/answered": []}
    assert "wvr_1" in command("inbox").out
    said = command("inbox", "--others", "--answered", "--json").out
    assert '"others":[]' in said
    assert '"answered":[]' in said
    assert "Nothing in 30 days." in command("inbox", "--answered").out


def test_there_are_words_for_whatever_may_become_of_it() -> None:
    assert set(inbox.UNANSWERED) == {one.value for one in Unanswered}
