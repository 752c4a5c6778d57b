"""The paths that are answered by exchanges of their own, beside the surfaces that lead to a model."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from wardlaw.facts.routes import MODELS, MODERATIONS, SCAN
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.guarding import GuardExchange
from wardlaw.gateway.local import LocalExchange
from wardlaw.gateway.moderating import ModerationExchange
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.surfaces import BY_PATH


def _body_bytes(services: Services) -> int:
    return services.limits.body_bytes


class Place(msgspec.Struct, frozen=True):
    """A path, or all paths of one form.

    Attributes:
        route: Name for clauses, scopes and settings.
        methods: What may be asked of it.
        open: Makes the exchange that answers.
        limit_bytes: Largest body that is read.
    """

    route: str
    methods: tuple[str, ...]
    open: Callable[[Services, Call, Admitted], LocalExchange]
    limit_bytes: Callable[[Services], int] = _body_bytes


_FIXED = {
    "/v1/guard": Place(SCAN, ("POST",), GuardExchange),
    "/v1/moderations": Place(MODERATIONS, ("POST",), ModerationExchange),
}


def find_place(path: str) -> Place | None:
    """What answers at a path; ``None`` where no exchange of its own does."""
    return _FIXED.get(path)


def route_of(path: str) -> str:
    """The route a path belongs to, for the scope of a credential; the path itself where there is none."""
    surface = BY_PATH.get(path)
    if surface is not None:
        return surface.route
    place = find_place(path)
    if place is not None:
        return place.route
    return MODELS if path == "/v1/models" else path
