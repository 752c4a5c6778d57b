"""Records of what is done to a stopped Wardlaw."""

from __future__ import annotations

import getpass
from pathlib import Path

import msgspec

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.cli.accounting import record_by_account
from wardlaw.cli.creating import create_installation
from wardlaw.console.desks.recorder import ControlFacts
from wardlaw.store.installation import Installation
from wardlaw.store.spoolread import read_frames


def test_the_account_is_named_in_a_sealed_part_and_nowhere_else(tmp_path: Path) -> None:
    config = create_installation(tmp_path / "w").config
    keyring = Installation(config).open_keyring({})
    try:
        record_by_account(config, keyring, "a.b", {"key": "x"})
        found = record_by_account(config, keyring, "c.d", {}, kind=RecordKind.GAP)
        frames = list(read_frames(Path(config.audit.spool) / "control"))
        first, second = (decode(frame.envelope) for frame in frames)
        assert (first.kind, first.facts) == (RecordKind.CONTROL, {"operation": "a.b"})
        assert (second.kind, second.id) == (RecordKind.GAP, found)
        assert f"account:{getpass.getuser()}".encode() not in frames[0].envelope
        opened = keyring.unseal(first.subject, first.sealed[0], frames[0].blobs[0])
        assert msgspec.json.decode(opened, type=ControlFacts) == ControlFacts(
            f"account:{getpass.getuser()}", "a.b", {"key": "x"}
        )
    finally:
        keyring.close()
