"""Keeps notification channels open at Google: opened where there is none, and anew before one ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from wardlaw.cli.client import ManagementClient
from wardlaw.connectors.google import PUSHED
from wardlaw.connectors.googlechannel import LONGEST_S, GoogleChannels
from wardlaw.facts.errors import WardlawError

RENEWED_S = 12 * 3_600.0
"""How long before its end a channel is opened anew: half a day in which Google, or we, may be away."""


class ChannelledDirectory(msgspec.Struct, frozen=True):
    """A Google directory whose logs are to tell at once.

    Attributes:
        address: Where its messages are sent to.
        token: Asked when a channel is opened.
    """

    name: str
    address: str
    token: Callable[[], str]
    channels: GoogleChannels


def tend_channels(
    directories: Sequence[ChannelledDirectory],
    client: ManagementClient,
    *,
    clock: Callable[[], float],
    say: Callable[[str], None],
) -> None:
    """Open what is missing, and what ends soon; the one before is ended once the new one is open, so that none is missed."""
    if not directories:
        return
    kept = {(one["directory"], one["feed"]): one for one in client.get("/inventory/due")["channels"]}
    for directory in directories:
        for feed in PUSHED:
            old = kept.get((directory.name, feed.name))
            if old is None or _must_go(old, directory, clock()):
                try:
                    _open(directory, feed.name, client, until=clock() + LONGEST_S)
                    if old is not None and old["expires_at"] > clock():
                        directory.channels.stop(old["id"], old["resource"])
                except WardlawError as error:
                    say(f"{directory.name} {feed.name}: no channel, {error.message}")


def _must_go(old: Mapping[str, Any], directory: ChannelledDirectory, now: float) -> bool:
    return old["address"] != directory.address or float(old["expires_at"]) < now + RENEWED_S


def _open(directory: ChannelledDirectory, feed: str, client: ManagementClient, *, until: float) -> None:
    opened = directory.channels.open(
        feed, id_=str(uuid.uuid4()), address=directory.address, token=directory.token(), until=until
    )
    body = msgspec.structs.asdict(opened) | {"directory": directory.name, "address": directory.address}
    client.post("/inventory/channels", body)
