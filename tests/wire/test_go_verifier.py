"""The log, verified by code nobody here wrote: Go's x/mod sumdb packages (Debian: golang-golang-x-mod-dev)."""

from __future__ import annotations

import os
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from wardlaw.audit.cosignature import cosign
from wardlaw.audit.proof import format_proof
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.logexport import prove_record
from wardlaw.store.sequencer import LogParts, Sequencer
from wardlaw.testing.databases import sqlite_database
from wardlaw.testing.memorylog import log_key, witness_key
from wardlaw.testing.spoolfill import SpoolFill

SOURCE = Path(__file__).parent.parent / "external" / "go" / "main.go"
PACKAGES = Path("/usr/share/gocode")
KEY = log_key()


class Cosigner:
    """A witness without a network."""

    name = "witness"

    def newest(self, origin):
        return None

    def submit(self, signed, prove):
        return cosign(signed.note, witness_key(), at=1_700_000_000)


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    if shutil.which("go") is None or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("go and its x/mod packages are not installed (Debian: golang-go golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    env = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "CGO_ENABLED": "0",
    }
    program = folder / "verify"
    subprocess.run(["go", "build", "-o", str(program), str(SOURCE)], env=env, check=True, timeout=300)
    return program


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log of three growths with the root it had before the last."""
    folder = tmp_path_factory.mktemp("log")
    with sqlite_database(folder) as engine:
        fill = SpoolFill(folder / "spool", ciphertext_bytes=64)
        directory = LogDirectory(folder / "log")
        parts = LogParts(engine, directory, folder / "spool", KEY, places=(Cosigner(),))
        sequencer = Sequencer(parts, now=lambda: 0.0)
        for count in (300, 400, 70_000):
            fill.add(count)
            sequencer.run_once()
            if count == 400:
                old = sequencer.status().size, sequencer._state.root
        sequencer.close()
        fill.close()
    entry, proof = prove_record(directory, 65_540, keys=(KEY.verifier,))
    (folder / "record").write_bytes(entry)
    (folder / "record.tlog-proof").write_text(format_proof(proof))
    return folder, old


def run(verifier, folder, old=(0, b""), *, key=KEY.verifier.text):
    command = [str(verifier), "-log", str(folder / "log"), "-key", key]
    command += ["-old-size", str(old[0]), "-old-root", b64encode(old[1]).decode()]
    command += ["-proof", str(folder / "record.tlog-proof"), "-record", str(folder / "record")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_go_agrees_with_everything(verifier, log):
    folder, old = log
    done = run(verifier, folder, old)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "ok checkpoint is there",
        "ok checkpoint is signed",
        "ok records 70700",
        "ok inclusion",
        "ok old root is base64",
        "ok consistency proof is made",
        "ok consistency",
        "ok proof file",
    ]


def test_go_finds_a_false_root_key_and_record(verifier, log, tmp_path):
    folder, old = log
    assert "consistency" in run(verifier, folder, (old[0], b"x" * 32)).stderr
    assert "signed" in run(verifier, folder, key=log_key(9).verifier.text).stderr
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    bundle = copy / "log/tile/entries/100"
    data = bytearray(bundle.read_bytes())
    data[5_000] ^= 1
    bundle.write_bytes(data)
    assert "is not the one that was logged" in run(verifier, copy).stderr
    shutil.copy(folder / "log/tile/entries/100", bundle)
    tile = copy / "log/tile/0/100"
    tile.write_bytes(tile.read_bytes()[:-1])
    assert run(verifier, copy).returncode != 0
    shutil.copy(folder / "log/tile/0/100", tile)
    (copy / "record").write_bytes(b"another record")
    assert "proof file" in run(verifier, copy).stderr
