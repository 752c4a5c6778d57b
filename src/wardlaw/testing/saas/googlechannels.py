"""Google's notification channels: opened with ``watch``, told of each event, ended by time or by ``stop``."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import msgspec

from wardlaw.testing.saas.googlelog import number_of, report_entry
from wardlaw.testing.saas.message import SaasRequest, SaasResponse
from wardlaw.testing.saas.world import World

SendNotice = Callable[[str, dict[str, str], bytes], None]
"""Carries a notification out: address, headers, body."""

WATCHABLE = frozenset({"token", "admin", "drive", "login", "chrome", "groups", "calendar", "chat", "meet", "mobile"})
"""Applications that ``watch`` takes; gmail, vault and gemini_in_workspace_apps can only be listed (reports_v1)."""

USUAL_LIFE_S, LONGEST_LIFE_S = 2 * 3_600.0, 2 * 86_400.0
"""How long a channel lives where nothing else is asked for, and at most (``Channel.params`` of directory_v1)."""


class OpenChannel(msgspec.Struct, frozen=True):
    """A channel; ``expires_at`` in Unix seconds."""

    id: str
    address: str
    token: str
    application: str
    resource: str
    expires_at: float


class WatchChannels:
    """The channels of one organisation."""

    def __init__(self, world: World, send: SendNotice) -> None:
        self._world = world
        self._send = send
        self._open: dict[str, OpenChannel] = {}
        self._told = len(world.activities)
        self._numbers: dict[str, int] = {}

    def open(self, request: SaasRequest, application: str) -> SaasResponse:
        """Answer ``watch``: the channel, whose first message is ``sync``."""
        asked: dict[str, Any] = request.json() or {}
        id_, address = str(asked.get("id", "")), str(asked.get("address", ""))
        if application not in WATCHABLE:
            return _wrong(f"The application {application} cannot be watched.")
        if not id_ or len(id_) > 64 or asked.get("type") != "web_hook" or not address:
            return _wrong("A channel needs an id of at most 64 characters, the type web_hook and an address.")
        if id_ in self._open:
            return _wrong(f"Channel id {id_} not unique")
        wanted = float(asked.get("expiration") or 0) / 1000
        ends = min(wanted or self._world.now + USUAL_LIFE_S, self._world.now + LONGEST_LIFE_S)
        resource = f"r{number_of(application)}"
        made = OpenChannel(id_, address, str(asked.get("token", "")), application, resource, ends)
        self._open[id_] = made
        self._deliver(made, "sync", b"")
        answer = {"kind": "api#channel", "id": id_, "resourceId": resource, "resourceUri": _uri(application)}
        return SaasResponse(200, answer | {"token": made.token, "expiration": str(int(ends * 1000))})

    def stop(self, request: SaasRequest) -> SaasResponse:
        """Answer ``channels.stop``."""
        asked: dict[str, Any] = request.json() or {}
        found = self._open.get(str(asked.get("id", "")))
        if found is None or found.resource != asked.get("resourceId"):
            return SaasResponse(404, {"error": {"code": 404, "message": "Channel not found"}})
        del self._open[found.id]
        return SaasResponse(204)

    def notify(self) -> int:
        """Tell every channel that is still open of what happened since the last time; how many messages went out."""
        fresh = self._world.activities[self._told :]
        self._told = len(self._world.activities)
        self._open = {key: one for key, one in self._open.items() if one.expires_at > self._world.now}
        sent = 0
        for activity in fresh:
            entry = report_entry(activity, self._world)
            for channel in self._open.values():
                if entry is not None and entry["id"]["applicationName"] == channel.application:
                    self._deliver(channel, entry["events"][0]["name"], json.dumps(entry).encode())
                    sent += 1
        return sent

    def _deliver(self, channel: OpenChannel, state: str, body: bytes) -> None:
        number = self._numbers[channel.id] = self._numbers.get(channel.id, 0) + 1
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Channel-Token": channel.token,
            "X-Goog-Channel-Expiration": formatdate(channel.expires_at, usegmt=True),
            "X-Goog-Resource-ID": channel.resource,
            "X-Goog-Resource-URI": _uri(channel.application),
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(number),
        }
        self._send(channel.address, headers, body)


def _uri(application: str) -> str:
    return f"https://admin.googleapis.com/admin/reports/v1/activity/users/all/applications/{application}?alt=json"


def _wrong(message: str) -> SaasResponse:
    errors = [{"domain": "global", "reason": "invalid", "message": message}]
    return SaasResponse(400, {"error": {"code": 400, "message": message, "errors": errors}})
