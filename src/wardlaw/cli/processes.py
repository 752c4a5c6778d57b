"""Entry point of the background processes: ``python -m wardlaw.cli.processes ROLE CONFIG``.

``up`` starts each in a process of its own; a service manager may do the same by hand.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from wardlaw.config.load import read_config
from wardlaw.facts.errors import EvidenceError, WardlawError
from wardlaw.facts.layouts import settle_layouts

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "control": "wardlaw.cli.roles.control:run_control",
        "sequencer": "wardlaw.cli.roles.sequencer:run_sequencer",
        "canary": "wardlaw.cli.roles.canary:run_canary",
        "export": "wardlaw.cli.roles.export:run_export",
        "listener": "wardlaw.cli.roles.listener:run_listener",
        "watch": "wardlaw.cli.roles.watch:run_watch",
        "demo-model": "wardlaw.cli.roles.demo_model:run_demo_model",
    }
)
_log = logging.getLogger("wardlaw")


def main(arguments: list[str]) -> int:
    """Run one role; answers the exit code."""
    if len(arguments) != 2 or arguments[0] not in ROLES:
        sys.stderr.write(f"usage: python -m wardlaw.cli.processes {{{','.join(ROLES)}}} CONFIG\n")
        return 2
    role, path = arguments
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        loaded = read_config(Path(path), env=os.environ)
        config = loaded.config
        logging.getLogger().setLevel(config.logs.level.upper())
        for chatty in ("alembic", "uvicorn"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        module, _, name = ROLES[role].partition(":")
        run = getattr(importlib.import_module(module), name)
        settle_layouts()
        # The control process shows people where each value comes from; the others have no use for that.
        code: int = run(config, loaded.origins) if role == "control" else run(config)
    except EvidenceError as error:
        _log.critical("%s", error)
        return error.exit_code
    except WardlawError as error:
        _log.error("%s", error)
        return error.exit_code
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
