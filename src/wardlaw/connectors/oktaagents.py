"""AI agents that Okta has registered, and what each is connected to (Okta for AI Agents, a beta of Okta's)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import FeedPage, page_of
from wardlaw.connectors.oktareader import OktaReader, OktaRefusedError
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import Place, write_place
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.model import Account, AccountKind, AccountState, App, Consent, Grant, Sighting

AGENTS = "/workload-principals/api/v1/ai-agents"
_STATES = {"ACTIVE": AccountState.ACTIVE, "INACTIVE": AccountState.SUSPENDED}


def agent_pages(okta: OktaReader, place: Place | None = None) -> Iterator[FeedPage]:
    """Agents as accounts of their own, and as the clients they are: the id of an agent is its client id."""
    try:
        for entries, here in okta.listed_from(AGENTS, {"limit": 200}, place, bucket="agents"):
            yield msgspec.structs.replace(page_of(entries, _agent), place=write_place(here))
    except OktaRefusedError as error:
        yield _not_to_be_had(error)


def connection_pages(okta: OktaReader, place: Place | None = None) -> Iterator[FeedPage]:
    """What each agent is let into, with the scopes it may ask for there."""

    def ask(agent: str) -> list[Any] | None:
        if not agent:
            raise UnlistedError("An agent has no id; what it is connected to was not read.")
        path = f"{AGENTS}/{quote(agent, safe='')}/connections"
        try:
            return [one for entries in okta.listed(path, {"limit": 200}, bucket="agents") for one in entries]
        except OktaRefusedError as error:
            if error.is_missing:  # deleted since the list was made
                return None
            raise UnlistedError(f"Connections of {agent} were not read: Okta answers {error.status}.") from error

    def ids() -> Iterator[tuple[tuple[str, ...], Place]]:
        for entries, here in okta.listed_from(AGENTS, {"limit": 200}, place, bucket="agents"):
            yield tuple(str(one.get("id") or "") if isinstance(one, dict) else "" for one in entries), here

    def page(agent: str, found: list[Any]) -> FeedPage:
        return page_of(found, partial(_connection, agent=agent))

    try:
        yield from read_owned(ids(), ask, page, witness=place.witness if place else "")
    except OktaRefusedError as error:
        yield _not_to_be_had(error)


def _not_to_be_had(error: OktaRefusedError) -> FeedPage:
    if error.status not in (400, 403, 404):
        raise error
    # A gap, not an empty list: what was known when it could be read stays.
    return FeedPage(gaps=(f"AI agents are not to be had here: Okta answers {error.status}.",))


def _agent(entry: Mapping[str, Any]) -> list[Sighting]:
    id_ = needed(entry, "id")
    name = name_of((entry.get("profile") or {}).get("name"))
    state = _STATES.get(str(entry.get("status")), AccountState.UNKNOWN)
    return [Sighting(Account(id_, AccountKind.AGENT, name, "", state)), Sighting(App(id_, name))]


def _connection(entry: Mapping[str, Any], agent: str) -> list[Sighting]:
    if entry.get("status") not in (None, "ACTIVE"):
        return []
    named = [entry.get("resourceIndicator"), *((entry.get(one) or {}).get("orn") for one in ("resource", "app"))]
    resource = next((text for one in named if (text := text_of(one, "resource"))), "")
    if not resource:
        raise UnreadableError("a connection names nothing that it leads to")
    scopes = tuple(sorted({text_of(one, "scopes") for one in entry.get("scopes") or []}))
    account = Account(f"app:{resource}"[:512])
    grant = Grant(
        f"agent/{agent}/{needed(entry, 'id')}",
        account.id,
        agent,
        Consent.ADMIN,
        scopes,
        time_of(entry.get("created"), "created"),
    )
    return [Sighting(account), Sighting(grant)]
