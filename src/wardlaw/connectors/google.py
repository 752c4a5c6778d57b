"""Google Workspace: people, the tokens and app passwords each has given, what the logs say, and how API access is controlled.

Google's tokens carry no date, no publisher and no verification: dates come from the log (180 days) or from our own
first sight. The scope that lists tokens could delete them too (there is none that only reads); this file only GETs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.googlegroups import GROUPS, group_pages
from wardlaw.connectors.googlelog import APPLICATIONS, WATCHED, entry_time, log_page
from wardlaw.connectors.googletoken import TokenRefusedError
from wardlaw.connectors.ownedlists import UnlistedError, read_owned
from wardlaw.connectors.place import LOST, LostPlaceError, Place, placed, read_place, write_place
from wardlaw.connectors.vendorclient import VendorAnswer, VendorClient
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.importing.grants import scopes_of
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
    Tristate,
)

DIRECTORY = "/admin/directory/v1/users"
REPORTS = "/admin/reports/v1/activity/users/all/applications"
POLICIES = "/v1/policies"
OVERLAP_S = 3_600.0
"""Events are written late; each run reads the last hour of the one before again, which changes nothing twice."""

USERS, TOKENS, PASSWORDS, ACTIVITY, ADMIN, DRIVE, LOGIN, VAULT, GEMINI, STUDIO, CONTROLS = (
    Feed("users", FeedKind.LISTING),
    Feed("tokens", FeedKind.LISTING),
    Feed("app-passwords", FeedKind.LISTING),
    Feed("activity", FeedKind.EVENTS),
    Feed("admin-log", FeedKind.EVENTS),
    Feed("drive-log", FeedKind.EVENTS),
    Feed("login-log", FeedKind.EVENTS),
    Feed("vault-log", FeedKind.EVENTS),
    Feed("gemini-log", FeedKind.EVENTS),
    Feed("studio-log", FeedKind.EVENTS),
    Feed("api-controls", FeedKind.EVENTS),
)
LOGS = dict(zip((ACTIVITY, ADMIN, DRIVE, LOGIN, VAULT, GEMINI, STUDIO), APPLICATIONS, strict=True))
"""The application whose log each feed is."""

PUSHED = {feed: application for feed, application in LOGS.items() if application in WATCHED}
"""Those that a channel can be opened for."""

_MOST_NOTES = 20


class GoogleConnector:
    """Reads one Workspace.

    Args:
        client: With a credential for ``admin.directory.user.readonly``, ``admin.directory.user.security`` and
            ``admin.reports.audit.readonly``.
        policies: With one for ``cloud-identity.policies.readonly``, at another address; None where it was not given.
        groups: With one for ``admin.directory.group.readonly``; without it groups are not read.
    """

    platform = "google"

    def __init__(
        self, client: VendorClient, policies: VendorClient | None = None, *, groups: VendorClient | None = None
    ) -> None:
        self._client = client
        self._groups = groups
        self._policies = policies
        self._ids: dict[str, str] = {}

    def feeds(self) -> tuple[Feed, ...]:
        """Users, what hangs on them, the logs, groups where they are wanted, and policies where they may be read."""
        more = ((GROUPS,) if self._groups else ()) + ((CONTROLS,) if self._policies else ())
        return USERS, TOKENS, PASSWORDS, *LOGS, *more

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        if feed in LOGS:
            return self._log(LOGS[feed], watermark)
        return self._controls() if feed == CONTROLS else self._listing(feed, None)

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._listing(feed, read_place(place))

    def _listing(self, feed: Feed, place: Place | None) -> Iterator[FeedPage]:
        match feed.name:
            case "users":
                return self._people(place)
            case "tokens":
                return self._owned("tokens", _token, place)
            case "app-passwords":
                return self._owned("asps", _password, place)
            case _:
                return group_pages(partial(self._paged, bucket="directory", client=self._groups), place)

    def _people(self, place: Place | None) -> Iterator[FeedPage]:
        for users, here in self._users(place):
            yield msgspec.structs.replace(page_of(users, _account), place=write_place(here))

    def _users(self, place: Place | None) -> Iterator[tuple[list[Any], Place]]:
        query: dict[str, str | int] = {"customer": "my_customer", "maxResults": 500}
        return placed(self._asked(DIRECTORY, query, "users", bucket="directory", place=place), place)

    def _owned(self, part: str, read: Any, place: Place | None) -> Iterator[FeedPage]:
        """What hangs on each person."""
        nameless = 0

        def keys() -> Iterator[tuple[tuple[str, ...], Place]]:
            nonlocal nameless
            for users, here in self._users(place):
                found = [str(user.get("id", "")) if isinstance(user, dict) else "" for user in users]
                nameless += found.count("")
                yield tuple(key for key in found if key), Place() if nameless else here

        def ask(key: str) -> list[Any] | None:
            return self._list_of(key, part)

        witness = place.witness if place else ""
        page = partial(_owned_page, read)
        yield from read_owned(keys(), ask, page, witness=witness)
        if nameless:
            yield FeedPage(gaps=(f"{nameless} users without an id were listed; their {part} were not read.",))

    def _list_of(self, key: str, part: str) -> list[Any] | None:
        path = f"{DIRECTORY}/{quote(key, safe='')}"
        answer = self._client.get(f"{path}/{part}", bucket="directory")
        # Deleted since the list was made: there is nothing left to read, when Google says so of the person too.
        if is_missing(answer) and is_missing(self._client.get(path, bucket="directory")):
            return None
        if answer.status != 200:
            raise UnlistedError(f"The {part} of user {key} were not read: Google answers {answer.status}.")
        return _listed(answer, "items")

    def _log(self, application: str, watermark: str) -> Iterator[FeedPage]:
        query: dict[str, str | int] = {"maxResults": 1000}
        begun = float(watermark) if watermark else 0.0
        if begun:
            query["startTime"] = _rfc3339(max(begun - OVERLAP_S, 0.0))
        latest, uses = begun, 0
        for entries in self._paged(f"{REPORTS}/{application}", query, "items", bucket="reports"):
            page = log_page(entries, application, id_of=self._id_of)
            latest = max([latest, *map(entry_time, entries)])
            uses += sum(isinstance(one.thing, Grant) and one.thing.usage_known for one in page.sightings)
            yield page
        notes: tuple[str, ...] = ()
        if application == "token" and not uses:
            notes = ("No use of any app was told: usage is not licensed, or nothing was used.",)
        yield FeedPage(notes=notes, watermark=repr(latest) if latest else "", covered_until=latest)

    def _controls(self) -> Iterator[FeedPage]:
        assert self._policies is not None
        query: dict[str, str | int] = {
            "pageSize": 100,
            "filter": r"setting.type.matches('^settings/api_controls\..*$')",
        }
        notes: list[str] = []
        try:
            for policies in self._paged(POLICIES, query, "policies", bucket="policies", client=self._policies):
                notes += filter(None, map(_control, policies))
        except TokenRefusedError:
            yield FeedPage(notes=("API controls were not read: cloud-identity.policies.readonly is not delegated.",))
            return
        said = notes[:_MOST_NOTES] or ["No policy of API controls was told: Google's defaults hold."]
        if len(notes) > _MOST_NOTES:
            said.append(f"{len(notes) - _MOST_NOTES} further policies of API controls are not named.")
        yield FeedPage(notes=tuple(said))

    def _id_of(self, mail: str) -> str:
        """The id of the person with this address, asked for once; the address where nobody has it any more."""
        if mail not in self._ids:
            answer = self._client.get(f"{DIRECTORY}/{quote(mail, safe='')}", bucket="directory")
            if answer.status not in (200, 404):
                raise not_read("Google users", f"it answers {answer.status}")
            told = answer.body.get("id") if isinstance(answer.body, dict) else None
            self._ids[mail] = told if isinstance(told, str) and answer.status == 200 and told else mail
        return self._ids[mail]

    def _paged(
        self, path: str, query: dict[str, str | int], name: str, *, bucket: str, client: VendorClient | None = None
    ) -> Iterator[list[Any]]:
        return (found for found, _ in self._asked(path, query, name, bucket=bucket, client=client))

    def _asked(
        self,
        path: str,
        query: dict[str, str | int],
        name: str,
        *,
        bucket: str,
        client: VendorClient | None = None,
        place: Place | None = None,
    ) -> Iterator[tuple[list[Any], str]]:
        """Pages with their tokens; from that of a place on, where one is given."""
        first, cursor = query, place.cursor if place else ""
        query, seen = ({**first, "pageToken": cursor}, {cursor}) if cursor else (first, set())
        is_known = place is None
        while True:
            answer = (client or self._client).get(path, query, bucket=bucket)
            if not is_known and answer.status in LOST:
                raise LostPlaceError
            is_known, found = True, _page(answer, name)
            if seen and not found and not answer.body.get("nextPageToken"):
                # It said that there is more, so the end is believed only with a witness: the page itself, asked again,
                # and the first one, which had entries.
                answer = (client or self._client).get(path, query, bucket=bucket)
                found = _page(answer, name)
                if not found and not _page((client or self._client).get(path, first, bucket=bucket), name):
                    raise not_read(f"Google {name}", "a page that had entries is empty")
            yield found, cursor
            token = answer.body.get("nextPageToken")
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                raise not_read(f"Google {name}", "a page leads back to itself")
            seen.add(token)
            query, cursor = {**first, "pageToken": token}, token


def is_missing(answer: VendorAnswer) -> bool:
    """Whether Google itself says that there is no such thing; anything between us and it can answer 404."""
    try:
        return answer.status == 404 and answer.body["error"]["errors"][0]["reason"] == "notFound"
    except (TypeError, KeyError, IndexError):
        return False


def _page(answer: VendorAnswer, name: str) -> list[Any]:
    if answer.status != 200:
        raise not_read(f"Google {name}", f"it answers {answer.status}")
    return _listed(answer, name)


def _listed(answer: VendorAnswer, name: str) -> list[Any]:
    """The entries of a page; Google leaves an empty list out."""
    found = answer.body.get(name, []) if isinstance(answer.body, dict) else None
    if not isinstance(found, list):
        raise not_read(f"Google {name}", "the answer is none of Google's")
    return found


def _account(user: Mapping[str, Any]) -> list[Sighting]:
    id_ = text_of(user["id"], "id")
    if not id_:
        raise UnreadableError("id is empty")
    is_off = user.get("suspended") is True or user.get("archived") is True
    state = AccountState.SUSPENDED if is_off else AccountState.ACTIVE
    name = name_of(user.get("primaryEmail"))
    return [Sighting(Account(id_, AccountKind.HUMAN, name, "", state))]


def _token(token: Mapping[str, Any], user: str) -> list[Sighting]:
    client = text_of(token["clientId"], "clientId")
    if not client:
        raise UnreadableError("clientId is empty")
    # An anonymous client is not registered with Google at all; of the others it does not say.
    verified = Tristate.NO if token.get("anonymous") is True else Tristate.UNKNOWN
    app = App(client, name_of(token.get("displayText")), verified=verified)
    return [Sighting(app), Sighting(_grant(user, client, token.get("scopes")))]


def _owned_page(read: Any, key: str, entries: list[Any]) -> FeedPage:
    return page_of(entries, partial(read, user=key))


def _grant(user: str, client: str, scopes: object) -> Grant:
    return Grant(f"{user}/{client}", user, client, Consent.USER, scopes_of(scopes))


def _password(asp: Mapping[str, Any], user: str) -> list[Sighting]:
    code = text_of(asp["codeId"], "codeId")
    if not code:
        raise UnreadableError("codeId is empty")
    credential = Credential(
        f"asp/{user}/{code}",
        user,
        "app password",
        name_of(asp.get("name")),
        created_at=time_of(asp.get("creationTime"), "creationTime"),
        last_used_at=time_of(asp.get("lastTimeUsed"), "lastTimeUsed"),
        never_expires=True,  # Google's help page: it works until it is revoked or the account's password changes
    )
    return [Sighting(credential)]


def _control(policy: object) -> str:
    """One sentence for a policy of API controls; empty for what is none."""
    setting = policy.get("setting") if isinstance(policy, dict) else None
    value = setting.get("value") if isinstance(setting, dict) else None
    if not isinstance(policy, dict) or not isinstance(setting, dict) or not isinstance(value, dict):
        return ""
    name = name_of(setting.get("type")).rpartition(".")[2]
    told = ", ".join(f"{name_of(key)} {name_of(str(one))[:60]}" for key, one in sorted(value.items()))
    query = policy.get("policyQuery")
    where = name_of(query.get("group") or query.get("orgUnit")) if isinstance(query, dict) else ""
    return f"API control {name}: {told or 'no value'}{f' ({where})' if where else ''}."[:250]


def _rfc3339(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
