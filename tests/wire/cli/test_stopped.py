"""What is done to a stopped Wardlaw by the real command line, and how it starts again afterwards."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.wire.cli.test_up import Machine, person

from wardlaw.config.load import load_config
from wardlaw.governance.bundle import decode_bundle
from wardlaw.store.bundle import read_bundle, write_bundle
from wardlaw.store.installation import Installation

pytestmark = pytest.mark.xdist_group("stopped")  # one machine for all of them, in their order


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("s"))
    made = machine.json("init", ".")
    config = machine.folder / "wardlaw.yaml"
    config.write_text(config.read_text().replace("127.0.0.1:8085/v1", f"127.0.0.1:{machine.model}/v1"))
    machine.up()
    machine.run("token", "redeem", made["admin_token"])
    try:
        yield machine
    finally:
        machine.down()


def places(machine: Machine) -> Installation:
    return Installation(load_config(machine.folder / "wardlaw.yaml"))


def version(machine: Machine) -> int:
    found = places(machine)
    return read_bundle(found.bundle_path, trusted_keys=found.bundle_keys()).version


def made_by_another_version(machine: Machine) -> None:
    """Leave the bundle that a version with another attribute table would have left, and Wardlaw stopped."""
    machine.down()
    found = places(machine)
    bundle = read_bundle(found.bundle_path, trusted_keys=found.bundle_keys())
    content = msgspec.structs.replace(decode_bundle(bundle.payload), schema="0" * 64)
    payload = msgspec.json.encode(content, order="sorted")
    write_bundle(found.bundle_path, payload, found.bundle_signer().sign, version=bundle.version + 1)


def start_refused(machine: Machine) -> str:
    machine.down()
    done = subprocess.run(
        [sys.executable, "-m", "wardlaw", "up"],
        cwd=machine.folder,
        env=machine.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    return done.stderr


def operations(machine: Machine) -> list[str]:
    """What the log says was done, by its entry bundles."""
    return [
        json.loads(entry)["facts"].get("operation", "")
        for path in sorted((machine.folder / "data" / "log" / "tile" / "entries").rglob("*"))
        if path.is_file()
        for entry in _entries(path)
    ]


def _entries(path: Path) -> list[bytes]:
    data, found = path.read_bytes(), []
    while data:
        size = int.from_bytes(data[:2], "big")
        found.append(data[2 : 2 + size])
        data = data[2 + size :]
    return found


def test_an_upgrade_puts_the_published_clauses_in_force_and_the_gateway_answers(machine: Machine) -> None:
    key = machine.run("key", "create", "app", "--principal", "user:me").strip()
    machine.down()
    made_by_another_version(machine)
    before = version(machine)
    machine.run("policy", "diff")
    machine.up()
    assert "published for this version" in machine.log
    assert version(machine) == before + 1
    assert machine.ask(key, "hello")[0] == 200
    machine.down()
    assert "policy.reload" in operations(machine)


def test_clauses_nobody_published_keep_an_upgraded_installation_stopped(machine: Machine) -> None:
    made_by_another_version(machine)
    before = version(machine)
    clauses = machine.folder / "policies" / "privacy.yaml"
    text = clauses.read_text()
    clauses.write_text(text.replace("mode: enforce", "mode: shadow", 1))
    said = start_refused(machine)
    assert "WL-CLI-024" in said
    assert "PRV-02" in said
    assert version(machine) == before
    assert "loosened" in machine.run("policy", "diff", code=1)
    machine.run("policy", "publish", "--stopped")
    assert version(machine) == before + 1
    clauses.write_text(text)
    machine.up()
    machine.down()
    assert machine.json("audit", "verify")["sound"] is True


def receipt_of(machine: Machine, key: str) -> str:
    """The receipt of one answered request."""
    body = json.dumps({"model": "demo", "messages": [{"role": "user", "content": "hello"}]}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{machine.port}/v1/chat/completions", body, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.headers["x-wardlaw-receipt"])


def in_the_log(machine: Machine, receipt: str) -> None:
    """Wait until the record of a receipt is in the log and the receipt holds."""
    (machine.folder / "one").write_text(receipt)
    until = time.monotonic() + 30
    while True:
        with contextlib.suppress(AssertionError):
            machine.run("audit", "verify", "--receipt", "one")
            return
        assert time.monotonic() < until
        time.sleep(0.2)


def test_receipts_and_backups_outlive_the_keys_they_were_signed_with(machine: Machine) -> None:
    machine.up()
    key = machine.run("key", "create", "kept", "--principal", "user:me").strip()
    before = receipt_of(machine, key)
    in_the_log(machine, before)
    machine.down()
    machine.run("backup", "older.tgz", "--keys", "older-keys.tgz")
    machine.run("key", "rotate", "gateway")
    machine.run("key", "rotate", "log")
    machine.up()
    after = receipt_of(machine, key)
    in_the_log(machine, after)
    machine.down()
    kept = machine.folder / "receipts"
    kept.write_text(f"{before}\n{after}\n")
    assert machine.json("audit", "verify", "--receipt", str(kept))["sound"] is True
    alone = ("data/log", "--key", "keys/log.key.trusted", "--receipt", str(kept), "--gateway-key")
    assert machine.json("audit", "verify", *alone, "keys/gateway.key.trusted")["sound"] is True
    assert machine.json("audit", "verify", *alone, "keys/gateway.key.pub", code=4)["sound"] is False

    trusted = json.loads((machine.folder / "keys" / "gateway.key.trusted").read_text())
    trusted[0]["until"] = 1.0  # as if the key had been replaced long before
    changed = machine.folder / "changed.trusted"
    changed.write_text(json.dumps(trusted))
    said = machine.json("audit", "verify", *alone, str(changed), code=4)
    assert [one["kind"] for one in said["problems"]] == ["receipt-false"]

    for name in ("data", "keys/log.key.trusted", "keys/gateway.key.trusted"):
        (machine.folder / name).rename(machine.folder / (Path(name).name + ".away"))
    restored = machine.json("restore", "older.tgz", "--keys", "older-keys.tgz")
    assert {one["done"] for one in restored["public_keys"]} == {"known", "left out"}
    (machine.folder / "data").rename(machine.folder / "first")
    for name in ("log.key.trusted", "gateway.key.trusted"):
        (machine.folder / (name + ".away")).rename(machine.folder / "keys" / name)
    assert {one["done"] for one in machine.json("restore", "older.tgz")["public_keys"]} == {"known"}
    told = machine.run("audit", "verify")
    assert "former-key" in told
    machine.run("audit", "verify", "data.away/log")
    shutil.rmtree(machine.folder / "data")
    (machine.folder / "data.away").rename(machine.folder / "data")
    checkpoint = machine.folder / "first" / "log" / "checkpoint"
    mine = machine.folder / "data" / "log" / "checkpoint"
    newest = mine.read_bytes()
    mine.write_bytes(checkpoint.read_bytes())  # the log in use, rolled back to a head of the former key
    machine.run("audit", "verify", code=4)
    mine.write_bytes(newest)
    assert machine.json("audit", "verify")["sound"] is True


def grow_old(machine: Machine, *, days: int) -> None:
    """Have the tables say that what they hold was recorded so many days earlier."""
    with sqlite3.connect(machine.folder / "data" / "wardlaw.db", timeout=30) as tables:
        tables.execute("UPDATE record SET at_ms = at_ms - ?", (days * 86_400_000,))
    tables.close()


def test_old_records_go_by_two_persons_and_the_log_still_verifies(machine: Machine) -> None:
    machine.up()
    for number in range(3):  # several callers: one of them would be told to wait
        key = machine.run("key", "create", f"busy{number}", "--principal", f"user:busy{number}").strip()
        for _ in range(35):
            assert machine.ask(key, "hello")[0] == 200
    in_the_log(machine, receipt_of(machine, key))
    compliance, ciso = person(machine, "comp", "compliance"), person(machine, "ciso", "ciso")
    soon = "2100-01-01T00:00"
    # Within the class of the log: nobody may.
    machine.run("audit", "prune", "--before", soon, "--reason", "x", code=2, WARDLAW_TOKEN=compliance)
    grow_old(machine, days=200)
    soon = (datetime.now(tz=UTC) - timedelta(days=184)).strftime("%Y-%m-%dT%H:%M")
    machine.run("audit", "prune", "--before", soon, "--reason", "x", code=10)  # the admin of the machine may not
    machine.run("audit", "prune", "--before", "2001-01-01T00:00", "--reason", "x", code=2, WARDLAW_TOKEN=compliance)
    asked = machine.json("audit", "prune", "--before", soon, "--reason", "over", WARDLAW_TOKEN=compliance)["pruning"]
    machine.run("audit", "prune", "--confirm", asked["id"], code=10, WARDLAW_TOKEN=compliance)
    bundle = machine.folder / "data" / "log" / "tile" / "entries" / "000"
    assert bundle.is_file()
    done = machine.json("audit", "prune", "--confirm", asked["id"], WARDLAW_TOKEN=ciso)["pruning"]
    assert done["rows"] > 200
    assert not bundle.exists()
    assert asked["id"] in machine.run("audit", "prune", WARDLAW_TOKEN=ciso)
    assert machine.ask(key, "hello")[0] == 200
    said = machine.json("audit", "verify")
    assert (said["sound"], said["minimum_index"]) == (True, asked["before"])
    machine.run("audit", "accept-loss", code=69)
    machine.down()


def test_a_loss_is_shown_accepted_and_recorded_and_the_gateway_starts(machine: Machine) -> None:
    machine.down()
    assert "sound" in machine.run("audit", "accept-loss")
    newest = max((machine.folder / "data" / "spool" / "gateway-1").glob("*.seg"))
    whole = newest.read_bytes()
    newest.write_bytes(b"x" + whole[1:])
    refused = subprocess.run(
        [sys.executable, "-m", "wardlaw", "up"],
        cwd=machine.folder,
        env=machine.env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert refused.returncode != 0
    assert "WL-SPL-012" in refused.stdout + refused.stderr
    assert "WL-SPL-012" in machine.run("audit", "accept-loss", code=1)
    machine.run("audit", "accept-loss", "gateway-1", code=2)
    machine.run("audit", "accept-loss", "gateway-1", "--reason", "the disk failed")
    assert list((newest.parent / "quarantine").glob("*.lost"))
    machine.up()
    key = machine.run("key", "create", "after", "--principal", "user:me").strip()
    in_the_log(machine, receipt_of(machine, key))
    machine.down()
    assert "audit.accept_loss" in operations(machine)
    assert machine.json("audit", "verify")["sound"] is True
