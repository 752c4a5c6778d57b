"""``wardlaw inventory channel``: have Google say at once that a log has something new."""

from __future__ import annotations

import os
import time
import uuid

from cyclopts import App

from wardlaw.cli.opening import open_channels
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import when
from wardlaw.config.load import read_secret
from wardlaw.config.notify import is_safe_webhook
from wardlaw.config.secretref import SecretRef
from wardlaw.connectors.googlechannel import LONGEST_S, GoogleChannels
from wardlaw.facts.errors import InputError

app = App(name="channel", help="Notification channels of Google: a word at once that a log has something new.")


@app.command(name="open")
def open_channel(
    directory: str, *, address: str, secret: str, feed: str = "activity", hours: float = 48.0, options: Options = NONE
) -> int:
    """Open a channel; it ends by itself, so a timer opens the next one before that.

    Args:
        directory: A Google directory of the configuration.
        address: https address that Google can reach, and that hands messages to Wardlaw.
        secret: env:NAME or file:/path of the token that comes back with each message.
        feed: Which log: activity, admin-log, drive-log or login-log.
        hours: How long it should live, at most 48.
    """
    kind, _, name = secret.partition(":")
    if kind not in ("env", "file") or not name:
        raise InputError(
            "WL-INV-034", "The token of the channel is not named as env:NAME or file:/path.", "Never write it itself."
        )
    if not is_safe_webhook(address):
        raise InputError("WL-INV-032", "The address of the channel is not https.", "Google sends to https only.")
    token = read_secret(SecretRef(kind, name), env=os.environ, what="the token of the channel")
    channels = _channels(directory, options)
    until = time.time() + min(max(hours * 3_600, 60.0), LONGEST_S)
    opened = channels.open(feed, id_=str(uuid.uuid4()), address=address, token=token, until=until)
    told = {"id": opened.id, "feed": opened.feed, "resource": opened.resource, "expires_at": opened.expires_at}
    ends = when(opened.expires_at) or "at a time Google does not tell"
    text = f"channel {opened.id} for {feed} is open and ends {ends}; stop it with --resource {opened.resource}"
    options.output().result({"channel": told}, text)
    return 0


@app.command
def stop(directory: str, id: str, *, resource: str, options: Options = NONE) -> int:
    """End a channel before its time.

    Args:
        directory: A Google directory of the configuration.
        id: Of the channel, as `open` says it.
        resource: Of the channel, as `open` says it.
    """
    was_open = _channels(directory, options).stop(id, resource)
    options.output().result(
        {"stopped": was_open}, f"channel {id} is stopped" if was_open else f"channel {id} had ended already"
    )
    return 0


def _channels(directory: str, options: Options) -> GoogleChannels:
    known = options.configuration().inventory.directories
    found = next((one for one in known if one.name == directory), None)
    if found is None:
        names = ", ".join(one.name for one in known) or "none"
        raise InputError(
            "WL-INV-012", f"There is no such directory; configured: {names}.", "See inventory.directories."
        )
    return open_channels(found, env=os.environ, clock=time.time, sleep=time.sleep)
