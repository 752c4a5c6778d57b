"""``wardlaw init``."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from wardlaw.cli.creating import ADMIN_TOKEN_S, Created, create_installation
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import program


def init(folder: str = ".", *, options: Options = NONE) -> int:
    """Make a new installation: configuration, starter clauses, keys, database. Nothing is overwritten.

    Run again, it makes what is missing and prints a fresh token while there is no admin.

    Args:
        folder: Where; made when it is not there.
    """
    created = create_installation(Path(folder))
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
        steps += [
            Text(f"  {program()} token redeem {created.admin_token}"),
            Text(f"    makes you the first admin; works once, for {hours} hours", style="dim"),
        ]
    steps.append(Text(f"  {program()} key create my-app --principal user:me"))
    return steps
