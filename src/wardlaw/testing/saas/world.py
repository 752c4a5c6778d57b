"""One organisation as it truly is; the platforms tell it in their own words.

A folder holds it (docs/replaying-incidents.md): ``directory.json`` with name, platform and the time it is there, and one
file of JSON lines for each kind of thing: ``account.jsonl``, ``app.jsonl``, ``grant.jsonl``, ``credential.jsonl``, ``group.jsonl``,
``membership.jsonl``, in the words of the inventory's model. A file of events has one ``Activity`` a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Account, App, Credential, Grant, Group, Membership

Held = Account | App | Grant | Credential | Group | Membership
_KINDS: tuple[type[Held], ...] = (Account, App, Grant, Credential, Group, Membership)
_T = TypeVar("_T")


class Charter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``directory.json`` says.

    Attributes:
        now: Unix seconds at which the organisation is as the files say.
        extras: What platforms tell beside the model, by kind and id: ``{"app app-1": {"homepage": "…"}}``.
    """

    name: str
    platform: str
    now: float
    extras: dict[str, dict[str, Any]] = {}


class World:
    """An organisation with a clock of its own. Every change writes what the platform's log would say.

    Attributes:
        now: Unix seconds; moves only when somebody moves it.
        activities: The log, in the order in which it became known.
    """

    def __init__(self, charter: Charter) -> None:
        self.name = charter.name
        self.platform = charter.platform
        self.now = charter.now
        self.extras = dict(charter.extras)
        self.accounts: dict[str, Account] = {}
        self.apps: dict[str, App] = {}
        self.grants: dict[str, Grant] = {}
        self.credentials: dict[str, Credential] = {}
        self.groups: dict[str, Group] = {}
        self.memberships: dict[str, Membership] = {}
        self.activities: list[Activity] = []

    def put(self, *things: Held) -> None:
        """Something is there, or has changed; the log says nothing of it."""
        for thing in things:
            self._shelf(thing)[thing.id] = thing

    def happen(self, *activities: Activity) -> None:
        """Events come to be known, and the clock is not before them."""
        for activity in activities:
            self.activities.append(activity)
            self.now = max(self.now, activity.at)

    def extra(self, kind: str, id_: str) -> dict[str, Any]:
        """What a platform tells of a thing beside the model; empty where there is nothing."""
        return self.extras.get(f"{kind} {id_}", {})

    def consent(self, grant: Grant, *, via: str = "") -> Activity:
        """An account lets an app do something."""
        self.put(grant)
        app = self.apps.get(grant.app)
        return self._told(Deed.CONSENT, grant.account, grant.app, scopes=grant.scopes, via=via,
                          app_name=app.name if app else "", consent=grant.consent)  # fmt: skip

    def revoke(self, grant_id: str, *, actor: str = "") -> Grant | None:
        """A grant goes; None where there is none."""
        grant = self.grants.pop(grant_id, None)
        if grant is not None:
            self._told(Deed.REVOKE, grant.account, grant.app, scopes=grant.scopes, actor=actor)
        return grant

    def remove_credential(self, credential_id: str, *, actor: str = "") -> Credential | None:
        """A key or token goes; None where there is none."""
        credential = self.credentials.pop(credential_id, None)
        if credential is not None:
            self._told(
                Deed.CREDENTIAL_REMOVED, credential.account, credential.app, credential=credential.id, actor=actor
            )
        return credential

    def grants_of(self, *, account: str = "", app: str = "") -> list[Grant]:
        """Grants of an account, to an app, or both, by id."""
        found = (one for one in self.grants.values() if account in ("", one.account) and app in ("", one.app))
        return sorted(found, key=lambda one: one.id)

    def since(self, at: float, until: float = 0.0) -> list[Activity]:
        """Events of a time, oldest first; to the end for ``until`` 0."""
        found = [one for one in self.activities if one.at >= at and (not until or one.at <= until)]
        return sorted(found, key=lambda one: (one.at, one.id))

    def _told(self, deed: Deed, account: str, app: str, **facts: Any) -> Activity:
        told = Activity(f"e{len(self.activities) + 1}", self.now, deed, account=account, app=app, **facts)
        self.activities.append(told)
        return told

    def _shelf(self, thing: Held) -> dict[str, Any]:
        match thing:
            case Account():
                return self.accounts
            case App():
                return self.apps
            case Grant():
                return self.grants
            case Credential():
                return self.credentials
            case Group():
                return self.groups
            case Membership():
                return self.memberships

    def members(self, group: str) -> list[Membership]:
        """Who is in a group, accounts first, by id."""
        found = (one for one in self.memberships.values() if one.group == group)
        return sorted(found, key=lambda one: (one.inner, one.account))


def load_world(folder: Path, events: Path | None = None) -> World:
    """An organisation from its folder, with what a file of events says has happened.

    Raises:
        msgspec.ValidationError: A line is none of the format; the message says where.
    """
    try:
        charter = msgspec.json.decode((folder / "directory.json").read_bytes(), type=Charter)
    except msgspec.DecodeError as error:
        raise msgspec.ValidationError(f"directory.json: {error}") from error
    world = World(charter)
    for kind in _KINDS:
        path = folder / f"{kind.__name__.lower()}.jsonl"
        if path.exists():
            world.put(*read_lines(path, kind))
    if events is not None:
        world.happen(*read_lines(events, Activity))
    return world


def save_world(world: World, folder: Path) -> None:
    """The organisation as a folder; its events as ``events.jsonl``."""
    folder.mkdir(parents=True, exist_ok=True)
    charter = Charter(world.name, world.platform, world.now, world.extras)
    (folder / "directory.json").write_bytes(msgspec.json.format(msgspec.json.encode(charter)) + b"\n")
    shelves: tuple[Mapping[str, object], ...] = (
        world.accounts, world.apps, world.grants, world.credentials, world.groups, world.memberships,
    )  # fmt: skip
    for kind, shelf in zip(_KINDS, shelves, strict=True):
        write_lines(folder / f"{kind.__name__.lower()}.jsonl", shelf.values())
    write_lines(folder / "events.jsonl", world.activities)


def read_lines(path: Path, kind: type[_T]) -> Iterator[_T]:
    """The values of a file of JSON lines.

    Raises:
        msgspec.ValidationError: A line is none of the format; the message says where.
    """
    decoder = msgspec.json.Decoder(kind)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise msgspec.ValidationError(f"{path.name}, line {number}: {error}") from error


def write_lines(path: Path, values: Iterable[object]) -> None:
    """A file of JSON lines."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as out:
        for value in values:
            out.write(encoder.encode(value) + b"\n")
