"""People, their roles and what roles permit."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Role(StrEnum):
    """The nine roles of the house (data: ``governance/data/roles.json``)."""

    LEGAL = "legal"
    RISK = "risk"
    COMPLIANCE = "compliance"
    CISO = "ciso"
    SECOPS = "secops"
    DEVSECOPS = "devsecops"
    OWNER = "owner"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """The twenty-four permissions of the house."""

    VIEW_DASHBOARDS = "view_dashboards"
    VIEW_AUDIT_LOG = "view_audit_log"
    VIEW_PROMPT_CONTENT = "view_prompt_content"
    REGISTER_SYSTEM = "register_system"
    CLASSIFY_SYSTEM = "classify_system"
    AUTHOR_POLICY = "author_policy"
    APPROVE_POLICY = "approve_policy"
    PUBLISH_POLICY = "publish_policy"
    APPROVE_GATE = "approve_gate"
    REQUEST_EXCEPTION = "request_exception"
    APPROVE_EXCEPTION = "approve_exception"
    APPROVE_RUNTIME_ACTION = "approve_runtime_action"
    KILL_CONNECTION = "kill_connection"
    KILL_SYSTEM = "kill_system"
    REVOKE_NHI = "revoke_nhi"
    TUNE_DETECTOR = "tune_detector"
    IMPORT_EVIDENCE = "import_evidence"
    ATTEST = "attest"
    MANAGE_USERS = "manage_users"
    EXPORT_EVIDENCE = "export_evidence"
    OPEN_INCIDENT = "open_incident"
    CLOSE_INCIDENT = "close_incident"
    BREAK_GLASS = "break_glass"
    CHANGE_RETENTION = "change_retention"


class Person(msgspec.Struct, frozen=True):
    """Somebody who may act on Wardlaw itself.

    Attributes:
        id: ``person:<slug>``.
        unix_uid: Uid whose processes are this person on the management socket; -1 when none is bound.
        identity: Who the human is to the organisation (mail address or subject of the identity provider), as an admin
            verified it; accounts with the same one are one human. Empty when nobody said.
    """

    id: str
    name: str
    roles: tuple[Role, ...]
    unix_uid: int = -1
    disabled: bool = False
    identity: str = ""
