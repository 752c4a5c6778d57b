"""Naming whom and what an exemption is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter


# A dataclass, not a struct: the command-line framework flattens those.
@Parameter(name="*", group="For whom and what (all that is named must fit)")
@dataclass(frozen=True)
class Scoped:
    """For whom and what; all that is named must fit."""

    principal: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """Caller, or person that callers act for (user:ana); may be given again."""
    system: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """App or agent that asks (agent:reports); may be given again."""
    resource: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    """model:NAME or tool:NAME, * for any characters; may be given again."""

    def body(self) -> dict[str, Any]:
        """What the management API is told."""
        return {"principals": list(self.principal), "systems": list(self.system), "resources": list(self.resource)}


NOBODY = Scoped()
"""Nobody and nothing named, which the API refuses."""
