"""Hands one message to one channel, and says in words without secrets why that did not work."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import assert_never
from urllib.parse import urlsplit

from wardlaw.config.channelforms import MailSecurity, SyslogForm, WebhookForm
from wardlaw.config.load import read_reference, read_secret
from wardlaw.config.model import Mail, Syslog, Webhook
from wardlaw.config.notify import Channel, is_safe_webhook
from wardlaw.console.notify.message import (
    SIGNATURE_HEADER,
    Message,
    cef_line,
    json_body,
    mail,
    signature,
    slack_body,
    syslog_line,
)
from wardlaw.console.notify.question import Question, question_json, question_mail, question_slack
from wardlaw.facts.errors import ConfigError, Fault, UnavailableError, WardlawError

TIMEOUT_S = 10.0
_MOST_ANSWER_BYTES = 4_096


def send(channel: Channel, message: Message | Question, *, env: Mapping[str, str], at: float) -> None:
    """Hand over a message, or a question to a person; secrets are read anew each time, so that a rotated one is taken.

    Raises:
        UnavailableError: It was not taken now (WL-NTF-001).
        Fault: A question to a person was given to a syslog receiver, whom everybody reads (WL-NTF-004).
        ConfigError: A secret or certificate named in the configuration cannot be read.
    """
    try:
        match channel:
            case Webhook():
                _post(channel, message, env=env, at=at)
            case Mail():
                _mail(channel, message, env=env, at=at)
            case Syslog() if isinstance(message, Question):
                raise Fault("WL-NTF-004", f"A question to a person is not written to the log {channel.name}.")
            case Syslog():
                assert isinstance(message, Message)
                _log(channel, message, at=at)
            case never:
                assert_never(never)
    except ssl.SSLCertVerificationError as error:
        raise _not_taken(channel, f"its certificate does not verify ({error.verify_message})") from error
    except smtplib.SMTPResponseException as error:
        raise _not_taken(channel, f"the mail server answered {error.smtp_code}") from error
    except (OSError, HTTPException, smtplib.SMTPException) as error:
        # Never the error's own words: an address may be the secret, and smtplib quotes what it sent.
        raise _not_taken(channel, type(error).__name__) from error


def _post(hook: Webhook, message: Message | Question, *, env: Mapping[str, str], at: float) -> None:
    url = read_reference(hook.url, env=env, what=f"the address of {hook.name}")
    if not is_safe_webhook(url):
        raise ConfigError(
            "WL-NTF-002",
            f"The address of the webhook {hook.name} is neither https nor http on loopback.",
            "Correct the variable or file it is read from.",
        )
    body = _body(hook.form, message)
    headers = {
        "content-type": "application/json",
        "user-agent": "wardlaw",
        "x-wardlaw-notification": message.id,
    }
    if hook.secret:
        key = read_secret(hook.secret, env=env, what=f"the key of {hook.name}").encode()
        headers[SIGNATURE_HEADER] = signature(body, key, at=int(at))
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=_context(hook.ca))
    else:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        connection.request("POST", target, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(_MOST_ANSWER_BYTES)
    finally:
        connection.close()
    # A redirect is not followed: it would lead to a place nobody configured.
    if not 200 <= answer.status < 300:
        raise _not_taken(hook, f"it answered {answer.status}")


def _body(form: WebhookForm, message: Message | Question) -> bytes:
    is_slack = form is WebhookForm.SLACK
    if isinstance(message, Question):
        return question_slack(message) if is_slack else question_json(message)
    return slack_body(message) if is_slack else json_body(message)


def _mail(channel: Mail, message: Message | Question, *, env: Mapping[str, str], at: float) -> None:
    if isinstance(message, Question):
        made, receivers = question_mail(message, sender=channel.sender, at=at), 1
    else:
        made, receivers = mail(message, sender=channel.sender, to=channel.to, at=at), len(channel.to)
    if channel.security is MailSecurity.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            channel.host, channel.port, timeout=TIMEOUT_S, context=_context(channel.ca)
        )
    else:
        server = smtplib.SMTP(channel.host, channel.port, timeout=TIMEOUT_S)
    with server:
        if channel.security is MailSecurity.STARTTLS:
            server.starttls(context=_context(channel.ca))  # raises where the server does not offer it
        if channel.user:
            server.login(channel.user, read_secret(channel.password, env=env, what=f"the password of {channel.name}"))
        refused = server.send_message(made)
    if refused:
        raise _not_taken(channel, f"{len(refused)} of {receivers} addresses were refused")


def _log(channel: Syslog, message: Message, *, at: float) -> None:
    write = cef_line if channel.form is SyslogForm.CEF else syslog_line
    line = write(message, facility=channel.facility, at=at, host=socket.gethostname())
    parts = urlsplit(channel.url)
    host = parts.hostname or ""
    with socket.create_connection((host, parts.port or 0), timeout=TIMEOUT_S) as plain:
        tls = _context(channel.ca).wrap_socket(plain, server_hostname=host) if parts.scheme == "tls" else None
        with tls or plain as stream:
            stream.sendall(b"%d %s" % (len(line), line))  # octet counting: RFC 6587 3.4.1, RFC 5425 4.3
            stream.shutdown(socket.SHUT_WR)


def _context(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise ConfigError(
            "WL-NTF-003", f"The certificates in {ca} cannot be read.", "Check the path and that it is a PEM file."
        ) from error


def _not_taken(channel: Channel, why: str) -> WardlawError:
    return UnavailableError(
        "WL-NTF-001",
        f"The channel {channel.name} did not take a notification: {why}.",
        "It is tried again with growing pauses; see `wardlaw doctor` for what was given up.",
    )
