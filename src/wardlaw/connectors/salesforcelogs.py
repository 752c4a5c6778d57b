"""What Salesforce's logs say: logins, changes of the setup, and the CSV of event log files."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

import msgspec

from wardlaw.connectors.eventlog import LogEntry
from wardlaw.connectors.feed import FeedPage
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, key_of, name_of, text_of, time_of
from wardlaw.inventory.model import Consent

_OAUTH_LOGIN = "Remote Access"  # Salesforce's older word for OAuth, still in LoginType ("Remote Access 2.0")
_SHORT = 15
_BY_LABEL = "name:"

_SETUP = (
    ("deleteconnectedapp", Deed.APP_DELETED),
    ("insertconnectedapp", Deed.APP_CREATED),
    ("connectedapp", Deed.APP_CHANGED),
    ("permsetassign", Deed.ROLE_ASSIGNED),
    ("changedprofileforuser", Deed.ROLE_ASSIGNED),
    ("eventlogfile", Deed.TRACE_REMOVED),
    ("eventmonitoring", Deed.TRACE_REMOVED),
    ("dataexport", Deed.EXPORT),
)
"""Parts of an action of the setup's audit trail, in the order in which they are looked for; ours, a draft."""

_ROWS = ("ROWS_PROCESSED", "RECORDS_PROCESSED", "PROCESSED_RECORD_COUNT", "ROW_COUNT")
_MOST_GAPS = 5


def record_id(value: Any, column: str) -> str:
    """The 15 characters of an id that name a record.

    Raises:
        UnreadableError: It is no id.
    """
    text = text_of(value, column)
    if len(text) not in (_SHORT, 18) or not text.isascii() or not text.isalnum():
        raise UnreadableError(f"{column} is no id of Salesforce's")
    return text[:_SHORT]


def app_of_label(label: object) -> str:
    """The id of an app by its label; empty for none.

    What would not print is written ``%XX``: an id must be fit to show, and lead back to the label letter by letter, or a
    hostile label could not be revoked.
    """
    if not isinstance(label, str) or not label:
        return ""
    shown = "".join(char if char.isprintable() and char != "%" else quote(char) for char in label)
    return f"{_BY_LABEL}{shown}"


def label_of_app(app: str) -> str:
    """The label in an id of ``app_of_label``; empty where it is another's."""
    return unquote(app.removeprefix(_BY_LABEL)) if app.startswith(_BY_LABEL) else ""


def login(row: Mapping[str, Any]) -> LogEntry:
    """One login of an app; nothing for one of a person's browser, or one that was refused.

    Somebody who logs in by the device flow has just agreed to the app: that is told as a consent.
    """
    at = time_of(row["LoginTime"], "LoginTime")
    if not text_of(row.get("LoginType"), "LoginType").startswith(_OAUTH_LOGIN) or row.get("Status") != "Success":
        return LogEntry(at=at)
    label, user = row.get("Application"), record_id(row["UserId"], "UserId")
    via = name_of(row.get("LoginSubType"))
    is_device = "device" in via.casefold()
    activity = Activity(
        record_id(row["Id"], "Id"),
        at,
        Deed.CONSENT if is_device else Deed.SIGN_IN,
        account=user,
        app=app_of_label(label),
        app_name=name_of(label),
        consent=Consent.USER if is_device else Consent.UNKNOWN,
        method="login",
        ip=text_of(row.get("SourceIp"), "SourceIp"),
        country=text_of(row.get("CountryIso"), "CountryIso"),
        user_agent=name_of(row.get("Browser")),
        via="device_code" if is_device else via,
    )
    return LogEntry(activity)


def setup_change(row: Mapping[str, Any]) -> LogEntry:
    """One change of the setup; nothing for one that is about no app, right or trace."""
    action, at = text_of(row["Action"], "Action"), time_of(row["CreatedDate"], "CreatedDate")
    deed = next((deed for part, deed in _SETUP if part in action.casefold()), None)
    if deed is None:
        return LogEntry(at=at)
    actor = record_id(row["CreatedById"], "CreatedById")
    activity = Activity(
        record_id(row["Id"], "Id"),
        at,
        deed,
        actor=actor,
        method=action,
        object=name_of(row.get("Display")),
    )
    return LogEntry(activity)


def read_log_file(text: str, kind: str, file_id: str, *, labels: Mapping[str, str]) -> FeedPage:
    """The events of one file; rows that are alike are one event with their number, so that an hour stays small.

    The text of a query is not kept: it may name people.

    Args:
        labels: Of installed apps by id; an app that is not among them is known by its id here.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    gaps: list[str] = []
    found: dict[tuple[str, ...], Activity] = {}
    try:
        for row in _with_header(reader):
            try:
                told = _event(row, kind, labels)
            except (UnreadableError, AttributeError, TypeError, KeyError) as error:
                gaps.append(f"line {reader.line_num}: {str(error)[:80]}")
                continue
            key = (
                told.deed,
                told.account,
                told.app,
                told.ip,
                told.user_agent,
                told.method,
                told.object,
                told.credential,
            )
            if known := found.get(key):
                found[key] = _together(known, told, kind)
            else:
                found[key] = msgspec.structs.replace(told, id=key_of("event", file_id, *key))
    except (csv.Error, UnreadableError) as error:
        gaps.append(f"line {reader.line_num}: {error}")
    told_gaps = [f"The log file {file_id} ({kind}), {gap}." for gap in gaps[:_MOST_GAPS]]
    if len(gaps) > _MOST_GAPS:
        told_gaps.append(f"The log file {file_id} ({kind}) has {len(gaps) - _MOST_GAPS} more rows that were not read.")
    activities = tuple(_bare(one) for one in found.values())
    return FeedPage(activities=activities, gaps=tuple(told_gaps))


def _with_header(reader: csv.DictReader[str]) -> csv.DictReader[str]:
    if "TIMESTAMP_DERIVED" not in (reader.fieldnames or ()):
        raise UnreadableError("it has no header")
    return reader


def _together(one: Activity, other: Activity, kind: str) -> Activity:
    # A job of Bulk API 2.0 tells how far it is, again and again; everywhere else each row adds.
    is_job = kind == "BulkApi2"
    items = max(one.items, other.items) if is_job else one.items + other.items
    return msgspec.structs.replace(
        one,
        at=max(one.at, other.at),
        items=items,
        bytes=one.bytes + other.bytes,
        calls=one.calls if is_job else one.calls + other.calls,
    )


def _bare(one: Activity) -> Activity:
    """Without the id of the job, which only kept jobs apart."""
    return msgspec.structs.replace(one, credential="")


def _event(row: Mapping[str, str], kind: str, labels: Mapping[str, str]) -> Activity:
    if None in row or None in row.values():
        raise UnreadableError("it has another number of columns than the header")
    user = row.get("USER_ID") or row.get("USER_ID_DERIVED")
    app = record_id(row["CONNECTED_APP_ID"], "CONNECTED_APP_ID") if row.get("CONNECTED_APP_ID") else ""
    label = labels.get(app) or (not app and (row.get("APPLICATION") or row.get("CLIENT_NAME"))) or ""
    deed, method, thing = _deed(row, kind)
    at = time_of(row["TIMESTAMP_DERIVED"], "TIMESTAMP_DERIVED")
    if not at:
        raise UnreadableError("TIMESTAMP_DERIVED is empty")
    return Activity(
        "",
        at,
        deed,
        account=record_id(user, "USER_ID") if user else "",
        app=app_of_label(label) or app,
        app_name=name_of(label),
        method=method,
        object=thing,
        ip=text_of(row.get("CLIENT_IP") or row.get("SOURCE_IP"), "CLIENT_IP"),
        user_agent=name_of(row.get("USER_AGENT") or row.get("CLIENT_INFO") or row.get("BROWSER_TYPE")),
        items=next((count_of(row[name], name) for name in _ROWS if row.get(name)), 0),
        bytes=count_of(row.get("RESPONSE_SIZE"), "RESPONSE_SIZE"),
        credential=text_of(row.get("JOB_ID"), "JOB_ID") if kind == "BulkApi2" else "",
        via=name_of(row.get("LOGIN_SUB_TYPE")) if kind == "Login" else "",
    )


def _deed(row: Mapping[str, str], kind: str) -> tuple[Deed, str, str]:
    """What a row says was done, by which method, to what."""
    entity = text_of(row.get("ENTITY_NAME") or row.get("ENTITY_TYPE"), "ENTITY_NAME")
    operation = text_of(row.get("OPERATION_TYPE"), "OPERATION_TYPE")
    match kind:
        case "Login":
            return Deed.SIGN_IN, "login", ""
        case "ReportExport":
            return Deed.EXPORT, "report export", name_of(row.get("URI"))
        case "BulkApi2" if text_of(row.get("JOB_STATUS"), "JOB_STATUS").casefold() == "deleted":
            return Deed.TRACE_REMOVED, "job deleted", entity or text_of(row.get("JOB_ID"), "JOB_ID")
        case "BulkApi" | "BulkApi2":
            deed = Deed.EXPORT if operation.casefold().startswith("query") else Deed.USE
            return deed, f"{kind} {operation}".rstrip(), entity
        case _:
            query = (row.get("QUERY") or "").lstrip().casefold()
            if query.startswith("select count("):
                return Deed.USE, "select count()", entity
            return Deed.USE, text_of(row.get("METHOD_NAME") or row.get("METHOD"), "METHOD_NAME"), entity
