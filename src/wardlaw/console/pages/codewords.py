"""Short codes of the API as people read them where nothing longer is said: states, levels, kinds and spans.

In English most read as the code does; in another language they are words of that language.
"""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.console.pages.messages import Said, mark

CODES: Mapping[str, Said] = {
    # How an exchange ended.
    "complete": mark("complete"),
    "cut": mark("cut"),
    # Levels: risks, privileges, weights.
    "none": mark("none"),
    "low": mark("low"),
    "medium": mark("medium"),
    "high": mark("high"),
    "critical": mark("critical"),
    "info": mark("info"),
    # How requests, waivers, broken glass and incidents stand.
    "waiting": mark("waiting"),
    "open": mark("open"),
    "closed": mark("closed"),
    "approved": mark("approved"),
    "granted": mark("granted"),
    "refused": mark("refused"),
    "rejected": mark("rejected"),
    "used": mark("used"),
    "ended": mark("ended"),
    "expired": mark("expired"),
    "lapsed": mark("lapsed"),
    "withdrawn": mark("withdrawn"),
    "revoked": mark("revoked"),
    "overdue": mark("overdue"),
    "reviewed": mark("reviewed"),
    "asked": mark("asked"),
    "draft": mark("draft"),
    "published": mark("published"),
    "retired": mark("retired"),
    "due": mark("due"),
    "held": mark("held"),
    # What became of a rule from one version to the next.
    "tightened": mark("tightened"),
    "loosened": mark("loosened"),
    "changed": mark("changed"),
    "unchanged": mark("unchanged"),
    # How a clause begins, and whom it binds.
    "watch": mark("watch"),
    "warn": mark("warn"),
    "enforce": mark("enforce"),
    "people": mark("people"),
    "agents": mark("agents"),
    "services": mark("services"),
    # Kinds of things.
    "system": mark("system"),
    "model": mark("model"),
    "dataset": mark("dataset"),
    "vendor": mark("vendor"),
    "tool": mark("tool"),
    "account": mark("account"),
    "app": mark("app"),
    "grant": mark("grant"),
    "credential": mark("credential"),
    "user": mark("user"),
    "agent": mark("agent"),
    # Spans of time.
    "minutes": mark("minutes"),
    "hours": mark("hours"),
    "days": mark("days"),
    # Roles, where they stand beside a name.
    "legal": mark("legal"),
    "risk": mark("risk"),
    "compliance": mark("compliance"),
    "ciso": mark("ciso"),
    "secops": mark("secops"),
    "devsecops": mark("devsecops"),
    "owner": mark("owner"),
    "auditor": mark("auditor"),
    "admin": mark("admin"),
    # Ways of signing in.
    "password": mark("password"),
    "passkey": mark("passkey"),
    "one-time-token": mark("one-time token"),
    "identity-provider": mark("identity provider"),
}


def code_word(code: object) -> object:
    """A code in words; what is none, or one nobody knows, stands as it is."""
    return code if isinstance(code, Said) or not isinstance(code, str) else CODES.get(code, code)
