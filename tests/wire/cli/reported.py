"""A report of a running Wardlaw: a log with a gap in it, and what the verifier in the report says on a bare interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.formats import has_checker, trestle_says

from wardlaw.cli.accepting import accept_loss
from wardlaw.cli.client import ManagementClient
from wardlaw.cli.reportkeeping import files_of, write_report
from wardlaw.config.load import load_config
from wardlaw.store.installation import Installation
from wardlaw.store.spool import SpoolSettings, SpoolWriter

_MAGIC = 8  # a byte in the head of a spool's segment


def lose_a_segment(folder: Path) -> None:
    """Damage a segment of the gateway's spool and accept the loss, before anything was started: the log tells of a gap."""
    config = load_config(folder / "wardlaw.yaml")
    settings = SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes)
    sign = Installation(config).gateway_signer()
    SpoolWriter(Path(config.audit.spool), gateway="gateway-1", sign=sign, settings=settings).close()
    (segment,) = (Path(config.audit.spool) / "gateway-1").glob("*.seg")
    content = bytearray(segment.read_bytes())
    content[_MAGIC] ^= 0xFF
    segment.write_bytes(content)
    accept_loss(config, "gateway-1", reason="the disk was damaged")


def build(client: ManagementClient, out: Path) -> dict[str, Any]:
    """A report of a wide period as a folder, and its ``report.json``."""
    body = {"framework": "eu-ai-act", "since": "2026-01-01", "until": "2100-01-01"}
    answer = client.post("/reports", body)
    write_report(files_of(answer), out)
    told: dict[str, Any] = json.loads(answer["files"]["report.json"])
    return told


def standing(told: dict[str, Any], clause: str) -> tuple[str, str]:
    """State of a clause in a report, and why."""
    (line,) = (one for one in told["clause_lines"] if one["clause"] == clause)
    return line["state"], line["why"]


def proven(told: dict[str, Any], why: str) -> list[str]:
    """Records of the report that are named for a reason, with their proof."""
    return [one["id"] for one in told["records"] if why in one["why"] and one["is_proven"]]


def verify_bare(folder: Path) -> tuple[int, list[str]]:
    """What ``verify.py`` says by the interpreter the environment was made from: no package can be imported there."""
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    command = [str(python), "-I", "-S", str(folder / "verify.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env={}, cwd="/")
    return done.returncode, done.stdout.splitlines()


def no_change_stays_unseen(folder: Path) -> None:
    """A changed byte, an added file and a missing record are each found, and named."""
    code, said = verify_bare(folder)
    assert (code, said[-1]) == (0, "sound"), said
    entry = next(path for path in sorted((folder / "proofs").glob("*.json")))
    content = entry.read_bytes()
    entry.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    assert verify_bare(folder)[1][-3:-2] == [f"WRONG  proofs/{entry.name} was changed"]
    entry.unlink()
    code, said = verify_bare(folder)
    assert (code, said[-1], said[-3]) == (4, "NOT SOUND", f"WRONG  proofs/{entry.name} is missing")
    entry.write_bytes(content)
    (folder / "proofs" / "dec_more.json").write_bytes(content)
    assert verify_bare(folder)[1][-3] == "WRONG  proofs/dec_more.json was added"
    (folder / "proofs" / "dec_more.json").unlink()


def trestle_has_nothing_to_say(folder: Path, place: Path) -> None:
    """Where trestle is there: it finds the assessment results valid, and warns of nothing."""
    if has_checker("oscal"):
        code, said = trestle_says(place, (folder / "oscal-assessment-results.json").read_bytes())
        assert (code, "WARNING" in said) == (0, False), said
