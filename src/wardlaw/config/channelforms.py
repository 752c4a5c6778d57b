"""Closed words of the channels of ``notify:``."""

from __future__ import annotations

from enum import StrEnum


class WebhookForm(StrEnum):
    """What a webhook is sent."""

    JSON = "json"
    SLACK = "slack"


class SyslogForm(StrEnum):
    """How a syslog message is written."""

    PLAIN = "plain"
    CEF = "cef"


class FindingLevel(StrEnum):
    """From which weight on findings of the inventory are told."""

    OFF = "off"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class MailSecurity(StrEnum):
    """How the connection to a mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"
