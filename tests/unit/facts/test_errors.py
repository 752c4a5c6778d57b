"""Errors by who must act, with the exit codes settled for all commands."""

from __future__ import annotations

import pytest

from wardlaw.cli.exits import Exit
from wardlaw.facts import errors


@pytest.mark.parametrize(
    ("family", "code"),
    [
        (errors.InputError, Exit.USAGE),
        (errors.ConfigError, Exit.CONFIGURATION),
        (errors.EvidenceError, Exit.EVIDENCE),
        (errors.RefusedError, Exit.NOT_ALLOWED),
        (errors.UnavailableError, Exit.UNAVAILABLE),
        (errors.Fault, Exit.FAULT),
    ],
)
def test_families_and_exit_codes(family: type[errors.WardlawError], code: Exit) -> None:
    error = family("WL-TST-001", "It happened.", "Do this.")
    assert error.exit_code == code != Exit.DONE
    assert str(error) == "WL-TST-001: It happened. Do this."
    assert error.http_status >= 400
