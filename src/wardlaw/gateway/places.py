"""The paths that are answered by exchanges of their own, beside the surfaces that lead to a model."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from wardlaw.facts.routes import BATCHES, DECIDE, FILES, MCP, MODELS, MODERATIONS, SCAN
from wardlaw.gateway.admitted import Admitted
from wardlaw.gateway.batches import BatchExchange
from wardlaw.gateway.deciding import DecideExchange, ResultExchange
from wardlaw.gateway.files import FileExchange
from wardlaw.gateway.guarding import GuardExchange
from wardlaw.gateway.local import LocalExchange
from wardlaw.gateway.mcp.exchange import McpExchange
from wardlaw.gateway.mcp.wrapped import WrappedExchange
from wardlaw.gateway.moderating import ModerationExchange
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.surfaces import BY_PATH

_AROUND_FILE_BYTES = 65_536  # the other members of a form


def _body_bytes(services: Services) -> int:
    return services.limits.body_bytes


def _file_bytes(services: Services) -> int:
    return services.files.bytes + _AROUND_FILE_BYTES


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
    "/mcp": Place(MCP, ("POST",), McpExchange),
    "/v1/decide": Place(DECIDE, ("POST",), DecideExchange),
    "/v1/decide/result": Place(DECIDE, ("POST",), ResultExchange),
    "/mcp/local": Place(MCP, ("POST",), WrappedExchange),
    "/v1/guard": Place(SCAN, ("POST",), GuardExchange),
    "/v1/moderations": Place(MODERATIONS, ("POST",), ModerationExchange),
}
_ONE = r"/[A-Za-z0-9_-]{1,128}"
_FORMS = (
    (re.compile(r"/v1/files"), Place(FILES, ("GET", "POST"), FileExchange, _file_bytes)),
    (re.compile(rf"/v1/files{_ONE}"), Place(FILES, ("GET", "DELETE"), FileExchange)),
    (re.compile(rf"/v1/files{_ONE}/content"), Place(FILES, ("GET",), FileExchange)),
    (re.compile(r"/v1/batches"), Place(BATCHES, ("GET", "POST"), BatchExchange)),
    (re.compile(rf"/v1/batches{_ONE}"), Place(BATCHES, ("GET",), BatchExchange)),
    (re.compile(rf"/v1/batches{_ONE}/cancel"), Place(BATCHES, ("POST",), BatchExchange)),
)

# Responses, conversations and what belongs to them, chat completions that were stored, assistants' threads, uploads in
# parts, containers and searches over files.
_STORED = re.compile(
    r"/v1/(?:responses|chat/completions)/.|/v1/(?:conversations|threads|assistants|uploads|containers|vector_stores)(?:/|\Z)"
)


def find_place(path: str) -> Place | None:
    """What answers at a path; ``None`` where no exchange of its own does."""
    fixed = _FIXED.get(path)
    if fixed is not None:
        return fixed
    return next((place for form, place in _FORMS if form.fullmatch(path)), None)


def is_stored(path: str) -> bool:
    """Whether a path leads to what a vendor keeps of conversations, which nobody here has judged."""
    return _STORED.match(path) is not None


def route_of(path: str) -> str:
    """The route a path belongs to, for the scope of a credential; the path itself where there is none."""
    surface = BY_PATH.get(path)
    if surface is not None:
        return surface.route
    place = find_place(path)
    if place is not None:
        return place.route
    return MODELS if path == "/v1/models" else path
