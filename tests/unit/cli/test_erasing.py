from __future__ import annotations

import pytest

from tests.unit.cli.conftest import RecordingClient
from wardlaw.cli.erasing import Erasing, ask_erasure
from wardlaw.cli.options import Options
from wardlaw.facts.errors import InputError


def test_a_request_needs_a_reason_and_a_dry_run_does_not(capsys) -> None:
    client = RecordingClient()
    reached = {"rows": {"inventory_item": 4}, "accounts": ["acme:ada"]}
    client.answers["/audit/erasures/preview"] = {"subject": "ab", "inventory": reached}
    with pytest.raises(InputError) as caught:
        ask_erasure(Options(), client, "ab", Erasing())
    assert caught.value.code == "WL-CLI-009"
    ask_erasure(Options(), client, "", Erasing(account=("acme:ada",), dry_run=True))
    shown = capsys.readouterr().out
    assert "4 inventory_item" in shown and "acme:ada" in shown
    assert client.calls[-1][1] == "/audit/erasures/preview"
