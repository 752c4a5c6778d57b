"""Salesforce: users, connected apps, the OAuth tokens of both, logins, changes of the setup, and event log files.

An id of 18 characters is cut to the 15 that name the record: event log files know no longer ones. A token names its app by
label alone, and an app that is not installed has no id: an app is known as ``name:`` and its label, so that it stays the
same when somebody installs it. Event log files name it by id, which is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.connectors.eventlog import begin_of, event_pages, mark_of
from wardlaw.connectors.feed import Feed, FeedPage, not_read, page_of
from wardlaw.connectors.place import Place, in_order, read_place, write_place
from wardlaw.connectors.salesforcelogs import app_of_label, login, read_log_file, record_id, setup_change
from wardlaw.connectors.salesforcequery import NotHereError, SalesforceQuery, moment, quoted
from wardlaw.inventory.importing.badrow import UnreadableError, name_of, text_of, time_of
from wardlaw.inventory.model import (
    Account,
    AccountKind,
    AccountState,
    App,
    Consent,
    FeedKind,
    Grant,
    Sighting,
)

USERS, APPS, TOKENS = (Feed(name, FeedKind.LISTING) for name in ("users", "apps", "tokens"))
LOGINS, SETUP, EVENTS = (Feed(name, FeedKind.EVENTS) for name in ("logins", "setup", "events"))

MOST_TOKENS = 2_500  # Salesforce shows no more of OauthToken to one query (Object Reference, OauthToken)
_MOST_FILE_BYTES = 31 * 1024 * 1024  # the client reads 32 MiB at most
_TOKENS = "SELECT AppName, UserId, LastUsedDate, UseCount FROM OauthToken"
_TYPES = ("API", "RestApi", "Login", "BulkApi", "BulkApi2", "ReportExport")
_MACHINES = frozenset({"AutomatedProcess", "CloudIntegrationUser", "PlatformIntegration"})


class SalesforceConnector:
    """Reads one organisation.

    Args:
        query: As the integration's user; see docs/connectors/salesforce.md for what it must be allowed.
    """

    platform = "salesforce"

    def __init__(self, query: SalesforceQuery) -> None:
        self._query = query

    def feeds(self) -> tuple[Feed, ...]:
        """Users, apps, tokens, and the logs."""
        return USERS, APPS, TOKENS, LOGINS, SETUP, EVENTS

    def read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        """The pages of a feed; see ``Connector.read``."""
        return self._heard(self._read(feed, watermark))

    def read_on(self, feed: Feed, place: str) -> Iterator[FeedPage]:
        """The rest of a listing; see ``GoesOn.read_on``."""
        return self._heard(self._listing(feed, read_place(place)))

    def _heard(self, pages: Iterator[FeedPage]) -> Iterator[FeedPage]:
        try:
            yield from pages
        except NotHereError as error:
            # A gap, not an empty list: what was known from a time when it could be seen stays.
            yield FeedPage(gaps=(f"Not to be had here ({error}): it is not licensed, or this user may not see it.",))

    def _read(self, feed: Feed, watermark: str) -> Iterator[FeedPage]:
        match feed.name:
            case "logins":
                return self._logins(watermark)
            case "setup":
                return self._setup(watermark)
            case "events":
                return self._events(watermark)
            case _:
                return self._listing(feed, None)

    def _listing(self, feed: Feed, place: Place | None) -> Iterator[FeedPage]:
        match feed.name:
            case "users":
                soql = "SELECT Id, Username, UserType, IsActive, Profile.Name FROM User"
                return self._users(soql, place)
            case "apps":  # few, and those of one label stand anywhere among them: always from the beginning
                soql = "SELECT Id, Name, OptionsAllowAdminApprovedUsersOnly FROM ConnectedApplication"
                return self._apps(soql)
            case _:
                return self._tokens(place)

    def _users(self, soql: str, place: Place | None) -> Iterator[FeedPage]:
        for rows, here in self._query.pages_from(soql, "users", place):
            yield msgspec.structs.replace(page_of(rows, _account), place=write_place(here))

    def _tokens(self, place: Place | None) -> Iterator[FeedPage]:
        total = self._query.count("OauthToken", "tokens")
        if total > MOST_TOKENS:
            yield from self._tokens_by_user(total, place)
            return
        seen = place.count if place else 0
        for rows, here in self._query.pages_from(_TOKENS, "tokens", place):
            seen = here.count
            yield msgspec.structs.replace(page_of(rows, _token), place=write_place(here))
        _check_count(seen, total)

    def _tokens_by_user(self, total: int, place: Place | None) -> Iterator[FeedPage]:
        rows = self._query.rows("SELECT Id FROM User", "users")
        users = [str(row.get("Id")) for row in rows if isinstance(row, dict)]
        seen = place.count if place else 0
        for (user,), here in in_order(users, place, at_once=1):
            for own in self._query.pages(f"{_TOKENS} WHERE UserId = {quoted(user)}", "tokens"):
                seen += len(own)
                yield page_of(own, _token)
            yield FeedPage(place=write_place(msgspec.structs.replace(here, count=seen)))
        _check_count(seen, total)

    def _logins(self, watermark: str) -> Iterator[FeedPage]:
        fields = "Id, UserId, LoginTime, LoginType, LoginSubType, SourceIp, Application, Status, CountryIso, Browser"
        soql = f"SELECT {fields} FROM LoginHistory{_since('LoginTime', watermark)} ORDER BY LoginTime"
        return event_pages(self._query.pages(soql, "logins"), login, watermark)

    def _setup(self, watermark: str) -> Iterator[FeedPage]:
        fields = "Id, Action, Section, Display, CreatedDate, CreatedById, DelegateUser"
        soql = f"SELECT {fields} FROM SetupAuditTrail{_since('CreatedDate', watermark)} ORDER BY CreatedDate"
        return event_pages(self._query.pages(soql, "setup"), setup_change, watermark)

    def _events(self, watermark: str) -> Iterator[FeedPage]:
        types = ", ".join(quoted(one) for one in _TYPES)
        since = _since("CreatedDate", watermark, more=f"EventType IN ({types})")
        soql = (
            f"SELECT Id, EventType, Interval, LogFileLength, CreatedDate FROM EventLogFile{since} ORDER BY CreatedDate"
        )
        files = self._query.rows(soql, "event log files")
        hourly = {
            str(one.get("EventType")) for one in files if isinstance(one, dict) and one.get("Interval") == "Hourly"
        }
        labels = self._labels()
        latest = mark_of(watermark)
        for one in files:
            try:
                kind, file_id, made = _log_file(one)
            except (UnreadableError, AttributeError, TypeError, KeyError) as error:
                yield FeedPage(gaps=(f"A log file was not read: {str(error)[:100]}.",))
                continue
            # The daily file holds the same events again.
            if kind in hourly and one.get("Interval") != "Hourly":
                continue
            latest = max(latest, made)
            yield read_log_file(self._query.log_file(file_id), kind, file_id, labels=labels)
        notes = (
            () if files else ("There are no event log files: event monitoring is not licensed, or nothing happened.",)
        )
        yield FeedPage(notes=notes, watermark=repr(latest) if latest else "", covered_until=latest)

    def _apps(self, soql: str) -> Iterator[FeedPage]:
        seen: set[str] = set()
        for rows in self._query.pages(soql, "apps"):
            page = page_of(rows, _app)
            ids = [one.thing.id for one in page.sightings if isinstance(one.thing, App)]
            twice = sorted({one for one in ids if one in seen or ids.count(one) > 1})
            seen.update(ids)
            notes = tuple(f"Several apps are called {one.removeprefix('name:')}: they count as one." for one in twice)
            yield msgspec.structs.replace(page, notes=notes)

    def _labels(self) -> dict[str, str]:
        """The label of each installed app by its id."""
        total = self._query.count("ConnectedApplication", "apps")
        rows = self._query.rows("SELECT Id, Name FROM ConnectedApplication", "apps")
        if len(rows) != total:
            raise not_read("Salesforce apps", f"{len(rows)} were shown where {total} were counted")
        found: dict[str, str] = {}
        for row in rows:
            try:
                found[record_id(row["Id"], "Id")] = row["Name"]
            except (UnreadableError, TypeError, KeyError):  # the feed of apps tells of it
                continue
        return found


def _check_count(seen: int, total: int) -> None:
    if seen != total:
        raise not_read("Salesforce tokens", f"{seen} were shown where {total} were counted")


def _log_file(row: Mapping[str, Any]) -> tuple[str, str, float]:
    """Kind, id and time of making of a log file that can be read."""
    size = row.get("LogFileLength") or 0
    if not isinstance(size, int | float) or size > _MOST_FILE_BYTES:
        raise UnreadableError("it is larger than 31 MiB")
    made = time_of(row["CreatedDate"], "CreatedDate")
    return text_of(row["EventType"], "EventType"), record_id(row["Id"], "Id"), made


def _label_id(label: object, column: str) -> str:
    if not (found := app_of_label(label)):
        raise UnreadableError(f"{column} is empty")
    return found


def _since(field: str, watermark: str, *, more: str = "") -> str:
    begin = begin_of(watermark)
    parts = [part for part in (more, f"{field} >= {moment(begin)}" if begin else "") if part]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _account(row: Mapping[str, Any]) -> list[Sighting]:
    profile = row.get("Profile") or {}
    # Salesforce's own word for a user that is no person; the profiles it ships for integrations have it in their name.
    is_machine = row.get("UserType") in _MACHINES or "integration" in name_of(profile.get("Name")).casefold()
    state = AccountState.ACTIVE if row.get("IsActive") is True else AccountState.SUSPENDED
    acts_as = AccountKind.NHI if is_machine else AccountKind.HUMAN
    return [Sighting(Account(record_id(row["Id"], "Id"), acts_as, name_of(row.get("Username")), "", state))]


def _app(row: Mapping[str, Any]) -> list[Sighting]:
    app = App(_label_id(row["Name"], "Name"), name_of(row["Name"]))
    found = [Sighting(app)]
    if row.get("OptionsAllowAdminApprovedUsersOnly") is True:
        # Its users are chosen by an administrator, who has so agreed for them; scopes are not told.
        found.append(Sighting(Grant(f"approved/{app.id}", "", app.id, Consent.ADMIN)))
    return found


def _token(row: Mapping[str, Any]) -> list[Sighting]:
    user, app = record_id(row["UserId"], "UserId"), _label_id(row["AppName"], "AppName")
    used = time_of(row.get("LastUsedDate"), "LastUsedDate")
    # Several tokens of one user and app are one grant, last used when the latest of them was.
    grant = Grant(f"{user}/{app}", user, app, Consent.USER, (), 0.0, used, usage_known=True)
    return [Sighting(App(app, name_of(row["AppName"]))), Sighting(grant)]
