"""Wardlaw: one door between a company's people, agents and AI models."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wardlaw.client import AsyncClient as AsyncClient
    from wardlaw.client import Client as Client
    from wardlaw.verdicts import Decided as Decided
    from wardlaw.verdicts import Guarded as Guarded
    from wardlaw.verdicts import JudgedResult as JudgedResult

__version__ = "0.1.0"
# Imported when first asked for: `import wardlaw` stands at the start of every command.
_CLIENT = ("AsyncClient", "Client", "Decided", "Guarded", "JudgedResult")


def __getattr__(name: str) -> Any:
    if name in _CLIENT:
        return getattr(import_module("wardlaw.client"), name)
    raise AttributeError(f"module 'wardlaw' has no attribute {name!r}")
