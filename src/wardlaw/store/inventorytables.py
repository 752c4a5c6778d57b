"""The tables of the inventory and of what is decided about grants; see ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, LargeBinary, String, Table, Text, text

from wardlaw.store.tables import METADATA

# One reading of one feed of a connected organisation.
INVENTORY_RUN = Table(
    "inventory_run",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("directory", String(64), nullable=False),
    Column("platform", String(32), nullable=False),
    Column("feed", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("started_at", Double, nullable=False),
    Column("started_by", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("ended_at", Double, nullable=False),
    Column("watermark", Text, nullable=False),
    Column("covered_until", Double, nullable=False),
    Column("gaps", Text, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("listed_from", Double, nullable=False, server_default="0"),
    Index(None, "directory", "feed", "started_at"),
)

# What feeds have told: accounts, apps, grants, credentials, uses. ``item`` is all of it as JSON; the other columns
# repeat what searches ask for. ``last_seen_at`` counts, not what stands in ``item``; the bundle may say a later one.
# Rows are never deleted: what is gone says when. ``face`` is the digest of what all feeds agree on about a thing.
INVENTORY_ITEM = Table(
    "inventory_item",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("feed", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("id", String(512), primary_key=True),
    Column("last_seen_at", Double, nullable=False),
    Column("gone_at", Double, nullable=False),
    Column("item", Text, nullable=False),
    Column("bundle", String(640), nullable=False),
    Column("face", String(32), nullable=False),
    Column("shared", Boolean, nullable=False),
    Index(None, "directory", "feed", "bundle"),
    Index(None, "directory", "face"),
)

# What a feed tells of one account, as one: ``digest`` is of everything of it that is there, and ``seen_at`` when a run last
# showed exactly that. An empty digest matches nothing. ``things`` are the digests of each thing that is there, one after the
# other; NULL where that is not known.
INVENTORY_BUNDLE = Table(
    "inventory_bundle",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("feed", String(64), primary_key=True),
    Column("bundle", String(640), primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("seen_at", Double, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("things", LargeBinary, nullable=True),
)

# The picture that all feeds make together, one row a thing, with what lists and searches ask for; the rows of
# ``inventory_item`` with the same face say the rest. Kept with every change, so that nobody need read everything.
# ``shape`` is the digest of what a grant allows; empty for all else, also for a grant that is gone or only asked for.
INVENTORY_THING = Table(
    "inventory_thing",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("face", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("id", String(512), nullable=False),
    Column("account", String(512), nullable=False),
    Column("app", String(512), nullable=False),
    Column("acts_as", String(16), nullable=False),
    Column("vendor", String(64), nullable=False),
    Column("level", Integer, nullable=False),
    Column("data", String(512), nullable=False),
    Column("born_at", Double, nullable=False),
    Column("used_at", Double, nullable=False),
    Column("usage_known", Boolean, nullable=False),
    Column("words", Text, nullable=False),
    Column("is_there", Boolean, nullable=False),
    Column("shape", String(32), nullable=False, server_default=""),
    Index(None, "directory", "kind", "id", "face"),
    Index(None, "kind", "is_there", "directory", "level"),
    Index(None, "id"),
    Index(None, "account"),
    Index(None, "app", "kind"),
    Index(
        "ix_inventory_thing_vendor",
        "vendor",
        "directory",
        "kind",
        "is_there",
        "account",
        sqlite_where=text("vendor <> ''"),
        postgresql_where=text("vendor <> ''"),
    ),
    Index(
        "ix_inventory_thing_words",
        "kind",
        "words",
        sqlite_where=text("words <> ''"),
        postgresql_where=text("words <> ''"),
    ),
)

# Grants of one app that allow the same, counted; ``whole`` of them are of no account. ``name`` is the app, or a line break
# and the id of a grant that names none; ``strength`` is the level of the most powerful scope that is classed; ``account``
# is whose grant a single one is, empty for several.
INVENTORY_LOT = Table(
    "inventory_lot",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("name", String(520), primary_key=True),
    Column("shape", String(32), primary_key=True),
    Column("scopes", Text, nullable=False),
    Column("as_itself", Boolean, nullable=False),
    Column("strength", Integer, nullable=False),
    Column("grants", BigInteger, nullable=False),
    Column("whole", BigInteger, nullable=False),
    Column("account", String(512), nullable=False),
)

# What a rule finds about a thing, from when to when if nothing changes. The words are written when they are read.
# ``finding`` is the id it has in ``inventory_finding`` once a run or a person has written it down.
INVENTORY_STANDING = Table(
    "inventory_standing",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("face", String(32), primary_key=True),
    Column("rule", String(64), primary_key=True),
    Column("weight", Integer, nullable=False),
    Column("about", String(600), nullable=False),
    Column("holds_from", Double, nullable=False),
    Column("holds_until", Double, nullable=False),
    Column("finding", String(64), nullable=False, server_default=""),
    Index(None, "weight", "rule", "directory", "about"),
    Index(None, "finding"),
)

# Directories whose picture an upgrade left to be drawn, and the face that was drawn last.
INVENTORY_DRAWING = Table(
    "inventory_drawing",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("after", String(32), nullable=False),
    Column("drawn", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
)

# Events of connected organisations, as their logs tell them; rows go after a time, the rollups stay. ``judged`` is 1
# once the detectors have seen it; ``twin`` is the other id under which the same event was told.
INVENTORY_ACTIVITY = Table(
    "inventory_activity",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("id", String(512), primary_key=True),
    Column("at", Double, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("activity", Text, nullable=False),
    Column("twin", String(512), nullable=False, server_default=""),
    Index(None, "directory", "judged", "at"),
    Index(
        "ix_inventory_activity_twin",
        "directory",
        "twin",
        sqlite_where=text("twin <> ''"),
        postgresql_where=text("twin <> ''"),
    ),
)

# Events by app, method, network and hour (Unix seconds divided by 3600).
INVENTORY_ROLLUP = Table(
    "inventory_rollup",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("app", String(512), primary_key=True),
    Column("method", String(200), primary_key=True),
    Column("asn", BigInteger, primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Index(None, "directory", "hour"),
)

# What each app was seen calling for each account, and when first and last.
INVENTORY_EXERCISE = Table(
    "inventory_exercise",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("app", String(512), primary_key=True),
    Column("account", String(512), primary_key=True),
    Column("method", String(200), primary_key=True),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Index(None, "directory", "last_at"),
)

# What the detectors remember of each app; of the directory itself under the kind ``directory``.
INVENTORY_MEMORY = Table(
    "inventory_memory",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("app", String(512), primary_key=True),
    Column("memory", LargeBinary, nullable=False),
)

# Findings and how far people are with them; ``finding`` is all of it as JSON, the other columns repeat what is asked for.
# ``weight`` is the place in the order of weights. ``last_at`` counts, not what stands in ``finding``.
INVENTORY_FINDING = Table(
    "inventory_finding",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("directory", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("event", String(512), nullable=False),
    Column("state", String(16), nullable=False),
    Column("last_at", Double, nullable=False),
    Column("finding", Text, nullable=False),
    Column("weight", Integer, nullable=False, server_default="0"),
    Column("about", Text, nullable=False, server_default=""),
    Column("until", Double, nullable=False, server_default="0"),
    Index(None, "directory", "state"),
    Index(None, "rule"),
)

# What the company has agreed to; ``approval`` is all of it as JSON.
GRANT_APPROVAL = Table(
    "grant_approval",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("expires_at", Double, nullable=False),
    Column("ended_at", Double, nullable=False),
    Column("approval", Text, nullable=False),
    Index(None, "ended_at", "expires_at"),
)

# What the clauses say of each grant, the last time it was judged.
GRANT_DECISION = Table(
    "grant_decision",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("grant_id", String(512), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("effect", String(16), nullable=False),
    Column("fate", String(16), nullable=False),
    Column("at", Double, nullable=False),
    Column("ruling", Text, nullable=False),
    Index(None, "id"),
    Index(None, "fate", "at"),
)

# What the person who gave a grant was asked, once, and what was answered.
GRANT_QUESTION = Table(
    "grant_question",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("grant_id", String(512), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("account", String(512), nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("answered_at", Double, nullable=False),
    Column("answered_by", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "id"),
)

# What is taken away on a platform, from the plan to the proof; ``revocation`` is all of it as JSON.
REVOCATION = Table(
    "revocation",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("directory", String(64), nullable=False),
    Column("app", String(512), nullable=False),
    Column("planned_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revocation", Text, nullable=False),
    Index(None, "planned_at"),
    Index(None, "directory", "app"),
)

# Which records of the log tell of a revocation.
REVOCATION_RECORD = Table(
    "revocation_record",
    METADATA,
    Column("record", String(64), primary_key=True),
    Column("revocation", String(64), nullable=False),
    Column("at", Double, nullable=False),
    Column("operation", String(64), nullable=False),
    Index(None, "revocation", "at"),
)

# Which principal of the gateway an app of a directory is.
PRINCIPAL_LINK = Table(
    "principal_link",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("app", String(512), primary_key=True),
    Column("principal", String(256), primary_key=True),
    Column("linked_by", String(128), nullable=False),
    Column("linked_at", Double, nullable=False),
)

# Deliveries of platforms and signals that were taken in, by what makes each one itself: the same one is taken once. Rows go
# when a delivery of that age would be refused anyway.
INVENTORY_DELIVERY = Table(
    "inventory_delivery",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("until", Double, nullable=False),
    Index(None, "until"),
)

# What became of deliveries, counted.
INVENTORY_PUSH = Table(
    "inventory_push",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("outcome", String(32), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_at", Double, nullable=False),
)

# Feeds of which somebody said that they have something new.
INVENTORY_WISH = Table(
    "inventory_wish",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("feed", String(64), primary_key=True),
    Column("asked_at", Double, nullable=False),
)

# Notification channels that are open at platforms.
INVENTORY_CHANNEL = Table(
    "inventory_channel",
    METADATA,
    Column("directory", String(64), primary_key=True),
    Column("feed", String(64), primary_key=True),
    Column("id", String(64), nullable=False),
    Column("resource", String(512), nullable=False),
    Column("address", String(1024), nullable=False),
    Column("expires_at", Double, nullable=False),
)

# Signals to be sent to receivers; ``claims`` is the JSON that is signed when it is sent.
SIGNAL_OUT = Table(
    "signal_out",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("receiver", String(64), nullable=False),
    Column("claims", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Double, nullable=False),
    Column("error", String(500), nullable=False),
    Index(None, "state", "next_at"),
)

# What an erasure is asked to reach in the inventory, as JSON with names in the clear; it goes with the request's end.
ERASURE_REACH = Table(
    "erasure_reach",
    METADATA,
    Column("erasure", String(64), primary_key=True),
    Column("expires_at", Double, nullable=False),
    Column("reach", Text, nullable=False),
)

# Names that stay out of the inventory, by keyed digest, and the pseudonym that stands for each. An empty ``directory``
# is all of them.
SUPPRESSED_NAME = Table(
    "suppressed_name",
    METADATA,
    Column("tag", String(64), primary_key=True),
    Column("directory", String(64), primary_key=True),
    Column("pseudonym", String(64), nullable=False),
    Column("erasure", String(64), nullable=False),
    Column("at", Double, nullable=False),
)
