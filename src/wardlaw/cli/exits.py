"""The exit codes, one table for every command."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command says by its exit code. A fault never exits 0."""

    DONE = 0  # done, or allowed
    FINDINGS = 1  # findings, failing examples, a failed gate: the tool worked
    USAGE = 2
    CONFIGURATION = 3  # configuration or policy invalid
    EVIDENCE = 4  # evidence does not verify
    NOT_ALLOWED = 10  # deny, cut
    PERSON = 11  # a person must decide: hold, review
    UNAVAILABLE = 69  # sysexits.h EX_UNAVAILABLE
    FAULT = 70  # sysexits.h EX_SOFTWARE
    INTERRUPTED = 130  # 128 + SIGINT, as shells count
