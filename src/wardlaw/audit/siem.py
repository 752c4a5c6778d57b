"""Records of the log as events that other systems read: OCSF 1.8, OpenTelemetry logs, CEF in syslog.

One record is one event, and its id is the record's: what is sent twice can be told. A decision is an API Activity (6003)
whatever came of it, with the profile ``security_control``: allowed and stopped calls then stand in one class and can be
counted against each other. A Detection Finding would say that something was found, which is true of few decisions. What people
change is an API Activity too; starts and gaps are Application Lifecycle (6002).

Nothing personal goes out: envelopes hold none.

Source: OCSF schema 1.8.0, events/application/api_activity.json and application_lifecycle.json, profiles/security_control.json;
OpenTelemetry protocol 1.x, logs data model; RFC 5424; ArcSight CEF 0.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from wardlaw.audit.envelope import Envelope, RecordKind

OCSF = "1.8.0"
_API_ACTIVITY, _LIFECYCLE = 6003, 6002
_OTHER, _START = 99, 3
_SUCCESS, _FAILURE, _UNKNOWN = 1, 2, 0
# security_control: action_id (1 allowed, 2 denied, 3 observed, 4 modified) and disposition_id (1 allowed, 2 blocked,
# 13 logged, 99 other).
_ACTIONS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"allow": (1, 1), "transform": (4, 99), "hold": (2, 2), "deny": (2, 2), "cut": (2, 2)}
)
_OBSERVED = (3, 13)
# OCSF severity_id 1 informational to 5 critical.
_SEVERITY: Mapping[str, int] = MappingProxyType({"allow": 1, "transform": 2, "hold": 3, "deny": 3, "cut": 4})
_GAP_SEVERITY = 4
_OTEL_SEVERITY = MappingProxyType({1: (9, "INFO"), 2: (10, "INFO2"), 3: (13, "WARN"), 4: (17, "ERROR")})
_CEF_SEVERITY = MappingProxyType({1: 1, 2: 3, 3: 6, 4: 8})
_SYSLOG_SEVERITY = MappingProxyType({1: 6, 2: 5, 3: 4, 4: 3})

_encoder = msgspec.json.Encoder()


class Exported(msgspec.Struct, frozen=True):
    """One record on its way out; ``leaf`` is its place in the log."""

    leaf: int
    envelope: Envelope


class MissingLeaves(msgspec.Struct, frozen=True):
    """Records that are no longer in the tables, first and last inclusive: told instead of passed over."""

    first: int
    last: int
    at_ms: int

    @property
    def id(self) -> str:
        """The same for the same gap."""
        return f"gap_{self.first}_{self.last}"


Item = Exported | MissingLeaves


def severity(item: Item) -> int:
    """1 informational to 4 high."""
    if isinstance(item, MissingLeaves) or item.envelope.kind is RecordKind.GAP:
        return _GAP_SEVERITY
    return _SEVERITY.get(item.envelope.demanded or item.envelope.effect, 1)


def sentence(item: Item) -> str:
    """The event in one line."""
    if isinstance(item, MissingLeaves):
        return f"Records {item.first} to {item.last} are no longer in the tables and were not exported"
    envelope = item.envelope
    match envelope.kind:
        case RecordKind.DECISION:
            why = ", ".join(envelope.clauses) or envelope.code
            return f"{envelope.effect} {envelope.action} on {envelope.route}" + (f": {why}" if why else "")
        case RecordKind.OUTCOME:
            return f"exchange ended {envelope.facts.get('result', '')} on {envelope.route}"
        case _:
            return f"{envelope.kind.value} {envelope.facts.get('operation', '')}".strip()


def ocsf_event(item: Item, *, log: str, version: str) -> dict[str, Any]:
    """The event in OCSF.

    Args:
        log: Origin of the log.
        version: Of the program.
    """
    level = severity(item)
    if isinstance(item, MissingLeaves):
        class_uid, activity = _LIFECYCLE, _OTHER
        more: dict[str, Any] = {"app": {"name": "wardlaw"}, "status_id": _FAILURE}
        uid, at, leaf = item.id, item.at_ms, item.first
    else:
        class_uid, activity, more = _class_of(item)
        uid, at, leaf = item.envelope.id, item.envelope.at, item.leaf
    profiles = ["security_control"] if "action_id" in more else []
    return {
        "activity_id": activity,
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "message": sentence(item),
        "metadata": {
            "log_name": log,
            "product": {"name": "Wardlaw", "vendor_name": "Wardlaw", "version": version},
            "profiles": profiles,
            "sequence": leaf,
            "uid": uid,
            "version": OCSF,
        },
        "severity_id": level,
        "time": at,
        "type_uid": class_uid * 100 + activity,
        **more,
    }


def ocsf_lines(items: Sequence[Item], *, log: str, version: str) -> bytes:
    """The events as JSON, one a line."""
    return b"".join(_encoder.encode(ocsf_event(one, log=log, version=version)) + b"\n" for one in items)


def otlp_body(items: Sequence[Item], *, log: str, version: str) -> bytes:
    """The events as one OTLP/HTTP request of logs in JSON."""
    scope = {"scope": {"name": "wardlaw.audit", "version": version}, "logRecords": [_otel(one) for one in items]}
    about = [_attribute("service.name", "wardlaw"), _attribute("wardlaw.log", log)]
    return _encoder.encode({"resourceLogs": [{"resource": {"attributes": about}, "scopeLogs": [scope]}]})


def cef_message(item: Item, *, log: str, version: str, host: str, facility: int = 13) -> bytes:
    """The event as an RFC 5424 message that holds CEF, without framing."""
    level = severity(item)
    if isinstance(item, MissingLeaves):
        kind, at_ms, fields = "export-gap", item.at_ms, {"externalId": item.id, "cnt": str(item.last - item.first + 1)}
    else:
        envelope = item.envelope
        kind, at_ms = envelope.kind.value, envelope.at
        fields = {
            "externalId": envelope.id,
            "act": envelope.effect,
            "suid": envelope.subject,
            "request": envelope.route,
            "reason": ",".join(envelope.clauses) or envelope.code,
            "cn1": str(item.leaf),
            "cn1Label": "leaf",
            "cs1": str(envelope.facts.get("canary", "")),
            "cs1Label": "canary" if "canary" in envelope.facts else "",
        }
    fields = {"rt": str(at_ms), "dvchost": log, "msg": sentence(item)} | fields
    header = "|".join(
        _cef_header(one) for one in ("Wardlaw", "wardlaw", version, kind, sentence(item), str(_CEF_SEVERITY[level]))
    )
    extension = " ".join(f"{name}={_cef_value(value)}" for name, value in fields.items() if value)
    time = datetime.fromtimestamp(at_ms / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = "".join(one for one in host if "!" <= one <= "~")[:255] or "-"
    return f"<{facility * 8 + _SYSLOG_SEVERITY[level]}>1 {time} {name} wardlaw - {kind} - CEF:0|{header}|{extension}".encode()


def _class_of(item: Exported) -> tuple[int, int, dict[str, Any]]:
    """Class, activity, and the fields of the class."""
    envelope = item.envelope
    if envelope.kind in (RecordKind.START, RecordKind.GAP):
        activity = _START if envelope.kind is RecordKind.START else _OTHER
        return _LIFECYCLE, activity, {"app": {"name": "wardlaw", "uid": envelope.gateway}, **_unmapped(item)}
    operation = envelope.action or str(envelope.facts.get("operation", "")) or envelope.kind.value
    fields: dict[str, Any] = {
        "actor": {"user": {"uid": envelope.subject or "unknown"}},
        "api": {"operation": operation, "service": {"name": envelope.route or "wardlaw"}},
        "src_endpoint": {"name": envelope.gateway or "wardlaw"},
        "status_id": _status(envelope),
        **_unmapped(item),
    }
    if envelope.exchange:
        fields["api"]["request"] = {"uid": envelope.exchange}
    if envelope.kind is RecordKind.DECISION:
        action, disposition = _ACTIONS.get(envelope.effect, (_UNKNOWN, _UNKNOWN))
        if envelope.demanded != envelope.effect:
            action, disposition = _OBSERVED
        fields |= {"action_id": action, "disposition_id": disposition}
        fields["policy"] = {"uid": envelope.policies, "name": ",".join(envelope.clauses)}
    return _API_ACTIVITY, _OTHER, fields


def _status(envelope: Envelope) -> int:
    match envelope.kind:
        case RecordKind.DECISION:
            return _SUCCESS if envelope.effect in ("allow", "transform") else _FAILURE
        case RecordKind.OUTCOME:
            return _SUCCESS if envelope.facts.get("result") == "complete" else _FAILURE
        case _:
            return _FAILURE if "refused" in envelope.facts else _SUCCESS


def _unmapped(item: Exported) -> dict[str, Any]:
    envelope = item.envelope
    told: dict[str, Any] = {
        "kind": envelope.kind.value,
        "leaf": item.leaf,
        "epoch": envelope.epoch,
        "seq": envelope.seq,
        "code": envelope.code,
        "effect": envelope.effect,
        "demanded": envelope.demanded,
        "clauses": list(envelope.clauses),
        "facts": dict(envelope.facts),
    }
    return {"unmapped": {name: value for name, value in told.items() if value not in ("", [], {})}}


def _otel(item: Item) -> dict[str, Any]:
    number, text = _OTEL_SEVERITY[severity(item)]
    if isinstance(item, MissingLeaves):
        at, told = item.at_ms, {"event.name": "wardlaw.export_gap", "wardlaw.record": item.id}
    else:
        envelope = item.envelope
        at = envelope.at
        told = {
            "event.name": f"wardlaw.{envelope.kind.value}",
            "wardlaw.record": envelope.id,
            "wardlaw.leaf": str(item.leaf),
            "wardlaw.exchange": envelope.exchange,
            "wardlaw.route": envelope.route,
            "wardlaw.action": envelope.action,
            "wardlaw.effect": envelope.effect,
            "wardlaw.demanded": envelope.demanded,
            "wardlaw.clauses": ",".join(envelope.clauses),
            "wardlaw.code": envelope.code,
            "wardlaw.subject": envelope.subject,
            **{f"wardlaw.fact.{name}": str(value) for name, value in envelope.facts.items()},
        }
    return {
        "timeUnixNano": str(at * 1_000_000),
        "severityNumber": number,
        "severityText": text,
        "body": {"stringValue": sentence(item)},
        "attributes": [_attribute(name, value) for name, value in told.items() if value],
    }


def _attribute(name: str, value: str) -> dict[str, Any]:
    return {"key": name, "value": {"stringValue": value}}


def _cef_header(value: str) -> str:
    return " ".join(value.replace("\\", "\\\\").replace("|", "\\|").split())


def _cef_value(value: str) -> str:
    return " ".join(value.replace("\\", "\\\\").replace("=", "\\=").split())
