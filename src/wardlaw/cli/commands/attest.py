"""``wardlaw attest``: what a person vouches for."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from wardlaw.cli.client import quoted
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.plaintext import plain
from wardlaw.cli.session import connect, show_list, show_one
from wardlaw.facts.errors import InputError

_Flag = Annotated[bool, Parameter(negative=())]
_Text = Annotated[str, Parameter(show_default=False)]
_Day = Annotated[date | None, Parameter(show_default=False)]


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class Statement:
    """What is stated."""

    system: _Text = ""
    """For which system."""
    until: _Day = None
    """Last day it stands, within a year."""
    text: _Text = ""
    """What you vouch for, in plain words."""
    file: _Text = ""
    """File it rests on; only its name and digest are sent."""
    since: _Day = None
    """Since when it is so; now when left out. When you said it is kept apart."""
    not_applicable: _Flag = False
    """State that the clause does not apply to the system, instead of that it is met."""


def attest(
    clause: str = "",
    *,
    statement: Statement = Statement(),
    withdraw: _Text = "",
    ended: _Flag = False,
    options: Options = NONE,
) -> int:
    """Vouch for a clause until a day, list what is vouched for, or take it back. It never makes anything proven.

    Args:
        clause: A clause (GOV-07), a control (WL-GATE-FRIA) or a provision (eu-ai-act:art-4); all are listed without one.
        withdraw: Id of an attestation to take back, att_….
        ended: List those too that no longer stand.
    """
    client = connect(options)
    if withdraw:
        return show_one(options, "attestation", client.post(f"/attestations/{quoted(withdraw)}/withdraw"))
    if not clause:
        found = client.get("/attestations", **({"ended": "true"} if ended else {}))
        shown = [{**one, "text": plain(one["text"])} for one in found]
        columns = ("id", "clause", "system", "says", "attested_by", "received_at", "until", "text")
        return show_list(options, "attestations", shown, columns=columns)
    if not statement.system or statement.until is None or not statement.text:
        raise InputError(
            "WL-COV-005",
            "An attestation needs a system, a last day and a text.",
            "Such as --system crm-bot --until 2027-03-31 --text 'everybody was trained in October'.",
        )
    body = {
        "clause": clause,
        "system": statement.system,
        "text": statement.text,
        "says": "not-applicable" if statement.not_applicable else "met",
        "until": _end_of(statement.until),
        "effective_from": _begin_of(statement.since) if statement.since is not None else 0.0,
        **_file(statement.file),
    }
    made = client.post("/attestations", body)
    return show_one(options, "attestation", {**made, "text": plain(made["text"])})


def _file(name: str) -> dict[str, str]:
    if not name:
        return {}
    path = Path(name)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError("WL-COV-006", f"{path} cannot be read: {error.strerror}.", "Name another --file.") from error
    return {"file_name": path.name, "file_sha256": digest}


def _begin_of(day: date) -> float:
    """Unix seconds of the first moment of a day, UTC; of today, now."""
    return min(time.time(), datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _end_of(day: date) -> float:
    """Unix seconds of the last moment of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 86_399
