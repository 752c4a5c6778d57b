"""Any SCIM 2.0 server: its users, and the agents and agentic applications that a draft extension adds.

Sources: RFC 7643 (schemas), RFC 7644 section 3.4.2 (lists and pages), draft-abbey-scim-agent-extension-00 (Agents and
AgenticApplications). The draft is no standard: what it names is read where it is there, and nothing else is relied on.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from wardlaw.connectors.entry import needed
from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    Credential,
    FeedKind,
    Grant,
    Sighting,
)

USERS, AGENTS, APPLICATIONS = (Feed(name, FeedKind.LISTING) for name in ("users", "agents", "applications"))

_PATHS = {"users": "/Users", "agents": "/Agents", "applications": "/AgenticApplications"}
_PAGE = 100
_NOT_HERE = (404, 501)
"""A server that does not know a type of resource has no such address (RFC 7644, 3.12)."""


class ScimConnector:
    """Reads one server.

    Args:
        client: At the address under which its resources are, such as ``…/scim/v2``, with a token that may read.
    """

    platform = "scim"

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def feeds(self) -> tuple[Feed, ...]:
        """Users, agents and agentic applications."""
        return USERS, AGENTS, APPLICATIONS

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        read = {"users": _user, "agents": _agent, "applications": _application}[feed.name]
        first = self._page(feed.name, 1)
        if first is None:
            yield FeedPage(notes=(f"This server has no {_PATHS[feed.name]}.",))
            return
        total, entries = first
        if not total:
            # So a list is answered to somebody whose rights were taken away, too: it is believed when it is said twice.
            total, entries = self._page(feed.name, 1) or (0, [])
        seen: set[str] = set()
        came = 0
        while True:
            yield page_of(entries, read)
            came += len(entries)
            seen |= {str(entry.get("id")) for entry in entries if isinstance(entry, dict)}
            if came >= total:
                break
            page = self._page(feed.name, came + 1)
            if page is None or page[0] != total or not page[1]:
                raise not_read(f"SCIM {feed.name}", f"{came} of {total} came, and the list changed or broke off")
            entries = page[1]
        if len(seen) != total:
            # Pages by number shift when something is added or removed between them: then one was shown twice and one not.
            raise not_read(f"SCIM {feed.name}", f"{len(seen)} different ones came of {total}")

    def _page(self, feed: str, start: int) -> tuple[int, list[Any]] | None:
        """How many there are, and those from ``start`` (1 for the first); None where the server has no such type."""
        answer = self._client.get(_PATHS[feed], {"startIndex": start, "count": _PAGE}, bucket=feed)
        if answer.status in _NOT_HERE and start == 1 and feed != "users":
            return None
        if answer.status != 200:
            raise not_read(f"SCIM {feed}", f"it answers {answer.status}")
        body = answer.body if isinstance(answer.body, dict) else {}
        total, entries = body.get("totalResults"), body.get("Resources", [])
        if type(total) is not int or total < 0 or not isinstance(entries, list) or len(entries) > total:
            raise not_read(f"SCIM {feed}", "the answer has no list")
        if total and not entries and start == 1:
            raise not_read(f"SCIM {feed}", f"{total} were promised and none came")
        return total, entries


def _user(entry: Mapping[str, Any]) -> list[Sighting]:
    kind = AccountKind.AGENT if text_of(entry.get("userType"), "userType").casefold() == "agent" else AccountKind.HUMAN
    name = name_of(entry.get("userName")) or name_of(entry.get("displayName"))
    return [Sighting(Account(needed(entry, "id"), kind, name, state=_state(entry)))]


def _agent(entry: Mapping[str, Any]) -> list[Sighting]:
    id_ = needed(entry, "id")
    name = name_of(entry.get("displayName")) or name_of(entry.get("name"))
    owners = [name_of(one.get("display")) or name_of(one.get("value")) for one in _many(entry, "owners")]
    owner = next((one for one in owners if one), "")
    found = [Sighting(Account(id_, AccountKind.AGENT, name, owner, _state(entry)))]
    allowed = _values(entry, "entitlements") | _values(entry, "roles")
    apps = [needed(one, "value") for one in _many(entry, "applications")]
    if apps or allowed:
        found += [_belonging(id_, app, allowed) for app in apps or [""]]
    return found + [Sighting(_certificate(id_, one)) for one in _many(entry, "x509Certificates")]


def _application(entry: Mapping[str, Any]) -> list[Sighting]:
    id_ = needed(entry, "id")
    name = name_of(entry.get("displayName")) or name_of(entry.get("name"))
    return [Sighting(App(id_, name, domain=_home(entry)))]


def _belonging(agent: str, app: str, allowed: Iterable[str]) -> Sighting:
    """What an agent may do in an application: its entitlements and roles, as the administrator set them."""
    return Sighting(Grant(f"{agent}/{app}", agent, app, Consent.ADMIN, tuple(sorted(allowed))))


def _certificate(agent: str, entry: Mapping[str, Any]) -> Credential:
    """A certificate that the agent may log in with: its digest and its time, not its text."""
    try:
        raw = base64.b64decode("".join(needed(entry, "value").split()), validate=True)
        told = x509.load_der_x509_certificate(raw)
    except (binascii.Error, ValueError) as error:
        raise UnreadableError("a certificate is none") from error
    since, until = (at.timestamp() for at in (told.not_valid_before_utc, told.not_valid_after_utc))
    return Credential(sha256(raw).hexdigest(), agent, "certificate", created_at=since, expires_at=until)


def _home(entry: Mapping[str, Any]) -> str:
    """Host of the page or interface that an application names first."""
    urls = {
        text_of(one.get("type"), "type"): text_of(one.get("value"), "value") for one in _many(entry, "applicationUrls")
    }
    for kind in ("homepage", "api", "loginPage", "ssoEndpoint"):
        try:
            if host := urlsplit(urls.get(kind, "")).hostname:
                return host
        except ValueError:
            continue
    return ""


def _state(entry: Mapping[str, Any]) -> AccountState:
    match entry.get("active"):
        case True:
            return AccountState.ACTIVE
        case False:
            return AccountState.SUSPENDED
        case _:
            return AccountState.UNKNOWN


def _many(entry: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The values of an attribute that may have several; one alone may stand without a list.

    Raises:
        UnreadableError: They are something else.
    """
    told = entry.get(name)
    values = told if isinstance(told, list) else [] if told is None else [told]
    if not all(isinstance(one, dict) for one in values):
        raise UnreadableError(f"{name} is no list of objects")
    return values


def _values(entry: Mapping[str, Any], name: str) -> set[str]:
    return {text for one in _many(entry, name) if (text := text_of(one.get("value"), name))}
