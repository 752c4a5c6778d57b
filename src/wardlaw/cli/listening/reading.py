"""One delivery of a platform: whose it is, whether it is new enough, and what it tells."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import assert_never

import msgspec

from wardlaw.config.connected import Platform
from wardlaw.connectors import githubhook, googlepush, oktahook
from wardlaw.connectors.feed import FeedPage
from wardlaw.facts.errors import InputError
from wardlaw.inventory.activity import Activity
from wardlaw.inventory.model import Sighting

OLDEST_S = 7 * 86_400.0
"""Age of an event, in seconds, beyond which it is not taken: platforms try again for three days at most, and the log that
is read beside them goes back further."""


class Told(msgspec.Struct, frozen=True):
    """What a delivery tells.

    Attributes:
        id: What makes it itself; empty where it tells nothing.
        at: Unix seconds; 0 where its platform gives no time.
        wishes: Feeds that have something new.
    """

    id: str = ""
    at: float = 0.0
    sightings: tuple[Sighting, ...] = ()
    activities: tuple[Activity, ...] = ()
    wishes: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing in it for the inventory."""
        return not (self.sightings or self.activities or self.wishes)


def read_delivery(platform: Platform, headers: Mapping[str, str], body: bytes, *, secret: str, now: float) -> Told:
    """What a delivery tells, once it has proved itself.

    Args:
        headers: Names in lower case.
        now: Unix seconds.

    Raises:
        InputError: It does not prove itself, is none, or is too old (WL-LSN-003).
    """
    told = _reader(platform)(headers, body, secret)
    if told.at and told.at < now - OLDEST_S:
        raise InputError("WL-LSN-003", "The events of a delivery are more than a week old.", "The log tells of them.")
    return told


def challenge_of(platform: Platform, headers: Mapping[str, str]) -> bytes:
    """The body that answers a platform's question whether the address is ours; empty where it asks none so.

    Raises:
        InputError: The question is none (WL-INV-043).
    """
    return oktahook.challenge_answer(headers) if platform is Platform.OKTA else b""


def _reader(platform: Platform) -> Callable[[Mapping[str, str], bytes, str], Told]:
    match platform:
        case Platform.GITHUB:
            return _github
        case Platform.GOOGLE:
            return _google
        case Platform.OKTA:
            return _okta
        case (
            Platform.OAUTH
            | Platform.SLACK
            | Platform.SALESFORCE
            | Platform.OPENAI
            | Platform.ANTHROPIC
            | Platform.ENTRA
            | Platform.SCIM
        ):
            raise InputError("WL-LSN-002", f"{platform} delivers nothing that is read.", "See docs/events-by-push.md.")
        case never:
            assert_never(never)


def _github(headers: Mapping[str, str], body: bytes, secret: str) -> Told:
    page = githubhook.read(headers, body, secret)
    # The time in a body is that of the installation and not of the event: being known is what stops it from coming twice.
    return _told(page, page.activities[0].id if page.activities else "", at=0.0)


def _google(headers: Mapping[str, str], body: bytes, secret: str) -> Told:
    feed = googlepush.feed_of(headers, secret)
    page = googlepush.read(headers, body, secret)
    # Without an entry of the log it is known by its number, and says no more than that there is something to read.
    known_by = (
        body if page.activities else f"{headers['x-goog-channel-id']}/{headers['x-goog-message-number']}".encode()
    )
    id_ = f"google/{hashlib.sha256(known_by).hexdigest()[:48]}"
    return _told(page, id_ if feed else "", at=_latest(page), wishes=(feed,) if feed else ())


def _okta(headers: Mapping[str, str], body: bytes, secret: str) -> Told:
    oktahook.check_secret(headers, secret)
    page = oktahook.read(headers, body, secret)
    event = oktahook.read_delivery(body).event_id
    return _told(page, f"okta/{hashlib.sha256(event.encode()).hexdigest()[:48]}", at=_latest(page))


def _latest(page: FeedPage) -> float:
    return max((one.at for one in page.activities), default=0.0)


def _told(page: FeedPage, id_: str, *, at: float, wishes: tuple[str, ...] = ()) -> Told:
    return Told(id_, at, page.sightings, page.activities, wishes)
