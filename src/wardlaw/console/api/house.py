"""How an installation is built, as the API is told by whoever starts it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from wardlaw.config.values import SettingValue
from wardlaw.facts.errors import InputError
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import RevocationStep


class ConnectedDirectory(msgspec.Struct, frozen=True):
    """A connected organisation as the configuration has it.

    Attributes:
        revokes: It has a credential that may take grants away.
        pushed: Its platform may deliver events by itself.
        signals: Signals of its identity provider are taken.
        groups: Groups and their members are read.
    """

    name: str
    platform: str
    revokes: bool = False
    pushed: bool = False
    signals: bool = False
    groups: bool = False


class House(msgspec.Struct, frozen=True):
    """How an installation is built.

    Attributes:
        watches: Connected organisations are read again and again by a process of it.
        carries_out: That process also carries out revocations that people have confirmed.
        receivers: Names of those who are sent signals.
        log_keys: Names of the keys that the log is signed with.
    """

    version: str = ""
    mode: str = ""
    connected: tuple[ConnectedDirectory, ...] = ()
    watches: bool = False
    carries_out: bool = False
    channels: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    log_keys: tuple[str, ...] = ()
    settings: tuple[SettingValue, ...] = ()


PlanSteps = Callable[[str, tuple[Grant | Credential, ...], str], tuple[RevocationStep, ...]]


def plan_nothing(directory: str, _things: tuple[Grant | Credential, ...], _app: str) -> tuple[RevocationStep, ...]:
    """For an installation without connected organisations.

    Raises:
        InputError: Always (WL-INV-012).
    """
    raise InputError("WL-INV-012", f"There is no directory {directory} here.", "See inventory.directories.")
