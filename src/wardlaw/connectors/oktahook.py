"""What Okta's event hooks deliver: read, and nothing done. Okta signs nothing; a secret in a header is all that shows who asks.

Whoever knows the secret can deliver what they like, so a delivery only tells of events: the log, read with a credential, is
what a listing rests on. The same event twice has the same id.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
import orjson

from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.oktalogs import read_events
from wardlaw.facts.errors import InputError

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 1_000
_MOST_WORD = 512
_HINT = "Nothing was taken in. Look at who calls this address; the log is read with the next sync all the same."


class _Data(msgspec.Struct):
    events: list[Any]


class OktaDelivery(msgspec.Struct, rename="camel"):
    """The envelope of a delivery; ``event_id`` is its own, the same when Okta delivers it again."""

    event_type: str
    event_id: str
    data: _Data


def read(headers: Mapping[str, str], body: bytes, secret: str) -> FeedPage:
    """The events of a delivery; one that is not understood is a gap.

    Args:
        headers: Names in lower case.
        secret: What the header ``authorization`` must be.

    Raises:
        InputError: The secret is not it (WL-INV-040), or the body is none of Okta's deliveries (WL-INV-041, WL-INV-042).
    """
    check_secret(headers, secret)
    return read_events(read_delivery(body).data.events)


def check_secret(headers: Mapping[str, str], secret: str) -> None:
    """Compare the secret, in a time that says nothing of how far it is right.

    Raises:
        InputError: It is another one, or none is set (WL-INV-040).
    """
    given = headers.get("authorization", "")
    if not secret or not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode()):
        raise InputError("WL-INV-040", "The secret of the Okta event hook is missing or wrong.", _HINT)


def read_delivery(body: bytes) -> OktaDelivery:
    """The envelope of a delivery.

    Raises:
        InputError: It is too large (WL-INV-042) or none (WL-INV-041).
    """
    if len(body) > MOST_BYTES:
        raise InputError("WL-INV-042", f"A delivery has more than {MOST_BYTES // 1024} KiB.", _HINT)
    try:
        told = msgspec.json.decode(body, type=OktaDelivery)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("WL-INV-041", "The body is no delivery of an Okta event hook.", _HINT) from error
    if told.event_type != "com.okta.event_hook" or not 0 < len(told.event_id) <= _MOST_WORD:
        raise InputError("WL-INV-041", "The body is no delivery of an Okta event hook.", _HINT)
    if len(told.data.events) > MOST_EVENTS:
        raise InputError("WL-INV-042", f"A delivery has more than {MOST_EVENTS} events.", _HINT)
    return told


def challenge_answer(headers: Mapping[str, str]) -> bytes:
    """The body that answers Okta's one-time verification (a GET), by which it learns that the address is ours.

    Raises:
        InputError: There is no challenge, or it is none (WL-INV-043).
    """
    word = headers.get("x-okta-verification-challenge", "")
    if not 0 < len(word) <= _MOST_WORD or not (word.isascii() and word.isprintable()):
        raise InputError("WL-INV-043", "There is no challenge of an Okta event hook in the request.", _HINT)
    return orjson.dumps({"verification": word})
