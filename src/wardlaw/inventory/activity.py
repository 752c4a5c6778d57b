"""What a platform's log says was done: the one shape every log is read into, and every detector reads.

A log is read into things as well (who granted what); an ``Activity`` is the event itself, with from where, how often
and how much. What a platform does not say stays empty or 0.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.inventory.model import Consent


class Deed(StrEnum):
    """What was done, in the words of no platform."""

    CONSENT = "consent"  # an account, or an administrator for all, lets an app do something
    REFUSAL = "refusal"  # a consent that the platform, or a person, refused
    REVOKE = "revoke"  # a grant was taken away
    SIGN_IN = "sign-in"  # an app, agent or service account got itself a token
    USE = "use"  # calls of a platform's interface
    EXPORT = "export"  # bulk export, archive, clone, query job, download
    CREDENTIAL_ADDED = "credential-added"
    CREDENTIAL_REMOVED = "credential-removed"
    ROLE_ASSIGNED = "role-assigned"  # an application's own right, or an administrator's role
    DELEGATION_ADDED = "delegation-added"  # a right to act as everybody of a domain
    APP_CREATED = "app-created"
    APP_CHANGED = "app-changed"
    APP_DELETED = "app-deleted"
    TRACE_REMOVED = "trace-removed"  # a log, job or rule that would have told was deleted or switched off
    ADVISORY = "advisory"  # an app's maker, or its platform, says that it was broken into
    SIGNALLED = (
        "signalled"  # the identity provider says that an account, or what it signs in with, is no longer as it was
    )
    OTHER = "other"


class Activity(msgspec.Struct, frozen=True):
    """One event, or several alike that the platform counted as one.

    Attributes:
        id: The platform's own, unique in its directory; the same event twice counts once.
        at: Unix seconds, as the platform says.
        account: Id of the account whose data or grant it is about; empty for the whole directory.
        actor: Id of who did it, where that is somebody else: an administrator, a person behind an app.
        app: Client id.
        scopes: Given, assigned or used, sorted; the platform's own words.
        method: The platform's word for what was called, such as ``drive.files.export``.
        object: What it was done to: a repository, a table, a mailbox, a role.
        asn: Number of the network, 0 where it is not known.
        items: Records, files or repositories read or moved.
        bytes: Moved, where the platform counts them.
        calls: How many calls this event stands for.
        credential: Id of the key or token that was used, added or removed.
        agent: Id of the AI agent that acted, where the platform tells one.
        via: How the app got its token, in the platform's word, such as ``device_code``; empty where it does not say.
    """

    id: str
    at: float
    deed: Deed
    account: str = ""
    actor: str = ""
    app: str = ""
    app_name: str = ""
    consent: Consent = Consent.UNKNOWN
    scopes: tuple[str, ...] = ()
    method: str = ""
    object: str = ""
    ip: str = ""
    asn: int = 0
    country: str = ""
    user_agent: str = ""
    items: int = 0
    bytes: int = 0
    calls: int = 1
    credential: str = ""
    agent: str = ""
    via: str = ""
