from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.cli.commands.lawhouse import crm, lawhouse

__all__ = ["lawhouse"]
WORDS = ("attest", "eu-ai-act:art-4", "--system", "crm-bot", "--until", "2027-03-31", "--text", "everybody was trained")


def test_vouching_listing_and_taking_back(command: Any, lawhouse: SimpleNamespace, tmp_path: Path) -> None:
    crm(lawhouse, command)
    (tmp_path / "list.pdf").write_bytes(b"names")
    done = command(*WORDS, "--file", "list.pdf", "--since", "2026-01-05", "--json")
    one = json.loads(done.out)["attestation"]
    assert (one["file_name"], one["file_sha256"]) == ("list.pdf", hashlib.sha256(b"names").hexdigest())
    assert one["effective_from"] < one["received_at"] < one["until"]
    assert "person:legal" in command("attest").out
    assert command("attest", "--withdraw", one["id"]).code == 0
    assert command("attest").out.strip() == "no attestations"
    assert one["id"] in command("attest", "--ended").out


def test_it_may_say_that_a_clause_does_not_apply(command: Any, lawhouse: SimpleNamespace) -> None:
    crm(lawhouse, command)
    assert command(*WORDS, "--not-applicable").code == 0
    lines = json.loads(command("coverage", "--framework", "eu-ai-act", "--json").out)["clauses"]
    assert next(one["state"] for one in lines if one["clause"] == "eu-ai-act:art-4") == "not applicable"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("attest", "GOV-07"), "WL-COV-005"),
        ((*WORDS, "--file", "none.pdf"), "WL-COV-006"),
        ((*WORDS[:5], "2020-01-01", *WORDS[6:]), "WL-COV-002"),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_sent(
    command: Any, lawhouse: SimpleNamespace, words: tuple[str, ...], code: str
) -> None:
    crm(lawhouse, command)
    done = command(*words)
    assert (done.code, code in done.err) == (2, True)
    assert command("attest").out.strip() == "no attestations"
