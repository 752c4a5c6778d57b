"""The nouns of the inventory.

Everything a platform tells is a ``Thing``: it carries no date of ours. An ``Item`` is a thing with the feed that
told it and the times it was seen. What is not known is empty, 0 or ``unknown``; no date is invented.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class AccountKind(StrEnum):
    """Who an account acts as."""

    HUMAN = "human"
    NHI = "nhi"
    AGENT = "agent"
    UNKNOWN = "unknown"


class AccountState(StrEnum):
    """What its platform says of an account."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"
    UNKNOWN = "unknown"


class Tristate(StrEnum):
    """A claim that a platform confirms, denies, or does not speak of."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Consent(StrEnum):
    """Who agreed to a grant, and for whom."""

    USER = "user"
    ADMIN = "admin"
    INSTALLATION = "installation"
    REQUESTED = "requested"
    UNKNOWN = "unknown"


class Account(msgspec.Struct, frozen=True, tag="account", tag_field="kind"):
    """A person, service account or agent of a directory.

    Attributes:
        id: The platform's own id; a mail address where it has no other.
        owner: Who answers for an account that is no person; empty where nobody is known to.
    """

    id: str
    acts_as: AccountKind = AccountKind.UNKNOWN
    name: str = ""
    owner: str = ""
    state: AccountState = AccountState.UNKNOWN


class App(msgspec.Struct, frozen=True, tag="app", tag_field="kind"):
    """What grants are given to: an OAuth client, an installed app, a server of tools, a browser extension, a site.

    Attributes:
        id: The platform's client id.
        publisher: As the platform names it; whoever made the app chose the words.
        domain: Where it is reached, where that is known.
    """

    id: str
    name: str = ""
    publisher: str = ""
    domain: str = ""
    verified: Tristate = Tristate.UNKNOWN
    first_party: Tristate = Tristate.UNKNOWN


class Grant(msgspec.Struct, frozen=True, tag="grant", tag_field="kind"):
    """What an account lets an app do.

    Attributes:
        account: Id of the account; empty for a grant over the whole directory.
        app: Id of the app.
        scopes: The platform's own words, sorted.
        granted_at: Unix seconds; 0 where the platform does not say.
        last_used_at: Unix seconds; 0 where no use was seen, which is not the same as unused.
        usage_known: Whether the platform would have told of a use.
    """

    id: str
    account: str
    app: str
    consent: Consent = Consent.UNKNOWN
    scopes: tuple[str, ...] = ()
    granted_at: float = 0.0
    last_used_at: float = 0.0
    usage_known: bool = False


class Credential(msgspec.Struct, frozen=True, tag="credential", tag_field="kind"):
    """A key, token or certificate; never its text.

    Attributes:
        type: The platform's word, such as ``personal access token``.
        never_expires: The platform says that it does not end; ``expires_at`` 0 alone says that nobody knows.
    """

    id: str
    account: str
    type: str
    name: str = ""
    app: str = ""
    scopes: tuple[str, ...] = ()
    created_at: float = 0.0
    expires_at: float = 0.0
    last_used_at: float = 0.0
    never_expires: bool = False


class Use(msgspec.Struct, frozen=True, tag="use", tag_field="kind"):
    """What an account did with an app on one day.

    Attributes:
        day: ``YYYY-MM-DD``, UTC; empty where the source carries no time.
        calls: Requests or log lines seen.
        sent_bytes: Sent to the app, where the source says so.
        tokens: Read and written together, where an AI vendor counts them.
    """

    id: str
    account: str
    app: str
    day: str = ""
    calls: int = 0
    sent_bytes: int = 0
    last_used_at: float = 0.0
    tokens: int = 0


class Group(msgspec.Struct, frozen=True, tag="group", tag_field="kind"):
    """A group of a directory.

    Attributes:
        id: The platform's own id; its name may be chosen by anybody.
    """

    id: str
    name: str = ""


class Membership(msgspec.Struct, frozen=True, tag="membership", tag_field="kind"):
    """That an account, or a whole group, is in a group.

    Attributes:
        group: Id of the group.
        account: Id of the account; empty where a group is in it.
        inner: Id of the group that is in it; empty where an account is.
    """

    id: str
    group: str
    account: str = ""
    inner: str = ""


Thing = Account | App | Grant | Credential | Use | Group | Membership


class Spell(msgspec.Struct, frozen=True):
    """A time in which something was there and after which it was gone; Unix seconds."""

    since: float
    until: float


class Item(msgspec.Struct, frozen=True):
    """A thing as one feed of one directory tells it.

    Attributes:
        feed: Which of the directory's sources, such as ``tokens``.
        first_seen_at: Unix seconds; ours, not the platform's.
        since: Begin of the present spell.
        last_seen_at: When the feed last told of it.
        gone_at: When it was last known to be gone; it is there while ``last_seen_at`` is later.
        past: Earlier spells, oldest first.
    """

    directory: str
    feed: str
    thing: Thing
    first_seen_at: float
    since: float
    last_seen_at: float
    gone_at: float = 0.0
    past: tuple[Spell, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether it was seen after it was last known to be gone."""
        return self.last_seen_at > self.gone_at


class Sighting(msgspec.Struct, frozen=True):
    """A thing on a page of a run.

    Attributes:
        at: Time of the event that tells it; 0 for a listing, which tells how things are as the run starts.
        ended: The event says that it is no more.
    """

    thing: Thing
    at: float = 0.0
    ended: bool = False


class FeedKind(StrEnum):
    """What being absent from a feed means."""

    LISTING = "listing"  # a complete run that does not show a thing says that it is gone
    EVENTS = "events"  # silence says nothing


class RunState(StrEnum):
    """How far a run has come."""

    OPEN = "open"  # running, or cut off
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class SyncRun(msgspec.Struct, frozen=True):
    """One reading of one feed.

    Attributes:
        started_at: Unix seconds, by the clock of the control process.
        ended_at: 0 while it runs, and for ever when it was cut off.
        watermark: Where the next run of an event feed goes on, in the connector's own words.
        covered_until: Events up to this time were read; 0 for a listing.
        gaps: What was not read, one sentence each.
        seen: Sightings taken in, also by the runs that a listing went on from.
        ended: Things found gone.
        place: From where a listing that broke off may go on, in the connector's own words; empty where it may not.
        listed_from: Of a listing that went on from where an earlier run broke off, when the first of them began; else 0.
    """

    id: str
    directory: str
    platform: str
    feed: str
    kind: FeedKind
    started_at: float
    started_by: str
    state: RunState = RunState.OPEN
    ended_at: float = 0.0
    watermark: str = ""
    covered_until: float = 0.0
    gaps: tuple[str, ...] = ()
    seen: int = 0
    ended: int = 0
    place: str = ""
    listed_from: float = 0.0

    @property
    def begun_at(self) -> float:
        """When the first page of the listing was read, by this run or by one that it went on from."""
        return self.listed_from or self.started_at
