"""The attributes a clause may ask about: name, type, who produces it, what it means.

This table is the contract between clauses and the door. ``policy check`` refuses a clause that asks
for anything not listed; ``decision.context`` produces exactly these, always all of them, so that a
``forbid`` never meets a missing attribute (a test holds both).
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wardlaw.facts.routes import ROUTES


class AttributeType(StrEnum):
    """Cedar types used in the context."""

    LONG = "Long"
    STRING = "String"
    BOOL = "Bool"
    SET = "Set<String>"


class Attribute(msgspec.Struct, frozen=True):
    """One attribute of the decision's context; ``ordinary`` is its value in an ordinary request."""

    name: str
    type: AttributeType
    producer: str
    meaning: str
    ordinary: str | int | bool | tuple[str, ...]


_L, _S, _B, _E = AttributeType.LONG, AttributeType.STRING, AttributeType.BOOL, AttributeType.SET

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("epoch", _L, "clock", "Time of the request, Unix seconds", 1_790_000_000),
    Attribute("hour", _L, "clock", "Hour of the day, 0–23, in the installation's time zone", 10),
    Attribute("weekday", _L, "clock", "ISO weekday, 1 Monday to 7 Sunday", 3),
    Attribute("route", _S, "gateway", f"Surface: {', '.join(ROUTES)}", "chat.completions"),
    Attribute("principalRegistered", _B, "gateway", "The caller is known to the register", True),
    Attribute("team", _S, "gateway", "Team of the caller; empty when unknown", "support"),
    Attribute("groups", _E, "gateway", "Groups of the caller", ()),
    Attribute(
        "systems", _E, "gateway", "Systems of the register that the request is traffic of, by their short names", ()
    ),
    Attribute("actsForPerson", _B, "gateway", "An agent acts for a person", False),
    Attribute("resourceId", _S, "gateway", "Resource as model:<name> or tool:<name>", "model:gpt"),
    Attribute("resourceRegistered", _B, "configuration", "The model or tool is named in the configuration", True),
    Attribute("destinationRegistered", _B, "configuration", "The upstream is named in the configuration", True),
    Attribute("upstream", _S, "configuration", "Name of the upstream", "primary"),
    Attribute("region", _S, "configuration", "Where the upstream processes data: eu, us, local, unknown", "eu"),
    Attribute("destinationTrust", _S, "configuration", "internal, partner, public or unknown", "partner"),
    Attribute(
        "toolEffect",
        _S,
        "configuration",
        "read, write, egress, share, payment, credential, destructive, unknown",
        "read",
    ),
    Attribute(
        "toolEffects", _E, "provenance", "Everything a tool call does, inferred from its definition or confirmed", ()
    ),
    Attribute("toolConfirmed", _B, "provenance", "A person has confirmed what the tool does", True),
    Attribute(
        "callFindings",
        _E,
        "provenance",
        "What is wrong with a tool call, and rule:demand: unasked-effect, untrusted-argument, sensitive-data:deny …",
        (),
    ),
    Attribute(
        "argumentOrigins",
        _E,
        "provenance",
        "Origins of the critical arguments of a tool call: user, field, text, mail, web …",
        (),
    ),
    Attribute("intentMatched", _B, "provenance", "The person's own words ask for what the tool call does", True),
    Attribute("userChannel", _B, "gateway", "A person's own words are told from those of others", False),
    Attribute("bodyBytes", _L, "gateway", "Bytes of the body", 1_000),
    Attribute("attachments", _L, "gateway", "Images, audio parts and files", 0),
    Attribute("maxTokens", _L, "gateway", "Token ceiling the caller asked for; 0 when none", 0),
    Attribute("promptTokens", _L, "gateway", "Estimated tokens of the request", 250),
    Attribute("hostedTools", _E, "gateway", "Vendor-hosted tools, remote MCP servers, stored state asked for", ()),
    Attribute(
        "uninspected", _E, "gateway", "Kinds of content nobody could read: image, audio, file, tokens, encrypted", ()
    ),
    Attribute("records", _L, "gateway", "Requests in a batch; 0 outside of batches", 0),
    Attribute("requestedRows", _L, "gateway", "Rows a tool call asks for; 9223372036854775807 when without limit", 0),
    Attribute(
        "sqlKinds", _E, "gateway", "What SQL in a tool call does: schema, read, write, copy, destroy, unreadable", ()
    ),
    Attribute("copiesRows", _B, "gateway", "A tool call puts rows into another table or a file", False),
    Attribute("touchesCopy", _B, "state", "A tool call names a place that rows were copied to", False),
    Attribute("carriedSubjects", _L, "detectors", "Distinct persons in the arguments of a tool call", 0),
    Attribute("dataSubjects", _L, "detectors", "Distinct persons in new results or the answer", 0),
    Attribute("resultBytes", _L, "gateway", "Bytes of new results or the answer", 0),
    Attribute("resultUnparsed", _B, "gateway", "A structured result that cannot be parsed", False),
    Attribute(
        "dataClasses",
        _E,
        "detectors",
        "pii, pii:<type>, secret, secret:<provider>, registered-secret, tripwire, system-prompt",
        (),
    ),
    Attribute(
        "findings", _E, "detectors", "Kinds found, and kind:level: injection, injection:block, hidden-text …", ()
    ),
    Attribute("injectionScore", _L, "detectors", "Highest injection score, 0–1000", 0),
    Attribute("callsPerMinute", _L, "state", "Calls in the last 60 s of principal or person", 3),
    Attribute("tokensPerDay", _L, "state", "Tokens today of principal or person", 5_000),
    Attribute("sessionSubjects", _L, "state", "Distinct data subjects moved in the session, this request included", 0),
    Attribute("subjectsPerDay", _L, "state", "Distinct data subjects moved today by principal or person", 0),
    Attribute("sessionBytes", _L, "state", "Result bytes moved in the session", 0),
    Attribute("bytesPerDay", _L, "state", "Result bytes moved today by principal or person", 0),
    Attribute("probes", _L, "state", "Requests stopped by security in the probing window", 0),
    Attribute("taint", _E, "state", "Labels the session, principal or person carries", ()),
    Attribute("anomalyScore", _L, "state", "Deviation from their own past, 0–1000", 0),
    Attribute("appId", _S, "inventory", "Of a grant: client id of the app", ""),
    Attribute("appPublisher", _S, "inventory", "Of a grant: publisher of the app, as the platform names it", ""),
    Attribute("appVerified", _S, "inventory", "Of a grant: the platform has verified the publisher", "unknown"),
    Attribute("appFirstParty", _S, "inventory", "Of a grant: the app is the platform's own", "unknown"),
    Attribute("aiVendor", _S, "inventory", "Of a grant: AI vendor of the app; empty for none", ""),
    Attribute("appKnownBad", _B, "inventory", "Of a grant: the client id was seen in attacks", False),
    Attribute("scopePrivilege", _L, "inventory", "Of a grant: highest class of its scopes, 0–4", 0),
    Attribute("scopeData", _E, "inventory", "Of a grant: kinds of data its scopes reach: mail, files …", ()),
    Attribute("consent", _S, "inventory", "Of a grant: who agreed", "unknown"),
    Attribute("grantApproval", _S, "inventory", "Of a grant: how it stands to the approvals", "approved"),
    Attribute("accountKind", _S, "inventory", "Of a grant: whose it is", "unknown"),
    Attribute("directory", _S, "inventory", "Of a grant: name of the connected organisation", ""),
    Attribute("platform", _S, "inventory", "Of a grant: platform of the organisation", ""),
)

BY_NAME: dict[str, Attribute] = {attribute.name: attribute for attribute in ATTRIBUTES}
