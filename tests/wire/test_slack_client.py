"""Slack's own Python client, unmodified, against the organisation that our connector is tried against."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.connectors.slackworld import slack_world
from wardlaw.testing.saas.faults import FaultKind, FaultPlan, SaasFault
from wardlaw.testing.saas.server import serve
from wardlaw.testing.saas.slack import SlackPlatform

PYTHON = Path(os.environ.get("WARDLAW_TEST_VENDORS", "none")).absolute() / "slack" / "bin" / "python"
SCRIPT = Path(__file__).parent / "vendors" / "slack_script.py"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists(), reason="slack_sdk is not there (python -m tools.vendorclients; WARDLAW_TEST_VENDORS)"
)


def test_slacks_own_client_reads_and_revokes() -> None:
    world = slack_world()
    # A quota in the middle: the client waits as Slack says.
    quota = SaasFault(FaultKind.STATUS, at=2, path="users.list", status=429, headers={"retry-after": "1"})
    with serve(SlackPlatform(world), FaultPlan(quota)) as served:
        run = subprocess.run([PYTHON, SCRIPT, served.url], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "users": ["U1", "U2", "U3"],
        "approved": ["A1"],
        "restricted": ["A2"],
        "requests": ["Ar9"],
        "servers": ["https://mcp.notes.example/sse"],
        "runs": ["run1"],
        "log": ["U2", "U1"],
        "audit": ["dl1", "e2", "e1"],
        "error": "app_not_installed",
        "left": [],
        "now_restricted": ["A1", "A2"],
        "revoked": True,
    }
    assert [one.app for one in world.grants.values()] == ["A3"]
