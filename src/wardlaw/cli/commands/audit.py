"""``wardlaw audit``: verify, prove, export, erase, prune, go on after a loss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.text import Text

from wardlaw.audit.envelope import RecordKind
from wardlaw.cli.accepting import Examined, examine_spools
from wardlaw.cli.accepting import accept_loss as accept_losses
from wardlaw.cli.client import quoted
from wardlaw.cli.erasing import ALL, Erasing, ask_erasure, show_erasure
from wardlaw.cli.exits import Exit
from wardlaw.cli.keepingwords import keeping_lines
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_list, show_one
from wardlaw.cli.verifying import verify_log_folder
from wardlaw.facts.errors import InputError
from wardlaw.store.keeping import KeptClass

app = App(name="audit", help="Verify, prove, export, erase and prune.")
hold = App(name="hold", help="Legal holds: nothing of a held subject is erased.")
app.command(hold)


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class SearchSpan:
    """Which part of the log."""

    since: Annotated[datetime | None, Parameter(show_default=False)] = None
    """First moment, UTC unless it says otherwise."""
    until: Annotated[datetime | None, Parameter(show_default=False)] = None
    """First moment after the span."""
    before: int = -1
    """Only records before this place in the log; -1 from the newest."""
    limit: int = 50
    """Records at most."""


@app.command
def verify(
    folder: str = "",
    *,
    key: str = "",
    witness: str = "",
    gateway_key: str = "",
    receipt: tuple[str, ...] = (),
    options: Options = NONE,
) -> int:
    """Verify the whole log offline, and compare it with what witnesses and other places hold.

    Needs no running Wardlaw. Exit 4 when anything does not verify.

    Args:
        folder: The log; audit.log of the configuration when left out.
        key: The log's public key as it was noted at set-up (line or file), or the file log.key.trusted with all
            keys it ever had; those of keys/ when left out.
        witness: Public key of the witness (line or file); audit.witness.public_key when left out.
        gateway_key: The key of receipts (line or file), or the file gateway.key.trusted; those of keys/ when left out.
        receipt: File with receipts that callers kept, one a line; may be given again.
    """
    found = verify_log_folder(folder, options, key=key, witness=witness, gateway_key=gateway_key, receipts=receipt)
    style = "bold green" if found.report.is_sound else "bold red"
    verdict, *rest = found.lines
    options.output().result(found.data, Text(verdict, style=style), *rest)
    for notice in found.notices:
        options.output().note(notice)
    return Exit.DONE if found.report.is_sound else Exit.EVIDENCE


@app.command
def export_status(*, options: Options = NONE) -> int:
    """Show how far each target of the configuration has read the log, and what holds it up."""
    told = connect(options).get("/audit/targets")
    columns = ("target", "behind", "sent", "missing", "refused", "sent_at", "failures", "error")
    return show_list(options, "targets", told["targets"], columns=columns)


@app.command
def status(*, options: Options = NONE) -> int:
    """Show the size of the log, its newest checkpoint and what the witness has seen."""
    return show_one(options, "log", connect(options).get("/audit"))


@app.command
def search(
    words: str = "",
    *,
    kind: Annotated[RecordKind | None, Parameter(show_default=False)] = None,
    subject: str = "",
    span: Annotated[SearchSpan, Parameter(name="*")] = SearchSpan(),
    options: Options = NONE,
) -> int:
    """Search the log, newest first; the last line says where to look further.

    Args:
        words: Stand in the record: an operation such as systems.change, a clause, a route, a code.
        kind: Only records of this kind.
        subject: Only records about somebody: person:…, user:…, or the pseudonym the log has.
    """
    query: dict[str, str | int] = {
        "words": words, "subject": subject, "since_ms": _millis(span.since), "until_ms": _millis(span.until),
        "before": span.before, "limit": span.limit, **({"kind": kind.value} if kind is not None else {}),
    }  # fmt: skip
    page = connect(options).get("/audit/records", **query)
    items = [{**one, "what": one["operation"] or one["action"], "at": one["at_ms"] / 1000} for one in page["records"]]
    show_list(
        options, "records", items, columns=("leaf_index", "at", "kind", "what", "effect", "code", "subject", "id")
    )
    if page["next"] >= 0:
        options.output().note(f"Look further with --before {page['next']}.")
    return Exit.DONE


@app.command
def prove(record: str, *, out: str = "", steps: bool = False, options: Options = NONE) -> int:
    """Write the proof that a record is in the log; anybody can check it with the log's public key.

    Args:
        record: Id of the record, such as dec_…
        out: File to write; stdout when left out.
        steps: Have the running Wardlaw check it instead, and print each step.
    """
    if steps:
        found = connect(options).get(f"/audit/proofs/{quoted(record)}/checked")
        lines = [f"{'holds' if one['holds'] else 'FAILS'}  {one['name']}: {one['detail']}" for one in found]
        options.output().result({"record": record, "steps": found}, *lines)
        return Exit.DONE if all(one["holds"] for one in found) else Exit.FINDINGS
    answer = connect(options).get(f"/audit/proofs/{quoted(record)}")
    if out:
        _write_new(Path(out), answer["proof"])
        options.output().result({"record": record, "file": out}, f"Written to {out}.")
    else:
        options.output().result(answer, answer["proof"].rstrip("\n"))
    return Exit.DONE


@app.command
def export(*, since: datetime | None = None, until: datetime | None = None, options: Options = NONE) -> int:
    """Export a span of the log for an auditor; written beside the log by the running Wardlaw.

    Args:
        since: First moment, UTC unless it says otherwise (2026-11-01T00:00).
        until: First moment after the span; to the end when left out.
    """
    body = {"since_ms": _millis(since), "until_ms": _millis(until)}
    return show_one(options, "export", connect(options).post("/audit/exports", body))


@app.command
def erase(
    subject: str = "",
    *,
    confirm: str = "",
    wanted: Annotated[Erasing, Parameter(name="*")] = ALL,
    options: Options = NONE,
) -> int:
    """Erase a person for ever, by two people: one asks, another confirms. Proofs stay valid.

    Texts in the log become unreadable. In the inventory a pseudonym takes the place of the person's names, so that
    counts and grants stand.

    Args:
        subject: Pseudonym of the subject as the log has it; requests are listed when neither it nor --account is given.
        confirm: Id of a request to confirm, era_…
    """
    client = connect(options)
    if confirm:
        return show_erasure(options, client.post(f"/audit/erasures/{quoted(confirm)}/confirm"))
    if subject or wanted.account:
        return ask_erasure(options, client, subject, wanted)
    columns = ("id", "subject", "state", "requested_by", "requested_at", "confirmed_by", "expires_at", "reason")
    return show_list(options, "erasures", client.get("/audit/erasures"), columns=columns)


@app.command
def prune(*, before: datetime | None = None, reason: str = "", confirm: str = "", options: Options = NONE) -> int:
    """Take old records out of tables and log for ever, by two people: one asks, another confirms. Proofs stay valid.

    Records go by whole bundles of 256, never those under a legal hold. `audit verify` says from where on the log holds
    its records.

    Args:
        before: Records made before this moment go (UTC unless it says otherwise); requests are listed when left out.
        reason: Why; it stands in the log.
        confirm: Id of a request to confirm, prn_…
    """
    client = connect(options)
    if confirm:
        return show_one(options, "pruning", _flat(client.post(f"/audit/prunings/{quoted(confirm)}/confirm"), "pruning"))
    if before is not None:
        if not reason:
            raise InputError("WL-CLI-009", "A pruning needs a reason.", "Say why with --reason.")
        body = {"before_ms": _millis(before), "reason": reason}
        return show_one(options, "pruning", _flat(client.post("/audit/prunings", body), "pruning"))
    columns = ("id", "before", "requested_by", "requested_at", "confirmed_by", "confirmed_at", "rows", "reason")
    return show_list(options, "prunings", client.get("/audit/prunings"), columns=columns)


@app.command
def retention(*, options: Options = NONE) -> int:
    """Classes of keeping: how long records must stay, and how many are of each class now.

    No pruning takes a record within its class or under a hold; a hold is lifted by two people.
    """
    found = connect(options).get("/audit/retention")
    options.output().result(
        {"retention": found},
        *keeping_lines([msgspec.convert(one, KeptClass) for one in found]),
    )
    return Exit.DONE


@app.command
def accept_loss(spool: str = "", *, reason: str = "", options: Options = NONE) -> int:
    """Go on without records or counters that are lost for good, while Wardlaw is stopped; the log says so.

    What is damaged is moved to the spool's `quarantine` folder, never deleted. Counters that are lost begin anew: what
    they had used up is given back, and quarantines they held are open. Restore from a backup where you can.

    Args:
        spool: The spool that goes on, such as gateway-1 or control; when left out, all are looked at and
            nothing is changed (exit 1 when anything is lost).
        reason: Why; it stands in the log.
    """
    config = options.configuration()
    if spool:
        if not reason:
            raise InputError("WL-CLI-009", "Accepting a loss needs a reason.", "Say why with --reason.")
        accepted = accept_losses(config, spool, reason=reason)
        options.output().result({"accepted": msgspec.to_builtins(accepted)}, *_losses((accepted,)))
        return Exit.DONE
    found = examine_spools(config)
    options.output().result({"spools": msgspec.to_builtins(found)}, *_losses(found))
    return Exit.DONE if all(one.is_sound for one in found) else Exit.FINDINGS


@hold.command(name="list")
def list_holds(*, options: Options = NONE) -> int:
    """List legal holds."""
    columns = ("id", "subject", "reason", "placed_by", "placed_at", "lift_asked_by", "lifted_at")
    return show_list(options, "holds", connect(options).get("/audit/holds"), columns=columns)


@hold.command
def place(subject: str, *, reason: str, options: Options = NONE) -> int:
    """Keep everything of a subject.

    Args:
        subject: Pseudonym of the subject as the log has it.
        reason: Why; it stands in the log.
    """
    return show_one(options, "hold", connect(options).post("/audit/holds", {"subject": subject, "reason": reason}))


@hold.command
def lift(hold_id: str, *, options: Options = NONE) -> int:
    """Ask to lift a hold, or agree to it: two people are needed.

    Args:
        hold_id: Its id.
    """
    answer = connect(options).post(f"/audit/holds/{quoted(hold_id)}/lift")
    return show_one(options, "hold", {**answer["hold"], "lifted": answer["lifted"]})


def _losses(found: tuple[Examined, ...]) -> list[str]:
    lines = []
    for one in found:
        if one.loss is not None:
            loss = one.loss
            last = f"epoch {loss.epoch} record {loss.seq}" if loss.epoch >= 0 else "none"
            lines.append(f"{one.spool}: {loss.code}: {loss.message}")
            lines.append(
                f"{one.spool}: last good {last}; behind it {', '.join(loss.files)}, {loss.readable} records readable"
            )
        if one.state_lost:
            lines.append(f"{one.spool}: counters and quarantines cannot be told (WL-STA-004)")
        if one.is_sound:
            lines.append(f"{one.spool}: sound")
    return lines or ["there are no spools yet"]


def _flat(answer: dict[str, object], noun: str) -> dict[str, object]:
    inner = answer.get(noun)
    return {
        **(inner if isinstance(inner, dict) else {}),
        **{name: value for name, value in answer.items() if name != noun},
    }


def _millis(moment: datetime | None) -> int:
    if moment is None:
        return 0
    # A time without a zone is UTC, as in everything the log says; not the zone of whoever types it.
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(
            "WL-CLI-007", f"{path} cannot be written: {error.strerror}.", "Nothing was overwritten."
        ) from error
