"""What an identity provider says of an account, held against what the account has let in."""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.inventory.activity import Activity
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.watching.alarm import AlarmKind
from wardlaw.inventory.watching.noticing import Notice
from wardlaw.inventory.watching.surroundings import Surroundings

_WEIGHTS: Mapping[str, Weight] = {
    "risc.account-disabled": Weight.HIGH,
    "risc.account-purged": Weight.HIGH,
    "risc.account-credential-change-required": Weight.HIGH,
    "risc.credential-compromise": Weight.HIGH,
    "caep.session-revoked": Weight.MEDIUM,
    "caep.credential-change": Weight.MEDIUM,
    "caep.assurance-level-change": Weight.MEDIUM,
    "caep.device-compliance-change": Weight.MEDIUM,
}
"""Of the others (an account is enabled, its name or its claims are other ones) nothing follows for what it has let in."""
_GOOD = frozenset({"compliant", "create"})


def look_at_signal(activity: Activity, around: Surroundings) -> list[Notice]:
    """A signal about an account whose grants or credentials are there: ending its sessions does not end those."""
    weight = _WEIGHTS.get(activity.method)
    held = around.held.get(activity.account, 0)
    if weight is None or not held or _GOOD & set(activity.object.split()):
        return []
    name = activity.method.partition(".")[2].replace("-", " ")
    about = f" ({activity.object})" if activity.object else ""
    said = f"The identity provider says of {activity.account}: {name}{about}; {held} of its grants and credentials are there."
    why = (f"Its reason: {activity.user_agent.rstrip('.')}.",) if activity.user_agent else ()
    return [Notice(AlarmKind.SIGNAL, activity.method, (said, *why), activity.account, weight)]
