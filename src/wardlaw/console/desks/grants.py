"""What decides about grants: the clauses that are published, the settings, and the keys under which the door locks out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from wardlaw.config.channelforms import FindingLevel
from wardlaw.config.model import Config
from wardlaw.config.notify import channels
from wardlaw.console.notify.persons import asked_persons
from wardlaw.decision.policyset import PolicySet
from wardlaw.inventory.aiapps import ai_vendor_at
from wardlaw.inventory.granted import GrantMoment
from wardlaw.inventory.rules import Weight
from wardlaw.inventory.ruling import RevokingLimits
from wardlaw.state.callers import CALLER, state_key


def weights_from(level: FindingLevel) -> frozenset[Weight]:
    """The weights that are as grave as a level, or graver."""
    if level is FindingLevel.OFF:
        return frozenset()
    order = list(Weight)
    return frozenset(order[: order.index(Weight(level.value)) + 1])


class GrantDesk:
    """What one installation decides about grants with.

    Args:
        policies: Gives the policy set in force.
        secret: Key of the digests under which gateways know callers.

    Attributes:
        confirm_above: A revocation of more things needs a second person.
        channels: Over which people are asked.
        persons: How the persons who gave grants are asked.
        tells: Weights of findings that are told over the channels.
        door_keys: Vendor and id of keys that only the gateway holds.
        vendors: The AI vendor of each upstream that is one's, by the upstream's name.
    """

    def __init__(self, config: Config, policies: Callable[[], PolicySet], *, secret: bytes) -> None:
        settings = config.inventory
        self.limits = RevokingLimits(
            settings.revoke_automatically, frozenset(settings.protected_apps), settings.revoke_per_hour
        )
        self.confirm_above = settings.confirm_above
        self.channels = tuple(channel.name for channel in channels(config.notify))
        self.persons = asked_persons(config.notify.persons)
        self.tells = weights_from(config.notify.findings)
        hosts = {one.name: urlsplit(one.url).hostname or "" for one in config.upstreams}
        self.vendors: Mapping[str, str] = {
            name: vendor for name, host in hosts.items() if (vendor := ai_vendor_at(host))
        }
        pairs = (text.partition(":") for text in settings.door_keys)
        self.door_keys = frozenset((vendor, key) for vendor, _, key in pairs)
        self._policies = policies
        self._zone = ZoneInfo(config.installation.timezone)
        self._secret = secret

    def policies(self) -> PolicySet:
        """The clauses in force.

        Raises:
            WardlawError: They cannot be read.
        """
        return self._policies()

    def moment(self, at: float) -> GrantMoment:
        """A time (Unix seconds) with hour and weekday where the installation stands."""
        local = datetime.fromtimestamp(at, tz=self._zone)
        return GrantMoment(at, local.hour, local.isoweekday())

    def door_key(self, principal: str) -> str:
        """Under which key, in hex, a gateway locks a principal out."""
        return self.door_key_of(self._secret)(principal)

    @staticmethod
    def door_key_of(secret: bytes) -> Callable[[str], str]:
        """As ``door_key``, for who has the secret."""
        return lambda principal: state_key(secret, CALLER, principal).hex()
