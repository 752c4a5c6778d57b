"""``wardlaw report``: a signed evidence report, and checking one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cyclopts import App
from rich.text import Text

from wardlaw.cli.commands.coverage import counted
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.reportkeeping import files_of, load_report, write_report
from wardlaw.cli.session import connect
from wardlaw.store.reportverify import check

app = App(name="report", help="A signed evidence report that verifies offline.")


@app.command
def build(*, framework: str, since: date, until: date, out: str, options: Options = NONE) -> int:
    """Make a report: how each provision stands and why, what happened in a period, and the proofs; signed as a whole.

    Args:
        framework: The law or standard, such as eu-ai-act.
        since: First day of the period, UTC.
        until: First day after the period.
        out: New folder, or new file that ends in .zip.
    """
    client, output = connect(options), options.output()
    counted(client, output, "/coverage", {})
    body = {"framework": framework, "since": since.isoformat(), "until": until.isoformat()}
    output.note("The log is counted. Proving, drawing and signing …")
    answer = client.post("/reports", body)
    files = files_of(answer)
    write_report(files, Path(out))
    told = {name: value for name, value in answer.items() if name not in ("files", "binary")}
    output.result(
        {"report": {**told, "out": out, "files": sorted(files)}},
        f"Written to {out}: {told['proven']} of {told['applicable']} proven, {told['attested']} attested.",
        f"{told['gaps']} gaps of the log in the period; {told['records_proven']} of {told['records']} records proven.",
        f"Check it: wardlaw report verify {out}, or verify.py in it on any machine with Python.",
    )
    return Exit.DONE


@app.command
def verify(
    file: str, *, log_key: tuple[str, ...] = (), report_key: tuple[str, ...] = (), options: Options = NONE
) -> int:
    """Check a report offline; needs no running Wardlaw. Exit 4 when anything does not verify.

    Args:
        file: Its folder or ZIP file.
        log_key: Public key line of the log, kept elsewhere (keys/log.key.pub); may be given again.
        report_key: Likewise of the key that signs reports (keys/bundle.key.pub).
    """
    wrong, good = check(load_report(Path(file)), log_keys=log_key, report_keys=report_key)
    output = options.output()
    verdict = Text("not sound", style="bold red") if wrong else Text("sound", style="bold green")
    output.result({"sound": not wrong, "wrong": wrong, "found": good}, verdict, *wrong, *good)
    if not (log_key and report_key):
        output.note("Keys were taken from the report itself: compare keys.json with what its owner published.")
    return Exit.EVIDENCE if wrong else Exit.DONE
