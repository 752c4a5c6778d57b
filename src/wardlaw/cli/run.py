"""Running one command: the framework, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from wardlaw.cli.exits import Exit
from wardlaw.cli.failure import tell_error, tell_fault, tell_usage
from wardlaw.cli.table import COMMANDS, find_command
from wardlaw.config.problem import nearest
from wardlaw.facts.errors import WardlawError


def build_app() -> App:
    """All commands; each is imported only when it runs."""
    app = App(
        name="wardlaw",
        help_format="markdown",
        result_action="return_value",
        version_flags=[],
        suppress_keyboard_interrupt=False,
    )
    for entry in COMMANDS:
        app.command(entry.target, name=entry.name)
    return app


def run(words: Sequence[str]) -> int:
    """Run a command line; answers the exit code. The only broad ``except`` of the command line stands here."""
    as_json = "--json" in words
    color = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    entry = find_command(words[0])
    if entry is None:
        choice = nearest(words[0], [known.name for known in COMMANDS])
        hint = f" Did you mean {choice}?" if choice else ""
        return tell_usage(f"There is no command {words[0]}.{hint}", command="", as_json=as_json)
    try:
        answer = build_app()([entry.name, *words[1:]], exit_on_error=False, print_error=False)
        sys.stdout.flush()
    except WardlawError as error:
        return tell_error(error, as_json=as_json, color=color)
    except CycloptsError as error:
        return tell_usage(str(error), command=entry.name, as_json=as_json)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Nobody reads on. Not 0: whoever asked for a decision must not take silence for "allowed".
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.UNAVAILABLE
    except Exception as error:  # noqa: BLE001 (the boundary of the command line: a fault must not exit 0)
        return tell_fault(error, fault_id=f"flt_{secrets.token_hex(4)}", as_json=as_json, env=os.environ)
    return int(answer) if isinstance(answer, int) else Exit.DONE
