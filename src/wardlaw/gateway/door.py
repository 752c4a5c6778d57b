"""Which surface a request is for, who sends it, and whether the gateway is in a state to answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec
import orjson

from wardlaw.facts.errors import Fault, InputError, RefusedError, UnavailableError, WardlawError
from wardlaw.facts.record import Outcome
from wardlaw.facts.routes import REALTIME
from wardlaw.gateway.admission import Admission, check_body
from wardlaw.gateway.admitted import Admitted, Refused
from wardlaw.gateway.exchange import ModelExchange
from wardlaw.gateway.mcp.metadata import PATH, challenge, is_metadata, metadata
from wardlaw.gateway.metrics import CONTENT_TYPE
from wardlaw.gateway.places import Place, find_place, is_stored
from wardlaw.gateway.port import Call
from wardlaw.gateway.services import Services
from wardlaw.gateway.surfaces import BY_PATH, dialect_of
from wardlaw.gateway.wire.failure import TooLargeError
from wardlaw.gateway.wire.refusal import error_body
from wardlaw.gateway.wire.surface import Surface

_REALTIME_PATH = "/v1/realtime"  # the websocket itself; below it, what opens sessions and calls
_JSON = ("content-type", "application/json")
_REALM = 'Bearer realm="wardlaw"'


class Health(msgspec.Struct, frozen=True):
    """Whether the gateway can do its work; ``why`` names what is missing, ``note`` what works less well meanwhile."""

    ready: bool
    why: str = ""
    note: str = ""


class Door:
    """Serves every request of a worker.

    Args:
        services: The parts of the worker; swapped as a whole when something in them changes.
        admission: Who may come in.
        health: Whether everything a decision needs is at hand.
    """

    def __init__(self, services: Services, admission: Admission, *, health: Callable[[], Health]) -> None:
        self.services = services
        self._admission = admission
        self._health = health
        self._running: dict[str, int] = {}

    async def serve(self, call: Call) -> None:
        """Serve one request."""
        if call.path == _REALTIME_PATH or call.path.startswith(_REALTIME_PATH + "/"):
            await self._refuse_realtime(call)
            return
        target = BY_PATH.get(call.path) or find_place(call.path)
        if target is None:
            await self._serve_other(call)
            return
        methods = target.methods if isinstance(target, Place) else ("POST",)
        if call.method in methods:
            await self._serve_judged(call, target)
        else:
            _reply_error(call, 405, "method_not_allowed", f"{call.path[:200]} takes {' and '.join(methods)}.")

    async def _serve_judged(self, call: Call, target: Surface | Place) -> None:
        """Serve a request that ends in a decision: to a model, or to a place that answers by itself."""
        services = self.services
        try:
            self._check_health()
            _check_head(call, services.limits.header_bytes)
            admitted = await self._admit(call)
            if admitted is None:
                return
            raw = await self._read(call, target)
            if raw is None:
                return
            refused = check_body(admitted, hashlib.sha256(raw).digest()) if admitted.bound_body else None
            if refused is not None:
                _reply_refused(call, refused)
                return
        except WardlawError as error:
            _reply(call, error)
            return
        await self._within_ceiling(call, admitted, target, raw)

    async def _read(self, call: Call, target: Surface | Place) -> bytes | None:
        """The body; one that is too large or too slow is told to the caller and recorded."""
        services, route = self.services, target.route
        most = target.limit_bytes(services) if isinstance(target, Place) else services.limits.body_bytes
        try:
            return await call.body(limit_bytes=most, within_s=services.limits.body_read_s)
        except InputError as error:
            self._record_refusal(call, route, _reply(call, error))
            return None

    async def _refuse_realtime(self, call: Call) -> None:
        """Refuse what would carry sound both ways, or give the caller a key to do so around the gateway."""
        try:
            self._check_health()
            _check_head(call, self.services.limits.header_bytes)
            if await self._admit(call) is None:
                return
        except WardlawError as error:
            _reply(call, error)
            return
        self._record_refusal(call, REALTIME, _reply(call, _no_realtime()))

    def _record_refusal(self, call: Call, route: str, status: int) -> None:
        """Record that an exchange ended before there was anything to decide."""
        judge = self.services.judge
        outcome = Outcome(judge.new_id("exc"), "refused", status, sent_bytes=call.sent_bytes)
        judge.recorder.outcome(outcome, record_id=judge.new_id("out"), route=route)
        self.services.metrics.ended(route, "refused", status=status, duration_s=0.0, overhead_s=0.0)

    async def _within_ceiling(self, call: Call, admitted: Admitted, target: Surface | Place, raw: bytes) -> None:
        who = admitted.principal.id
        running = self._running.get(who, 0)
        if running >= self.services.limits.concurrency_per_principal:
            message = f"{running} exchanges of this caller are running; that is the most at one time."
            _reply_error(call, 429, "too_many_exchanges", message)
            return
        self._running[who] = running + 1
        metrics = self.services.metrics
        metrics.running += 1
        try:
            if isinstance(target, Place):
                await target.open(self.services, call, admitted).run(raw)
            else:
                await ModelExchange(self.services, call, admitted, target).run(raw)
        finally:
            metrics.running -= 1
            left = self._running[who] - 1
            if left:
                self._running[who] = left
            else:
                del self._running[who]

    async def _admit(self, call: Call) -> Admitted | None:
        admitted = await self._admission.admit(
            call.headers, at=self.services.judge.clock(), method=call.method, path=call.path, body_sha256=None
        )
        if isinstance(admitted, Refused):
            self.services.metrics.refused(admitted.code)
            _reply_refused(call, admitted, challenge=challenge(self.services, call) if call.path == PATH else _REALM)
            return None
        return admitted

    def _check_health(self) -> None:
        health = self._health()
        if not health.ready:
            raise UnavailableError(
                "WL-GWY-007", f"The gateway cannot decide now: {health.why}.", "Try again; see `wardlaw doctor`."
            )

    async def _serve_other(self, call: Call) -> None:
        match call.method, call.path:
            case "GET", "/healthz":
                call.reply(200, [_JSON], b'{"status":"alive"}')
            case "GET", "/readyz":
                health = self._health()
                told = {"status": "ready" if health.ready else "not ready", "why": health.why}
                body = orjson.dumps(told | {"note": health.note} if health.note else told)
                call.reply(200 if health.ready else 503, [_JSON], body)
            case "GET", "/metrics" if self.services.shows_metrics:
                call.reply(200, [("content-type", CONTENT_TYPE)], self.services.metrics.render())
            case "GET", path if self.services.catalogue is not None and is_metadata(path, self.services.mcp_url):
                call.reply(200, [_JSON], metadata(self.services, call))
            case "GET", path if path == "/v1/models" or path.startswith("/v1/models/"):
                await self._models(call)
            case _, path if is_stored(path):
                admitted = await self._admit(call)
                if admitted is not None:
                    message = "What a vendor keeps of responses and conversations is not given out through the gateway."
                    _reply_error(call, 403, "stored_state", f"{message} Send the conversation with each request.")
            case _, path:
                message = f"There is no {call.method} {path[:200]} here."
                _reply_error(call, 404, "unknown_route", message)

    async def _models(self, call: Call) -> None:
        admitted = await self._admit(call)
        if admitted is None:
            return
        scope = admitted.scope.models
        names = [name for name in self.services.registry.model_names if scope is None or name in scope]
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "wardlaw"} for name in names]
        wanted = call.path.removeprefix("/v1/models").removeprefix("/")
        if not wanted:
            call.reply(200, [_JSON], orjson.dumps({"object": "list", "data": models}))
            return
        for model in models:
            if model["id"] == wanted:
                call.reply(200, [_JSON], orjson.dumps(model))
                return
        _reply_error(call, 404, "model_not_found", f"The model {wanted[:200]} is not registered for this caller.")


def _no_realtime() -> RefusedError:
    return RefusedError(
        "WL-GWY-014",
        "The realtime API is not served: sound that streams both ways cannot be judged before it is released.",
        "Transcribe first, and ask on /v1/chat/completions or /v1/responses.",
    )


def _check_head(call: Call, limit_bytes: int) -> None:
    size = sum(len(name) + len(value) for name, value in call.headers.items())
    if size > limit_bytes:
        raise HeadTooLargeError(
            "WL-GWY-008", f"The request's headers have {size} bytes, at most {limit_bytes} are taken.", "Send fewer."
        )


class HeadTooLargeError(InputError):
    """The headers are too large."""

    http_status = 431


def _reply(call: Call, error: WardlawError) -> int:
    told = error_body(error, dialect=dialect_of(call.path))
    status = 413 if error.code == "WL-GWY-002" or isinstance(error, TooLargeError) else told.status
    status = 408 if error.code == "WL-GWY-003" else status
    status = 500 if isinstance(error, Fault) else status
    call.reply(status, [*told.headers, ("connection", "close")], told.body)
    return status


def _reply_refused(call: Call, refused: Refused, *, challenge: str = _REALM) -> None:
    error = {
        "message": f"{refused.message} {refused.hint}",
        "type": "authentication_error",
        "param": None,
        "code": refused.public_code,
    }
    headers = [_JSON]
    if refused.status == 401:
        headers.append(("www-authenticate", challenge))
    call.reply(refused.status, headers, dialect_of(call.path).body(refused.status, error))


def _reply_error(call: Call, status: int, code: str, message: str) -> None:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    call.reply(status, [_JSON, ("x-should-retry", "false")], dialect_of(call.path).body(status, error))
