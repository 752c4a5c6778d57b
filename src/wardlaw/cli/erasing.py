"""How an erasure is asked for, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.options import Options
from wardlaw.cli.session import show_one
from wardlaw.facts.errors import InputError

_Flag = Annotated[bool, Parameter(negative=(), show_default=False)]


# A dataclass, not a struct: the command-line framework flattens those.
@dataclass(frozen=True)
class Erasing:
    """What is to be erased beside what the log has of a subject."""

    reason: Annotated[str, Parameter(show_default=False)] = ""
    """Why; it stands in the log."""
    account: tuple[str, ...] = ()
    """An account of the person in the inventory, as directory:id; may be given again. Those with the subject's id or the
    same mail address are found without."""
    suppress: _Flag = False
    """Keep the names out when a platform tells them again."""
    dry_run: _Flag = False
    """Only show which accounts are meant and how many rows hold their names."""


ALL = Erasing()


def ask_erasure(options: Options, client: ManagementClient, subject: str, wanted: Erasing) -> int:
    """Ask for an erasure, or show what it would reach.

    Raises:
        InputError: No reason is given (WL-CLI-009).
    """
    if not (wanted.reason or wanted.dry_run):
        raise InputError("WL-CLI-009", "An erasure needs a reason.", "Say why with --reason.")
    body: dict[str, Any] = {"subject": subject, "reason": wanted.reason or "dry run"}
    if wanted.account:
        body["accounts"] = list(wanted.account)
    if wanted.suppress:
        body["suppress"] = True
    if wanted.dry_run:
        return show_erasure(options, client.post("/audit/erasures/preview", body))
    return show_erasure(options, client.post("/audit/erasures", body))


def show_erasure(options: Options, answer: Mapping[str, Any]) -> int:
    """A request, what became of it, or what it would reach; rows by table in one line."""
    inventory = dict(answer.get("inventory", {}))
    rows = inventory.pop("rows", {})
    flat = {**answer.get("erasure", {}), **{name: value for name, value in answer.items() if name != "erasure"}}
    flat |= {"inventory": ", ".join(f"{count} {name}" for name, count in rows.items())} if rows else {"inventory": ""}
    return show_one(options, "erasure", flat | inventory)
