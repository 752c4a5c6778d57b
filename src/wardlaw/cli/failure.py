"""How errors reach a person: one block with what happened, its code and the next step."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping

from wardlaw.cli.exits import Exit
from wardlaw.facts.errors import WardlawError

ENV_DEBUG = "WARDLAW_DEBUG"


def tell_error(error: WardlawError, *, as_json: bool, color: bool) -> int:
    """Write the error to stderr; answers its exit code."""
    if as_json:
        _tell_json(error.code, error.message, error.hint, error.exit_code)
        return error.exit_code
    red, dim, end = ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") if color else ("", "", "")
    lines = [f"{red}error{end} {error.message}"]
    if error.hint:
        lines.append(f"      {error.hint}")
    lines.append(f"      {dim}{error.code}, see docs/errors/{error.code.split('-')[1].lower()}.md{end}")
    sys.stderr.write("\n".join(lines) + "\n")
    return error.exit_code


def tell_usage(message: str, *, command: str, as_json: bool) -> int:
    """Say how the command line was wrong; answers the exit code."""
    hint = f"See wardlaw {command} --help." if command else "See wardlaw --help."
    if as_json:
        _tell_json("WL-CLI-001", message, hint, Exit.USAGE)
    else:
        sys.stderr.write(f"usage {message}\n      {hint}\n")
    return Exit.USAGE


def tell_fault(error: BaseException, *, fault_id: str, as_json: bool, env: Mapping[str, str]) -> int:
    """Say that something of ours broke; the trace only on demand, because it may show what was worked on."""
    message = f"Wardlaw broke: {type(error).__name__}. Fault {fault_id}."
    hint = f"Run it again with {ENV_DEBUG}=1 to see where, and report it with the fault id."
    if env.get(ENV_DEBUG):
        traceback.print_exception(error, file=sys.stderr)
    if as_json:
        _tell_json("WL-CLI-070", message, hint, Exit.FAULT)
    else:
        sys.stderr.write(f"fault {message}\n      {hint}\n")
    return Exit.FAULT


def _tell_json(code: str, message: str, hint: str, exit_code: int) -> None:
    body = {"error": {"code": code, "message": message, "hint": hint, "exit": int(exit_code)}}
    sys.stderr.write(json.dumps(body, ensure_ascii=False) + "\n")
