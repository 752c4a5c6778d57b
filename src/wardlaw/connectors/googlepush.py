"""Reads messages of Google's notification channels. Google signs nothing: a message is known by the token that was given
with the channel. It says that something happened; the log that is read afterwards says what, and misses nothing.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping

import orjson

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.google import LOGS
from wardlaw.connectors.googlelog import log_page
from wardlaw.facts.errors import InputError

MOST_BODY_BYTES = 1024 * 1024

_WATCHED = re.compile(r"/applications/([a-z_]{1,64})(?:[/?]|$)")
_FEEDS = {application: feed.name for feed, application in LOGS.items()}


def read(headers: Mapping[str, str], body: bytes, secret: str) -> FeedPage:
    """What a message tells at once; the first one of a channel, and one of a log that is not read, tell nothing.

    Args:
        headers: Names in any case.
        secret: The token of the channel.

    Raises:
        InputError: The token is not set (WL-INV-034), missing or wrong (WL-INV-031), it is no message of a channel
            (WL-INV-032), or its body is none of Google's (WL-INV-033).
    """
    given = _checked(headers, secret)
    application = _application(given)
    if given["x-goog-resource-state"] == "sync" or application not in _FEEDS or not body:
        return FeedPage()
    try:
        entry = orjson.loads(body) if len(body) <= MOST_BODY_BYTES else None
    except ValueError:
        entry = None
    # The message carries one entry of the log. Mail addresses in it stay as they are: the log that is read next has ids.
    page = log_page([entry], application, id_of=lambda mail: mail)
    if page.gaps:
        raise InputError(
            "WL-INV-033",
            "The body of a message of a notification channel is not what Google describes.",
            "Nothing is lost: the log itself is read. See who else sends to this address.",
        )
    return page


def feed_of(headers: Mapping[str, str], secret: str) -> str:
    """The feed to read now, since something happened in it; empty for none.

    Raises:
        InputError: As ``read``.
    """
    given = _checked(headers, secret)
    return "" if given["x-goog-resource-state"] == "sync" else _FEEDS.get(_application(given), "")


def _checked(headers: Mapping[str, str], secret: str) -> dict[str, str]:
    given = {name.lower(): value for name, value in headers.items()}
    if not secret:
        raise InputError("WL-INV-034", "No token is set for this channel.", "Set one, and open the channel with it.")
    if not hmac.compare_digest(secret.encode(), given.get("x-goog-channel-token", "").encode()):
        raise InputError(
            "WL-INV-031",
            "The token of a notification channel is missing or wrong.",
            "Compare the token the channel was opened with with the one in the configuration.",
        )
    needed = ("x-goog-channel-id", "x-goog-resource-state", "x-goog-message-number")
    if not all(given.get(name) for name in needed):
        raise InputError("WL-INV-032", "This is no message of a channel: headers are missing.", "Send it as it came.")
    return given


def _application(given: Mapping[str, str]) -> str:
    found = _WATCHED.search(given.get("x-goog-resource-uri", ""))
    return found[1] if found else ""
