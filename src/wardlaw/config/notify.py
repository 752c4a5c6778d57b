"""The channels of ``notify:``, over which people are told that an incident opened or grew; and the rules they keep."""

from __future__ import annotations

from collections.abc import Iterator

from wardlaw.config.address import is_loopback, is_private, url_parts
from wardlaw.config.channelforms import MailSecurity
from wardlaw.config.model import Mail, Notify, Syslog, Webhook

Channel = Webhook | Mail | Syslog


def channels(notify: Notify) -> tuple[Channel, ...]:
    """All channels, in order."""
    return (*notify.webhooks, *notify.mail, *notify.syslog)


def channel_names(notify: Notify) -> tuple[str, ...]:
    """Their names."""
    return tuple(channel.name for channel in channels(notify))


def channel_faults(notify: Notify) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong with the channels: code, dotted key, message and hint."""
    names = channel_names(notify)
    for place, name in enumerate(names):
        if name in names[:place]:
            yield "WL-CFG-010", "notify", f"the channel {name} is defined twice", "Names are unique among all channels."
    for index, hook in enumerate(notify.webhooks):
        yield from _webhook(f"notify.webhooks[{index}]", hook)
    for index, mail in enumerate(notify.mail):
        yield from _mail(f"notify.mail[{index}]", mail)
    for index, one in enumerate(notify.syslog):
        yield from _syslog(f"notify.syslog[{index}]", one)
    yield from _persons(notify)


def is_safe_webhook(url: str) -> bool:
    """Whether an address may be posted to: ``https``, or ``http`` on loopback; no user in it."""
    parts = url_parts(url)
    if parts is None or not parts.hostname or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def _persons(notify: Notify) -> Iterator[tuple[str, str, str, str]]:
    persons = notify.persons
    able = {one.name for one in notify.webhooks} | {one.name for one in notify.mail}
    for place, name in enumerate(persons.over):
        if name not in able or name in persons.over[:place]:
            hint = "Name a mail server or webhook of notify, each once; a syslog receiver is read by others."
            yield "WL-CFG-010", f"notify.persons.over[{place}]", f"there is no such channel for persons: {name}", hint
    if persons.over and not persons.domains:
        hint = "Such as acme.example; nobody outside is written to."
        yield "WL-CFG-005", "notify.persons.domains", "must be set where persons are asked", hint
    if persons.over and (
        persons.reply_to.count("@") != 1 or not persons.reply_to.isprintable() or " " in persons.reply_to
    ):
        yield "WL-CFG-005", "notify.persons.reply_to", "must be a mail address where persons are asked", ""


def _webhook(path: str, hook: Webhook) -> Iterator[tuple[str, str, str, str]]:
    if not hook.url.startswith(("env:", "file:")) and not is_safe_webhook(hook.url):
        hint = "Use https, or http on loopback; a credential in it belongs into env:NAME or file:/path."
        yield "WL-CFG-008", f"{path}.url", "must be https (or http on loopback), without a user in it", hint


def _mail(path: str, mail: Mail) -> Iterator[tuple[str, str, str, str]]:
    if mail.security is MailSecurity.NONE and not is_loopback(mail.host):
        hint = "Use starttls or tls, or a mail server on this machine."
        yield "WL-CFG-008", f"{path}.security", "mail would travel in the clear", hint
    if bool(mail.user) != bool(mail.password):
        yield "WL-CFG-005", path, "user and password belong together", "Set both or neither."
    for place, address in enumerate(mail.to):
        if address.count("@") != 1 or not address.isprintable() or " " in address:
            yield "WL-CFG-003", f"{path}.to[{place}]", "not a mail address", ""


def _syslog(path: str, one: Syslog) -> Iterator[tuple[str, str, str, str]]:
    parts = url_parts(one.url)
    if parts is None or parts.scheme not in ("tls", "tcp") or not parts.hostname or not parts.port:
        yield "WL-CFG-003", f"{path}.url", "expected tls://host:port or tcp://host:port", ""
    elif parts.scheme == "tcp" and not is_private(parts.hostname):
        hint = "Use tls://, or a loopback or private address."
        yield "WL-CFG-008", f"{path}.url", "plain syslog over an open network can be read and forged", hint
