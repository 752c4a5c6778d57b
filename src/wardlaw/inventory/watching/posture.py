"""What an app may do and was never seen doing; said only where its use was told for long enough."""

from __future__ import annotations

from wardlaw.inventory.risk import Privilege, scope_risk
from wardlaw.inventory.rules import DAY_S, GrantFinding
from wardlaw.inventory.watching.alarm import ALARMS, AlarmKind
from wardlaw.inventory.watching.memory import AppMemory
from wardlaw.inventory.watching.noticing import listed

COVERED_DAYS = 30
"""Days on which uses told their scopes; with fewer, nothing is said at all."""


def unused_scopes(directory: str, platform: str, apps: dict[str, AppMemory], *, at: float) -> list[GrantFinding]:
    """Powerful scopes that were granted at least ``COVERED_DAYS`` ago and stand in no use since; ``at`` is Unix seconds."""
    found = []
    facts = ALARMS[AlarmKind.SCOPE_UNUSED]
    for name, app in sorted(apps.items()):
        if app.scope_days < COVERED_DAYS:
            continue
        line = at - COVERED_DAYS * DAY_S
        unused = sorted(
            scope
            for scope, since in app.granted.items()
            if scope not in app.used_scopes
            and since <= line
            and (risk := scope_risk(platform, scope)).known
            and risk.privilege >= Privilege.HIGH
        )
        if unused:
            said = f"On {app.scope_days} days its use was told, and none was of {listed(unused)}."
            rule = AlarmKind.SCOPE_UNUSED.value
            found.append(GrantFinding(rule, facts.weight, directory, f"app {name}", "", name, (said,), facts.remedy))
    return found
