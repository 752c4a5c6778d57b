"""Options of ``wardlaw mcp wrap``, flattened into the command's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from wardlaw.config.toolservers import McpServer

ENV_GATEWAY, ENV_KEY = "WARDLAW_GATEWAY", "WARDLAW_KEY"
DEFAULT_GATEWAY = "http://127.0.0.1:8080"
_USUAL = McpServer("usual")


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*")
@dataclass(frozen=True)
class WrapOptions:
    """Who judges, and within which bounds."""

    gateway: Annotated[str, Parameter(show_default=False)] = ""
    """Address of the gateway (default: $WARDLAW_GATEWAY, http://127.0.0.1:8080)."""
    key_file: Annotated[Path | None, Parameter(show_default=False)] = None
    """File with the key the gateway knows you by (default: the key in $WARDLAW_KEY)."""
    call_timeout_s: float = _USUAL.call_timeout_s
    """Seconds for one call of the server."""
    message_bytes: int = _USUAL.message_bytes
    """Largest message of server or client, in bytes."""


WRAP_DEFAULTS = WrapOptions()
