"""What the gateway has seen, in the lists, pages and drawings of the inventory: it comes after all connected directories.

It is worked out from the gateway's own tables each time. A month of decisions is counted only where uses are shown.
"""

from __future__ import annotations

import msgspec

from wardlaw.console.api.deps import ApiDependencies
from wardlaw.console.api.desk import Turn
from wardlaw.console.api.picture import locked_principals
from wardlaw.inventory.bundle import face_of
from wardlaw.inventory.model import Account, AccountKind, Consent, Credential, Grant, Item, SyncRun, Use
from wardlaw.inventory.rules import Book, Limits
from wardlaw.inventory.score import ScoreFacts
from wardlaw.inventory.view import Inventory, account_of, app_of, assemble, kind_of
from wardlaw.store.doorseen import DOOR, door_view
from wardlaw.store.thingquery import Cursor, ThingPage, ThingQuery

_PLACE = f"~{DOOR}"
"""Where pages of the gateway begin; no directory can bear that name."""


class Door(msgspec.Struct, frozen=True):
    """What was seen at the door, and the runs that would have told it."""

    items: tuple[Item, ...]
    runs: tuple[SyncRun, ...]

    def of(self, id_: str, kind: str = "") -> Item | None:
        """The thing of an id, of that kind where one is named."""
        found = (one for one in self.items if one.thing.id == id_ and kind in ("", kind_of(one.thing)))
        return next(found, None)

    def belonging(self, item: Item) -> tuple[Item, ...]:
        """A thing with the keys and uses that are its own."""
        own = (one for one in self.items if item.thing.id in (account_of(one.thing), app_of(one.thing)))
        return item, *(one for one in own if one.thing != item.thing)


def see_door(turn: Turn, deps: ApiDependencies, *, uses: bool = True) -> Door:
    """The door as it is now; without uses nobody's last use is known either."""
    locked = {one.principal: one.reason for one in locked_principals(turn, deps)}
    view = door_view(turn.connection, deps.log.names, locked=locked, now=turn.now, uses=uses)
    items = assemble(view.items, view.runs).items
    return Door(tuple(sorted(items, key=_place)), view.runs)


def is_beyond(query: ThingQuery) -> bool:
    """Whether everything asked for is of the gateway: it was named, or the directories are through."""
    return query.directory == DOOR or (query.after is not None and query.after[0] == _PLACE)


def concerns_door(query: ThingQuery) -> bool:
    """Whether the gateway may have what is asked for; it has no grants."""
    return query.directory in ("", DOOR) and query.kind != "grant"


def asked_of(door: Door, query: ThingQuery) -> list[Item]:
    """What the door has of what is asked for, in its order."""
    return [one for one in door.items if _fulfils(one, query)]


def go_on(page: ThingPage, found: list[Item], query: ThingQuery) -> ThingPage:
    """The last page of the directories with what the door has behind it, or a page of the door alone."""
    if page.after is not None:
        return page
    begin = query.after if query.after is not None and query.after[0] == _PLACE else (_PLACE, "", "", "")
    room = query.limit - len(page.items)
    rest = [one for one in found if _place(one) > begin]
    here = rest[:room]
    last = _place(here[-1]) if here else begin
    return ThingPage((*page.items, *here), last if len(rest) > room else None)


def facts_at_door(door: Door, item: Item) -> ScoreFacts:
    """What the score of an agent, service account or key of the door rests on."""
    uses = [
        one.thing for one in door.items if isinstance(one.thing, Use) and one.thing.account == account_of(item.thing)
    ]
    used = max((use.last_used_at for use in uses), default=0.0)
    match item.thing:
        case Account() as account:
            return ScoreFacts(
                "account",
                born_at=item.first_seen_at,
                used_at=used,
                usage_known=True,
                owner=account.owner,
                needs_owner=account.acts_as is not AccountKind.HUMAN,
                state=account.state,
            )
        case Credential() as key:
            holder = door.of(key.account, "account")
            held = holder.thing if holder is not None and isinstance(holder.thing, Account) else Account("")
            return ScoreFacts(
                "credential",
                born_at=key.created_at,
                used_at=key.last_used_at,
                owner=key.account,
                needs_owner=True,
                state=held.state,
                never_expires=key.never_expires,
            )
        case _:
            return ScoreFacts(kind_of(item.thing))


def book_at_door(door: Door, *, about: str, at: float) -> Book:
    """Who may ask which models through the gateway, as grants that a graph is drawn from."""
    accounts = {(DOOR, one.thing.id): one.thing for one in door.items if isinstance(one.thing, Account)}
    grants = []
    for one in door.items:
        key = one.thing
        if isinstance(key, Credential) and one.is_there and about in ("", key.account, key.id, DOOR):
            scopes = key.scopes or ("model:*",)
            grant = Grant(key.id, key.account, DOOR, Consent.ADMIN, scopes, key.created_at, key.last_used_at)
            grants.append(msgspec.structs.replace(one, thing=grant))
    return Book(Inventory(tuple(grants), {DOOR: DOOR}), accounts, {}, Limits(), at)


def beside(book: Book, door: Book) -> Book:
    """A book of a directory with what the door has put to it."""
    inventory = Inventory(
        (*book.inventory.items, *door.inventory.items), {**book.inventory.platforms, **door.inventory.platforms}
    )
    return msgspec.structs.replace(book, inventory=inventory, accounts=book.accounts | door.accounts)


def _place(item: Item) -> Cursor:
    return _PLACE, kind_of(item.thing), item.thing.id, face_of(item.thing)


def _fulfils(item: Item, query: ThingQuery) -> bool:
    thing = item.thing
    kind = kind_of(thing)
    if (query.kind and kind != query.kind) or (query.kinds and kind not in query.kinds):
        return False
    if not (query.gone or item.is_there):
        return False
    if query.about and query.about not in (thing.id, account_of(thing), app_of(thing)):
        return False
    if isinstance(thing, Account) and query.acts_as and thing.acts_as.value not in query.acts_as:
        return False
    return query.find.casefold() in f"{thing.id} {getattr(thing, 'name', '')}".casefold()
