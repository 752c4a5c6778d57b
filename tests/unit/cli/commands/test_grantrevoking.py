"""Revoking from the command line, against the API itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.grantshouse import house, listed
from tests.unit.console.api.test_grantjudging import NO_MAIL
from tests.unit.console.api.test_grants import MAIL, taken

from wardlaw.inventory.model import Grant
from wardlaw.inventory.ruling import RevokingLimits, RevokingMode

__all__ = ["house"]


def test_a_dry_run_changes_nothing(command: Any, house: SimpleNamespace) -> None:
    shown = command("grants", "revoke", "--app", "app-1", "--dry-run")
    assert shown.code == 0
    for part in ("acme: 2 of kind grant", "DELETE /g1", "undo: ada agrees again.", "nothing was changed"):
        assert part in shown.out
    assert (house.revoker.calls, command("grants", "proof").out.strip()) == ([], "no revocations")


def test_one_person_revokes_and_the_proof_is_shown(command: Any, house: SimpleNamespace, tmp_path) -> None:
    house.revoker.lingering = 2  # the platform takes a moment to believe itself
    done = command("grants", "revoke", "g1", "c1", "--reason", "not needed", "--yes")
    assert (done.code, house.slept) == (0, [1.0])
    assert "2 of 2 found gone" in done.out
    assert house.revoker.calls == ["g1", "c1"]
    name = done.out.split(":")[0]
    shown = command("grants", "proof", name, "--out", "proofs")
    assert shown.code == 0
    for part in ("gone by re-read", "undo:", "revocations.report", "not in the log yet"):
        assert part in shown.out
    assert name in command("grants", "proof").out
    assert "g1" not in house.world.grants


def test_what_fails_stays_visible_and_is_resumed(command: Any, house: SimpleNamespace) -> None:
    house.revoker.failing = {"g1"}
    done = command("grants", "revoke", "--app", "app-1", "--reason", "x", "--yes")
    assert done.code == 1
    assert "1 of 2 found gone, 1 FAILED" in done.out
    assert "The platform is away." in done.out
    name = done.out.split(":")[0]
    house.revoker.failing = set()
    again = command("grants", "revoke", "--resume", name)
    assert (again.code, house.revoker.calls) == (0, ["g1", "g2", "g1"])
    assert "2 of 2 found gone" in again.out


def test_four_eyes_and_tokens_that_live_on(command: Any, house: SimpleNamespace) -> None:
    house.api.made.grants.confirm_above = 1
    house.revoker.tokens_until = house.api.made.clock.now + 3_000
    planned = command("grants", "revoke", "--app", "app-1", "--reason", "x", "--yes")
    assert planned.code == 1
    assert "another person must run" in planned.out
    assert house.revoker.calls == []
    name = planned.out.split(":")[0]
    assert "WL-INV-073" in command("grants", "revoke", "--confirm", name).err
    assert "WL-INV-074" in command("grants", "revoke", "--resume", name).err
    house.client.uid = house.ops
    assert command("grants", "revoke", "--confirm", name).code == 0
    house.client.uid = house.sec
    assert "may work until" in command("grants", "revoke", "--resume", name).out


def test_what_is_due_is_carried_out_and_what_cannot_be_stops_nothing(command: Any, house: SimpleNamespace) -> None:
    house.world.put(Grant("cannot", "eve", "app-4", scopes=(MAIL,)))
    listed(house)
    house.api.made.grants.sources = {"mail.yaml": NO_MAIL}
    house.api.made.grants.limits = RevokingLimits(RevokingMode.ON, (), 10)
    assert "it is due" in command("grants", "judge").out
    done = command("grants", "revoke", "--due")
    assert (done.code, sorted(house.revoker.calls)) == (0, ["g1", "g2"])
    assert "There is no call for it." in done.err
    assert "clause GRT-50" in done.out
    listed(house)
    assert "g1" not in command("grants", "list").out
    command("grants", "revoke", "--due")
    assert sorted(house.revoker.calls) == ["g1", "g2"]


def test_a_directory_that_is_not_configured_is_not_touched(command: Any, house: SimpleNamespace) -> None:
    taken(house.api, house.sec, {"kind": "grant", "id": "x1", "account": "ada", "app": "app-1"}, directory="other")
    assert "WL-INV-012" in command("grants", "revoke", "x1", "--reason", "x").err
    taken(house.api, house.sec, {"kind": "grant", "id": "g1", "account": "zoe", "app": "app-1"}, directory="other")
    assert "WL-INV-085" in command("grants", "revoke", "g1", "--reason", "x").err


@pytest.mark.parametrize(("words", "code"), [
    ((), "WL-INV-086"), (("g1", "--due"), "WL-INV-086"), (("g1",), "WL-INV-086"), (("g9", "--reason", "x"), "WL-INV-084"),
    (("--app", "app-9", "--reason", "x"), "WL-INV-084"), (("g1", "--app", "app-1", "--reason", "x"), "WL-INV-084"),
    (("--resume", "rev_x"), "WL-INV-071"),
])  # fmt: skip
def test_bad_words(command: Any, house: SimpleNamespace, words: tuple[str, ...], code: str) -> None:
    done = command("grants", "revoke", *words)
    assert (done.code, code in done.err) == (2, True), done.err
