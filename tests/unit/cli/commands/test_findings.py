from __future__ import annotations

from typing import Any

from tests.unit.cli.commands.test_inventory import FINDING, offered
from tests.unit.cli.conftest import RecordingClient

NOTICED = FINDING | {
    "rule": "new-network", "event": "e1", "count": 40, "last_at": 1_790_000_000.0, "state": "acknowledged",
    "until": 1_790_000_000.0, "decided_at": 5.0, "decided_by": "person:a", "reason": "They \x1b[2Jmoved.",
}  # fmt: skip
EVENT = {
    "id": "e1",
    "at": 5.0,
    "deed": "use",
    "ip": "198.51.100.1",
    "scopes": ["s", "t"],
    "consent": "unknown",
    "items": 0,
}


def test_one_is_shown_with_its_event_and_its_decision(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory/findings/fnd_1"] = {"finding": NOTICED, "events": [EVENT]}
    shown = command("inventory", "finding", "show", "fnd_1")
    assert shown.code == 0
    for part in (
        "fnd_1: acknowledged until 2026-09-21", "40 times", "person:a decided 1970", "OWASP NHI: NHI3; ATT&CK: T1528",
        "event e1", "ip: 198.51.100.1", "scopes: s, t", "It is bad.", "Revoke it.",
    ):  # fmt: skip
        assert part in shown.out
    assert "\x1b" not in shown.out
    assert "items" not in shown.out
    api.answers["/inventory/findings/fnd_1"] = {"finding": NOTICED, "events": []}
    assert "no longer kept" in command("inventory", "finding", "show", "fnd_1").out


def test_a_decision_needs_a_reason(command: Any, api: RecordingClient) -> None:
    api.answers["/inventory/findings/fnd_1/accept"] = NOTICED
    api.answers["/inventory/findings/fnd_1/close"] = NOTICED
    assert command("inventory", "finding", "accept", "fnd_1", "--reason", "moved", "--days", "30").code == 0
    assert api.calls[-1][2] == {"reason": "moved", "days": 30}
    assert command("inventory", "finding", "close", "fnd_1", "--reason", "revoked").code == 0
    assert api.calls[-1][2] == {"reason": "revoked"}
    assert all(offered(method, path) for method, path, _ in api.calls)
    before = len(api.calls)
    assert command("inventory", "finding", "close", "fnd_1").code != 0
    assert len(api.calls) == before
