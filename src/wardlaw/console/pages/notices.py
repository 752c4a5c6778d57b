"""What a page says after something was done: one of these sentences, named in the address, never text from there."""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.console.pages.messages import mark

NOTICES: Mapping[str, str] = {
    "saved": mark("Saved."),
    "sent": mark("Six requests go through the door now. Watch them come."),
    "approved": mark("Approved; it stands in the log."),
    "denied": mark("Denied; it stands in the log."),
    "answered": mark("Answered; it stands in the log."),
    "asked": mark("Asked. Whoever is due sees it now."),
    "revoked": mark("Taken back; it stands in the log."),
    "closed": mark("Closed; it stands in the log."),
    "broken": mark("The glass is broken: the clauses are lifted, and another person reviews it within a day."),
    "at-once": mark("In force; gateways follow within a second. Another person reviews it within a day."),
    "cut": mark("Locked out; gateways follow within a second, and it stands in the log."),
    "appealed": mark("Your appeal was taken; another person answers it."),
    "released": mark("Released; it stands in the log."),
    "handed-in": mark("Handed in. It stands as a new version, and in the log."),
    "signed": mark("Signed; it stands in the log."),
    "run": mark("Run. The checks are below."),
    "found-run": mark("Nothing has changed since this run, so no other was begun."),
    "removed": mark("Removed."),
    "choose": mark("Choose what you sign in with: until then you can look, and approve nothing."),
    "proven": mark("Thank you. Now repeat what you wanted to do."),
    "password": mark("Your password is set; other sessions of yours have ended."),
    "passkey": mark("Your passkey is added."),
    "credentials": mark(
        "Your password or a passkey was set since you last signed in with this browser; My account says when. "
        "If that was not you, sign out everywhere there and tell an admin."
    ),
    "started": mark("Started. The page shows how it goes on."),
}


def notice_of(name: str) -> str:
    """The sentence of a name; empty for one nobody knows."""
    return NOTICES.get(name, "")
