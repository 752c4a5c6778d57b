"""Opens and stops Google's notification channels, which say at once that a log has something new. A channel ends by itself
after two days at most, without a word; whoever wants it longer opens another.
"""

from __future__ import annotations

import msgspec

from wardlaw.connectors.feed import Feed, not_read
from wardlaw.connectors.google import PUSHED, REPORTS
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import InputError
from wardlaw.inventory.importing.badrow import UnreadableError, count_of, text_of

LONGEST_S = 2 * 86_400.0
"""Longest life of a channel, in seconds (description of ``Channel.params`` in directory_v1)."""

_STOP = "/admin/reports_v1/channels/stop"


class PushChannel(msgspec.Struct, frozen=True):
    """A channel that is open.

    Attributes:
        resource: Google's id for what is watched; needed to stop it.
        expires_at: Unix seconds, as Google says.
    """

    id: str
    feed: str
    resource: str
    expires_at: float


class GoogleChannels:
    """The channels of one Workspace.

    Args:
        client: With a credential for ``admin.reports.audit.readonly``.
    """

    def __init__(self, client: VendorClient) -> None:
        self._client = client

    def open(self, feed: str, *, id_: str, address: str, token: str, until: float) -> PushChannel:
        """Have messages about a log sent to an address.

        Args:
            feed: Name of a log's feed, such as ``activity``.
            id_: Unique among all channels; at most 64 characters.
            address: ``https`` address that Google can reach.
            token: Comes back with each message; it alone says that a message is Google's.
            until: Unix seconds; Google may end it earlier.

        Raises:
            InputError: There is no such log (WL-INV-012).
            UnavailableError: Google opens none (WL-INV-010).
        """
        body = {"id": id_, "type": "web_hook", "address": address, "token": token, "expiration": str(int(until * 1000))}
        answer = self._client.post_json(f"{REPORTS}/{PUSHED[_log(feed)]}/watch", body, bucket="reports")
        told = answer.body if isinstance(answer.body, dict) else {}
        try:
            resource, ends = (
                text_of(told.get("resourceId"), "resourceId"),
                count_of(told.get("expiration"), "expiration"),
            )
        except UnreadableError:
            resource, ends = "", 0
        if answer.status != 200 or not resource:
            raise not_read(f"Google {feed}", f"a channel is not opened (it answers {answer.status})")
        return PushChannel(id_, feed, resource, ends / 1000)

    def stop(self, id_: str, resource: str) -> bool:
        """End a channel; False where it had ended already.

        Raises:
            UnavailableError: Google does not do it (WL-INV-010).
        """
        answer = self._client.post_json(_STOP, {"id": id_, "resourceId": resource}, bucket="reports")
        if answer.status not in (200, 204, 404):
            raise not_read("Google channels", f"the channel is not stopped (it answers {answer.status})")
        return answer.status != 404


def _log(feed: str) -> Feed:
    for one in PUSHED:
        if one.name == feed:
            return one
    names = ", ".join(one.name for one in PUSHED)
    raise InputError("WL-INV-012", "Google has no log of this name that can be watched.", f"It can watch: {names}.")
