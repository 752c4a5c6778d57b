"""The errors of the house, in three families by who must act.

Every error carries a code with a section in ``docs/errors.md`` (a test checks it), a message in
plain words and the next step. The core returns values; only the shell raises these.
"""

from __future__ import annotations


class WardlawError(Exception):
    """An error that tells a person what happened and what to do next.

    Args:
        code: Stable identifier such as ``WL-POL-012``; documented in ``docs/errors.md``.
        message: What happened, one sentence, without secrets.
        hint: The next step for whoever must act.
    """

    exit_code = 70
    http_status = 500

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" {self.hint}" if self.hint else "")


class InputError(WardlawError):
    """The caller must change what was sent."""

    exit_code = 2
    http_status = 400


class DataError(InputError):
    """A file of data cannot be measured as it is; whoever made it must change it."""

    exit_code = 3


class RefusedError(InputError):
    """The caller may not do this; asking again does not help."""

    exit_code = 10
    http_status = 403


class ConfigError(WardlawError):
    """The operator must change configuration, policy or set-up."""

    exit_code = 3
    http_status = 500


class EvidenceError(WardlawError):
    """Evidence does not verify; an auditor must look."""

    exit_code = 4
    http_status = 500


class UnavailableError(WardlawError):
    """Something needed is not reachable now; trying again may help."""

    exit_code = 69
    http_status = 503


class Fault(WardlawError):
    """An internal fault: ours to mend."""
