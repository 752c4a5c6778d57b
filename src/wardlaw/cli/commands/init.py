"""``wardlaw init``."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from wardlaw.cli.creating import ADMIN_TOKEN_S, Created, console_address, create_installation
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program
from wardlaw.config.model import ClauseLife


def init(folder: str = ".", *, sign_off: bool = False, options: Options = NONE) -> int:
    """Make a new installation: configuration, starter clauses, keys, database. Nothing is overwritten.

    Run again, it makes what is missing and prints a fresh token while there is no admin.

    Args:
        folder: Where; made when it is not there.
        sign_off: Write policies.life: on, so that every change of a clause needs others to approve it: three people,
            four where the risk is high.
    """
    created = create_installation(Path(folder), sign_off=sign_off)
    data = {
        "config": str(created.config_path),
        "made": created.made,
        "kept": created.kept,
        "admin_token": created.admin_token,
    }
    lines = [Text(f"made  {path}", style="green") for path in created.made]
    lines += [Text(f"kept  {path}", style="dim") for path in created.kept]
    options.output().result(data, *lines, *next_steps(created))
    return 0


def next_steps(created: Created) -> list[Text]:
    """What to do now, with the one-time token where there is one."""
    steps = [Text(""), Text("Next", style="bold"), Text(f"  {program()} up --config {created.config_path}")]
    if created.admin_token:
        hours = int(ADMIN_TOKEN_S // 3600)
        address = console_address(created.config)
        one = "in a browser or in a shell, makes" if address else "makes"
        steps += [
            *([Text(f"  {address}/sign-in#{created.admin_token}")] if address else []),
            Text(f"  {program()} token redeem {created.admin_token}"),
            Text(f"    {one} you the first admin; works once, for {hours} hours", style="dim"),
        ]
    steps.append(Text(f"  {program()} key create my-app --principal user:me"))
    return [*steps, *_what_is_proven(created)]


def _what_is_proven(created: Created) -> list[Text]:
    """That the clauses are in force and proven by nobody yet, and what to do about it."""
    lines = [
        Text(""),
        Text("The starter clauses are in force, signed off by nobody: none counts as proven", style="bold"),
        Text(f"  {program()} canary plan     what tries each of them, once a day"),
        Text(f"  {program()} coverage        what is missing for each"),
    ]
    if created.config.policies.life is ClauseLife.ON:
        return [
            *lines,
            Text(f"  {program()} policy approve  by as many people as `{program()} policy history CLAUSE` asks for"),
        ]
    return [
        *lines,
        Text(f"  {program()} attest          one person alone may vouch: attested, never proven"),
        Text("  policies.life: on       in the configuration, once three or four people sign off", style="dim"),
    ]
